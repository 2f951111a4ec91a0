"""Scroll bar for a Timeline, in milliseconds."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QScrollBar

from viewer.state.timeline import STEP, Timeline


class TimelineBar(QScrollBar):
    """Shows where in the recording the page stands, and moves it."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setAccessibleName("Time in the recording")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._timeline = timeline
        timeline.changed.connect(self._draw)
        self.valueChanged.connect(self._scroll)
        self._draw()

    def _scroll(self, ms: int) -> None:
        self._timeline.scroll_to(ms / 1000)

    def _draw(self) -> None:
        timeline = self._timeline
        with QSignalBlocker(self):  # not a gesture of the user
            self.setRange(0, round(timeline.last_start_s * 1000))
            self.setPageStep(round(timeline.span_s * 1000))
            self.setSingleStep(max(round(timeline.span_s * STEP * 1000), 1))
            self.setValue(round(timeline.start_s * 1000))
        self.setToolTip(f"{clock(timeline.start_s)} – {clock(timeline.stop_s)}")


def clock(seconds: float) -> str:
    """75.5 as "1:15.5", 3700 as "1:01:40.0"."""
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    rest = f"{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{minutes:02d}:{rest}" if hours else f"{minutes}:{rest}"
