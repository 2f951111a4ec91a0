"""The median beat of every lead on millimetre paper: raw, cleaned, all beats behind.

The fiducials are lines through every lead. Dragged, or moved with the arrow keys, they
say where they are now, and whoever listens measures again.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from viewer.state.beat_page import (
    HANDLES,
    NAMES,
    SHORT,
    BeatCell,
    BeatPage,
    Beats,
    Fiducials,
    best_page,
    lay_out,
)
from viewer.ui.inks import PAPER, Inks
from viewer.ui.own_keys import keeps
from viewer.ui.small_paper import blended, draw_curve, many_lines, rule, solid

GRAB_PX = 6.0
STEP_MS, FINE_STEP_MS = 4.0, 1.0
LEAST_PX_PER_MM = 2.8
MAX_BEATS = 40
"""More beats than this are thinned evenly: they would only blacken the paper."""


class MedianBeatCanvas(QWidget):
    """Paints Beats and moves their fiducials."""

    fiducials_changed = Signal(object)  # Fiducials
    pointed = Signal(str)  # what is under the mouse

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.beats = Beats()
        self.inks: Inks = PAPER
        self.page: BeatPage = lay_out(self.beats, 4)
        self.px_per_mm = 4.0
        self.chosen: str | None = None
        self._dragging = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Median beats")
        self.setAccessibleDescription(
            "Up and Down choose a fiducial, Left and Right move it, Ctrl moves finely."
        )

    def set_beats(self, beats: Beats) -> None:
        self.beats = beats
        self.update()

    def set_inks(self, inks: Inks) -> None:
        self.inks = inks
        self.update()

    def fit(self, width_px: int, height_px: int) -> None:
        """Arrange the leads so that they stand as large as this room allows."""
        self.page, px_per_mm = best_page(self.beats, width_px - 2, height_px - 2)
        self.px_per_mm = max(px_per_mm, LEAST_PX_PER_MM)
        if not self.page.cells:
            self.setFixedSize(max(width_px - 2, 60), max(height_px - 2, 40))
            return
        self.setFixedSize(
            max(int(self.page.width_mm * self.px_per_mm) + 2, 60),
            max(int(self.page.height_mm * self.px_per_mm) + 2, 40),
        )
        self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.page.cells:
            painter.setPen(QColor(self.inks.quiet))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No median beat yet")
        for cell in self.page.cells:
            rect = self._rect(cell)
            if event.rect().intersects(rect.toAlignedRect()):
                painter.save()
                painter.setClipRect(rect)
                self._paint_cell(painter, cell, rect)
                painter.restore()
        painter.end()

    def _rect(self, cell: BeatCell) -> QRectF:
        px = self.px_per_mm
        left, top = round(cell.left_mm * px), round(cell.top_mm * px)
        right = round((cell.left_mm + cell.width_mm) * px)
        bottom = round((cell.top_mm + cell.height_mm) * px)
        return QRectF(left, top, right - left, bottom - top)

    def _paint_cell(self, painter: QPainter, cell: BeatCell, rect: QRectF) -> None:
        px, inks, beats = self.px_per_mm, self.inks, self.beats
        origin = QPointF(rect.left(), cell.baseline_mm * px)
        rule(painter, rect, origin, px, inks)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x_px = rect.left() + (beats.time_ms - self.page.start_ms) * (
            self.page.speed_mm_s / 1000 * px
        )
        scale, base = self.page.gain_mm_mv * px, cell.baseline_mm * px
        step = max(len(beats.beats_mv) // MAX_BEATS, 1)
        many_lines(
            painter,
            x_px,
            base - beats.beats_mv[::step, cell.index] * scale,
            solid(blended(inks.quiet, inks.paper, 0.38), 1.0),
        )
        self._paint_fiducials(painter, cell, rect)
        if beats.cleaned_mv is not None:  # wide and below, so that neither hides the other
            pen = solid(blended(inks.denoised, inks.paper, 0.62), max(0.85 * px, 3.0))
            draw_curve(painter, x_px, base - beats.cleaned_mv[cell.index] * scale, pen)
        raw_px = base - beats.raw_mv[cell.index] * scale
        draw_curve(painter, x_px, raw_px, solid(inks.raw, max(0.25 * px, 1.1)))
        self._paint_label(painter, cell, rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(rect.right() - 1, rect.top(), 1, rect.height()), QColor(inks.bold))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), QColor(inks.bold))

    def _paint_label(self, painter: QPainter, cell: BeatCell, rect: QRectF) -> None:
        font = QFont(self.font())
        font.setPixelSize(round(min(max(3.4 * self.px_per_mm, 10), 15)))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(self.inks.text))
        metrics = QFontMetricsF(font)
        at = QPointF(rect.left() + 4, rect.top() + metrics.ascent() + 2)
        painter.drawText(at, cell.lead)
        reason = self.beats.suppressed.get(cell.lead)
        if reason:
            font.setBold(False)
            font.setPixelSize(max(font.pixelSize() - 2, 9))
            painter.setFont(font)
            painter.setPen(QColor(self.inks.quiet))
            after = 4 + metrics.horizontalAdvance(cell.lead) + 6
            words = QFontMetricsF(font).elidedText(
                f"⚠ {reason}", Qt.TextElideMode.ElideRight, rect.width() - after - 4
            )
            painter.drawText(at + QPointF(after - 4, 0), words)

    def _paint_fiducials(self, painter: QPainter, cell: BeatCell, rect: QRectF) -> None:
        quiet = blended(self.inks.quiet, self.inks.paper, 0.8)
        font = QFont(self.font())
        font.setPixelSize(round(min(max(2.6 * self.px_per_mm, 9), 11)))
        painter.setFont(font)
        for name in HANDLES:
            x_px = self._x_px(cell, name)
            if x_px is None:
                continue
            chosen = name == self.chosen
            colour = self.inks.text if chosen else quiet
            pen = QPen(QColor(colour), 1.6 if chosen else 1.0)
            if not chosen:
                pen.setDashPattern([2.0, 3.0])
            painter.setPen(pen)
            painter.drawLine(QPointF(x_px, rect.top() + 2), QPointF(x_px, rect.bottom() - 2))
            _handle(painter, QPointF(x_px, rect.bottom() - 1), colour)
            if chosen or cell.top_mm == 0.0:
                painter.setPen(QColor(colour))
                width = QFontMetricsF(font).horizontalAdvance(SHORT[name])
                # the QRS word stands before its line: J follows too soon for it to fit behind
                left = x_px - width - 3 if name == "qrs_onset" else x_px + 3
                left = min(max(left, rect.left() + 3), rect.right() - width - 3)
                painter.drawText(QPointF(left, rect.bottom() - 5), SHORT[name])

    def _x_px(self, cell: BeatCell, name: str) -> float | None:
        time_ms = self.beats.fiducials.get(name)
        return None if time_ms is None else self.page.x_mm(cell, time_ms) * self.px_per_mm

    # hand

    def handle_at(self, x_px: float, y_px: float) -> tuple[BeatCell | None, str | None]:
        """The cell under a point, and the fiducial within reach."""
        px = self.px_per_mm
        cell = self.page.cell_at(x_px / px, y_px / px)
        if cell is None:
            return None, None
        reach = [
            (abs(at - x_px), name)
            for name in HANDLES
            if (at := self._x_px(cell, name)) is not None and abs(at - x_px) <= GRAB_PX
        ]
        return cell, min(reach)[1] if reach else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x_px, y_px = event.position().x(), event.position().y()
        if self._dragging and self.chosen is not None:
            cell = self.page.cell_at(x_px / self.px_per_mm, y_px / self.px_per_mm)
            if cell is not None:
                self._move(self.chosen, self.page.time_ms(cell, x_px / self.px_per_mm))
            return
        cell, name = self.handle_at(x_px, y_px)
        self.setCursor(Qt.CursorShape.SizeHorCursor if name else Qt.CursorShape.ArrowCursor)
        self.pointed.emit(self._reading(cell, name, x_px, y_px))

    def _reading(self, cell: BeatCell | None, name: str | None, x_px: float, y_px: float) -> str:
        """Lead, milliseconds and millivolts under the mouse; the fiducial if there is one."""
        if cell is None:
            return ""
        px = self.px_per_mm
        if name is not None:
            return f"{NAMES[name]} {self.beats.fiducials.get(name):+.0f} ms from R: drag to move"
        value_mv = (cell.baseline_mm - y_px / px) / self.page.gain_mm_mv
        time_ms = self.page.time_ms(cell, x_px / px)
        return f"{cell.lead}  {time_ms:+.0f} ms from R  {value_mv:+.2f} mV"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            _, self.chosen = self.handle_at(event.position().x(), event.position().y())
            self._dragging = self.chosen is not None
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False

    def event(self, event: QEvent) -> bool:
        """The arrow keys stay here while the focus does."""
        return keeps(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose_next(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.chosen is not None:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            step_ms = FINE_STEP_MS if fine else STEP_MS
            now_ms = self.beats.fiducials.get(self.chosen) or 0.0
            self._move(self.chosen, now_ms + (step_ms if key == Qt.Key.Key_Right else -step_ms))
        else:
            super().keyPressEvent(event)

    def _choose_next(self, step: int) -> None:
        there = [name for name in HANDLES if self.beats.fiducials.get(name) is not None]
        if not there:
            return
        if self.chosen in there:
            self.chosen = there[(there.index(self.chosen) + step) % len(there)]
        else:
            self.chosen = there[0 if step > 0 else -1]
        now_ms = self.beats.fiducials.get(self.chosen)
        self.pointed.emit(f"{NAMES[self.chosen]} {now_ms:+.0f} ms from R")
        self.update()

    def _move(self, name: str, to_ms: float) -> None:
        moved: Fiducials = self.beats.fiducials.moved(name, to_ms, self.beats.limits_ms)
        if moved != self.beats.fiducials:
            self.beats = replace(self.beats, fiducials=moved)  # the line follows the hand at once
            self.update()
            self.pointed.emit(f"{NAMES[name]} {moved.get(name):+.0f} ms from R")
            self.fiducials_changed.emit(moved)


def _handle(painter: QPainter, tip: QPointF, colour: str) -> None:
    """A small triangle that says: this line can be taken."""
    shape = QPolygonF([tip + QPointF(-4, 0), tip + QPointF(4, 0), tip + QPointF(0, -5)])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawPolygon(shape)
    painter.setBrush(Qt.BrushStyle.NoBrush)


class MedianBeat(QWidget):
    """The canvas in a scroll area, arranged to fill the panel's shape."""

    fiducials_changed = Signal(object)
    pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = MedianBeatCanvas()
        self.canvas.fiducials_changed.connect(self.fiducials_changed)
        self.canvas.pointed.connect(self.pointed)
        self._scroll = QScrollArea()
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidget(self.canvas)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)
        self.setFocusProxy(self.canvas)

    def set_beats(self, beats: Beats) -> None:
        self.canvas.set_beats(beats)
        self._fit()

    def set_inks(self, inks: Inks) -> None:
        self.canvas.set_inks(inks)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.canvas.fit(self.width(), self.height())
