"""The residual panel: what cleaning removed from every lead, averaged around the QRS.

A flat line means that noise was removed. A QRS or T shape means that signal was.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from viewer.state.residual import LockedAverage, Verdict
from viewer.ui.inks import PAPER, Inks
from viewer.ui.own_keys import keeps
from viewer.ui.small_paper import blended, draw_curve, rule, solid

MARKS = {Verdict.CLEAR: "", Verdict.LOCKED: "⚠", Verdict.CANNOT_TELL: "?"}
SPEED_MM_S, GAIN_MM_MV = 50.0, 10.0
LEAST_PX_PER_MM = 2.6
HEIGHT_MM = 14.0


class ResidualCanvas(QWidget):
    """One small drawing per lead, all at the same mm/mV as the page."""

    pointed = Signal(str)
    lead_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.average: LockedAverage | None = None
        self.beat_mv: NDArray[np.floating] | None = None
        self.beat_ms: NDArray[np.floating] = np.zeros(0)
        self.inks: Inks = PAPER
        self.chosen = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Residual, QRS-locked average")
        self.setAccessibleDescription("Arrow keys choose a lead, Enter shows it on the page.")

    def set_average(
        self,
        average: LockedAverage | None,
        beat_ms: NDArray[np.floating],
        beat_mv: NDArray[np.floating] | None,
    ) -> None:
        """The average, and the raw median beat drawn faintly behind it for its shape."""
        self.average, self.beat_ms, self.beat_mv = average, beat_ms, beat_mv
        self.chosen = 0
        self.update()

    def set_inks(self, inks: Inks) -> None:
        self.inks = inks
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 110)

    @property
    def grid(self) -> tuple[int, int]:
        """Columns and rows that keep the cells near 35 × 14 mm."""
        n = len(self.average.leads) if self.average is not None else 0
        if n == 0:
            return 1, 1
        options = [c for c in (1, 2, 3, 4, 6, 12) if c <= n] or [1]

        def misfit(columns: int) -> float:
            rows = -(-n // columns)
            aspect = (self.width() / columns) / max(self.height() / rows, 1)
            return abs(float(np.log(aspect / 2.0)))

        columns = min(options, key=misfit)
        return columns, -(-n // columns)

    def cell(self, lead: int) -> QRectF:
        """Where a lead's average stands; limb leads fill the first columns."""
        columns, rows = self.grid
        column, row = divmod(lead, rows)
        left, right = (round(self.width() * c / columns) for c in (column, column + 1))
        top, bottom = (round(self.height() * r / rows) for r in (row, row + 1))
        return QRectF(left, top, right - left, bottom - top)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        average = self.average
        if average is None or not average.leads:
            painter.setPen(QColor(self.inks.quiet))
            text = "Clean the recording to see what was removed"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        else:
            for lead in range(len(average.leads)):
                painter.save()
                self._paint_lead(painter, average, lead)
                painter.restore()
        painter.end()

    def _paint_lead(self, painter: QPainter, average: LockedAverage, lead: int) -> None:
        rect = self.cell(lead).adjusted(0, 0, -2, -2)
        painter.setClipRect(rect)
        span_ms = float(average.time_ms[-1] - average.time_ms[0])
        px_per_mm = max(rect.width() / (span_ms * SPEED_MM_S / 1000), 1.0)
        middle = QPointF(rect.left(), rect.center().y() + 4)
        rule(painter, rect, middle, px_per_mm, self.inks)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._curve(painter, rect, middle.y(), px_per_mm, lead)
        verdict = average.verdicts[lead]
        font = QFont(self.font())
        font.setPixelSize(11)
        font.setBold(True)
        painter.setFont(font)
        name = f"{average.leads[lead]} {MARKS[verdict]}".strip()
        painter.setPen(QColor(self.inks.text))
        painter.drawText(QPointF(rect.left() + 3, rect.top() + 12), name)
        if verdict is Verdict.LOCKED:
            left = rect.left() + 3 + QFontMetricsF(font).horizontalAdvance(name) + 5
            font.setBold(False)
            painter.setFont(font)
            text = f"{average.wave[lead]} {1000 * average.peak_mv[lead]:+.0f} µV"
            painter.drawText(QPointF(left, rect.top() + 12), text)
        if lead == self.chosen and self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(self.inks.text), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))

    def _curve(
        self, painter: QPainter, rect: QRectF, base: float, px_per_mm: float, lead: int
    ) -> None:
        average = self.average
        assert average is not None
        scale_x, scale_y = SPEED_MM_S / 1000 * px_per_mm, GAIN_MM_MV * px_per_mm
        start_ms = average.time_ms[0]
        if self.beat_mv is not None:
            faint = solid(blended(self.inks.quiet, self.inks.paper, 0.45), 1.0)
            x_px = rect.left() + (self.beat_ms - start_ms) * scale_x
            draw_curve(painter, x_px, base - self.beat_mv[lead] * scale_y, faint)
        painter.setPen(solid(self.inks.quiet, 1.0))
        painter.drawLine(QPointF(rect.left(), base), QPointF(rect.right(), base))
        wide = average.verdicts[lead] is Verdict.LOCKED
        pen = solid(self.inks.residual, 2.4 if wide else 1.4)
        x_px = rect.left() + (average.time_ms - start_ms) * scale_x
        draw_curve(painter, x_px, base - average.mean_mv[lead] * scale_y, pen)

    # hand

    def lead_at(self, x_px: float, y_px: float) -> int | None:
        if self.average is None:
            return None
        for lead in range(len(self.average.leads)):
            if self.cell(lead).contains(x_px, y_px):
                return lead
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        lead = self.lead_at(event.position().x(), event.position().y())
        self._say(lead)

    def _say(self, lead: int | None) -> None:
        if self.average is not None and lead is not None:
            self.pointed.emit(self.average.sentence(lead))
        else:
            self.pointed.emit("")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        lead = self.lead_at(event.position().x(), event.position().y())
        if self.average is not None and lead is not None:
            self.chosen = lead
            self.lead_chosen.emit(self.average.leads[lead])
            self.update()

    def event(self, event: QEvent) -> bool:
        """The arrow keys stay here while the focus does."""
        return keeps(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.average is None:
            return super().keyPressEvent(event)
        _, rows = self.grid
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Left: -rows,
            Qt.Key.Key_Right: rows,
        }
        if event.key() in steps:
            chosen = self.chosen + steps[Qt.Key(event.key())]
            if 0 <= chosen < len(self.average.leads):
                self.chosen = chosen
            self._say(self.chosen)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.lead_chosen.emit(self.average.leads[self.chosen])
        else:
            return super().keyPressEvent(event)
        return None


