"""Analytic ECGs with known ST levels: what every method makes of them.

Twelve leads of Gaussian waves with a level ST segment; every number below is known before
anything is measured, so errors are those of the cleaning (sweep) or of noise (stability).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.denoise import DenoiseRefused, denoise
from inference.evaluation.st import Lines, table
from inference.guard import guard
from inference.registry import DENOISERS, default_denoiser
from inference.signal.lead_algebra import STANDARD_LEADS
from inference.st import StReport, measure
from inference.weights import WeightsRefused

FS_HZ = 500.0
SECONDS = 10.0
LEVELS_MV = tuple(round(0.1 * k, 1) for k in range(-4, 5))
RATES_BPM = (50.0, 80.0, 140.0)
QRS_MS = (80.0, 140.0)
_SIZES = np.array([0.6, 1.0, 0.4, -0.8, 0.3, 0.7, -0.6, 0.5, 0.8, 1.2, 1.1, 0.9])
Signal = NDArray[np.float32]


@dataclass(frozen=True)
class Analytic:
    """signal_mv float32 [12, 5000]; beats: R positions; j, onset: seconds after R."""

    signal_mv: Signal
    beats: NDArray[np.int64]
    onset_s: float
    j_s: float


def analytic(st_mv: float, rate_bpm: float, qrs_ms: float) -> Analytic:
    """P, QRS, a level ST segment of st_mv in every lead, T."""
    rr = 60.0 / rate_bpm
    time = np.arange(round(SECONDS * FS_HZ)) / FS_HZ
    centres = np.arange(0.4, SECONDS - 0.3, rr)
    half = qrs_ms / 2000.0
    qt = min(0.40 * rr**0.5, 0.75 * rr)
    t_at, t_sd = qt - 0.09 * rr**0.5, 0.035 * rr**0.5
    shape, st = np.zeros_like(time), np.zeros_like(time)
    for centre in centres:
        t = time - centre
        shape += 0.12 * np.exp(-0.5 * ((t + 0.16 * rr**0.3) / 0.018) ** 2)
        shape += _lobe(t, half) - 0.25 * _lobe(t + 0.6 * half, 0.4 * half)
        shape += 0.25 * np.exp(-0.5 * ((t - t_at) / t_sd) ** 2)
        rise = np.clip((t - half + 0.012) / 0.012, 0, 1)
        fall = np.clip((t_at + t_sd - t) / (1.5 * t_sd), 0, 1)
        st += rise**2 * (3 - 2 * rise) * fall**2 * (3 - 2 * fall) * (t > 0) * (t < t_at + 3 * t_sd)
    signal = _SIZES[:, None] * shape[None] + st_mv * st[None]
    signal[2:6] = _limb(signal[0], signal[1])
    beats = np.round(centres * FS_HZ).astype(np.int64)
    return Analytic(signal.astype(np.float32), beats, -half, half)


def _lobe(t: NDArray[np.float64], half: float) -> NDArray[np.float64]:
    """One smooth deflection from -half to +half, exactly zero outside."""
    inside = np.abs(t) < half
    return np.where(inside, np.cos(np.pi * np.clip(t, -half, half) / (2 * half)) ** 2, 0.0)


def _limb(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([two - one, -(one + two) / 2, one - two / 2, two - one / 2])


def levels(signal_mv: Signal, case: Analytic) -> NDArray[np.float64]:
    """float64 [12, 2]: ST at J+60 and J+80 against the PR segment, median of beats."""
    at = case.beats[(case.beats > 200) & (case.beats < signal_mv.shape[1] - 200)]
    x = signal_mv.astype(np.float64)

    def mean(seconds: float, reach: int) -> NDArray[np.float64]:
        columns = (at + round(seconds * FS_HZ))[:, None] + np.arange(-reach, reach + 1)[None]
        return np.asarray(x[:, columns].mean(axis=2))

    zero = mean(case.onset_s - 0.012, 4)
    return np.stack([np.median(mean(case.j_s + s, 5) - zero, axis=1) for s in (0.06, 0.08)], axis=1)


def sweep() -> Lines:
    """Change of ST by every method on clean analytic input, and what the guard says of it."""
    rows: list[tuple[object, ...]] = []
    for name in DENOISERS:
        changes, allowed, flagged, crossed = [], [], [], 0
        for case, level in _cases():
            try:
                cleaned = denoise(case.signal_mv, FS_HZ, STANDARD_LEADS, method=name, device="cpu")
            except (WeightsRefused, DenoiseRefused, ValueError):
                break
            change = levels(cleaned.signal_mv, case) - levels(case.signal_mv, case)
            worst = np.abs(change).max(axis=1)
            changes.append(worst)
            allowed.append(np.full(12, max(0.020, 0.1 * abs(level))))
            crossed += int(_class_changes(case, cleaned.signal_mv))
            if (worst > 0.05).any():
                report = guard(case.signal_mv, cleaned.signal_mv, FS_HZ, STANDARD_LEADS)
                states = np.array([row.state in ("warn", "block") for row in report.leads])
                flagged.append(states | (worst <= 0.05))
            else:
                flagged.append(np.ones(12, dtype=bool))
        if not changes:
            rows.append((name, "not available", "–", "–", "–", "–"))
            continue
        change, limit = np.concatenate(changes) * 1000, np.concatenate(allowed) * 1000
        rows.append(
            (
                name,
                f"{np.median(change):.1f} / {np.quantile(change, 0.95):.1f}",
                f"{100 * np.mean(change <= limit):.1f} %",
                f"{100 * np.mean(change > 50):.1f} %",
                int((~np.concatenate(flagged)).sum()),
                crossed,
            )
        )
    header = (
        "method",
        "change µV, median / p95",
        "within 20 µV or 10 %",
        "over 50 µV",
        "of these not flagged",
        "recordings whose class changed",
    )
    return [
        f"ST {LEVELS_MV[0]:+g}…{LEVELS_MV[-1]:+g} mV in steps of 0.1 mV, "
        f"{', '.join(f'{r:g}' for r in RATES_BPM)} beats/min, QRS "
        f"{', '.join(f'{q:g}' for q in QRS_MS)} ms, clean input, 12 leads; the larger change of "
        "J+60 and J+80. Class: elevation or depression of at least 0.1 mV in any lead.",
        "",
        *table(header, rows),
    ]


def _cases() -> list[tuple[Analytic, float]]:
    return [
        (analytic(level, rate, qrs), level)
        for level in LEVELS_MV
        for rate in RATES_BPM
        for qrs in QRS_MS
    ]


def _class_changes(case: Analytic, cleaned_mv: Signal) -> bool:
    """Whether a lead of at least 0.1 mV is below 0.08 mV afterwards or turned its sign."""
    before, after = levels(case.signal_mv, case)[:, 0], levels(cleaned_mv, case)[:, 0]
    large = np.abs(before) >= 0.1
    return bool((large & (np.sign(before) * after < 0.08)).any())


NOISES = ("none", "50 Hz 25 µV", "high frequency 25 µV rms", "0.3 Hz 0.5 mV", "0.3 Hz + 15 µV rms")


def noise_of(kind: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """float64 [12, 5000] of the stability set, on every lead."""
    n = round(SECONDS * FS_HZ)
    t = np.arange(n) / FS_HZ
    phase = rng.uniform(0, 2 * np.pi, (12, 1))
    if kind == "50 Hz 25 µV":
        return np.asarray(0.025 * np.sin(2 * np.pi * 50 * t[None] + phase))
    if kind == "high frequency 25 µV rms":
        return rng.normal(0, 0.025, (12, n))
    if kind.startswith("0.3 Hz"):
        drift = 0.5 * np.sin(2 * np.pi * 0.3 * t[None] + phase)
        return np.asarray(drift + (rng.normal(0, 0.015, (12, n)) if "rms" in kind else 0.0))
    return np.zeros((12, n))


def stability() -> Lines:
    """Shift of each measurement under noise, before and after the default method."""
    method = default_denoiser()
    rng = np.random.default_rng(103)
    rows = []
    for kind in NOISES:
        raw: list[tuple[float, ...]] = []
        cleaned: list[tuple[float, ...]] = []
        for rate in (60.0, 75.0, 100.0):
            case = analytic(0.0, rate, 90.0)
            clean = measure(case.signal_mv, FS_HZ, STANDARD_LEADS)
            noisy = (case.signal_mv + noise_of(kind, rng)).astype(np.float32)
            raw.append(_shifts(clean, measure(noisy, FS_HZ, STANDARD_LEADS)))
            done = denoise(noisy, FS_HZ, STANDARD_LEADS, method=method, device="cpu").signal_mv
            cleaned.append(_shifts(clean, measure(done, FS_HZ, STANDARD_LEADS)))
        for title, shifts in (("raw", raw), (method, cleaned)):
            worst = np.nanmax(np.abs(np.array(shifts)), axis=0)
            cells = [f"{v:.0f}" if np.isfinite(v) else "–" for v in worst]
            rows.append((kind, title, *cells))
    header = ("noise", "signal", "PR ms", "QRS ms", "QT ms", "R wave µV", "ST J+60 µV", "T µV")
    return [
        "Analytic beats at 60, 75 and 100/min, after IEC 60601-2-51 (our own beats: CTS and CSE "
        "are licensed). Largest change of each measurement over all leads and rates.",
        "",
        *table(header, rows),
    ]


def _shifts(clean: StReport, noisy: StReport) -> tuple[float, ...]:
    """Changes of PR, QRS, QT (ms), R amplitude, ST at J+60 and T (µV, worst lead)."""
    a, b = clean.intervals, noisy.intervals
    if a is None or b is None or clean.median_mv is None or noisy.median_mv is None:
        return (np.nan,) * 6

    def apart(x: float | None, y: float | None) -> float:
        return np.nan if x is None or y is None else y - x

    r = np.abs(_r_wave(noisy) - _r_wave(clean)).max()
    st = max(abs(n.j60_mv - c.j60_mv) for c, n in zip(clean.st, noisy.st, strict=True))
    t = max(abs(n.t_mv - c.t_mv) for c, n in zip(clean.st, noisy.st, strict=True))
    spans = (apart(a.pr_ms, b.pr_ms), apart(a.qrs_ms, b.qrs_ms), apart(a.qt_ms, b.qt_ms))
    return (*spans, 1000 * float(r), 1000 * st, 1000 * t)


def _r_wave(report: StReport) -> NDArray[np.float64]:
    """float64 [12]: peak to peak within the QRS complex."""
    assert report.median_mv is not None
    assert report.fiducials is not None
    qrs = report.median_mv[:, report.fiducials.qrs_onset : report.fiducials.j + 1]
    return np.asarray(np.ptp(qrs, axis=1))
