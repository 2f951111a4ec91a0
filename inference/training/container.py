"""The one compact file that training reads: eight leads per record, noise, and what is known.

Integers as recorded (µV per step beside them), first differences, low and high bytes
split, deflated: about 20 kB per 10 s record. Only numpy is needed to read it.
"""

import json
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.signal.lead_algebra import STANDARD_LEADS, expand_to_twelve

FS_HZ = 500.0
SPLITS = ("train", "val", "test")
NOISE_KINDS = ("bw", "em", "ma")


def pack(values: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Integers [..., n] as deflated first differences along the last axis."""
    first = np.diff(values.astype(np.int32), axis=-1, prepend=0).astype(np.int16)
    raw = first.view(np.uint16)
    split = np.concatenate([(raw & 255).ravel(), (raw >> 8).ravel()]).astype(np.uint8)
    return np.frombuffer(zlib.compress(split.tobytes(), 6), dtype=np.uint8)


def unpack(blob: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.int16]:
    """The inverse of `pack`; ValueError when the blob does not hold `shape`."""
    data = np.frombuffer(zlib.decompress(blob.tobytes()), dtype=np.uint8).astype(np.uint16)
    if data.size != 2 * int(np.prod(shape)):
        raise ValueError(f"the training file holds {data.size // 2} samples, not {shape}")
    low, high = np.split(data, 2)
    first = (low | (high << 8)).view(np.int16).reshape(shape)
    return np.cumsum(first, axis=-1, dtype=np.int16)  # wraps like the differences did


@dataclass(frozen=True)
class Corpus:
    """Records and noise in memory.

    samples    int16 [n_records, 8, 5000] of INDEPENDENT_LEADS, times uv_per_step
    reference  bool [n_records, 12]: leads clean enough to be a training target
    split      index into SPLITS per record; source, record_id, patient: text per record
    noise      per split and kind: float32 [2, n] at 500 Hz, each channel with SD 1
    """

    samples: NDArray[np.int16]
    uv_per_step: NDArray[np.float32]
    reference: NDArray[np.bool_]
    split: NDArray[np.int8]
    source: NDArray[np.str_]
    record_id: NDArray[np.str_]
    noise: dict[str, dict[str, NDArray[np.float32]]]

    def leads_mv(self, index: int) -> NDArray[np.float32]:
        """float32 [12, 5000] of one record, in mV."""
        return expand_to_twelve(self.samples[index] * (self.uv_per_step[index] / 1000))

    def records(self, split: str, sources: tuple[str, ...] = ()) -> NDArray[np.intp]:
        """Indices of a split's records (of some sources) with at least 4 reference leads."""
        chosen = (self.split == SPLITS.index(split)) & (self.reference.sum(axis=1) >= 4)
        if sources:
            chosen &= np.isin(self.source, sources)
        return np.flatnonzero(chosen)


def quieter(corpus: Corpus, limit_uv: float) -> Corpus:
    """The corpus with only those reference leads whose own noise above 40 Hz is below limit_uv.

    A network learns to keep whatever stands in its targets.
    """
    bins = np.fft.rfftfreq(corpus.samples.shape[-1], 1 / 500.0) < 40.0
    reference = corpus.reference.copy()
    for index in np.flatnonzero(reference.any(axis=1)):
        spectrum = np.fft.rfft(corpus.leads_mv(int(index)), axis=1)
        spectrum[:, bins] = 0
        fast = np.fft.irfft(spectrum, corpus.samples.shape[-1], axis=1)
        floor_uv = 1482.6 * np.median(np.abs(fast), axis=1)  # QRS edges are not noise
        reference[index] &= floor_uv < limit_uv
    return replace(corpus, reference=reference)


def save(path: Path, corpus: Corpus) -> None:
    """Write one .npz without pickled objects."""
    noise = {
        f"noise_{split}_{kind}": pack(np.round(signal * 2000).clip(-32768, 32767).astype(np.int16))
        for split, kinds in corpus.noise.items()
        for kind, signal in kinds.items()
    }
    lengths = {
        f"{split}_{kind}": list(signal.shape)
        for split, kinds in corpus.noise.items()
        for kind, signal in kinds.items()
    }
    with path.open("wb") as file:
        np.savez(
            file,
            allow_pickle=False,
            samples=pack(corpus.samples),
            uv_per_step=corpus.uv_per_step,
            reference=corpus.reference,
            split=corpus.split,
            source=corpus.source,
            record_id=corpus.record_id,
            about=np.array(
                json.dumps(
                    {
                        "fs_hz": FS_HZ,
                        "shape": list(corpus.samples.shape),
                        "noise": lengths,
                        "leads": STANDARD_LEADS,
                    }
                )
            ),
            **noise,
        )


def load(path: Path) -> Corpus:
    """Read what `save` wrote."""
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        noise: dict[str, dict[str, NDArray[np.float32]]] = {}
        for name, shape in about["noise"].items():
            split, kind = name.split("_")
            signal: NDArray[np.float32] = np.asarray(
                unpack(file[f"noise_{name}"], tuple(shape)) / 2000, np.float32
            )
            noise.setdefault(split, {})[kind] = signal
        return Corpus(
            samples=unpack(file["samples"], tuple(about["shape"])),
            uv_per_step=file["uv_per_step"],
            reference=file["reference"],
            split=file["split"],
            source=file["source"],
            record_id=file["record_id"],
            noise=noise,
        )
