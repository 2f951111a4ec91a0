"""The open recording beside a prior one: pages, superimposed median beats, differences."""

from __future__ import annotations

from html import escape

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from viewer.jobs.prior import PriorAnswer
from viewer.recording import Recording
from viewer.state.prior import NOTE, POINTS, BeatPair, Comparison
from viewer.state.session import Session
from viewer.ui.inks import Inks
from viewer.ui.small_paper import draw_curve, rule
from viewer.ui.trace_view import TraceView

SPEED_MM_S, GAIN_MM_MV = 50.0, 10.0
NAME_PX = 15
COLUMNS = 6


class BeatPairCanvas(QWidget):
    """Median beats of every lead, now solid and prior dashed: never by colour alone."""

    def __init__(self, beats: BeatPair, inks: Inks) -> None:
        super().__init__()
        self.beats, self._inks = beats, inks
        self.setAccessibleName("Median beats of both recordings, superimposed at R")

    def sizeHint(self) -> QSize:
        return QSize(760, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 200)

    def cell(self, number: int) -> QRectF:
        """Where a lead's beats stand; limb leads fill the first row."""
        columns = min(COLUMNS, len(self.beats.leads))
        rows = -(-len(self.beats.leads) // columns)
        row, column = divmod(number, columns)
        width, height = self.width() / columns, (self.height() - 20) / rows
        return QRectF(column * width, 20 + row * height, width - 2, height - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._inks.margin))
        painter.setPen(QColor(self._inks.text))
        painter.drawText(QPointF(4, 14), "Solid: now     Dashed: prior     50 mm/s, 10 mm/mV")
        for number in range(len(self.beats.leads)):
            painter.save()
            self._paint_lead(painter, number)
            painter.restore()
        painter.end()

    def _paint_lead(self, painter: QPainter, number: int) -> None:
        beats, rect = self.beats, self.cell(number)
        painter.setClipRect(rect)
        px_per_mm = self._px_per_mm(rect)
        base = QPointF(rect.left(), rect.top() + 0.6 * rect.height())
        rule(painter, rect, base, px_per_mm, self._inks)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x_px = rect.left() + (beats.time_ms - beats.time_ms[0]) * SPEED_MM_S / 1000 * px_per_mm
        scale = GAIN_MM_MV * px_per_mm
        prior = QPen(QColor(self._inks.residual), 1.4)
        prior.setDashPattern([4.0, 3.0])
        draw_curve(painter, x_px, base.y() - beats.prior_mv[number] * scale, prior)
        now = QPen(QColor(self._inks.raw), 1.5)
        draw_curve(painter, x_px, base.y() - beats.now_mv[number] * scale, now)
        painter.setPen(QColor(self._inks.text))
        painter.drawText(QPointF(rect.left() + 3, rect.top() + NAME_PX), beats.leads[number])

    def _px_per_mm(self, rect: QRectF) -> float:
        """As large as width and the tallest beat allow; the same for every lead."""
        beats = self.beats
        wide_mm = float(np.ptp(beats.time_ms)) * SPEED_MM_S / 1000
        both = np.concatenate([beats.now_mv, beats.prior_mv])
        above = max(float(np.nanmax(both)), 0.3) * GAIN_MM_MV / 0.6
        below = max(-float(np.nanmin(both)), 0.3) * GAIN_MM_MV / 0.4
        return max(min(rect.width() / wide_mm, rect.height() / max(above, below)), 0.6)


class PriorWindow(QDialog):
    """Both pages scroll on their own; speed, gain and layout are the same."""

    def __init__(self, now: Recording, answer: PriorAnswer, inks: Inks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{now.name} compared with {answer.prior.name}")
        self.resize(1240, 820)
        self.answer = answer
        self.views = [self._view(recording, inks) for recording in (now, answer.prior)]
        pages = QSplitter(Qt.Orientation.Horizontal)
        for title, view, recording in zip(
            ("Now", "Prior"), self.views, (now, answer.prior), strict=True
        ):
            pages.addWidget(_titled(f"{title}: {_described(recording)}", view))
        self.beats = BeatPairCanvas(answer.comparison.beats, inks)
        self.table = QTextBrowser()
        self.table.setAccessibleName("Differences")
        self.table.setLineWrapMode(QTextBrowser.LineWrapMode.NoWrap)
        self.table.setHtml(differences_html(answer.comparison))
        below = QSplitter(Qt.Orientation.Horizontal)
        below.addWidget(self.beats)
        below.addWidget(self.table)
        below.setSizes([610, 630])
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(pages)
        halves.addWidget(below)
        halves.setSizes([420, 360])
        column = QVBoxLayout(self)
        self.cautions = QLabel("\n".join(f"⚠ {said}" for said in answer.comparison.cautions))
        self.cautions.setWordWrap(True)
        self.cautions.setVisible(bool(answer.comparison.cautions))
        column.addWidget(self.cautions)
        column.addWidget(halves, 1)
        note = QLabel(NOTE)
        note.setObjectName("quiet")
        note.setWordWrap(True)
        column.addWidget(note)
        first, second = (view.session.paper for view in self.views)
        first.changed.connect(
            lambda: second.set_view(first.layout, first.speed_mm_s, first.gain_mm_mv)
        )
        second.changed.connect(
            lambda: first.set_view(second.layout, second.speed_mm_s, second.gain_mm_mv)
        )

    def done(self, result: int) -> None:
        """No thread outlives the window."""
        for view in self.views:
            view.stop()
        super().done(result)

    def _view(self, recording: Recording, inks: Inks) -> TraceView:
        session = Session()
        view = TraceView(session)
        view.set_inks(inks)
        session.open(recording, "3x4")
        return view


def _titled(title: str, view: QWidget) -> QWidget:
    half = QWidget()
    column = QVBoxLayout(half)
    column.setContentsMargins(0, 0, 0, 0)
    label = QLabel(title)
    column.addWidget(label)
    column.addWidget(view, 1)
    return half


def _described(recording: Recording) -> str:
    when = "" if recording.start_time is None else f", {recording.start_time:%Y-%m-%d %H:%M}"
    return f"{recording.name}{when}"


def differences_html(comparison: Comparison) -> str:
    """ST levels per lead and intervals, as tables that can be copied."""
    points = "".join(f"<th colspan='3'>{name}</th>" for name, _ in POINTS)
    heads = "<th>now</th><th>prior</th><th>Δ</th>" * len(POINTS)
    rows = "".join(_row(cells, bold=(3, 6, 9)) for cells in comparison.levels)
    spans = "".join(_row(cells, bold=(3,)) for cells in comparison.intervals)
    style = "<style>td, th { padding: 1px 6px; text-align: right; }</style>"
    return (
        f"{style}<h4>ST levels in mV</h4><table><tr><th></th>{points}</tr>"
        f"<tr><th>Lead</th>{heads}</tr>{rows}</table>"
        f"<h4>Intervals</h4><table><tr><th></th><th>now</th><th>prior</th><th>Δ</th></tr>"
        f"{spans}</table>"
    )


def _row(cells: tuple[str, ...], bold: tuple[int, ...]) -> str:
    said = [escape(cell) for cell in cells]
    parts = [f"<b>{text}</b>" if number in bold else text for number, text in enumerate(said)]
    return "<tr>" + "".join(f"<td>{part}</td>" for part in parts) + "</tr>"
