"""The whole recording at a glance: heart rate, one lead, the worst grade, and the page in it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viewer.state.heart_trend import HeartTrend
from viewer.state.noise_map_cells import MapCells, State
from viewer.state.noise_map_geometry import TimeAxis, columns
from viewer.ui.noise_map_painting import CellPainter
from viewer.ui.overview_lanes import LANE_PX, Envelope, paint_envelope, paint_heart
from viewer.ui.own_keys import keeps
from viewer.ui.theme import PAPER, Theme

HEIGHT_PX = 16
COLUMN_PX = 3.0
LEAST_FRAME_PX = 6.0
WORDS = {
    State.PENDING: "not analysed yet",
    State.GOOD: "every lead grade A",
    State.FAIR: "worst lead grade B",
    State.POOR: "worst lead grade C",
    State.BAD: "worst lead grade C",
    State.NO_SIGNAL: "a lead without signal",
}


class OverviewRibbon(QWidget):
    """A click goes there, the frame can be dragged; Left and Right go to the next noisy place.

    The lanes of heart rate and signal appear with what they show.
    """

    scroll_requested = Signal(float)  # the second to bring to the middle of the page

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = MapCells()
        self.duration_s = 0.0
        self.page_s = (0.0, 0.0)
        self.trend: HeartTrend | None = None
        self.envelope: Envelope | None = None
        self._held_s = 0.0  # how far from the page's middle the frame was taken
        self._paint = CellPainter()
        self._theme: Theme = PAPER
        self._picture: QPixmap | None = None
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Overview of the whole recording")
        self.setAccessibleDescription("Left and Right go to the nearest place below grade A.")

    def set_theme(self, theme: Theme) -> None:
        self._theme, self._paint = theme, CellPainter(theme)
        self.redraw()

    def set_cells(self, cells: MapCells, duration_s: float) -> None:
        """Show a recording's map; call redraw() when its arrays have filled further."""
        self.cells, self.duration_s = cells, duration_s
        self._relay()

    def set_heart(self, trend: HeartTrend | None) -> None:
        """The heart rate, as far as it is known; None takes the lane away."""
        self.trend = trend
        self._relay()

    def set_envelope(self, envelope: Envelope | None) -> None:
        """The signal from end to end; None takes the lane away."""
        self.envelope = envelope
        self._relay()

    def _relay(self) -> None:
        height_px = self._lanes_px + (HEIGHT_PX if self._has_grades else 0)
        if height_px != self.height():
            self.setFixedHeight(height_px)
        self.redraw()

    @property
    def _lanes_px(self) -> int:
        return LANE_PX * ((self.trend is not None) + (self.envelope is not None))

    @property
    def _has_grades(self) -> bool:
        """Without any lane the grades' place stays: the page is shown in it."""
        return self.cells.n_segments > 0 or self._lanes_px == 0

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
        return QSize(400, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        stale = self._picture is None or self._picture.size() != self.size() * ratio
        if stale:
            self._picture = self._draw_cells(ratio)
        painter = QPainter(self)
        assert self._picture is not None
        painter.drawPixmap(0, 0, self._picture)
        left_px, right_px = self.frame_px
        frame = QRectF(left_px, 0.5, right_px - left_px, self.height() - 1.5)
        shade = QColor(self._theme.accent)
        shade.setAlphaF(0.12)
        painter.fillRect(frame, shade)
        painter.setPen(QPen(QColor(self._theme.text), 2 if self.hasFocus() else 1.4))
        painter.drawRect(frame)
        painter.end()

    def _draw_cells(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._theme.surface))
        painter = QPainter(picture)
        self._draw_lanes(painter)
        top_px = self._lanes_px
        if self.cells.n_segments:
            shown = columns(self.cells.segments_s, self.axis, COLUMN_PX)
            worst = shown.worst(self.cells.worst()[None])[0]
            for column in range(shown.n):
                left_px, right_px = shown.left_px[column], shown.right_px[column]
                rect = QRectF(left_px, top_px + 2, right_px - left_px, HEIGHT_PX - 5)
                self._paint.cell(painter, rect, State(int(worst[column])))
        painter.setPen(QColor(self._theme.line))
        painter.drawLine(QPointF(0, self.height() - 1), QPointF(self.width(), self.height() - 1))
        painter.end()
        return picture

    def _draw_lanes(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lane = QRectF(0, 0, self.width(), LANE_PX)
        if self.trend is not None:
            paint_heart(painter, lane, self.trend, self._theme)
            lane.translate(0, LANE_PX)
        if self.envelope is not None:
            paint_envelope(painter, lane, self.envelope, self._theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # hand

    @property
    def frame_px(self) -> tuple[float, float]:
        """Left and right edge of the frame around the page; at least wide enough to take."""
        left_px, right_px = (self.axis.x_px(edge) for edge in self.page_s)
        return left_px, max(right_px, left_px + LEAST_FRAME_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Within the frame: take it where it is; beside it: go there."""
        if event.button() != Qt.MouseButton.LeftButton or self.duration_s <= 0:
            return
        left_px, right_px = self.frame_px
        self._held_s = 0.0
        if left_px - 1 <= event.position().x() <= right_px + 1 and self.page_s[1] > 0:
            self._held_s = self._time_s(event) - sum(self.page_s) / 2
        else:
            self.scroll_requested.emit(self._time_s(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.duration_s <= 0:
            return
        time_s = self._time_s(event)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.scroll_requested.emit(time_s - self._held_s)
        QToolTip.showText(event.globalPosition().toPoint(), self.words(time_s), self)

    def _time_s(self, event: QMouseEvent) -> float:
        return min(max(self.axis.time_s(event.position().x()), 0.0), self.duration_s)

    def words(self, time_s: float) -> str:
        """What the ribbon says at a time."""
        hours, rest = divmod(int(time_s), 3600)
        clock = f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
        bpm = self.trend.at(time_s) if self.trend is not None else float("nan")
        said = [f"{bpm:.0f} beats/min"] if bpm == bpm else []
        index = self.cells.segment_at(time_s)
        if index is not None:
            said.append(WORDS[State(int(self.cells.worst()[index]))])
        return f"{clock}: {', '.join(said)}" if said else clock

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
