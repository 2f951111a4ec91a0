"""The tour: one page of call-outs over the real window. Esc or a click ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from viewer.words import tr

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

SHADE = QColor(10, 14, 18, 130)
GAP_PX, APART_PX, EDGE_PX = 26, 12, 12
WIDTH_EM = 15.0


@dataclass(frozen=True, slots=True)
class Stop:
    """One call-out: what it points at (None while that is hidden), and what it says."""

    target: Callable[[MainWindow], QWidget | None]
    text: str


def _button(command_id: str) -> Callable[[MainWindow], QWidget | None]:
    return lambda w: w.tool_bar.buttons.get(command_id)


STOPS = (
    Stop(
        _button("file.open"),
        "<b>Open or drop</b> a file or a folder. PgUp and PgDown page through it.",
    ),
    Stop(
        lambda w: w.tool_bar.speed_button,
        "<b>Layout, paper speed, gain.</b> Ctrl+wheel and Shift+wheel change them, too.",
    ),
    Stop(
        _button("denoise.start"),
        "<b>Denoise</b> cleans a copy; the raw trace stays. O lays both over each other, R "
        "shows what was removed, D held changes between them.",
    ),
    Stop(
        _button("panel.noise_map"),
        "<b>Noise</b> (N) shows which leads are noisy, when and why. <b>ST</b> (S) measures "
        "both traces.",
    ),
    Stop(
        lambda w: w.trace_view,
        "<b>The page.</b> The wheel moves in time, a double click shows one lead alone.",
    ),
    Stop(lambda w: w.panels.ribbon, "<b>The whole recording.</b> Drag the frame, or click."),
    Stop(
        lambda w: w.status.notes,
        "<b>The file's own state:</b> checksums and remarks.",
    ),
)
LAST = "<b>Ctrl+K</b> finds every command, <b>?</b> shows every key."


class Tour(QWidget):
    """Covers the window until it is ended; the window below stays as it is."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._window = window
        self.shown: list[tuple[QLabel, QWidget]] = []
        self.done = QPushButton(tr("Done (Esc)"), self)
        self.done.setDefault(True)
        self.done.clicked.connect(self.end)
        self.last = self._box(LAST)
        for stop in STOPS:
            target = stop.target(window)
            if target is not None and target.isVisible():
                self.shown.append((self._box(stop.text), target))
        self.setAccessibleName(tr("Tour of the window"))
        self.setAccessibleDescription(" ".join(_plain(box.text()) for box in self.boxes))
        window.installEventFilter(self)
        self.show()
        self.raise_()
        self.setFocus()
        self._place()  # only what is shown has its font and its height

    @property
    def boxes(self) -> list[QLabel]:
        return [*(box for box, _ in self.shown), self.last]

    def end(self) -> None:
        """Back to the window; not again unless asked for."""
        self._window.settings["tour.seen"] = True
        self.close()
        if self._window.trace_view.isVisible():
            self._window.trace_view.setFocus()

    # ---- laying out ----

    def _box(self, text: str) -> QLabel:
        label = QLabel(tr(text), self)
        label.setObjectName("callout")
        label.setWordWrap(True)
        label.setFixedWidth(round(WIDTH_EM * label.fontMetrics().height()))
        label.setContentsMargins(10, 7, 10, 7)
        return label

    def _rect(self, target: QWidget) -> QRect:
        return QRect(target.mapTo(self._window, QPoint(0, 0)), target.size())

    def _place(self) -> None:
        """Every box near what it speaks of, none over another."""
        self.setGeometry(self._window.rect())
        taken: list[QRect] = []
        for box, target in self.shown:
            box.setGeometry(self._free(box, self._rect(target), taken))
            taken.append(box.geometry())
        size = self.last.sizeHint().expandedTo(self.last.minimumSize())
        middle = QRect(self.rect().center() - QPoint(size.width() // 2, 0), size)
        middle.setHeight(0)
        self.last.setGeometry(self._free(self.last, middle, taken))
        place = self.last.geometry()
        self.done.adjustSize()
        self.done.move(place.center().x() - self.done.width() // 2, place.bottom() + APART_PX)
        self.update()

    def _free(self, box: QLabel, target: QRect, taken: Sequence[QRect]) -> QRect:
        """Below the target, or above it where it stands low; further away until it is free."""
        width = box.width()
        box.ensurePolished()
        height = box.heightForWidth(width)
        room = self.rect().adjusted(EDGE_PX, EDGE_PX, -EDGE_PX, -EDGE_PX)
        large = target.height() > room.height() // 3
        low = target.center().y() > room.center().y() and not large
        x = min(max(target.center().x() - width // 2, room.left()), room.right() - width)
        y = target.center().y() - height // 2 if large else target.bottom() + GAP_PX
        step = APART_PX
        if low:
            y, step = target.top() - GAP_PX - height, -APART_PX
        place = QRect(x, y, width, height)
        apart = QRect(0, 0, 0, 0)
        while room.contains(place):
            apart = place.adjusted(-APART_PX, -APART_PX, APART_PX, APART_PX)
            if not any(apart.intersects(other) for other in taken):
                return place
            place.translate(0, step)
        return QRect(x, min(max(y, room.top()), room.bottom() - height), width, height)

    # ---- Qt ----

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade = QPainterPath()
        shade.addRect(QRectF(self.rect()))
        for _, target in self.shown:
            hole = QPainterPath()
            hole.addRoundedRect(QRectF(self._rect(target)).adjusted(-3, -3, 3, 3), 6, 6)
            shade = shade.subtracted(hole)
        painter.fillPath(shade, SHADE)
        painter.setPen(QPen(QColor("#ffffff"), 1.6))
        for box, target in self.shown:
            painter.drawRoundedRect(QRectF(self._rect(target)).adjusted(-3, -3, 3, 3), 6, 6)
            start, stop = _between(box.geometry(), self._rect(target))
            painter.drawLine(start, stop)
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._place)  # the window's own widgets move first
        return False

    def event(self, event: QEvent) -> bool:
        """Esc ends the tour, not the work below."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.end()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.end()

    def hideEvent(self, event: QHideEvent) -> None:
        self._window.removeEventFilter(self)
        super().hideEvent(event)


def offer(window: MainWindow) -> None:
    """Once in a lifetime: with the first recording that is on screen."""
    if window.settings["tour.seen"]:
        return

    def begin() -> None:
        window.trace_view.painted.disconnect(begin)
        if not window.settings["tour.seen"]:
            Tour(window)

    window.trace_view.painted.connect(begin)


def _between(box: QRect, target: QRect) -> tuple[QPointF, QPointF]:
    """A short line from the box's edge to the target's; none for a box on its target."""
    x = min(max(target.center().x(), box.left() + 14), box.right() - 14)
    if box.top() > target.bottom():
        return QPointF(x, box.top()), QPointF(target.center().x(), target.bottom() + 4)
    if box.bottom() < target.top():
        return QPointF(x, box.bottom()), QPointF(target.center().x(), target.top() - 4)
    return QPointF(box.center()), QPointF(box.center())


def _plain(text: str) -> str:
    return text.replace("<b>", "").replace("</b>", "")
