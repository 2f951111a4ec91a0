"""Probes of the noise map: injected noise, companions, offsets, gains, seeds, time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.quality_scores import SYSTEMS, Judge, Scores, auroc, spearman
from inference.quality import quality
from inference.quality_diffusion import ScalogramScorer, column_errors, seed_of
from inference.quality_reasons import COMPANIONS
from inference.quality_segments import psnr_db
from inference.signal.noise_indices import noise_indices
from inference.signal.superlet import scalograms
from inference.training.quality_data import LEADS, FloatArray, add_at_snr, noise_excerpt
from inference.training.quality_features import KINDS

SNR_LEVELS_DB = (-6, 0, 6, 12, 18, 24)
T = np.arange(5000) / 500
Row = list[str]


def injected_ranks(
    judge: Judge, clean: FloatArray, noises: dict[str, FloatArray]
) -> dict[str, dict[str, float]]:
    """{system: {kind: rank correlation of the score with the noise level}}.

    clean [n, 5000]; every lead gets one excerpt per kind at six signal-to-noise ratios.
    """
    rng = np.random.default_rng(101)
    found: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        excerpts = [noise_excerpt(noises[kind], rng) for _ in clean]
        scores, levels = [], []
        for snr_db in SNR_LEVELS_DB:
            pairs = zip(clean, excerpts, strict=True)
            noisy = np.stack([add_at_snr(lead, noise, snr_db) for lead, noise in pairs])
            scores.append(judge(noisy))
            levels.append(np.full(len(clean), -snr_db, dtype=np.float64))
        joined = {name: np.concatenate([s[name] for s in scores]) for name in SYSTEMS}
        for name, values in joined.items():
            found.setdefault(name, {})[kind] = spearman(values, np.concatenate(levels))
    return found


def _hiss(shape: tuple[int, ...], rng: np.random.Generator) -> FloatArray:
    """Gaussian noise of 60–150 Hz with 0.1 mV RMS."""
    spectrum = np.fft.rfft(rng.standard_normal(shape), axis=1)
    f = np.fft.rfftfreq(shape[1], 1 / 500)
    noise = np.fft.irfft(spectrum * ((f > 60) & (f < 150)), shape[1], axis=1)
    return np.asarray(0.1 * noise / noise.std(axis=1, keepdims=True), dtype=np.float32)


def _clipped(x: FloatArray) -> FloatArray:
    """Both ends cut off at 40 % of the largest excursion."""
    edge = 0.4 * np.abs(x).max(axis=1, keepdims=True)
    return np.clip(x, -edge, edge)


def _flat_from_half(x: FloatArray) -> FloatArray:
    out = x.copy()
    out[:, 2500:] = out[:, 2500:2501]
    return out


def companion_table(clean: FloatArray) -> list[Row]:
    """Disturbance, companion, share flagged, false alarms of that companion on clean leads."""
    rng = np.random.default_rng(102)
    hiss = _hiss(clean.shape, rng)
    phase = rng.uniform(0, 2 * np.pi, (len(clean), 1))
    changes: dict[str, tuple[str, NDArray[np.floating]]] = {
        "mains 50 Hz, 0.2 mV": ("mains", clean + 0.2 * np.sin(2 * np.pi * 50 * T + phase)),
        "mains 60 Hz, 0.2 mV": ("mains", clean + 0.2 * np.sin(2 * np.pi * 60 * T + phase)),
        "noise 60–150 Hz, 0.1 mV RMS": ("muscle", clean + hiss),
        "flat line for 5 s": ("lead off", _flat_from_half(clean)),
        "clipping at 40 %": ("clipping", _clipped(clean)),
    }
    rows = []
    for title, (name, signal_mv) in changes.items():
        seen, false = _flagged(signal_mv, name), _flagged(clean, name)
        rows.append([title, name, _share(seen), _share(false), str(len(clean))])
    return rows


def _flagged(signal_mv: NDArray[np.floating], name: str) -> NDArray[np.bool_]:
    companion = next(c for c in COMPANIONS if c.name == name)
    values = noise_indices(np.asarray(signal_mv, dtype=np.float32)).as_dict()
    return np.asarray(values[companion.index] >= companion.fair)


def _share(flags: NDArray[np.bool_]) -> str:
    return f"{100 * flags.mean():.1f} %"


def stability_table(records: Sequence[FloatArray]) -> list[Row]:
    """What harmless changes do to PSNR and grade of whole recordings [12, 5000]."""
    changes: dict[str, Callable[[FloatArray], FloatArray]] = {
        "offset +0.5 mV": lambda x: x + np.float32(0.5),
        "gain × 0.5": lambda x: x * np.float32(0.5),
        "gain × 2": lambda x: x * np.float32(2),
        "band 0.5–40 Hz": _monitor_band,
    }
    before = [quality(x, 500.0, LEADS, device="cpu") for x in records]
    rows = []
    for title, change in changes.items():
        after = [quality(change(x), 500.0, LEADS, device="cpu") for x in records]
        shift = np.concatenate([b.psnr_db - a.psnr_db for a, b in zip(before, after, strict=True)])
        same = np.concatenate([b.grade == a.grade for a, b in zip(before, after, strict=True)])
        rows.append([title, f"{np.median(shift):+.2f}", f"{np.abs(shift).max():.2f}", _share(same)])
    return rows


def _monitor_band(x: FloatArray) -> FloatArray:
    spectrum, f = np.fft.rfft(x, axis=1), np.fft.rfftfreq(x.shape[1], 1 / 500)
    return np.fft.irfft(spectrum * ((f >= 0.5) & (f <= 40)), x.shape[1], axis=1).astype(np.float32)


def seed_spread_db(scorer: ScalogramScorer, records: Sequence[FloatArray], repeats: int) -> float:
    """Standard deviation of a lead's PSNR over fresh sets of draws, mean over leads."""
    spread = []
    for x in records:
        images, values = scalograms(x), []
        for repeat in range(repeats):
            draws = range(100 * repeat, 100 * repeat + scorer.projection.draws)
            seeds = [[seed_of(name, 0, draw) for name in LEADS] for draw in draws]
            errors = column_errors(images, scorer.cleaned(images, seeds))
            values.append(psnr_db(errors.mean(axis=1)))
        spread.append(np.std(values, axis=0, ddof=1).mean())
    return float(np.mean(spread))


