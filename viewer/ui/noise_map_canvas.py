"""The noise map's drawing: rows of leads and companions over the page's seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from viewer.state.noise_map_cells import MapCells, State
from viewer.state.noise_map_geometry import Columns, Rows, TimeAxis, columns
from viewer.ui.noise_map_painting import CellPainter, small_font
from viewer.ui.own_keys import keeps
from viewer.ui.theme import PAPER, Theme

TOP_PX = 3.0
LEAST_ROW_PX, USUAL_ROW_PX = 11.0, 14.0


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell the reader points at.

    row       number of the row, leads first, then companions
    lead      row of the lead; None in a companion row while no lead is chosen
    companion index of the companion row, None in lead rows
    time_s    the middle of the cell
    start_s, stop_s   its edges
    """

    row: int
    lead: int | None
    companion: int | None
    time_s: float
    start_s: float
    stop_s: float


class NoiseMapCanvas(QWidget):
    """Paints MapCells; tells where the mouse or the cursor keys are."""

    pointed = Signal(object)  # Spot or None
    activated = Signal(object)  # Spot: clicked, or Enter
    menu_requested = Signal(object, object)  # Spot, global QPoint

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = MapCells()
        self.axis = TimeAxis()
        self.spot: Spot | None = None
        self.chosen_lead: int | None = None
        self._paint = CellPainter()
        self._theme = PAPER
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Noise map")
        self.setAccessibleDescription(
            "Rows are leads, columns are time. Arrow keys move, Enter goes to that place."
        )

    # what is shown

    def set_theme(self, theme: Theme) -> None:
        self._theme, self._paint = theme, CellPainter(theme)
        self.update()

    def set_cells(self, cells: MapCells) -> None:
        if cells.leads != self.cells.leads:
            self.spot, self.chosen_lead = None, None
        self.cells = cells
        self.updateGeometry()
        self.update()

    def set_axis(self, axis: TimeAxis) -> None:
        if axis != self.axis:
            self.axis = axis
            self.update()

    @property
    def rows(self) -> Rows:
        return Rows.fitting(
            self.cells.leads,
            self.cells.companions,
            TOP_PX,
            self.height() - 3,
            least_px=LEAST_ROW_PX,
        )

    @property
    def fine(self) -> bool:
        """Whether lead rows show seconds."""
        return self.axis.shows_seconds and len(self.cells.seconds_s) > 0

    def sizeHint(self) -> QSize:
        return QSize(600, self._height(USUAL_ROW_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._height(LEAST_ROW_PX))

    def _height(self, row_px: float) -> int:
        n_rows = len(self.cells.leads) + len(self.cells.companions)
        return int((n_rows or 17) * row_px + 5 + TOP_PX + 3)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rows = self.rows
        painter.setFont(small_font(self.font(), rows.row_px))
        self._paint_names(painter, rows)
        spans_s = self.cells.seconds_s if self.fine else self.cells.segments_s
        states = self.cells.fine if self.fine else self.cells.grade
        self._paint_rows(painter, rows, 0, states, spans_s, fine=self.fine)
        self._paint_rows(
            painter,
            rows,
            len(self.cells.leads),
            self.cells.companion_rows(self.chosen_lead),
            self.cells.segments_s,
        )
        self._paint_frames(painter, rows)
        self._paint_spot(painter, rows)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_names(self, painter: QPainter, rows: Rows) -> None:
        width_px = max(self.axis.left_px - 8, 10)
        metrics = QFontMetricsF(painter.font())
        for row, name in enumerate(rows.names):
            chosen = self.spot is not None and self.spot.row == row
            lead = row < len(rows.leads)
            painter.setPen(QColor(self._theme.text if lead or chosen else self._theme.quiet))
            rect = QRectF(2, rows.y_px(row), width_px, rows.row_px)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, width_px)
            painter.drawText(
                rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text
            )

    def _paint_rows(
        self,
        painter: QPainter,
        rows: Rows,
        first_row: int,
        states: NDArray[np.uint8],
        spans_s: NDArray[np.float64],
        *,
        fine: bool = False,
    ) -> None:
        """The cells of states [n_rows, n_spans]."""
        if states.size == 0:
            return
        shown = columns(spans_s, self.axis)
        worst = shown.worst(states)
        short = self._short_columns(shown, spans_s, fine=fine)
        for index, line in enumerate(worst):
            y_px = rows.y_px(first_row + index)
            for column in range(shown.n):
                left_px, right_px = shown.left_px[column], shown.right_px[column]
                gap_px = 1.0 if right_px - left_px >= 8 else 0.0
                rect = QRectF(left_px, y_px, right_px - left_px - gap_px, rows.row_px - 1)
                self._paint.cell(painter, rect, State(int(line[column])), short=bool(short[column]))
            self._paint_letters(painter, shown, line, y_px, rows.row_px - 1)

    def _paint_letters(
        self,
        painter: QPainter,
        shown: Columns,
        line: NDArray[np.uint8],
        y_px: float,
        height_px: float,
    ) -> None:
        """One letter per run of equal cells."""
        edges = np.flatnonzero(np.diff(line.astype(np.int16))) + 1
        for run in np.split(np.arange(shown.n), edges):
            if run.size:
                middle = run[(run.size - 1) // 2]
                left_px, right_px = shown.left_px[middle], shown.right_px[middle]
                if right_px - left_px < 14:  # narrow cells: the whole run has room for it
                    left_px, right_px = shown.left_px[run[0]], shown.right_px[run[-1]]
                rect = QRectF(left_px, y_px, right_px - left_px - 1, height_px)
                self._paint.letter(painter, rect, State(int(line[middle])))

    def _short_columns(
        self, shown: Columns, spans_s: NDArray[np.float64], *, fine: bool
    ) -> NDArray[np.bool_]:
        """Which columns come from fewer than ten recorded seconds."""
        if self.cells.short.size == 0 or shown.n == 0:
            return np.zeros(shown.n, np.bool_)
        if not fine:
            at_segments: NDArray[np.bool_] = self.cells.short[shown.first]
            return at_segments
        middle_s = spans_s[shown.first].mean(axis=1)
        segment = np.searchsorted(self.cells.segments_s[:, 0], middle_s, side="right") - 1
        at_seconds: NDArray[np.bool_] = self.cells.short[
            np.clip(segment, 0, len(self.cells.short) - 1)
        ]
        return at_seconds

    def _paint_frames(self, painter: QPainter, rows: Rows) -> None:
        """Hairlines around both blocks, and a tick every ten seconds."""
        if rows.n == 0:
            return
        painter.setPen(QColor(self._theme.line))
        width_px = self.axis.right_px - self.axis.left_px
        for first, names in ((0, rows.leads), (len(rows.leads), rows.companions)):
            if names:
                top_px, height_px = rows.y_px(first), len(names) * rows.row_px
                painter.drawRect(QRectF(self.axis.left_px - 1, top_px - 1, width_px + 1, height_px))
        if self.axis.px_per_s * 10 < 24:
            return
        for start_s in self.cells.segments_s[:, 0]:
            if self.axis.start_s < start_s < self.axis.stop_s:
                x_px = round(self.axis.x_px(float(start_s))) - 1
                painter.drawLine(QPointF(x_px, rows.top_px), QPointF(x_px, rows.bottom_px - 1))

    def _paint_spot(self, painter: QPainter, rows: Rows) -> None:
        """The cell under the mouse or the cursor keys, framed."""
        if self.spot is None or self.spot.row >= rows.n:
            return
        left_px = max(self.axis.x_px(self.spot.start_s), self.axis.left_px)
        right_px = min(self.axis.x_px(self.spot.stop_s), self.axis.right_px)
        if right_px <= left_px:
            return
        y_px = rows.y_px(self.spot.row)
        painter.setPen(QPen(QColor(self._theme.text), 2 if self.hasFocus() else 1))
        painter.drawRect(QRectF(left_px - 1, y_px - 1, right_px - left_px, rows.row_px))

    # hand

    def spot_at(self, x_px: float, y_px: float) -> Spot | None:
        """The cell under a point."""
        row = self.rows.row_at(y_px)
        if row is None or not self.axis.contains(x_px):
            return None
        return self._spot(row, self.axis.time_s(x_px))

    def _spot(self, row: int, time_s: float) -> Spot | None:
        n_leads = len(self.cells.leads)
        companion = row - n_leads if row >= n_leads else None
        spans_s = self.cells.segments_s
        index = self.cells.segment_at(time_s)
        if companion is None and self.fine:
            spans_s, index = self.cells.seconds_s, self.cells.second_at(time_s)
        if index is None:
            return None
        start_s, stop_s = (float(edge) for edge in spans_s[index])
        lead = row if companion is None else self.chosen_lead
        return Spot(row, lead, companion, (start_s + stop_s) / 2, start_s, stop_s)

    def _point_at(self, spot: Spot | None) -> None:
        if spot != self.spot:
            self.spot = spot
            self.update()
            self.pointed.emit(spot)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.spot_at(event.position().x(), event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position().x(), event.position().y())
        if event.button() == Qt.MouseButton.RightButton and spot is not None:
            self.menu_requested.emit(spot, event.globalPosition().toPoint())
        elif event.button() == Qt.MouseButton.LeftButton:
            if spot is not None:
                self.activated.emit(spot)
            else:
                self._choose(self.rows.row_at(event.position().y()))

    def _choose(self, row: int | None) -> None:
        """A click on a lead's name: the companions speak of that lead alone, or of all again."""
        if row is not None and row >= len(self.cells.leads):
            return
        self.chosen_lead = None if row == self.chosen_lead else row
        self.update()

    def event(self, event: QEvent) -> bool:
        """The arrow keys stay here while the focus does."""
        return keeps(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if event.key() in steps:
            self._step(*steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.spot is not None:
            self.activated.emit(self.spot)
        else:
            super().keyPressEvent(event)

    def _step(self, rows: int, cells: int) -> None:
        if self.spot is None:
            self._point_at(self._spot(0, self.axis.start_s))
            return
        row = min(max(self.spot.row + rows, 0), max(self.rows.n - 1, 0))
        width_s = self.spot.stop_s - self.spot.start_s
        time_s = self.spot.time_s + cells * width_s
        if self.axis.start_s <= time_s < self.axis.stop_s:
            self._point_at(self._spot(row, time_s) or self.spot)

    def focusOutEvent(self, event: object) -> None:
        self.update()
        super().focusOutEvent(event)  # type: ignore[arg-type]
