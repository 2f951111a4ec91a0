"""Bench probes of every cleaning method: impulse, clean input, events, offset, gain, shift.

The acceptance figures A18 and A20 to A22: what a method must not do, whatever it gains.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.sources import ludb
from inference.evaluation.st import Lines, table
from inference.evaluation.st_methods import FS_HZ, Signal, cleaned_by, methods
from inference.evaluation.st_sweep import analytic

N = 5000
IMPULSE_MV, IMPULSE_S = 3.0, 0.100
AFTER_UV, SLOPE_UV_S = 100.0, 300.0
ALIKE = 0.98
CLEAN_RECORDS = 2
Floats = NDArray[np.float64]
Clean = Callable[[Signal], Signal]


@dataclass(frozen=True)
class Impulse:
    """µV before the pulse, µV after it, and µV/s after it; the worst lead."""

    before_uv: float
    after_uv: float
    slope_uv_s: float

    @property
    def passes(self) -> bool:
        return max(self.before_uv, self.after_uv) <= AFTER_UV and self.slope_uv_s <= SLOPE_UV_S


def impulse(clean: Clean) -> Impulse:
    """A pulse of 3 mV and 100 ms on a recording of 2 µV: exact silence means no contact."""
    pulse = np.random.default_rng(108).normal(0, 0.002, (12, N)).astype(np.float32)
    start, stop = N // 2, N // 2 + round(IMPULSE_S * FS_HZ)
    pulse[:, start:stop] += np.float32(IMPULSE_MV)
    out_uv = 1000.0 * (clean(pulse).astype(np.float64) - pulse)
    after = out_uv[:, stop + 10 :]
    run = 100  # slopes over 200 ms: shorter ones are no ST slope
    slope = (after[:, run:] - after[:, :-run]) / (run / FS_HZ)
    return Impulse(
        float(np.abs(out_uv[:, : start - 10]).max()),
        float(np.abs(after).max()),
        float(np.abs(slope).max()),
    )


def limits(folder: Path) -> Lines:
    """Three tables, one row per method."""
    still = [r.signal_mv for r in ludb(folder) if r.trusted.all()][:CLEAN_RECORDS]
    bench, kept, algebra = [], [], []
    for name in methods():
        clean = _cleaner(name)
        bench.append((name, *_bench_cells(clean, still)))
        kept.append((name, *_event_cells(clean)))
        algebra.append((name, *_algebra_cells(clean, still[0])))
    return [
        f"Pulse of 3 mV and 100 ms (A18: at most {AFTER_UV:g} µV before and after it and "
        f"{SLOPE_UV_S:g} µV/s), and {len(still)} LUDB recordings with twelve clean leads (A20: at "
        "most 10 µV rms, 2 % of the R wave, 10 µV rms on a second pass).",
        "",
        *table(
            ("method", "before µV", "after µV", "slope µV/s", "pulse kept", "clean input µV rms",
             "R wave %", "second pass µV rms"), bench),
        "Correlation of the cleaned with the given event, the worst of twelve leads, on clean "
        f"analytic beats (A21: at least {ALIKE}).",
        "",
        *table(("method", *EVENTS), kept),
        "One lead with 0.1 mV rms of noise. Offset of 300 mV: largest change of shape. Gain × 2: "
        "largest difference from twice the output, in % of its range (at most 1). Shift by one "
        "second: largest difference in µV away from the edges (at most 5).",
        "",
        *table(("method", "offset µV", "gain %", "shift µV"), algebra),
    ]  # fmt: skip


def _cleaner(name: str) -> Clean:
    return lambda signal_mv: cleaned_by(name, signal_mv)


def _bench_cells(clean: Clean, still: list[Signal]) -> list[str]:
    found = impulse(clean)
    rms, r_wave, second = [], [], []
    for signal_mv in still:
        once = clean(signal_mv)
        twice = clean(once)
        rms.append(_rms_uv(once - signal_mv))
        second.append(_rms_uv(twice - once))
        r_wave.append(np.abs(np.ptp(once, axis=1) / np.ptp(signal_mv, axis=1) - 1).max())
    return [
        f"{found.before_uv:.0f}",
        f"{found.after_uv:.0f}",
        f"{found.slope_uv_s:.0f}",
        "yes" if found.passes else "no: not for ST",
        f"{max(rms):.1f}",
        f"{100 * max(r_wave):.1f}",
        f"{max(second):.1f}",
    ]


def _rms_uv(difference: Signal) -> float:
    return float(1000 * np.sqrt(np.square(difference.astype(np.float64)).mean(axis=1)).max())


def _event_cells(clean: Clean) -> list[str]:
    cells = []
    for make in EVENTS.values():
        signal_mv, spans = make()
        out = clean(signal_mv)
        worst = min(_alike(signal_mv[:, span], out[:, span]) for span in spans)
        cells.append(f"{worst:.3f}" + ("" if worst >= ALIKE else " ✗"))
    return cells


def _alike(before: Signal, after: Signal) -> float:
    """The lowest correlation of a lead that shows the event at all."""
    shown = np.ptp(before, axis=1) > 0.01
    a = before[shown] - before[shown].mean(axis=1, keepdims=True)
    b = after[shown] - after[shown].mean(axis=1, keepdims=True)
    size = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return float(((a * b).sum(axis=1) / np.maximum(size, 1e-9)).min())


def _algebra_cells(clean: Clean, signal_mv: Signal) -> list[str]:
    noisy = signal_mv.copy()
    noisy[7] += np.random.default_rng(106).normal(0, 0.1, (noisy.shape[1],)).astype(np.float32)
    plain = clean(noisy).astype(np.float64)
    lifted: Floats = np.asarray(clean(noisy + np.float32(300.0)) - plain, dtype=np.float64)
    lifted -= np.median(lifted, axis=1, keepdims=True)  # a method may take the offset away
    double = clean(2 * noisy)
    later = clean(np.ascontiguousarray(noisy[:, 500:]))
    inner = slice(1000, N - 500 - 1000)
    return [
        f"{1000 * np.abs(lifted).max():.1f}",
        f"{100 * (np.abs(double - 2 * plain).max(axis=1) / np.ptp(2 * plain, axis=1)).max():.2f}",
        f"{1000 * np.abs(later[:, inner] - plain[:, 500:][:, inner]).max():.1f}",
    ]


Event = tuple[Signal, list[slice]]
Shape = Callable[[Floats], NDArray[np.floating]]
BASE = (75.0, 90.0)


def _beside_beats(from_s: float, to_s: float, add: Shape) -> Event:
    """Something added to every beat, from_s … to_s after R, alike in every lead."""
    case = analytic(0.0, *BASE)
    signal_mv, spans = case.signal_mv.copy(), []
    time_s = np.arange(round(from_s * FS_HZ), round(to_s * FS_HZ)) / FS_HZ
    for beat in case.beats[(case.beats > 250) & (case.beats < N - 250)]:
        span = slice(beat + round(from_s * FS_HZ), beat + round(from_s * FS_HZ) + len(time_s))
        signal_mv[:, span] += add(time_s).astype(np.float32)
        spans.append(span)
    return signal_mv, spans


def _small_p() -> Event:
    """P waves of 50 µV: those of the analytic beats are 120 µV times the lead's size."""
    case = analytic(0.0, *BASE)
    signal_mv, spans = case.signal_mv.copy(), []
    for beat in case.beats[(case.beats > 250) & (case.beats < N - 250)]:
        span = slice(beat - 110, beat - 42)
        height = np.maximum(np.ptp(signal_mv[:, span], axis=1, keepdims=True), 1e-6)
        signal_mv[:, span] *= (0.05 / height).astype(np.float32)
        spans.append(span)
    return signal_mv, spans


