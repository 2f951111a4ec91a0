"""How far noise moves each measurement, and how far what is left of it after cleaning does.

After IEC 60601-2-51 with our own analytic beats (CTS and CSE are licensed), and with noise
recorded on people (NSTDB, the part that no training has seen).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.noise import Noise
from inference.evaluation.st import Lines, table
from inference.evaluation.st_methods import FS_HZ, cleaned_by, methods
from inference.evaluation.st_sweep import analytic
from inference.signal.lead_algebra import STANDARD_LEADS, lead_matrix
from inference.st import StReport, measure

RATES_BPM = (60.0, 100.0)
SYNTHETIC = (
    "none",
    "50 Hz 25 µV",
    "high frequency 25 µV rms",
    "0.3 Hz 0.5 mV",
    "0.3 Hz 0.5 mV + 15 µV rms",
)
RECORDED = {"wander": ("bw", 0.10), "movement": ("em", 0.05), "muscle": ("ma", 0.05)}
Floats = NDArray[np.float64]


def noise_of(kind: str, noise: Noise, rng: np.random.Generator) -> Floats:
    """float64 [12, 5000] in mV, on every lead."""
    n = 5000
    t = np.arange(n) / FS_HZ
    phase = rng.uniform(0, 2 * np.pi, (12, 1))
    if kind == "50 Hz 25 µV":
        return np.asarray(0.025 * np.sin(2 * np.pi * 50 * t[None] + phase))
    if kind == "high frequency 25 µV rms":
        return rng.normal(0, 0.025, (12, n))
    if kind.startswith("0.3 Hz"):
        drift = 0.5 * np.sin(2 * np.pi * 0.3 * t[None] + phase)
        return np.asarray(drift + (rng.normal(0, 0.015, (12, n)) if "rms" in kind else 0.0))
    for word, (name, rms_mv) in RECORDED.items():
        if kind.startswith(f"recorded {word}"):
            return _recorded(noise[name], rms_mv, rng)
    return np.zeros((12, n))


def _recorded(recording: NDArray[np.float32], rms_mv: float, rng: np.random.Generator) -> Floats:
    """Excerpts on nine electrodes, brought to the leads by the lead equations."""
    n = 5000
    starts = rng.integers(recording.shape[1] - n, size=9)
    sources = np.stack([recording[rng.integers(2), s : s + n] for s in starts]).astype(np.float64)
    seen: Floats = lead_matrix() @ (sources - sources.mean(axis=1, keepdims=True))
    return np.asarray(seen * rms_mv / np.sqrt((seen**2).mean(axis=1, keepdims=True)))


def kinds() -> list[str]:
    recorded = [f"recorded {word}, {1000 * rms:g} µV rms" for word, (_, rms) in RECORDED.items()]
    return [*SYNTHETIC, *recorded]


def stability(noise: Noise) -> Lines:
    """Shift of each measurement under noise, raw and cleaned by every method."""
    rng = np.random.default_rng(103)
    names = list(methods())
    rows: list[tuple[object, ...]] = []
    for kind in kinds():
        found: dict[str, list[Floats]] = {name: [] for name in ("raw", *names)}
        for rate in RATES_BPM:
            case = analytic(0.0, rate, 90.0)
            clean = measure(case.signal_mv, FS_HZ, STANDARD_LEADS)
            noisy = (case.signal_mv + noise_of(kind, noise, rng)).astype(np.float32)
            found["raw"].append(shifts(clean, measure(noisy, FS_HZ, STANDARD_LEADS)))
            for name in names:
                done = measure(cleaned_by(name, noisy), FS_HZ, STANDARD_LEADS)
                found[name].append(shifts(clean, done))
        rows += [(kind, name, *_cells(np.array(values))) for name, values in found.items()]
    header = ("noise", "signal", "P", "PQ", "QRS", "QT", "R", "ST J+60", "T")
    return [
        f"Analytic beats at {', '.join(f'{r:g}' for r in RATES_BPM)}/min under noise on every "
        "lead. P, PQ, QRS, QT: mean ± SD of the change in ms. R, ST, T: largest change in µV over "
        "leads and rates. Limits commonly cited for clean signals (not checked against the "
        "standard): P 10 ± 15, PQ 10 ± 10, QRS 10 ± 10, QT 25 ± 30 ms, amplitudes 25 µV or 5 %. "
        "–: not measurable in at least one of them.",
        "",
        *table(header, rows),
    ]


def _cells(values: Floats) -> list[str]:
    """values [n_rates, 7] of `shifts`."""
    cells = [
        f"{column.mean():+.0f} ± {column.std():.0f}" if np.isfinite(column).all() else "–"
        for column in values.T[:4]
    ]
    for column in np.abs(values.T[4:]):
        cells.append(f"{column.max():.0f}" if np.isfinite(column).all() else "–")
    return cells


def shifts(clean: StReport, noisy: StReport) -> Floats:
    """Changes of P, PQ, QRS, QT in ms, and of R, ST at J+60 and T in µV (worst lead)."""
    a, b = _spans(clean), _spans(noisy)
    if a is None or b is None:
        return np.full(7, np.nan)
    r = max(abs(n.r_mv - c.r_mv) for c, n in zip(clean.st, noisy.st, strict=True))
    st = max(abs(n.j60_mv - c.j60_mv) for c, n in zip(clean.st, noisy.st, strict=True))
    t = max(abs(n.t_mv - c.t_mv) for c, n in zip(clean.st, noisy.st, strict=True))
    return np.concatenate([b - a, [1000 * r, 1000 * st, 1000 * t]])


def _spans(report: StReport) -> Floats | None:
    """P, PQ, QRS, QT in ms, NaN where a wave was not found."""
    marks = report.fiducials
    if marks is None:
        return None
    pairs = (
        (marks.p_onset, marks.p_end),
        (marks.p_onset, marks.qrs_onset),
        (marks.qrs_onset, marks.j),
        (marks.qrs_onset, marks.t_end),
    )
    return np.array(
        [(b - a) * 1000 / report.fs_hz if a >= 0 and b >= 0 else np.nan for a, b in pairs]
    )
