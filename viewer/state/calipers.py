"""Calipers: what was measured by hand, in seconds and millivolts, so that zoom moves nothing.

Qt-free. Every change goes through Marks, which can undo it; here is what a caliper is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Literal

TraceName = Literal["raw", "denoised", "residual"]


class Kind(Enum):
    """What a caliper measures."""

    TIME = "time"
    AMPLITUDE = "amplitude"
    ANGLE = "angle"


class Part(Enum):
    """What of a caliper a hand can hold."""

    START = "start"
    STOP = "stop"
    WHOLE = "crossbar"
    APEX = "apex"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the recording: seconds from its start, millivolts of a lead."""

    time_s: float
    value_mv: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Caliper:
    """One measurement by hand.

    number       its name on the page, 1, 2, 3 …; its colour follows from it
    lead         where its crossbar and read-out stand
    wide         whether that is the full-width row of the lead rather than its column
    start, stop  TIME: the two bars (their millivolts are where the crossbar stands);
                 AMPLITUDE: the two levels (their seconds are where the crossbar stands);
                 ANGLE: the ends of the two arms
    apex         ANGLE only
    trace        which trace was visible when it was measured
    snapped      name of the fiducial that start and stop lie on, "" where none
    spread_s, spread_mv   95 % half-width of the measured value from noise and sampling
    intervals    TIME: how many beats lie between the bars; the mean is shown
    marching     TIME: repeated over the page
    qt           TIME: this is a QT interval
    rr_s, rr_from   QT: the RR interval for the correction, and where it comes from
    """

    number: int
    kind: Kind
    lead: str
    start: Spot
    stop: Spot
    wide: bool = False
    apex: Spot | None = None
    trace: TraceName = "raw"
    snapped: tuple[str, str] = ("", "")
    spread_s: float | None = None
    spread_mv: float | None = None
    intervals: int = 1
    marching: bool = False
    qt: bool = False
    rr_s: float | None = None
    rr_from: str = ""

    @property
    def span_s(self) -> float:
        """From bar to bar, in seconds, never negative."""
        return abs(self.stop.time_s - self.start.time_s)

    @property
    def mean_s(self) -> float:
        """One of the intervals between the bars."""
        return self.span_s / self.intervals

    @property
    def span_mv(self) -> float:
        """From level to level, in millivolts, never negative."""
        return abs(self.stop.value_mv - self.start.value_mv)

    @property
    def first_s(self) -> float:
        return min(self.start.time_s, self.stop.time_s)

    @property
    def last_s(self) -> float:
        return max(self.start.time_s, self.stop.time_s)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What can be held, in the order of the Tab key."""
        if self.kind is Kind.ANGLE:
            return (Part.STOP, Part.START, Part.APEX, Part.WHOLE)
        return (Part.STOP, Part.START, Part.WHOLE)

    def spot(self, part: Part) -> Spot:
        """Where a part stands; the whole stands where its start is."""
        if part is Part.STOP:
            return self.stop
        if part is Part.APEX and self.apex is not None:
            return self.apex
        return self.start

    def moved(self, part: Part, to: Spot, *, snapped: str = "") -> Caliper:
        """The caliper after its part was brought to a spot.

        The crossbar of TIME follows in height, that of AMPLITUDE in time; the whole keeps
        its shape.
        """
        if part is Part.WHOLE:
            return self._shifted(to.time_s - self.start.time_s, to.value_mv - self.start.value_mv)
        if part is Part.APEX:
            return replace(self, apex=to)
        names = (snapped, self.snapped[1]) if part is Part.START else (self.snapped[0], snapped)
        start, stop = (to, self.stop) if part is Part.START else (self.start, to)
        if self.kind is Kind.TIME:  # one crossbar: both bars know its height
            level_mv = self.start.value_mv
            start, stop = Spot(start.time_s, level_mv), Spot(stop.time_s, level_mv)
        elif self.kind is Kind.AMPLITUDE:
            at_s = self.start.time_s
            start, stop = Spot(at_s, start.value_mv), Spot(at_s, stop.value_mv)
        return replace(self, start=start, stop=stop, snapped=names)

    def _shifted(self, by_s: float, by_mv: float) -> Caliper:
        def shift(spot: Spot) -> Spot:
            return Spot(spot.time_s + by_s, spot.value_mv + by_mv)

        return replace(
            self,
            start=shift(self.start),
            stop=shift(self.stop),
            apex=None if self.apex is None else shift(self.apex),
            snapped=("", "") if by_s else self.snapped,
        )


def next_number(calipers: tuple[Caliper, ...]) -> int:
    """The smallest number that is free, so that colours return when calipers go."""
    taken = {caliper.number for caliper in calipers}
    return next(n for n in range(1, len(taken) + 2) if n not in taken)
