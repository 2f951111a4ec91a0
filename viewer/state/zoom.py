"""Box zoom: a part of the page fills it, marked as free zoom, and the way back. Qt-free."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from psygnal import Signal

from viewer.state.layouts import Layout
from viewer.state.page import (
    ABOVE_ROWS_MM,
    BASELINE,
    LEAST_LEFT_MM,
    PULSE_ROOM_MM,
    PULSE_S,
    RIGHT_MM,
    Cell,
    Page,
)
from viewer.state.paper import FASTEST_MM_S, Paper
from viewer.state.timeline import Timeline

LEAST_MM = 2.5
"""A smaller box is a slip of the hand."""
HIGHEST_MM_MV = 400.0
SMALLEST_MV = 0.05


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page, in mm from its top left corner."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float

    @property
    def right_mm(self) -> float:
        return self.left_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        return self.top_mm + self.height_mm


@dataclass(frozen=True, slots=True)
class View:
    """What the page showed before."""

    layout: Layout
    speed_mm_s: float
    gain_mm_mv: float
    start_s: float


class Zoom:
    """Goes into boxes and back out again, one by one."""

    changed: ClassVar[Signal] = Signal()

    def __init__(self, paper: Paper, timeline: Timeline) -> None:
        self._paper, self._timeline = paper, timeline
        self._before: list[View] = []

    @property
    def can_go_back(self) -> bool:
        return bool(self._before)

    @property
    def scale_before(self) -> tuple[float, float]:
        """Speed and gain before the first box."""
        return self._before[0].speed_mm_s, self._before[0].gain_mm_mv

    def forget(self) -> None:
        """Another recording: there is no way back to the old one's pages."""
        self._before.clear()
        self.changed.emit()

    def into(self, page: Page, box: Box) -> bool:
        """Show what the box holds as large as the page allows; False where it holds no lead."""
        cells = boxed_cells(page, box)
        if not cells or box.width_mm < LEAST_MM or box.height_mm < LEAST_MM:
            return False
        paper, first = self._paper, cells[0]
        start_s = max(first.time_s(max(box.left_mm, first.left_mm)), 0.0)
        span_s = (min(box.right_mm, first.right_mm) - max(box.left_mm, first.left_mm)) / (
            page.speed_mm_s
        )
        if span_s <= 0:
            return False
        now = View(paper.layout, paper.speed_mm_s, paper.gain_mm_mv, self._timeline.start_s)
        self._before.append(now)
        labels = tuple(dict.fromkeys(cell.label for cell in cells))
        paper.set_view(
            Layout("zoom", "Free zoom", (labels,)),
            filling_speed(page.width_mm, span_s),
            filling_gain(page, cells, box),
        )
        self._timeline.scroll_to(start_s)
        self.changed.emit()
        return True

    def back(self) -> None:
        """The page before the last box."""
        if self._before:
            view = self._before.pop()
            self._paper.set_view(view.layout, view.speed_mm_s, view.gain_mm_mv)
            self._timeline.scroll_to(view.start_s)
            self.changed.emit()


def boxed_cells(page: Page, box: Box) -> list[Cell]:
    """Recorded leads of the column under the box's middle whose baseline lies in it, or the
    one lead whose row holds its middle."""
    x, y = box.left_mm + box.width_mm / 2, box.top_mm + box.height_mm / 2
    column = [c for c in page.cells if c.index is not None and c.left_mm <= x <= c.right_mm]
    inside = [c for c in column if box.top_mm <= c.baseline_mm <= box.bottom_mm]
    if inside:
        lefts = {cell.left_mm for cell in inside}
        return [c for c in inside if c.left_mm == max(lefts)] if len(lefts) > 1 else inside
    return [c for c in column if c.top_mm <= y < c.top_mm + c.height_mm][:1]


def filling_speed(width_mm: float, span_s: float) -> float:
    """The paper speed at which span_s fills a sheet; the pulse in its margin grows along."""
    speed_mm_s = (width_mm - LEAST_LEFT_MM - RIGHT_MM) / span_s
    for _ in range(8):
        left_mm = math.ceil((PULSE_S * speed_mm_s + PULSE_ROOM_MM) / 5.0) * 5.0
        room_mm = max(width_mm - max(left_mm, LEAST_LEFT_MM) - RIGHT_MM, 0.2 * width_mm)
        speed_mm_s = min(room_mm / span_s, FASTEST_MM_S)
    return speed_mm_s


def filling_gain(page: Page, cells: list[Cell], box: Box) -> float:
    """The gain at which the box's highest and lowest values still stand in their rows."""
    room_mm = (page.rows_bottom_mm - page.rows_top_mm - ABOVE_ROWS_MM) / len(cells)
    highest = max(abs(cells[0].value_mv(box.top_mm)), SMALLEST_MV)
    lowest = max(abs(cells[-1].value_mv(box.bottom_mm)), SMALLEST_MV)
    fitting = min(BASELINE * room_mm / highest, (1 - BASELINE) * room_mm / lowest)
    return min(max(fitting, 1.0), HIGHEST_MM_MV)
