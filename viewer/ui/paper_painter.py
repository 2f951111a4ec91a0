"""Paints one Page with a QPainter: the same path for the screen, PNG, SVG and PDF.

Everything is given in millimetres and placed in device pixels; the painter it is handed
must not be scaled. Screens and images get whole-pixel grid lines, vector output true ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from viewer.report.page import PageText, clock
from viewer.state.curves import Rows, Source
from viewer.state.figures import Figure
from viewer.state.label_places import LABEL_MM, Place, usual_place
from viewer.state.layers import Trace, row_mark
from viewer.state.page import HEADER_MM, PULSE_FOOT_MM, TICKS_MM, WARNING_MM, Cell, Page, Pulse
from viewer.state.strips import Strip, strips
from viewer.ui.curve_painting import NOTHING, Reach, paint_curve
from viewer.ui.inks import DENOISED_MM, RAW_MM, Inks
from viewer.ui.mark_painting import paint_figures

FINE_FROM_PX = 2.2
"""Pixels per millimetre below which 1 mm lines would fill the paper with colour."""
MARK_LINE_MM = 2.8
TITLE_MM, TEXT_MM, SMALL_MM = 3.6, 2.9, 2.5
SMALLEST_PX = 9


@dataclass(frozen=True, slots=True)
class Content:
    """What stands on the page: the curves, from back to front, and the words.

    offsets_mv  per trace, one number per lead: taken off its place (see state.centring)
    label_places  per cell, by its number: a label that steps aside (see state.label_places)
    figures     calipers and annotations, drawn last
    """

    sources: Mapping[Trace, Source]
    traces: tuple[Trace, ...]
    text: PageText
    offsets_mv: Mapping[Trace, NDArray[np.float64]] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    label_places: Mapping[int, Place] = field(default_factory=dict)

    def offset_mv(self, trace: Trace, lead: int) -> float:
        """What is taken off the place of one lead's trace."""
        return float(self.offsets_mv[trace][lead]) if trace in self.offsets_mv else 0.0


def marks_of(cell: Cell, text: PageText) -> tuple[str, ...]:
    """The small words beside a lead's name."""
    marks = text.marks.get(cell.lead, ())
    return marks if cell.trace is None else (row_mark(cell.trace), *marks)


