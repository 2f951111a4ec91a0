"""What calipers look like: thin lines, small feet, a read-out that covers no other words."""

from __future__ import annotations

from collections.abc import Iterable

from viewer.state.caliper_shape import Bar, Grip, Shape
from viewer.state.caliper_text import readout
from viewer.state.calipers import Kind, Part
from viewer.state.figures import Figure, Rect, Room, Stroke, Words, text_width_mm
from viewer.state.page import Cell, Page

LINE_ROOM = 1.25  # of the font's size, from line to line
PAD_MM, APART_MM = 0.7, 0.9
FOOT_MM = 1.2
SECOND_SIZE = 0.88
BOLD = 1.05  # letters of the first line are wider
LABEL_MM = 3.6


def label_rects(page: Page, marks: Iterable[tuple[str, tuple[str, ...]]] = ()) -> list[Rect]:
    """Where the leads' names stand inside the paper, with the small words behind them."""
    said = dict(marks)
    return [_label_rect(cell, ", ".join(said.get(cell.lead, ()))) for cell in page.cells]


def _label_rect(cell: Cell, mark: str) -> Rect:
    width = text_width_mm(cell.label, LABEL_MM) * 1.2 + text_width_mm(mark, 2.5) + 2.0
    if cell.first:
        return Rect(0.0, cell.baseline_mm - 4.5, cell.left_mm, 8.0)
    y = max(cell.baseline_mm - 14.0, cell.top_mm + LABEL_MM)
    return Rect(cell.left_mm + 0.5, y - LABEL_MM, width, LABEL_MM + 0.8)


def caliper_figures(
    page: Page,
    found: Iterable[Shape],
    *,
    text_mm: float,
    room: Room,
    held: Grip | None = None,
    in_bpm: bool = False,
) -> list[Figure]:
    """Lines of all calipers first, then the read-outs on top of them."""
    found = list(found)
    figures: list[Figure] = []
    for one in found:
        figures += _lines(one, held)
    for one in found:
        figures.append(_plate(page, one, text_mm, room, in_bpm=in_bpm))
    return figures


def _lines(one: Shape, held: Grip | None) -> list[Figure]:
    ink = one.caliper.number
    mine = held is not None and held.number == ink
    figures: list[Figure] = [
        Stroke(bar.x1, bar.y1, bar.x2, bar.y2, ink, dotted=True) for bar in one.marches
    ]
    for bar in one.bars:
        heavy = mine and held is not None and held.part in (bar.part, Part.WHOLE)
        figures.append(Stroke(bar.x1, bar.y1, bar.x2, bar.y2, ink, heavy=heavy))
    figures += [_foot(bar, ink) for bar in one.bars if mine and bar.part is not Part.WHOLE]
    return figures + _inner_ticks(one)


def _foot(bar: Bar, ink: int) -> Figure:
    """A short stroke across the end of a bar of the chosen caliper: not by colour alone."""
    if bar.x1 == bar.x2 and bar.y1 != bar.y2:
        return Stroke(bar.x1 - FOOT_MM, bar.y1, bar.x1 + FOOT_MM, bar.y1, ink, heavy=True)
    return Stroke(bar.x2, bar.y2 - FOOT_MM, bar.x2, bar.y2 + FOOT_MM, ink, heavy=True)


def _inner_ticks(one: Shape) -> list[Figure]:
    """Where the beats of a mean interval would fall."""
    caliper = one.caliper
    bar = next((bar for bar in one.bars if bar.part is Part.WHOLE), None)
    if caliper.kind is not Kind.TIME or caliper.intervals < 2 or bar is None:
        return []
    step = (bar.x2 - bar.x1) / caliper.intervals
    places = [bar.x1 + step * beat for beat in range(1, caliper.intervals)]
    return [Stroke(x, bar.y1 - 1.0, x, bar.y1 + 1.0, caliper.number) for x in places]


def _plate(page: Page, one: Shape, text_mm: float, room: Room, *, in_bpm: bool) -> Words:
    lines = readout(one.caliper, mm=one.mm, in_bpm=in_bpm)
    lines = (f"{one.caliper.number}  {lines[0]}", *lines[1:])
    sizes = [text_mm, *(text_mm * SECOND_SIZE for _ in lines[1:])]
    widths = [text_width_mm(t, s) for t, s in zip(lines, sizes, strict=True)]
    widths[0] *= BOLD
    width = max(widths) + 2 * PAD_MM
    height = sum(size * LINE_ROOM for size in sizes) + PAD_MM
    x, y = one.label_mm
    if one.caliper.kind is Kind.TIME:
        wanted = Rect(x - width / 2, y - height - APART_MM, width, height)
    else:
        wanted = Rect(x + 2 * APART_MM, y - height / 2, width, height)
    bounds = Rect(
        page.strip_left_mm,
        page.rows_top_mm + 0.5,
        max(page.width_mm - page.strip_left_mm - 1.0, width),
        page.rows_bottom_mm - page.rows_top_mm - 1.0,
    )
    rect = room.find(wanted, bounds)
    return Words(lines, rect.x + PAD_MM, rect.y, text_mm, one.caliper.number, rect)