def _notches() -> Event:
    """60 µV at 60 Hz for 40 ms behind the QRS complex, as late potentials."""
    return _beside_beats(
        0.046, 0.086, lambda t: 0.06 * np.sin(2 * np.pi * 60 * t) * np.hanning(len(t))
    )


def _delta() -> Event:
    """A slurred start: 0.2 mV in 40 ms before the QRS complex."""
    return _beside_beats(-0.085, -0.020, lambda t: 0.2 * np.clip((t + 0.085) / 0.045, 0, 1))


def _spikes() -> Event:
    """Pacing spikes of 2 mV and 4 ms."""
    return _beside_beats(-0.070, -0.058, lambda t: 2.0 * ((t > -0.067) & (t < -0.062)))


def _ectopic() -> Event:
    """One wide beat with a discordant T wave in place of the sixth."""
    case = analytic(0.0, *BASE)
    signal_mv = case.signal_mv.copy()
    t = (np.arange(350) - 120) / FS_HZ
    shape = 1.4 * np.exp(-0.5 * (t / 0.035) ** 2) - 0.45 * np.exp(-0.5 * ((t - 0.26) / 0.05) ** 2)
    span = slice(int(case.beats[5]) - 150, int(case.beats[5]) + 200)
    size = np.linspace(-1, 1, 12)[:, None]
    signal_mv[:, span] = (np.where(np.abs(size) < 0.2, 0.3, size) * shape).astype(np.float32)
    return signal_mv, [span]


def _fibrillation() -> Event:
    """Four seconds of ventricular fibrillation: 4 to 6 Hz, waxing and waning."""
    rng = np.random.default_rng(107)
    t = np.arange(N) / FS_HZ
    phase = 2 * np.pi * np.cumsum(5 + np.sin(2 * np.pi * 0.3 * t)) / FS_HZ
    turn = rng.uniform(0, 2 * np.pi, (12, 1))
    waves = (0.4 + 0.2 * np.sin(2 * np.pi * 0.5 * t)) * np.sin(phase + turn)
    return waves.astype(np.float32), [slice(1500, 3500)]


EVENTS: dict[str, Callable[[], Event]] = {
    "P of 50 µV": _small_p,
    "notch of 60 µV": _notches,
    "delta wave": _delta,
    "pacing spikes": _spikes,
    "PVC": _ectopic,
    "VF": _fibrillation,
}
