"""What the ST service answers: frozen results, in millivolts and milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.signal.delineation import Fiducials
from inference.signal.median_beat import AlignedBeats

Floats = NDArray[np.float64]

Kind = Literal["STE", "STD", "TWI"]
ST_POINTS_MS = {"j": 0, "j20": 20, "j60": 60, "j80": 80}
"""Where ST is read, in milliseconds after the J point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSt:
    """The ST segment of one lead.

    j_mv … j80_mv     level against the PR segment, mean of ±10 ms (J: of 0…+20 ms)
    slope_mv_per_s    from J to J+80 ms
    t_mv              the T wave's largest deflection
    q_mv, r_mv, s_mv  deepest point before R, highest point, deepest point behind R; 0 if none
    n_beats           beats in the median
    spread_mv         beat-to-beat SD of the level at J+60 (robust)
    suppressed        why no number should be shown, None when it may
    """

    lead: str
    j_mv: float
    j20_mv: float
    j60_mv: float
    j80_mv: float
    slope_mv_per_s: float
    t_mv: float
    n_beats: int
    spread_mv: float
    suppressed: str | None = None
    q_mv: float = 0.0
    r_mv: float = 0.0
    s_mv: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Global intervals of the median beat; None where a wave was not found.

    qtc_ms  by formula: "Bazett", "Fridericia", "Framingham", "Hodges"
    axis_deg  frontal QRS axis from the net areas of I and aVF, -180…180
    """

    heart_rate_bpm: float
    rr_ms: float
    pr_ms: float | None
    qrs_ms: float
    qt_ms: float | None
    qtc_ms: dict[str, float]
    axis_deg: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """An amplitude criterion that contiguous leads meet.

    kind         "STE", "STD" or "TWI" (T wave inversion)
    leads        the contiguous leads that meet it
    levels_mv    their levels at J; of the T wave for "TWI"
    population   whose threshold it is: "women", "men of 40 years and over", …; "" if one for all
    text         the sentence to show
    """

    kind: Kind
    leads: tuple[str, ...]
    levels_mv: tuple[float, ...]
    population: str
    text: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StReport:
    """Everything measured on one signal.

    reasons    why there are no numbers, empty when there are
    notes      what the reader should know beside the numbers
    st         one row per lead; empty when there are reasons
    median_mv  float64 [n_leads, n], zero at the PR segment; None when there are reasons
    beats      the beats behind it: beats.cut(signal) gives them
    fiducials  indices into the median beat; R is at beats.before
    """

    leads: tuple[str, ...]
    fs_hz: float
    n_beats_found: int
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    st: tuple[LeadSt, ...] = ()
    intervals: Intervals | None = None
    criteria: tuple[Criterion, ...] = ()
    median_mv: Floats | None = None
    beats: AlignedBeats | None = None
    fiducials: Fiducials | None = None

    def lead(self, name: str) -> LeadSt | None:
        """The row of one lead, None when it was not measured."""
        return next((row for row in self.st if row.lead == name), None)
