"""Where a caliper stands on the page, in millimetres: what is drawn is what can be held.

Qt-free. A time caliper runs through all leads of every strip that shows its seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from viewer.state.calipers import Caliper, Kind, Part, Spot
from viewer.state.page import Cell, Page
from viewer.state.strips import Strip, strips

Offset = Callable[[str], float]
"""What is taken off the place of a lead's trace, in mV (see state.centring)."""

AMPLITUDE_HALF_MM = 12.0  # of the horizontal bars, to both sides of the crossbar
EDGE_MM = 1.5  # a crossbar stays so far inside its row
CLOSEST_MARCH_MM = 1.5
REACH_MM = 1.5


@dataclass(frozen=True, slots=True)
class Bar:
    """A straight line of a caliper, in millimetres of the page."""

    part: Part
    x1: float
    y1: float
    x2: float
    y2: float

    def distance_mm(self, x: float, y: float) -> float:
        """From a point to the nearest place of the line."""
        dx, dy = self.x2 - self.x1, self.y2 - self.y1
        length = dx * dx + dy * dy
        along = 0.0 if length == 0 else ((x - self.x1) * dx + (y - self.y1) * dy) / length
        along = min(max(along, 0.0), 1.0)
        return math.hypot(x - self.x1 - along * dx, y - self.y1 - along * dy)


@dataclass(frozen=True, slots=True)
class Shape:
    """A caliper on the page.

    bars      what can be held
    marches   repetitions of a marching caliper
    label_mm  the middle of the crossbar, where the read-out belongs
    mm        the distance that was measured
    """

    caliper: Caliper
    bars: tuple[Bar, ...]
    marches: tuple[Bar, ...]
    label_mm: tuple[float, float]
    mm: float


@dataclass(frozen=True, slots=True)
class Grip:
    """What of which caliper lies under the hand."""

    number: int
    part: Part


def no_offset(lead: str) -> float:
    return 0.0


def shape(page: Page, caliper: Caliper, offset_mv: Offset = no_offset) -> Shape | None:
    """The caliper on this page; None when the page does not show it."""
    cell = home(page, caliper)
    if cell is None:
        return None
    if caliper.kind is Kind.TIME:
        return _time(page, caliper, cell, offset_mv)
    if caliper.kind is Kind.AMPLITUDE:
        return _amplitude(caliper, cell, offset_mv)
    return _angle(caliper, cell, offset_mv)


def shapes(page: Page, calipers: Iterable[Caliper], offset_mv: Offset = no_offset) -> list[Shape]:
    """All calipers that the page shows, in their order."""
    found = (shape(page, caliper, offset_mv) for caliper in calipers)
    return [one for one in found if one is not None]


def grip_at(found: Iterable[Shape], x: float, y: float, reach_mm: float) -> Grip | None:
    """What a hand at this place would hold; bars before crossbars, the last drawn first."""
    near = []
    for order, one in enumerate(found):
        for bar in one.bars:
            distance = bar.distance_mm(x, y)
            if distance <= reach_mm:
                whole = bar.part is Part.WHOLE
                near.append((whole, distance, -order, Grip(one.caliper.number, bar.part)))
    return min(near, key=lambda item: item[:3])[3] if near else None


def is_wide(page: Page, cell: Cell) -> bool:
    """Whether the cell is a rhythm row below the columns."""
    return page.n_columns > 1 and cell.span_s > page.column_s * 1.01


def home(page: Page, caliper: Caliper) -> Cell | None:
    """The cell in which the crossbar stands: its own lead's, else the first that shows its time."""
    points = [caliper.apex or caliper.start] if caliper.kind is not Kind.TIME else []
    first = points[0].time_s if points else caliper.first_s
    last = points[0].time_s if points else caliper.last_s
    there = [c for c in page.cells if c.start_s <= last and first <= c.stop_s]
    own = [c for c in there if c.lead == caliper.lead]
    if caliper.kind is not Kind.TIME and not own:
        return None  # millivolts belong to their lead

    def far(cell: Cell) -> tuple[bool, bool, float]:
        other = cell.trace is not None and cell.trace.value != caliper.trace
        return is_wide(page, cell) != caliper.wide, other, cell.start_s

    return min(own or there, key=far, default=None)


