"""Noise indices (and PSNR, where the diffusion weights are given) of the labelled leads.

    python -m inference.training.quality_features --data ~/ecg --out features.npz

Written once, read by `quality_grade`. Arrays: `<set>.x` [n, inputs], `<set>.psnr` [n] and
the labels of each set (`cinc`, `accepted`, `ptbxl_val`, `injected`).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.quality_diffusion import ScalogramScorer, column_errors
from inference.quality_score import features
from inference.quality_segments import psnr_db
from inference.signal.noise_indices import noise_indices
from inference.signal.superlet import scalograms
from inference.training.quality_data import (
    LEADS,
    FloatArray,
    LabelledRecord,
    add_at_snr,
    cinc2011,
    noise_excerpt,
    nstdb,
    ptbxl,
)
from inference.training.quality_prepare import looks_clean

KINDS = ("bw", "em", "ma")
Describe = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


def describer(scorer: ScalogramScorer | None) -> Describe:
    """[n, 5000] → (features [n, inputs] without PSNR, PSNR [n], NaN without a scorer)."""

    def describe(signal_mv: FloatArray) -> tuple[FloatArray, FloatArray]:
        x = features(noise_indices(signal_mv).as_dict())
        if scorer is None:
            return x, np.full(len(x), np.nan, np.float32)
        images = scalograms(signal_mv)
        names = (LEADS * (1 + len(signal_mv) // 12))[: len(signal_mv)]
        cleaned = scorer.reconstructions(images, names)
        return x, psnr_db(column_errors(images, cleaned).mean(axis=1))

    return describe


def clean_rows(record: LabelledRecord) -> NDArray[np.bool_]:
    """Leads that can stand for clean: no remark, and nothing disturbing to be measured."""
    marked = np.zeros(12, dtype=bool) if record.noisy is None else record.noisy
    return looks_clean(record.signal_mv) & ~marked


def injected(
    records: Iterator[LabelledRecord],
    noises: dict[str, FloatArray],
    rng: np.random.Generator,
    repeats: int = 1,
) -> Iterator[tuple[FloatArray, NDArray[np.int64], NDArray[np.float64]]]:
    """(noisy leads [n, 5000], kind 0–2 [n], SNR dB [n]) of every record."""
    for record in records:
        clean = record.signal_mv[clean_rows(record)]
        for _ in range(repeats if len(clean) else 0):
            kinds, snr = rng.integers(0, 3, len(clean)), rng.uniform(-8, 32, len(clean))
            yield (
                np.stack(
                    [
                        add_at_snr(lead, noise_excerpt(noises[KINDS[kind]], rng), level)
                        for lead, kind, level in zip(clean, kinds, snr, strict=True)
                    ]
                ),
                kinds,
                snr,
            )


def collect(data: Path, describe: Describe) -> dict[str, NDArray[np.floating]]:
    """All sets of the module's docstring."""
    cinc = [r for r in cinc2011(data / "cinc2011-set-a") if r.part == "train"]
    ptb = list(ptbxl(data / "ptb-xl-500"))
    labelled = [r for r in cinc if r.noisy is not None]
    sets = {
        "cinc": labelled,
        "accepted": [r for r in cinc if r.noisy is None and r.acceptable][::4],
        "ptbxl_val": [r for r in ptb if r.part == "val"],
    }
    found: dict[str, NDArray[np.floating]] = {}
    for name, records in sets.items():
        parts = [describe(r.signal_mv) for r in records]
        found |= _joined(name, parts)
        if name != "accepted":
            found[name + ".noisy"] = np.concatenate([r.noisy for r in records]).astype(np.float32)
    base = [r for r in ptb if r.part == "train"] + [r for r in labelled if r.acceptable]
    base = base[::2]  # enough for a ranking, and scoring is what costs time
    noises = nstdb(data / "nstdb", "train")
    rows = list(injected(iter(base), noises, np.random.default_rng(5)))
    found |= _joined("injected", [describe(signal) for signal, _, _ in rows])
    found["injected.kind"] = np.concatenate([kind for _, kind, _ in rows])
    found["injected.snr_db"] = np.concatenate([snr for _, _, snr in rows])
    return found


def _joined(
    name: str, parts: list[tuple[FloatArray, FloatArray]]
) -> dict[str, NDArray[np.floating]]:
    return {
        name + ".x": np.concatenate([x for x, _ in parts]),
        name + ".psnr": np.concatenate([p for _, p in parts]),
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="quality_features", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of unpacked archives")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--psnr", action="store_true", help="with the shipped diffusion weights")
    options = parser.parse_args(argv)
    scorer = None
    if options.psnr:
        from inference.quality_weights import load_scorer

        scorer = load_scorer("cpu")
    np.savez(options.out, allow_pickle=False, **collect(options.data, describer(scorer)))
    print(f"features written to {options.out}")


if __name__ == "__main__":
    main()