class PaperPainter:
    """Draws with painter at px_per_mm device pixels a millimetre.

    vector  lines keep their exact places and widths; nothing is rounded to pixels
    """

    def __init__(
        self, painter: QPainter, px_per_mm: float, inks: Inks, *, vector: bool = False
    ) -> None:
        self._painter, self._px, self._inks, self._vector = painter, px_per_mm, inks, vector

    def paint(self, page: Page, content: Content) -> None:
        """The whole sheet."""
        self.sheet(page, content.text.watermark)
        self.furniture(page, content)
        self.traces(page, content)
        self.marks(content.figures)

    def marks(self, figures: Iterable[Figure]) -> None:
        """Calipers and annotations, on top of everything."""
        paint_figures(self._painter, figures, self._px, self._inks, vector=self._vector)

    # ---- paper ----

    def sheet(self, page: Page, watermark: str = "") -> None:
        """Paper and grid; the watermark lies under the grid."""
        whole = self._rect(0, 0, page.width_mm, page.height_mm)
        self._painter.fillRect(whole, QColor(self._inks.margin))
        ruled = self.ruled(page)
        self._painter.fillRect(ruled, QColor(self._inks.paper))
        if watermark:
            self._watermark(page, watermark)
        if self._px >= FINE_FROM_PX:
            self._rule(page, 1, QColor(self._inks.fine), 0.1)
        self._rule(page, 5, QColor(self._inks.bold), 0.2)

    def ruled(self, page: Page) -> QRectF:
        """The part of the sheet that has a grid."""
        height_mm = page.rows_bottom_mm - page.rows_top_mm
        return self._rect(0, page.rows_top_mm, page.width_mm, height_mm)

    def _watermark(self, page: Page, words: str) -> None:
        """Large words across the paper, so pale that they disturb no reading."""
        ink = QColor(self._inks.fine)
        ink.setAlphaF(0.6)
        size_mm = page.width_mm / len(words) * 0.9
        x = (page.width_mm - self._width(words, size_mm, bold=True) / self._px) / 2
        y = (page.rows_top_mm + page.rows_bottom_mm + size_mm * 0.7) / 2
        self._words(x, y, words, size_mm, ink, bold=True)

    def _rule(self, page: Page, every_mm: int, colour: QColor, width_mm: float) -> None:
        top, bottom = round(page.rows_top_mm), round(page.rows_bottom_mm)
        down = [i for i in range(top, bottom + 1) if i % every_mm == 0]
        across = range(0, int(page.width_mm) + 1, every_mm)
        if not self._vector:  # filled rectangles: one device pixel sharp
            thick = max(round(width_mm * self._px), 1)
            shift = (thick - 1) // 2
            x0, x1 = 0, round(page.width_mm * self._px)
            y0, y1 = round(top * self._px), round(bottom * self._px)
            for i in across:
                self._painter.fillRect(round(i * self._px) - shift, y0, thick, y1 - y0, colour)
            for i in down:
                self._painter.fillRect(x0, round(i * self._px) - shift, x1 - x0, thick, colour)
            return
        self._pen(colour, width_mm)
        lines = [self._line(i, top, i, bottom) for i in across]
        lines += [self._line(0, i, page.width_mm, i) for i in down]
        self._painter.drawLines(lines)

    # ---- words and marks ----

    def furniture(self, page: Page, content: Content) -> None:
        """Labels, calibration pulses, header, footer, warnings: under the traces."""
        self.standing(page, content)
        self.moving(page, content.text)

    def standing(self, page: Page, content: Content) -> None:
        """What stays in place while the page scrolls in time."""
        text = content.text
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for pulse in page.pulses:
            self._pulse(pulse, words=pulse is page.pulses[0])
        for number, cell in enumerate(page.cells):
            self._label(page, cell, content, content.label_places.get(number))
            if cell.index is None:
                self._not_recorded(cell)
        self._separators(page)
        self._footer(page, text)

    def moving(self, page: Page, text: PageText) -> None:
        """What tells the time."""
        self._ticks(page)
        self._header(page, text)

    def _pulse(self, pulse: Pulse, *, words: bool) -> None:
        self._pen(QColor(self._inks.raw), RAW_MM)
        x, y, height = pulse.left_mm, pulse.baseline_mm, pulse.heights_mm[0]
        if pulse.width_mm == 0:  # too narrow to read at this speed: a bar of 1 mV
            self._painter.drawLines(
                [self._line(x, y, x, y - height)]
                + [self._line(x - 1, edge, x + 1, edge) for edge in (y, y - height)]
            )
            if words:
                self._words(x + 1.5, y - height / 2, "1 mV", SMALL_MM, QColor(self._inks.quiet))
            return
        foot = PULSE_FOOT_MM
        corners = [(x - foot, y), (x, y), (x, y - height)]
        for step, level in enumerate(pulse.heights_mm, start=1):
            edge = x + pulse.width_mm * step / len(pulse.heights_mm)
            corners += [(edge, y - level), (edge, y - pulse.heights_mm[-1])]
        corners += [(x + pulse.width_mm, y), (x + pulse.width_mm + foot, y)]
        shape = QPolygonF([self._point(*corner) for corner in corners])
        self._painter.drawPolyline(shape.translated(self.half_px, self.half_px))

    def _label(self, page: Page, cell: Cell, content: Content, place: Place | None) -> None:
        """The lead's name: left of the calibration pulse, or at the top left of its segment."""
        ink = QColor(self._inks.text if cell.index is not None else self._inks.quiet)
        marks = marks_of(cell, content.text)
        shown = cell.trace or content.traces[-1]
        seen = ink if shown is Trace.RAW else self._inks.trace(shown)
        if cell.first:
            self._label_in_margin(page, cell, marks, ink, seen)
            return
        x, y = place or usual_place(cell)
        self._words(x, y, cell.label, LABEL_MM, ink, bold=True)
        x += self._width(cell.label, LABEL_MM, bold=True) / self._px + 1.2
        self._words(x, y, ", ".join(marks), SMALL_MM, seen)

    def _label_in_margin(
        self, page: Page, cell: Cell, marks: tuple[str, ...], ink: QColor, seen: QColor
    ) -> None:
        """Name and marks one below the other, none wider than the room left of the pulse."""
        strip_mm = min(c.left_mm for c in page.cells if c.trace is cell.trace)
        x, y = page.label_left_mm + strip_mm - page.strip_left_mm, cell.baseline_mm - 0.6
        room_mm = page.label_room_mm
        wide_mm = self._width(cell.label, LABEL_MM, bold=True) / self._px
        size_mm = LABEL_MM * min(room_mm / wide_mm, 1.0)
        self._words(x, y, cell.label, size_mm, ink, bold=True)
        for line in self._wrapped(", ".join(marks), room_mm):
            y += MARK_LINE_MM
            self._words(x, y, line, SMALL_MM, seen)

    def label_width_mm(self, cell: Cell, text: PageText) -> float:
        """How wide a label inside the grid is, its marks included."""
        marks = ", ".join(marks_of(cell, text))
        width = self._width(cell.label, LABEL_MM, bold=True)
        return (width + self._width(marks, SMALL_MM)) / self._px + (1.2 if marks else 0.0)

    def _wrapped(self, words: str, room_mm: float) -> list[str]:
        """Lines of small words that fit the room, as far as single words do."""
        lines: list[str] = []
        for word in words.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._width(longer, SMALL_MM) / self._px <= room_mm:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _not_recorded(self, cell: Cell) -> None:
        x = cell.left_mm + 3.0
        self._words(x, cell.baseline_mm, "not recorded", TEXT_MM, QColor(self._inks.quiet))

    def _separators(self, page: Page) -> None:
        """Short strokes where one column's lead gives way to the next."""
        self._pen(QColor(self._inks.text), 0.2)
        lines = []
        for cell in page.cells:
            if not cell.first:
                x, y = cell.left_mm, cell.baseline_mm
                lines += [self._line(x, y - 6, x, y - 3), self._line(x, y + 3, x, y + 6)]
        if lines:
            self._painter.drawLines(lines)

    def _ticks(self, page: Page) -> None:
        y = page.rows_bottom_mm + TICKS_MM - 1.0
        decimals = 1 if page.span_s < 60 else 0
        for tick in page.ticks:
            words = clock(tick.time_s, decimals)
            x = tick.x_mm - self._width(words, SMALL_MM) / self._px / 2
            self._words(x, y, words, SMALL_MM, QColor(self._inks.quiet))

    def _header(self, page: Page, text: PageText) -> None:
        y = HEADER_MM - 3.4
        ink = QColor(self._inks.text)
        self._words(1.6, y, text.title, TITLE_MM, ink, bold=True)
        x = 1.6 + self._width(text.title, TITLE_MM, bold=True) / self._px + 4.0
        self._words(x, y, text.identity, TEXT_MM, ink)
        self._words(page.width_mm - 2.0, y, text.when, TEXT_MM, ink, right=True)

    def _footer(self, page: Page, text: PageText) -> None:
        top = page.warnings_top_mm
        for number, warning in enumerate(text.warnings[: page.n_warnings]):
            y = top + number * WARNING_MM
            strip = self._rect(0, y + 0.3, page.width_mm, WARNING_MM - 0.6)
            self._painter.fillRect(strip, QColor(self._inks.amber))
            words = f"⚠ {warning}"
            size_mm = self._fitting(words, TEXT_MM, page.width_mm - 3.2, bold=True)
            self._words(1.6, y + 4.1, words, size_mm, QColor(self._inks.on_amber), bold=True)
        y, quiet = page.footer_top_mm + 3.0, QColor(self._inks.quiet)
        words, room_mm = text.footer, page.width_mm - 3.2
        if self._width(words, TEXT_MM) > room_mm * self._px:  # closer together, then smaller
            words = words.replace("   ", "  ")
        size_mm = self._fitting(words, TEXT_MM, room_mm)
        self._words(1.6, y, words, size_mm, QColor(self._inks.text))
        self._words(1.6, y + 3.8, text.research, SMALL_MM, quiet)

    # ---- curves ----

    def traces(self, page: Page, content: Content) -> None:
        """Every curve, exactly where its samples are."""
        for strip in strips(page):
            self.strip(page, strip, content)

    def strip(self, page: Page, strip: Strip, content: Content) -> None:
        """The curves of leads that share one time axis."""
        px_per_s = page.speed_mm_s * self._px
        left = strip.left_mm * self._px
        start = strip.start_s * px_per_s
        painter = self._painter
        painter.save()
        width_mm = strip.span_s * page.speed_mm_s
        height_mm = page.rows_bottom_mm - page.rows_top_mm
        painter.setClipRect(self._rect(strip.left_mm, page.rows_top_mm, width_mm, height_mm))
        painter.translate(left - start + self.half_px, self.half_px)
        stop = start + width_mm * self._px
        self.curves(strip.cells, content, (int(start), int(stop) + 1), px_per_s)
        painter.restore()

    def curves(
        self,
        cells: Iterable[Cell],
        content: Content,
        span_px: tuple[int, int],
        px_per_s: float,
        top_mm: float = 0.0,
    ) -> Reach:
        """The curves of cells between two pixels of the long time axis (see state.curves).

        top_mm is where the painter's device begins; returns the pixels reached below it.
        """
        reached, recorded = NOTHING, [cell for cell in cells if cell.index is not None]
        for trace in content.traces:
            shown = [cell for cell in recorded if cell.trace in (None, trace)]
            if not shown:
                continue
            curve = content.sources[trace].curve(*span_px, px_per_s)
            self._pen(self._inks.trace(trace), DENOISED_MM if trace is Trace.DENOISED else RAW_MM)
            rows = Rows.of(self._row(cell, trace, content, top_mm) for cell in shown)
            reach = paint_curve(self._painter, curve, rows, vector=self._vector)
            reached = (min(reached[0], reach[0]), max(reached[1], reach[1]))
        return reached

    def _row(
        self, cell: Cell, trace: Trace, content: Content, top_mm: float
    ) -> tuple[int, float, float]:
        """Lead, baseline and scale of a cell in pixels, for state.curves.Rows."""
        assert cell.index is not None
        px_per_mv = -cell.sign * cell.gain_mm_mv * self._px
        offset_px = content.offset_mv(trace, cell.index) * px_per_mv
        return cell.index, (cell.baseline_mm - top_mm) * self._px - offset_px, px_per_mv

    # ---- millimetres to pixels ----

    @property
    def half_px(self) -> float:
        """Strokes run through the middle of a pixel, as the grid's filled lines do."""
        return 0.0 if self._vector else 0.5

    def _point(self, x_mm: float, y_mm: float) -> QPointF:
        return QPointF(x_mm * self._px, y_mm * self._px)

    def _line(self, x1: float, y1: float, x2: float, y2: float) -> QLineF:
        line = QLineF(self._point(x1, y1), self._point(x2, y2))
        return line.translated(self.half_px, self.half_px)

    def _rect(self, x: float, y: float, width: float, height: float) -> QRectF:
        if self._vector:
            return QRectF(self._point(x, y), self._point(x + width, y + height))
        corners = (round(v * self._px) for v in (x, y, x + width, y + height))
        left, top, right, bottom = corners
        return QRectF(left, top, right - left, bottom - top)

    def _pen(self, colour: QColor, width_mm: float) -> None:
        width = width_mm * self._px if self._vector else max(width_mm * self._px, 1.0)
        pen = QPen(colour, width)
        # single strokes on screens: square caps keep short ones black and corners closed
        pen.setCapStyle(Qt.PenCapStyle.RoundCap if self._vector else Qt.PenCapStyle.SquareCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self._painter.setPen(pen)

    # ---- words ----

    def _font(self, size_mm: float, bold: bool) -> QFont:
        font = QFont(self._painter.font())
        size = size_mm * self._px
        font.setPixelSize(max(round(size), 1 if self._vector else SMALLEST_PX))
        font.setBold(bold)
        return font

    def _width(self, words: str, size_mm: float, *, bold: bool = False) -> float:
        return QFontMetricsF(self._font(size_mm, bold)).horizontalAdvance(words)

    def _fitting(self, words: str, size_mm: float, room_mm: float, *, bold: bool = False) -> float:
        """The size, or a smaller one at which the words stay on the sheet."""
        wide_mm = self._width(words, size_mm, bold=bold) / self._px
        return size_mm * min(room_mm / wide_mm, 1.0) * (0.99 if wide_mm > room_mm else 1.0)

    def _words(
        self,
        x_mm: float,
        y_mm: float,
        words: str,
        size_mm: float,
        colour: QColor,
        *,
        bold: bool = False,
        right: bool = False,
    ) -> None:
        """One line with its baseline at y_mm, from x_mm to the right, or ending there."""
        self._painter.setFont(self._font(size_mm, bold))
        self._painter.setPen(colour)
        x = x_mm * self._px - (self._width(words, size_mm, bold=bold) if right else 0.0)
        self._painter.drawText(QPointF(x, y_mm * self._px), words)
