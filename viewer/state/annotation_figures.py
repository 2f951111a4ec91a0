"""What annotations look like: small letters above the traces, hatched noisy stretches. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable

from viewer.annotation import NOTE, RHYTHM, Annotation
from viewer.state.annotations import Annotations
from viewer.state.figures import Area, Figure, Rect, Room, Stroke, Words, text_width_mm
from viewer.state.page import Cell, Page
from viewer.state.strips import Strip, strips

SIZE_MM = 2.7
TICK_MM = 1.6
CROWDED_MM = 2.2
"""Beats closer than this on the page: the normal ones are left out, then every letter."""
LONGEST_WORDS = 28
NOISE_MM = 2.0
MOST = 600


def annotation_figures(
    page: Page,
    annotations: Annotations,
    fs_hz: float,
    *,
    text_mm: float,
    room: Room,
    chosen: Annotation | None = None,
) -> list[Figure]:
    """Noisy stretches, then beats and notes, for every strip of the page."""
    figures: list[Figure] = []
    for strip in strips(page):
        start, stop = strip.start_s * fs_hz, (strip.start_s + strip.span_s) * fs_hz
        there = annotations.between(round(start), round(stop))
        for cell in strip.cells:
            figures += _noise(cell, there, fs_hz, text_mm, chosen)
        points = [one for one in there if not one.is_interval]
        figures += _points(strip, points, fs_hz, text_mm, room, chosen)
    return figures


def _noise(
    cell: Cell,
    there: Iterable[Annotation],
    fs_hz: float,
    text_mm: float,
    chosen: Annotation | None,
) -> list[Figure]:
    """A hatched band at the foot of the lead's row, with its edges and its name."""
    figures: list[Figure] = []
    for one in there:
        if one.stop is None or one.lead != cell.lead:
            continue
        left = max(cell.x_mm(one.sample / fs_hz), cell.left_mm)
        right = min(cell.x_mm(one.stop / fs_hz), cell.right_mm)
        if right <= left:
            continue
        bottom = cell.top_mm + cell.height_mm
        top = bottom - NOISE_MM
        figures.append(Area(Rect(left, top, right - left, NOISE_MM), "noise"))
        heavy = one == chosen
        edges = ((left, cell.top_mm + 1.0), (right, cell.top_mm + 1.0))
        figures += [Stroke(x, y, x, bottom, "noise", heavy=heavy) for x, y in edges]
        if text_width_mm("noise", text_mm) < right - left:
            figures.append(Words(("noise",), left + 0.6, top - 0.5, text_mm, "noise", bold=False))
    return figures


def _points(
    strip: Strip,
    points: list[Annotation],
    fs_hz: float,
    text_mm: float,
    room: Room,
    chosen: Annotation | None,
) -> list[Figure]:
    cell = min(strip.cells, key=lambda one: one.top_mm)
    top = cell.top_mm
    figures: list[Figure] = []
    for one in _worth_showing(points, strip, fs_hz):
        x = cell.x_mm(one.sample / fs_hz)
        ink, heavy = _ink(one), one == chosen
        figures.append(Stroke(x, top + text_mm, x, top + text_mm + TICK_MM, ink, heavy=heavy))
        text = words_of(one)
        width = text_width_mm(text, text_mm)
        left = x - width / 2 if len(text) == 1 else x - 0.8
        left = min(max(left, cell.left_mm), max(cell.right_mm - width, cell.left_mm))
        place = Rect(left, top, width, text_mm)
        if room.is_free(place) or heavy:
            room.take(place)
            bold = heavy or (one.symbol != "N" and one.symbol != NOTE)
            words = Words((text,), left, top + text_mm * 0.85, text_mm, ink, bold=bold)
            figures.append(words)
    return figures


def _worth_showing(points: list[Annotation], strip: Strip, fs_hz: float) -> list[Annotation]:
    """All; where they crowd, those that are no normal beat; of too many still, some."""
    width_mm = strip.cells[0].width_mm
    if len(points) * CROWDED_MM > width_mm:
        points = [one for one in points if one.symbol != "N"]
    if len(points) > MOST:
        points = points[:: -(-len(points) // MOST)]
    return points


def annotation_at(
    page: Page, annotations: Annotations, fs_hz: float, x: float, y: float, reach_mm: float
) -> Annotation | None:
    """The mark under a point: a letter above the traces, or a noisy stretch in its lead's row."""
    for strip in strips(page):
        cell = min(strip.cells, key=lambda one: one.top_mm)
        if not strip.left_mm <= x <= cell.right_mm:
            continue
        time_s, reach_s = cell.time_s(x), reach_mm / page.speed_mm_s
        near = annotations.between(
            round((time_s - reach_s) * fs_hz), round((time_s + reach_s) * fs_hz)
        )
        if cell.top_mm - 1.0 <= y <= cell.top_mm + SIZE_MM * 2 + TICK_MM:
            points = [one for one in near if not one.is_interval]
            if points:
                return min(points, key=lambda one: abs(one.sample / fs_hz - time_s))
        for row in strip.cells:
            foot = row.top_mm + row.height_mm
            if foot - 2 * NOISE_MM <= y <= foot:
                stretches = [one for one in near if one.is_interval and one.lead == row.lead]
                if stretches:
                    return stretches[0]
    return None


def words_of(one: Annotation) -> str:
    """The letter of a beat, the text of a note."""
    if one.symbol in (NOTE, RHYTHM) and one.note:
        text = one.note.lstrip("(") if one.symbol == RHYTHM else one.note
        return text if len(text) <= LONGEST_WORDS else text[: LONGEST_WORDS - 1] + "…"
    return one.symbol


def _ink(one: Annotation) -> str:
    if one.symbol == "N":
        return "normal"
    return "beat" if one.is_beat else "note"
