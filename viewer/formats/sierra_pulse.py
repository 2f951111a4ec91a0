"""The calibration pulse that Philips recorders put behind the ECG, the same in every lead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHORTEST_S, LONGEST_S = 0.1, 2.0


def pulse_at_the_end(
    rows: Sequence[NDArray[np.int32]], fs_hz: float, step_mv: float
) -> tuple[int, float]:
    """(samples before the pulse's stretch, its height in mV); (all, 0.0) where there is none.

    The stretch is the end in which all leads, also the computed ones, hold one and the same
    rectangle; no heart does that. Its height proves the resolution.
    """
    stacked = np.stack(rows)
    n_samples = stacked.shape[1]
    same = (stacked == stacked[0]).all(axis=0)
    differ = np.flatnonzero(~same)
    begin = int(differ[-1]) + 1 if differ.size else 0
    end = stacked[0, begin:]
    steps = np.flatnonzero(np.diff(end)) if end.size > 1 else np.zeros(0, int)
    fits = SHORTEST_S <= end.size / fs_hz <= LONGEST_S and begin > 0 and len(rows) > 2
    if not fits or len(steps) != 2 or end[0] != 0 or end[-1] != 0:
        return n_samples, 0.0
    return begin, float(end[steps[0] + 1] * step_mv)
