"""What cleaning removed, averaged around the QRS: noise averages away, signal does not.

The residual (raw minus cleaned) of every beat is aligned at its R peak. If only noise was
removed, its sign is as likely one way as the other, so flipping beats at random gives
averages of the same size. An average that stands out of its flipped copies is locked to
the heart: signal was removed (a sign-flip permutation test). Qt-free.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

BEFORE_S, AFTER_S = 0.25, 0.45
LEAST_BEATS = 6  # fewer cannot reach the level below
LEVEL = 0.05
NOTABLE_MV = 0.025  # the fidelity guard's amber limit
FLIPS = 255
BURST = 6.0  # times the median energy of a beat's residual
EDGE_MS = 40.0  # where a straight line fits a slow swing worst
WAVES_MS = (("P", -250.0, -60.0), ("QRS", -60.0, 60.0), ("ST–T", 60.0, 450.0))

Floats = NDArray[np.floating]


class Verdict(Enum):
    """What the average of one lead says."""

    CLEAR = "clear"  # nothing locked to the beat, or too small to matter
    LOCKED = "locked"  # part of the signal was removed
    CANNOT_TELL = "cannot tell"  # too few beats, or no signal


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LockedAverage:
    """QRS-locked average of the residual.

    time_ms   float [n], 0 at the R peak
    mean_mv   float [n_leads, n]
    peak_mv, peak_ms, wave   per lead: the largest deflection, when, in which wave
    p         per lead: how often chance alone gives as much energy
    """

    leads: tuple[str, ...]
    time_ms: Floats
    mean_mv: Floats
    n_beats: int
    peak_mv: tuple[float, ...]
    peak_ms: tuple[float, ...]
    wave: tuple[str, ...]
    p: tuple[float, ...]
    verdicts: tuple[Verdict, ...]

    def sentence(self, lead: int) -> str:
        """One lead's finding in words."""
        name = self.leads[lead]
        if self.verdicts[lead] is Verdict.CANNOT_TELL:
            why = f"{self.n_beats} beats" if np.isfinite(self.peak_mv[lead]) else "no signal"
            return f"{name}: cannot tell ({why})"
        size = f"{1000 * self.peak_mv[lead]:+.0f} µV at {self.peak_ms[lead]:+.0f} ms"
        if self.verdicts[lead] is Verdict.LOCKED:
            return f"{name}: {self.wave[lead]} shape in what was removed, {size}"
        return f"{name}: nothing locked to the beat (largest {size})"


def locked_average(
    residual_mv: NDArray[np.floating],
    fs_hz: float,
    r_samples: NDArray[np.integer],
    leads: tuple[str, ...],
) -> LockedAverage:
    """residual_mv float [n_leads, n_samples]; r_samples: aligned R peaks, in samples.

    Beats whose window leaves the signal or meets a gap (NaN) are left aside.
    """
    before, after = round(BEFORE_S * fs_hz), round(AFTER_S * fs_hz)
    inside = (r_samples >= before) & (r_samples + after <= residual_mv.shape[1])
    columns = r_samples[inside][:, None] + np.arange(-before, after)[None]
    windows = np.moveaxis(residual_mv[:, columns].astype(np.float64), 0, 1)
    time_ms = np.arange(-before, after) * 1000.0 / fs_hz
    windows -= _straight_lines(windows, time_ms)  # removed baseline is no signal
    found = [_lead(windows[:, lead], time_ms) for lead in range(len(leads))]
    return LockedAverage(
        leads=leads,
        time_ms=time_ms,
        mean_mv=np.stack([mean for mean, *_ in found]) if found else np.zeros((0, len(time_ms))),
        n_beats=len(windows),
        peak_mv=tuple(peak for _, peak, *_ in found),
        peak_ms=tuple(at for _, _, at, *_ in found),
        wave=tuple(_wave(at) for _, _, at, *_ in found),
        p=tuple(p for *_, p, _ in found),
        verdicts=tuple(verdict for *_, verdict in found),
    )


def _straight_lines(windows: Floats, time_ms: Floats) -> Floats:
    """The least-squares line of every window [..., n]."""
    time = (time_ms - time_ms.mean()) / max(float(np.ptp(time_ms)), 1.0)
    mean = windows.mean(axis=-1, keepdims=True)
    slope = (windows @ time / max(float(time @ time), 1e-12))[..., None]
    lines: Floats = mean + slope * time
    return lines


def _lead(beats_mv: Floats, time_ms: Floats) -> tuple[Floats, float, float, float, Verdict]:
    """Mean, peak, its time, p and verdict of one lead's beats [n_beats, n]."""
    whole = _ordinary(beats_mv[np.isfinite(beats_mv).all(axis=1)])
    if len(whole) == 0:
        nothing = np.full(len(time_ms), np.nan)
        return nothing, float("nan"), float("nan"), 1.0, Verdict.CANNOT_TELL
    mean = whole.mean(axis=0)
    inside = (time_ms >= time_ms[0] + EDGE_MS) & (time_ms <= time_ms[-1] - EDGE_MS)
    at = int(np.where(inside, np.abs(mean), 0.0).argmax())
    peak, p = float(mean[at]), chance(whole)
    if len(whole) < LEAST_BEATS:
        verdict = Verdict.CANNOT_TELL
    else:
        locked = p <= LEVEL and abs(peak) >= NOTABLE_MV
        verdict = Verdict.LOCKED if locked else Verdict.CLEAR
    return mean, peak, float(time_ms[at]), p, verdict


def _ordinary(beats_mv: Floats) -> Floats:
    """Beats without those that hold a burst: one electrode movement is no heartbeat."""
    if len(beats_mv) == 0:
        return beats_mv
    energy = (beats_mv**2).mean(axis=1)
    kept: Floats = beats_mv[energy <= BURST * np.median(energy)]
    return kept


def chance(beats_mv: Floats) -> float:
    """The share of sign-flipped averages with at least the energy of the true one."""
    n_beats = len(beats_mv)
    energy = float((beats_mv.mean(axis=0) ** 2).sum())
    if energy == 0.0:
        return 1.0
    flipped = _signs(n_beats) @ beats_mv / n_beats
    reached = (flipped**2).sum(axis=1) >= energy * (1 - 1e-9)
    return float(reached.mean())


def _signs(n_beats: int) -> Floats:
    """±1 [n_flips, n_beats], the unflipped row first: every pattern, or a seeded sample."""
    if 2 ** (n_beats - 1) <= FLIPS + 1:
        patterns = np.arange(2 ** (n_beats - 1))[:, None] >> np.arange(n_beats)[None] & 1
        return 1.0 - 2.0 * patterns
    random = np.random.default_rng(20)
    signs = random.choice([-1.0, 1.0], size=(FLIPS + 1, n_beats))
    signs[0] = 1.0
    return signs


def _wave(time_ms: float) -> str:
    return next((name for name, a, b in WAVES_MS if a <= time_ms < b), "")
