"""Writes the one file that the scalogram networks are trained on.

    python -m inference.training.quality_prepare --data ~/ecg --out scalograms.npz

Clean leads only: no remark by a person, in contact, little wander and high-frequency
noise. To each real lead comes one mixture of two leads of the same recording: what an
electrode between two others would have seen.

`log_power` [n, 32, 256], and `noise_rank` [n] in 0…1: a lead's worst rank among all leads in
wander, motion and muscle noise between the beats, each in relation to its own power.
`quality_train --keep` takes the lowest: that nobody marked a lead does not make it clean.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.signal.superlet import at_standard_level, frequencies_hz, log_power
from inference.training.quality_data import FloatArray, LabelledRecord, cinc2011, ptbxl

WANDER_MV, ROUGHNESS_MV = 0.080, 0.020
ACTIVE_MV, ABSURD_MV = 0.020, 8.0


def band_sd(signal_mv: FloatArray, low_hz: float, high_hz: float) -> NDArray[np.float64]:
    """Standard deviation [n_leads] of the part between two frequencies, 500 Hz, mV."""
    spectrum = np.fft.rfft(signal_mv - signal_mv.mean(axis=1, keepdims=True), axis=1)
    f = np.fft.rfftfreq(signal_mv.shape[1], 1 / 500)
    power = np.abs(spectrum[:, (f >= low_hz) & (f < high_hz)]) ** 2
    return np.asarray(np.sqrt(2 * power.sum(axis=1)) / signal_mv.shape[1])


def looks_clean(signal_mv: FloatArray) -> NDArray[np.bool_]:
    """Leads [n_leads] that may serve as examples of a clean scalogram."""
    return np.asarray(
        (band_sd(signal_mv, 0.05, 0.5) < WANDER_MV)
        & (band_sd(signal_mv, 40, 250) < ROUGHNESS_MV)
        & (signal_mv.std(axis=1) > ACTIVE_MV)
        & (np.abs(signal_mv).max(axis=1) < ABSURD_MV)
    )


def training_records(data: Path) -> Iterator[LabelledRecord]:
    """Records of the training parts that nobody called unacceptable."""
    yield from (r for r in ptbxl(data / "ptb-xl-500") if r.part == "train")
    for record in cinc2011(data / "cinc2011-set-a"):
        if record.part == "train" and record.acceptable:
            yield record


def clean_leads(record: LabelledRecord) -> FloatArray:
    marked = np.zeros(12, dtype=bool) if record.noisy is None else record.noisy
    return record.signal_mv[looks_clean(record.signal_mv) & ~marked]


def with_mixtures(leads: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The leads and as many random mixtures of two of them."""
    if len(leads) < 2:
        return leads
    first, second = leads, leads[rng.permutation(len(leads))]
    weights = rng.uniform(-1, 1, (2, len(leads), 1)).astype(np.float32)
    mixed = weights[0] * first + weights[1] * second
    return np.concatenate([leads, mixed[mixed.std(axis=1) > ACTIVE_MV]])


def relative_noise(log10_power: FloatArray) -> FloatArray:
    """Three noise levels [n, 3] of scalograms [n, 32, 256]: what is left between the beats.

    The level that a row exceeds three quarters of the time, mean of 15–40 Hz and of 3–15 Hz,
    and the median at 0.5 Hz, below every heart rate.
    """
    images, f = at_standard_level(log10_power), frequencies_hz()[::-1]
    quiet = np.quantile(images[:, :-1], 0.25, axis=2)
    muscle, motion = f[:-1] >= 15, (f[:-1] >= 3) & (f[:-1] < 15)
    levels = [quiet[:, muscle].mean(1), quiet[:, motion].mean(1), np.median(images[:, -1], axis=1)]
    return np.stack(levels, axis=1).astype(np.float32)


def worst_rank(levels: FloatArray) -> FloatArray:
    """0…1 [n]: the highest of a lead's ranks among all leads in the columns of [n, k]."""
    ranks = levels.argsort(axis=0).argsort(axis=0) / max(len(levels) - 1, 1)
    return np.asarray(ranks.max(axis=1), dtype=np.float32)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="quality_prepare", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of unpacked archives")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(argv)
    rng = np.random.default_rng(123)
    images, levels = [], []
    for record in training_records(options.data):
        found = log_power(with_mixtures(clean_leads(record), rng))
        images.append(found.astype(np.float16))
        levels.append(relative_noise(found))
    stacked = np.concatenate(images)
    np.savez(options.out, log_power=stacked, noise_rank=worst_rank(np.concatenate(levels)))
    print(f"{len(stacked)} clean scalograms of {len(images)} records in {options.out}")


if __name__ == "__main__":
    main()
