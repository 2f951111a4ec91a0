"""Figures of viewer.state.figures under a QPainter: lines stay thin, words stay legible."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen

from viewer.state.caliper_figures import LINE_ROOM, PAD_MM, SECOND_SIZE
from viewer.state.figures import Area, Figure, Stroke, Words
from viewer.ui.inks import Inks
from viewer.ui.mark_inks import mark_colour

THIN_MM, HEAVY_MM = 0.16, 0.34
PLATE_ALPHA = 0.88
SMALLEST_PX = 9
TEXT_MM = 2.7


def text_size_mm(px_per_mm: float, *, vector: bool = False) -> float:
    """The size of marks' words: on coarse screens as small as can be read."""
    return TEXT_MM if vector else max(TEXT_MM, (SMALLEST_PX + 1) / px_per_mm)


def paint_figures(
    painter: QPainter,
    figures: Iterable[Figure],
    px_per_mm: float,
    inks: Inks,
    *,
    vector: bool = False,
) -> None:
    """Draw marks at px_per_mm device pixels a millimetre; the painter must not be scaled."""
    painter.save()
    fonts = _Fonts(painter.font())
    try:
        for figure in figures:
            colour = mark_colour(inks.name, figure.ink)
            if isinstance(figure, Stroke):
                _stroke(painter, figure, px_per_mm, colour, vector=vector)
            elif isinstance(figure, Area):
                _area(painter, figure, px_per_mm, colour)
            else:
                _words(painter, figure, px_per_mm, colour, inks, fonts)
    finally:
        painter.restore()


class _Fonts:
    """Each size once: looking a font up costs more than drawing a letter with it."""

    def __init__(self, base: QFont) -> None:
        self._base = base
        self._known: dict[tuple[int, bool], QFont] = {}

    def of(self, size_px: float, *, bold: bool) -> QFont:
        key = (max(round(size_px), 1), bold)
        if key not in self._known:
            font = QFont(self._base)
            font.setPixelSize(key[0])
            font.setBold(bold)
            self._known[key] = font
        return self._known[key]


def _stroke(painter: QPainter, one: Stroke, px: float, colour: QColor, *, vector: bool) -> None:
    width = (HEAVY_MM if one.heavy else THIN_MM) * px
    pen = QPen(colour, width if vector else max(round(width), 1))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if one.dotted:
        pen.setDashPattern([4.0, 4.0])
    painter.setPen(pen)
    upright = one.x1 == one.x2 or one.y1 == one.y2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, vector or not upright)
    line = QLineF(one.x1 * px, one.y1 * px, one.x2 * px, one.y2 * px)
    if not vector and upright:  # sharp on whole pixels
        line = QLineF(*(round(v) + 0.5 for v in (line.x1(), line.y1(), line.x2(), line.y2())))
    painter.drawLine(line)


def _area(painter: QPainter, one: Area, px: float, colour: QColor) -> None:
    rect = QRectF(one.rect.x * px, one.rect.y * px, one.rect.width * px, one.rect.height * px)
    pale = QColor(colour)
    pale.setAlphaF(0.18)
    painter.fillRect(rect, pale)
    painter.fillRect(rect, QBrush(colour, Qt.BrushStyle.BDiagPattern))


def _words(
    painter: QPainter, one: Words, px: float, colour: QColor, inks: Inks, fonts: _Fonts
) -> None:
    if one.rect is None:
        painter.setFont(fonts.of(one.size_mm * px, bold=one.bold))
        painter.setPen(colour)
        painter.drawText(QPointF(one.x * px, one.y * px), one.lines[0])
        return
    rect = QRectF(one.rect.x * px, one.rect.y * px, one.rect.width * px, one.rect.height * px)
    plate = QColor(inks.paper)
    plate.setAlphaF(PLATE_ALPHA)
    painter.fillRect(rect, plate)
    y = one.rect.y + PAD_MM / 2
    for number, text in enumerate(one.lines):
        size_mm = one.size_mm * (1.0 if number == 0 else SECOND_SIZE)
        y += size_mm * LINE_ROOM
        place = QPointF(one.x * px, (y - size_mm * 0.25) * px)
        painter.setFont(fonts.of(size_mm * px, bold=number == 0 and one.bold))
        painter.setPen(colour)
        painter.drawText(place, text)
