"""Heart rate over the whole recording, filled in as stretches are searched. Qt-free."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

CELL_S = 10.0
SHORTEST_RR_S, LONGEST_RR_S = 0.2, 3.0
"""Beyond these an interval is a missed or invented beat, not a heart rate."""

Floats = NDArray[np.float64]


class HeartTrend:
    """One heart rate per ten seconds: 60 / median RR of the intervals that end there.

    bpm    float64 [n_cells], NaN where no two beats follow each other or nobody looked yet
    known  bool [n_cells], whether beats were searched there
    """

    def __init__(self, duration_s: float) -> None:
        n_cells = max(math.ceil(duration_s / CELL_S), 1)
        self.duration_s = duration_s
        self.bpm: Floats = np.full(n_cells, np.nan)
        self.known = np.zeros(n_cells, np.bool_)

    @property
    def share_known(self) -> float:
        """How much of the recording was searched, 0..1."""
        return float(self.known.mean())

    @property
    def typical_bpm(self) -> float:
        """The median over what is known; NaN while nothing is."""
        found = self.bpm[np.isfinite(self.bpm)]
        return float(np.median(found)) if found.size else float("nan")

    def put(self, start_s: float, stop_s: float, beats_s: Floats) -> None:
        """Take in the beats of one stretch whose edges are multiples of CELL_S."""
        first = round(start_s / CELL_S)
        last = min(math.ceil(stop_s / CELL_S - 1e-9), len(self.bpm))
        self.known[first:last] = True
        intervals_s, ends_s = np.diff(beats_s), beats_s[1:]
        sound = (intervals_s >= SHORTEST_RR_S) & (intervals_s <= LONGEST_RR_S)
        cells = np.minimum((ends_s / CELL_S).astype(np.int64), len(self.bpm) - 1)
        for cell in np.unique(cells[sound]):
            if first <= cell < last:
                self.bpm[cell] = 60.0 / float(np.median(intervals_s[sound & (cells == cell)]))

    def at(self, time_s: float) -> float:
        """Beats per minute around a time; NaN where unknown."""
        cell = int(time_s / CELL_S)
        return float(self.bpm[cell]) if 0 <= cell < len(self.bpm) else float("nan")

    def columns(self, n: int) -> tuple[Floats, Floats]:
        """Slowest and fastest rate of each of n equal stretches, NaN where there is none."""
        low, high = np.full(n, np.nan), np.full(n, np.nan)
        cells = np.flatnonzero(np.isfinite(self.bpm))
        middle_s = (cells + 0.5) * CELL_S
        at = np.minimum((middle_s / max(self.duration_s, 1e-9) * n).astype(np.int64), n - 1)
        np.fmin.at(low, at, self.bpm[cells])
        np.fmax.at(high, at, self.bpm[cells])
        return low, high
