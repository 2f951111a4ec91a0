"""Which traces are on the page: the raw signal, the denoised one, both, or their difference."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from psygnal import Signal

SUFFIX = "den."
"""What every lead label says while a denoised trace is visible (never colour alone)."""


class Trace(Enum):
    """One curve per lead."""

    RAW = "raw"
    DENOISED = "denoised"
    RESIDUAL = "residual"  # raw minus denoised, at the same mm/mV


class Show(Enum):
    """What the reader asked for; the values are the command line's words."""

    RAW = "raw"
    DENOISED = "denoised"
    OVERLAY = "overlay"
    RESIDUAL = "residual"
    SIDE_BY_SIDE = "side-by-side"


_TRACES = {
    Show.RAW: (Trace.RAW,),
    Show.DENOISED: (Trace.DENOISED,),
    Show.OVERLAY: (Trace.RAW, Trace.DENOISED),
    Show.RESIDUAL: (Trace.RESIDUAL,),
    Show.SIDE_BY_SIDE: (Trace.RAW, Trace.DENOISED),
}
_OPPOSITE = {
    Show.RAW: Show.DENOISED,
    Show.DENOISED: Show.RAW,
    Show.OVERLAY: Show.RAW,
    Show.RESIDUAL: Show.RAW,
    Show.SIDE_BY_SIDE: Show.SIDE_BY_SIDE,  # there the rows change places, see split
}


@dataclass(eq=False)
class Layers:
    """The traces on the page. Opens with the raw one, whatever was shown before.

    show           what was asked for
    has_denoised   whether a denoised signal exists; without one only the raw is drawn
    flickering     while a key is held: raw and denoised change places
    """

    changed: ClassVar[Signal] = Signal()

    show: Show = Show.RAW
    has_denoised: bool = False
    flickering: bool = False

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The curves really drawn, from back to front."""
        if not self.has_denoised:
            return _TRACES[Show.RAW]
        return _TRACES[_OPPOSITE[self.show] if self.flickering else self.show]

    @property
    def split(self) -> tuple[Trace, ...]:
        """The traces that have rows of their own, in reading order; () where they share rows."""
        if self.show is not Show.SIDE_BY_SIDE or not self.has_denoised:
            return ()
        return (Trace.DENOISED, Trace.RAW) if self.flickering else (Trace.RAW, Trace.DENOISED)

    @property
    def denoised_visible(self) -> bool:
        """Whether anything on the page comes from a cleaning method."""
        return self.traces != (Trace.RAW,)

    def set_show(self, show: Show) -> None:
        """Show other traces; asked for before a denoised signal exists, it waits for one."""
        self._apply(show, self.has_denoised, self.flickering)

    def toggle(self, show: Show) -> None:
        """show, or the raw trace alone when it is already on."""
        self.set_show(Show.RAW if self.show is show else show)

    def set_has_denoised(self, has_denoised: bool) -> None:
        """A denoised signal has come, or is gone with its recording."""
        self._apply(self.show, has_denoised, self.flickering and has_denoised)

    def set_flickering(self, flickering: bool) -> None:
        """Hold: raw and denoised change places; let go: back."""
        self._apply(self.show, self.has_denoised, flickering and self.has_denoised)

    def reset(self) -> None:
        """As on opening: the raw trace, nothing denoised."""
        self._apply(Show.RAW, False, False)

    def _apply(self, show: Show, has_denoised: bool, flickering: bool) -> None:
        if (show, has_denoised, flickering) != (self.show, self.has_denoised, self.flickering):
            self.show, self.has_denoised, self.flickering = show, has_denoised, flickering
            self.changed.emit()


def lead_suffix(traces: tuple[Trace, ...]) -> str:
    """What follows the lead's name: "den.", "raw + den.", "raw − den.", or nothing."""
    if traces == (Trace.RAW, Trace.DENOISED):
        return f"raw + {SUFFIX}"
    return {Trace.RAW: "", Trace.DENOISED: SUFFIX, Trace.RESIDUAL: f"raw − {SUFFIX}"}[traces[0]]


def row_mark(trace: Trace) -> str:
    """What a row of its own says of its trace, where raw and denoised stand side by side."""
    return "raw" if trace is Trace.RAW else SUFFIX
