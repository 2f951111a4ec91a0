"""The refinement step: ranks the training images by what the trained networks make of them.

    python -m inference.training.quality_refine --data IN.npz --weights DIR --out OUT.npz

Images that were taken for clean but come back badly are mislabelled or too rare to learn.
Two projections that see different noise judge, as in the published refinement: pixels from
step 250 (static noise) and latents from step 50 (bursts). `noise_rank` becomes the worse of
the two ranks, and `quality_train --keep` on the new file trains on the intersection of both
lists. Without pixel weights the latents judge alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from inference.models.scalogram_autoencoder import NoCoder, ScalogramAutoencoder
from inference.quality_diffusion import (
    PIXEL_CLIP,
    Projection,
    ScalogramScorer,
    column_errors,
    seed_of,
)
from inference.signal.superlet import to_grey
from inference.training.quality_prepare import worst_rank
from inference.training.quality_train import CONFIGS, build

BURSTS, STATIC = Projection(start=50, draws=1), Projection(start=250, draws=1)
_AT_ONCE = 64


def scorers(weights: Path, size: str = "small") -> list[ScalogramScorer]:
    """The judges whose weights lie in the folder."""

    def trained(name: str) -> torch.nn.Module:
        model = build(CONFIGS[name, size])
        model.load_state_dict(torch.load(weights / f"{name}.pt", weights_only=True))
        return model

    cpu = torch.device("cpu")
    coder = trained("autoencoder")
    assert isinstance(coder, ScalogramAutoencoder)
    found = [ScalogramScorer(coder, trained("latent"), cpu, BURSTS)]
    if (weights / "pixel.pt").exists():
        found.append(ScalogramScorer(NoCoder(), trained("pixel"), cpu, STATIC, PIXEL_CLIP))
    return found


def mean_errors(scorer: ScalogramScorer, log10_power: NDArray[np.floating]) -> NDArray[np.float32]:
    """Mean squared error in grey levels [n] of what comes back of the images."""
    errors = []
    for first in range(0, len(log10_power), _AT_ONCE):
        part = log10_power[first : first + _AT_ONCE].astype(np.float32)
        images = to_grey(part)
        seeds = [[seed_of("refine", first + i, 0) for i in range(len(images))]]
        errors.append(column_errors(images, scorer.cleaned(images, seeds)).mean(axis=1))
    return np.concatenate(errors).astype(np.float32)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="quality_refine", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="file of quality_prepare")
    parser.add_argument("--weights", type=Path, required=True, help="folder of quality_train")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    log10_power = np.load(options.data)["log_power"]
    judges = scorers(options.weights)
    errors = np.stack([mean_errors(judge, log10_power) for judge in judges], axis=1)
    np.savez(options.out, log_power=log10_power, noise_rank=worst_rank(errors))
    print(f"{len(log10_power)} scalograms ranked by {len(judges)} networks in {options.out}")


if __name__ == "__main__":
    main()
