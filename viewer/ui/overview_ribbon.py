"""The whole recording as one line: the worst lead of every ten seconds, and where the page is."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viewer.state.noise_map_cells import MapCells, State
from viewer.state.noise_map_geometry import TimeAxis, columns
from viewer.ui.noise_map_painting import CellPainter
from viewer.ui.own_keys import keeps
from viewer.ui.theme import PAPER, Theme

HEIGHT_PX = 16
COLUMN_PX = 3.0
WORDS = {
    State.PENDING: "not analysed yet",
    State.GOOD: "every lead grade A",
    State.FAIR: "worst lead grade B",
    State.POOR: "worst lead grade C",
    State.BAD: "worst lead grade C",
    State.NO_SIGNAL: "a lead without signal",
}


class OverviewRibbon(QWidget):
    """A click or drag scrolls; Left and Right go to the nearest place below grade A."""

    scroll_requested = Signal(float)  # the second to bring to the middle of the page

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = MapCells()
        self.duration_s = 0.0
        self.page_s = (0.0, 0.0)
        self._paint = CellPainter()
        self._theme: Theme = PAPER
        self._picture: QPixmap | None = None
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Noise over the whole recording")
        self.setAccessibleDescription("Left and Right go to the nearest place below grade A.")

    def set_theme(self, theme: Theme) -> None:
        self._theme, self._paint = theme, CellPainter(theme)
        self.redraw()

    def set_cells(self, cells: MapCells, duration_s: float) -> None:
        """Show a recording's map; call redraw() when its arrays have filled further."""
        self.cells, self.duration_s = cells, duration_s
        self.redraw()

    def redraw(self) -> None:
        self._picture = None
        self.update()

    def set_page(self, start_s: float, stop_s: float) -> None:
        """Where the page is."""
        if (start_s, stop_s) != self.page_s:
            self.page_s = (start_s, stop_s)
            self.update()

    @property
    def axis(self) -> TimeAxis:
        return TimeAxis(0.0, max(self.duration_s, 1e-6), 0.0, max(float(self.width()), 1.0))

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        stale = self._picture is None or self._picture.size() != self.size() * ratio
        if stale:
            self._picture = self._draw_cells(ratio)
        painter = QPainter(self)
        assert self._picture is not None
        painter.drawPixmap(0, 0, self._picture)
        left_px, right_px = (self.axis.x_px(edge) for edge in self.page_s)
        frame = QRectF(left_px, 0.5, max(right_px - left_px, 4.0), self.height() - 1.5)
        painter.setPen(QPen(QColor(self._theme.text), 2 if self.hasFocus() else 1.4))
        painter.drawRect(frame)
        painter.end()

    def _draw_cells(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._theme.surface))
        painter = QPainter(picture)
        if self.cells.n_segments:
            shown = columns(self.cells.segments_s, self.axis, COLUMN_PX)
            worst = shown.worst(self.cells.worst()[None])[0]
            for column in range(shown.n):
                left_px, right_px = shown.left_px[column], shown.right_px[column]
                rect = QRectF(left_px, 2, right_px - left_px, self.height() - 5)
                self._paint.cell(painter, rect, State(int(worst[column])))
        painter.setPen(QColor(self._theme.line))
        painter.drawLine(QPointF(0, self.height() - 1), QPointF(self.width(), self.height() - 1))
        painter.end()
        return picture

    # hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.duration_s > 0:
            self.scroll_requested.emit(self._time_s(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.duration_s <= 0:
            return
        time_s = self._time_s(event)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.scroll_requested.emit(time_s)
        QToolTip.showText(event.globalPosition().toPoint(), self.words(time_s), self)

    def _time_s(self, event: QMouseEvent) -> float:
        return min(max(self.axis.time_s(event.position().x()), 0.0), self.duration_s)

    def words(self, time_s: float) -> str:
        """What the ribbon says at a time."""
        hours, rest = divmod(int(time_s), 3600)
        clock = f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
        index = self.cells.segment_at(time_s)
        if index is None:
            return clock
        return f"{clock}: {WORDS[State(int(self.cells.worst()[index]))]}"

    def event(self, event: QEvent) -> bool:
        """The arrow keys stay here while the focus does."""
        return keeps(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            later = event.key() == Qt.Key.Key_Right
            time_s = self.next_marked(later=later)
            if time_s is not None:
                self.scroll_requested.emit(time_s)
        else:
            super().keyPressEvent(event)

    def next_marked(self, *, later: bool) -> float | None:
        """The middle of the next segment below grade A, beyond the page."""
        marked = np.flatnonzero(self.cells.worst() >= State.FAIR)
        if marked.size == 0:
            return None
        middles_s = self.cells.segments_s[marked].mean(axis=1)
        middle_s = sum(self.page_s) / 2
        if later:
            beyond = middles_s[middles_s > middle_s + 5.0]
            return float(beyond[0]) if beyond.size else None
        beyond = middles_s[middles_s < middle_s - 5.0]
        return float(beyond[-1]) if beyond.size else None