def cpu_times_s(signal_mv: FloatArray, repeats: int = 5) -> tuple[float, float]:
    """(CPU seconds, wall seconds) of `quality` on 12 leads × 10 s, the best of some runs."""
    quality(signal_mv, 500.0, LEADS, device="cpu")
    cpu, wall = [], []
    for _ in range(repeats):
        a, b = time.process_time(), time.perf_counter()
        quality(signal_mv, 500.0, LEADS, device="cpu")
        cpu.append(time.process_time() - a)
        wall.append(time.perf_counter() - b)
    return min(cpu), min(wall)


def machine() -> str:
    return f"{os.cpu_count()} CPU cores, no GPU"


def gain_with_interval(
    scores: Scores, noisy: NDArray[np.bool_], use: NDArray[np.bool_], draws: int = 1000
) -> tuple[float, float, float]:
    """AUROC(grade) − AUROC(indices) with a 95 % interval over records; arrays [n, 12]."""
    rng = np.random.default_rng(7)

    def difference(rows: NDArray[np.int64]) -> float:
        keep = use[rows]
        label = noisy[rows][keep]
        return auroc(scores["grade"][rows][keep], label) - auroc(
            scores["indices"][rows][keep], label
        )

    everyone = np.arange(len(noisy))
    values = [difference(rng.choice(everyone, len(everyone))) for _ in range(draws)]
    low, high = np.nanquantile(values, [0.025, 0.975])
    return difference(everyone), float(low), float(high)
