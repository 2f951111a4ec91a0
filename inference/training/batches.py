"""Batches of corrupted crops, a pure function of (seed, step): resuming needs no state."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inference.training.container import Corpus
from inference.training.corrupt import NOISY_RMS_MV, UNTOUCHED_RMS_MV, Corruption, N, corrupt


@dataclass(frozen=True)
class Batch:
    """Tensors [B, 12, T] in mV; `noisy` and `untouched` are masks [B, 12]."""

    noisy_mv: Tensor
    clean_mv: Tensor
    weight: Tensor
    injected_mv: Tensor
    noisy: Tensor
    untouched: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


class Batches:
    """Draws records of one split and corrupts them."""

    def __init__(
        self,
        corpus: Corpus,
        split: str,
        *,
        seed: int,
        size: int,
        crop: int,
        amounts: Corruption,
        sources: tuple[str, ...] = (),
    ) -> None:
        self._corpus, self._split, self._seed = corpus, split, seed
        self._size, self._crop, self._amounts = size, crop, amounts
        self._records = corpus.records(split, sources)
        if not len(self._records):
            raise ValueError(f"the training file has no usable {split} records")

    def __call__(self, step: int) -> Batch:
        """Batch number `step`."""
        rng = np.random.default_rng([self._seed, step])
        arrays = [self._example(rng) for _ in range(self._size)]
        tensors = [torch.from_numpy(np.stack(parts)) for parts in zip(*arrays, strict=True)]
        noisy, clean, weight, injected = tensors
        rms = injected.square().mean(-1).sqrt()
        return Batch(noisy, clean, weight, injected, rms > NOISY_RMS_MV, rms < UNTOUCHED_RMS_MV)

    def _example(self, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        index = int(rng.choice(self._records))
        example = corrupt(
            self._corpus.leads_mv(index),
            self._corpus.reference[index],
            self._corpus.noise[self._split],
            rng,
            self._amounts,
        )
        start = int(rng.integers(N - self._crop + 1))
        part = slice(start, start + self._crop)
        return (
            example.noisy_mv[:, part],
            example.clean_mv[:, part],
            example.weight[:, part],
            example.injected_mv[:, part],
        )
