"""From a hand's rough place to an honest one: whole samples, fiducials, and how sure it is.

Qt-free. How sure a bar is follows from the trace itself: it could as well stand anywhere
between the nearest places, left and right, where the trace differs from the bar's by more
than the noise. On a steep edge that is one sample, at the flat end of a T wave many, on an
isoelectric line it has no bounds. Never finer than one sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from viewer.samples import Samples
from viewer.state.calipers import Caliper, Kind, Spot, TraceName

Floats = NDArray[np.float64]

SNAP_S, COARSEST_SNAP_S = 0.010, 0.020
NOISE_REACH_S, SMOOTH_S = 0.75, 0.030
EDGE_REACH_S, CALM_S = 0.100, 0.006
ROBUST_SD = 1.4826  # median absolute deviation to SD of a normal distribution
SURE = 1.96  # 95 % of a normal distribution
FEW = 8


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Fiducials of one trace on one stretch.

    times_s   float64 [n], ascending; names: one per time
    r_s       float64 [m], R peaks, ascending
    """

    times_s: Floats
    names: tuple[str, ...]
    r_s: Floats

    def nearest(self, time_s: float, reach_s: float) -> tuple[float, str] | None:
        """The fiducial nearest to a time, None when none is within reach."""
        if not len(self.times_s):
            return None
        index = int(np.argmin(np.abs(self.times_s - time_s)))
        if abs(self.times_s[index] - time_s) > reach_s:
            return None
        return float(self.times_s[index]), self.names[index]

    def beats_between(self, first_s: float, last_s: float) -> int:
        """How many beats lie between two bars that stand in the same phase of a beat; ≥ 1."""
        if len(self.r_s) < 2:
            return 1
        rr_s = float(np.median(np.diff(self.r_s)))
        known = np.r_[self.r_s[0] - rr_s, self.r_s, self.r_s[-1] + rr_s]
        phase = np.interp([first_s, last_s], known, np.arange(len(known), dtype=np.float64))
        return max(round(float(phase[1] - phase[0])), 1)