class ResidualStrip(QWidget):
    """The canvas with a title above and one sentence below."""

    lead_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.canvas = ResidualCanvas()
        self.title = QLabel("Raw − cleaned, averaged around the QRS, same mm/mV")
        self.title.setObjectName("quiet")
        self.readout = QLabel()
        self.readout.setAccessibleName("Residual reading")
        self.readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 3, 8, 3)
        column.setSpacing(3)
        column.addWidget(self.title)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.readout)
        self.canvas.pointed.connect(self._say)
        self.canvas.lead_chosen.connect(self.lead_chosen)
        self.setFocusProxy(self.canvas)

    def set_average(
        self,
        average: LockedAverage | None,
        beat_ms: NDArray[np.floating],
        beat_mv: NDArray[np.floating] | None = None,
    ) -> None:
        self.canvas.set_average(average, beat_ms, beat_mv)
        self._say("")

    def set_inks(self, inks: Inks) -> None:
        self.canvas.set_inks(inks)

    def _say(self, text: str) -> None:
        self.readout.setText(text or finding(self.canvas.average))


def finding(average: LockedAverage | None) -> str:
    """All leads in one sentence, the worst said first."""
    if average is None or not average.leads:
        return ""
    names = {
        verdict: [
            lead
            for lead, found in zip(average.leads, average.verdicts, strict=True)
            if found is verdict
        ]
        for verdict in Verdict
    }
    locked = names[Verdict.LOCKED]
    if locked:
        return (
            f"⚠ Signal was removed in {', '.join(locked)}: "
            "a wave of the heartbeat is left in what was taken away."
        )
    if len(names[Verdict.CANNOT_TELL]) == len(average.leads):
        return f"? Cannot tell: {average.n_beats} usable beats."
    return f"Nothing locked to the heartbeat was removed ({average.n_beats} beats)."