def _time(page: Page, caliper: Caliper, cell: Cell, offset_mv: Offset) -> Shape:
    low, high = cell.top_mm + EDGE_MM, cell.top_mm + cell.height_mm - EDGE_MM
    level_mv = caliper.start.value_mv - offset_mv(cell.lead)
    y = min(max(cell.y_mm(level_mv), low), high)
    bars: list[Bar] = []
    marches: list[Bar] = []
    for strip in strips(page):
        edges = _edges(strip)
        bars += _uprights(caliper, strip, edges)
        if caliper.marching:
            marches += _marches(page, caliper, strip, edges)
    crossbars = _crossbars(page, caliper, cell, y)
    middle = crossbars[0] if crossbars else Bar(Part.WHOLE, cell.left_mm, y, cell.left_mm, y)
    label = ((middle.x1 + middle.x2) / 2, y)
    mm = caliper.mean_s * page.speed_mm_s
    return Shape(caliper, (*bars, *crossbars), tuple(marches), label, mm)


def _edges(strip: Strip) -> tuple[float, float]:
    """The top and the bottom of a strip's rows."""
    top = min(cell.top_mm for cell in strip.cells)
    return top, max(cell.top_mm + cell.height_mm for cell in strip.cells)


def _uprights(caliper: Caliper, strip: Strip, edges: tuple[float, float]) -> list[Bar]:
    cell, found = strip.cells[0], []
    for part, spot in ((Part.START, caliper.start), (Part.STOP, caliper.stop)):
        if cell.start_s <= spot.time_s <= cell.stop_s:
            x = cell.x_mm(spot.time_s)
            found.append(Bar(part, x, edges[0], x, edges[1]))
    return found


def _crossbars(page: Page, caliper: Caliper, home: Cell, y: float) -> list[Bar]:
    """Pieces of the crossbar, the one in its own cell first, in every column it runs through."""
    pieces = []
    for cell in page.cells:
        if cell.top_mm != home.top_mm:
            continue
        first, last = max(caliper.first_s, cell.start_s), min(caliper.last_s, cell.stop_s)
        if first <= last:
            pieces.append((cell != home, Bar(Part.WHOLE, cell.x_mm(first), y, cell.x_mm(last), y)))
    return [bar for _, bar in sorted(pieces, key=lambda piece: piece[0])]


def _marches(page: Page, caliper: Caliper, strip: Strip, edges: tuple[float, float]) -> list[Bar]:
    """The interval repeated both ways, as far as the strip shows."""
    step_s = caliper.mean_s
    if step_s * page.speed_mm_s < CLOSEST_MARCH_MM:
        return []
    cell = strip.cells[0]
    first = math.ceil((cell.start_s - caliper.first_s) / step_s - 1e-9)
    last = math.floor((cell.stop_s - caliper.first_s) / step_s + 1e-9)
    found = []
    for beat in range(first, last + 1):
        if beat not in (0, caliper.intervals):
            x = cell.x_mm(caliper.first_s + beat * step_s)
            found.append(Bar(Part.WHOLE, x, edges[0], x, edges[1]))
    return found


def _amplitude(caliper: Caliper, cell: Cell, offset_mv: Offset) -> Shape:
    x = cell.x_mm(caliper.start.time_s)
    left = max(x - AMPLITUDE_HALF_MM, cell.left_mm)
    right = min(x + AMPLITUDE_HALF_MM, cell.right_mm)
    off = offset_mv(cell.lead)
    start, stop = (cell.y_mm(s.value_mv - off) for s in (caliper.start, caliper.stop))
    bars = (
        Bar(Part.START, left, start, right, start),
        Bar(Part.STOP, left, stop, right, stop),
        Bar(Part.WHOLE, x, start, x, stop),
    )
    mm = caliper.span_mv * cell.gain_mm_mv
    return Shape(caliper, bars, (), (x, min(start, stop)), mm)


def _angle(caliper: Caliper, cell: Cell, offset_mv: Offset) -> Shape:
    assert caliper.apex is not None
    off = offset_mv(cell.lead)

    def place(spot: Spot) -> tuple[float, float]:
        x = min(max(cell.x_mm(spot.time_s), cell.left_mm), cell.right_mm)
        return x, cell.y_mm(spot.value_mv - off)

    apex, start, stop = place(caliper.apex), place(caliper.start), place(caliper.stop)
    bars = (
        Bar(Part.APEX, *apex, *apex),
        Bar(Part.START, *_near(start, apex), *start),
        Bar(Part.STOP, *_near(stop, apex), *stop),
        Bar(Part.WHOLE, *apex, *start),
        Bar(Part.WHOLE, *apex, *stop),
    )
    return Shape(caliper, bars, (), apex, 0.0)


def _near(end: tuple[float, float], apex: tuple[float, float]) -> tuple[float, float]:
    """The outer third of an arm turns it; the inner part moves the whole."""
    return end[0] + (apex[0] - end[0]) / 3, end[1] + (apex[1] - end[1]) / 3