NO_LANDMARKS = Landmarks(np.zeros(0), (), np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class Ruler:
    """Measures one visible trace.

    samples     of that trace; trace: its name
    pixel_s     how many seconds one pixel of the page is: a coarser page snaps farther
    """

    samples: Samples
    fs_hz: float
    leads: tuple[str, ...]
    trace: TraceName = "raw"
    landmarks: Landmarks = field(default=NO_LANDMARKS)
    pixel_s: float = 0.0

    def on_sample(self, time_s: float) -> float:
        """The time of the nearest sample of the recording."""
        last = max(self.samples.n_samples - 1, 0)
        return min(max(round(time_s * self.fs_hz), 0), last) / self.fs_hz

    def place(self, time_s: float, *, snap: bool = True) -> tuple[float, str]:
        """(time of a sample, name of the fiducial it was snapped to or "")."""
        reach_s = max(SNAP_S, min(1.5 * self.pixel_s, COARSEST_SNAP_S))
        found = self.landmarks.nearest(time_s, reach_s) if snap else None
        if found is None:
            return self.on_sample(time_s), ""
        return self.on_sample(found[0]), found[1]

    def finished(self, caliper: Caliper, others: tuple[Caliper, ...] = ()) -> Caliper:
        """The caliper on whole samples, with its trace, its ± and, for a QT, its RR."""
        caliper = self._on_samples(caliper)
        spread_s = spread_mv = None
        if caliper.kind is Kind.TIME:
            spread_s = self._time_spread_s(caliper)
        elif caliper.kind is Kind.AMPLITUDE:
            spread_mv = SURE * math.sqrt(2.0) * self.noise_mv(caliper.lead, caliper.start.time_s)
        caliper = replace(caliper, trace=self.trace, spread_s=spread_s, spread_mv=spread_mv)
        if not caliper.qt:
            return caliper
        rr_s, rr_from = self.rr_of(caliper, others)
        return replace(caliper, rr_s=rr_s, rr_from=rr_from)

    def _on_samples(self, caliper: Caliper) -> Caliper:
        def snap(spot: Spot) -> Spot:
            return Spot(self.on_sample(spot.time_s), spot.value_mv)

        apex = None if caliper.apex is None else snap(caliper.apex)
        return replace(caliper, start=snap(caliper.start), stop=snap(caliper.stop), apex=apex)

    def rr_of(self, caliper: Caliper, others: tuple[Caliper, ...]) -> tuple[float | None, str]:
        """The RR interval that a QT is corrected with, and where it comes from."""
        r_s = self.landmarks.r_s
        inside = np.flatnonzero((r_s >= caliper.first_s - 0.05) & (r_s <= caliper.last_s))
        if len(inside) and inside[0] > 0:
            return float(r_s[inside[0]] - r_s[inside[0] - 1]), "the RR before it"
        if len(inside) and inside[0] + 1 < len(r_s):
            return float(r_s[inside[0] + 1] - r_s[inside[0]]), "the RR after it"
        for other in reversed(others):
            if other.kind is Kind.TIME and not other.qt and other.mean_s > 0.2:
                return other.mean_s, f"caliper {other.number}"
        return None, ""

    def _time_spread_s(self, caliper: Caliper) -> float:
        bars = [self._leeway_s(caliper.lead, at.time_s) for at in (caliper.start, caliper.stop)]
        spread_s = math.hypot(*bars)
        return spread_s if spread_s < caliper.span_s / 2 else math.inf

    def _leeway_s(self, lead: str, time_s: float) -> float:
        """Half the stretch around a bar in which the trace is the same within its noise."""
        sample_s = 1.0 / self.fs_hz
        values = self._around(lead, time_s, EDGE_REACH_S)
        n_before = min(round(EDGE_REACH_S * self.fs_hz), round(time_s * self.fs_hz))
        if len(values) <= n_before or len(values) < FEW:
            return sample_s
        calm = _smooth(values, self.fs_hz, CALM_S)
        noise_mv = self.noise_mv(lead, time_s)
        away = np.flatnonzero(np.abs(calm - calm[n_before]) > SURE * noise_mv)
        before, after = away[away < n_before], away[away > n_before]
        if not len(before) and not len(after):
            return math.inf
        left = n_before - before[-1] if len(before) else after[0] - n_before
        right = after[0] - n_before if len(after) else left
        return float(left + right) / 2 * sample_s

    def noise_mv(self, lead: str, time_s: float) -> float:
        """SD of what is faster than a smooth 30 ms: robust against the QRS. 0 if unknown."""
        values = self._around(lead, time_s, NOISE_REACH_S)
        if len(values) < FEW:
            return 0.0
        rough = values - _smooth(values, self.fs_hz, SMOOTH_S)
        return float(ROBUST_SD * np.median(np.abs(rough - np.median(rough))))

    def _around(self, lead: str, time_s: float, reach_s: float) -> Floats:
        """One lead's samples around a time, float64 [n], without gaps."""
        if lead not in self.leads:
            return np.zeros(0)
        start = max(round((time_s - reach_s) * self.fs_hz), 0)
        stop = min(round((time_s + reach_s) * self.fs_hz) + 1, self.samples.n_samples)
        if stop <= start:
            return np.zeros(0)
        values = self.samples.read_mv(start, stop)[self.leads.index(lead)].astype(np.float64)
        known: Floats = values[np.isfinite(values)]
        return known


def _smooth(values: Floats, fs_hz: float, width_s: float) -> Floats:
    """A running mean of the same length, edges held."""
    width = max(round(width_s * fs_hz) | 1, 3)
    padded = np.pad(values, width // 2, mode="edge")
    smooth: Floats = np.convolve(padded, np.full(width, 1.0 / width), mode="valid")
    return smooth
