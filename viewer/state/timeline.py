"""Which seconds of the recording are on screen. Qt-free."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from psygnal import Signal

STEP = 0.1
"""The share of a page that one arrow key moves."""


@dataclass(eq=False)
class Timeline:
    """The span of time that the page shows.

    duration_s  length of the recording
    start_s     the first second on the page; 0 <= start_s <= duration_s - span_s
    span_s      how many seconds the page holds; the page's geometry sets it
    """

    changed: ClassVar[Signal] = Signal()  # psygnal: no Qt, holds listeners weakly

    duration_s: float = 0.0
    start_s: float = 0.0
    span_s: float = 10.0

    @property
    def stop_s(self) -> float:
        """The last second on the page, never past the end of the recording."""
        return min(self.start_s + self.span_s, self.duration_s)

    @property
    def last_start_s(self) -> float:
        """Where the page begins when it shows the end of the recording."""
        return max(self.duration_s - self.span_s, 0.0)

    def open(self, duration_s: float) -> None:
        """Go to the start of another recording."""
        self._apply(_seconds(duration_s), 0.0, self.span_s)

    def scroll_to(self, start_s: float) -> None:
        """Begin the page at start_s, or as near to it as the recording allows."""
        self._apply(self.duration_s, start_s, self.span_s)

    def page(self, pages: float) -> None:
        """Turn whole pages (±1), or parts of one."""
        self.scroll_to(self.start_s + pages * self.span_s)

    def step(self, steps: float) -> None:
        """Move by tenths of a page."""
        self.page(steps * STEP)

    def centre_on(self, time_s: float) -> None:
        """Bring time_s to the middle of the page."""
        self.scroll_to(time_s - self.span_s / 2)

    def set_span(self, span_s: float, *, keep_s: float | None = None) -> None:
        """Show span_s seconds; keep_s stays where it is on the page (default: the left edge).

        Raises ValueError when span_s is not a positive number of seconds.
        """
        if not (math.isfinite(span_s) and span_s > 0):
            raise ValueError(f"a page of {span_s} seconds")
        start_s = self.start_s
        if keep_s is not None:
            start_s = keep_s - (keep_s - self.start_s) * span_s / self.span_s
        self._apply(self.duration_s, start_s, span_s)

    def _apply(self, duration_s: float, start_s: float, span_s: float) -> None:
        if not math.isfinite(start_s):
            return  # a gesture over a page without width
        start_s = min(max(start_s, 0.0), max(duration_s - span_s, 0.0))
        if (duration_s, start_s, span_s) != (self.duration_s, self.start_s, self.span_s):
            self.duration_s, self.start_s, self.span_s = duration_s, start_s, span_s
            self.changed.emit()


def _seconds(duration_s: float) -> float:
    if not (math.isfinite(duration_s) and duration_s >= 0):
        raise ValueError(f"a recording of {duration_s} seconds")
    return duration_s
