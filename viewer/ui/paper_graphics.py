"""The graphics view under the page: one ViewBox in millimetres, gestures as signals."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsObject, QGraphicsScene, QGraphicsView, QWidget

from viewer.ui.box_drag import BoxDrag


class PaperGraphics(QGraphicsView):
    """Decides nothing: tells what the hand does.

    Plain Qt: the page needs one item and one scale, and importing a plotting library for
    it cost a third of the time to the first picture.
    """

    resized = Signal()
    turned = Signal(QWheelEvent)
    moved = Signal(QPointF)
    dragged = Signal(float)  # pixels to the right since last told, middle button
    double_clicked = Signal(QPointF)
    left = Signal()
    boxed = Signal(QRectF)  # pixels, drawn with the left button

    def __init__(self, sheet: QGraphicsObject, parent: QWidget) -> None:
        super().__init__(parent)
        self._grabbed: QPointF | None = None
        self._box = BoxDrag(self.viewport())
        self._framed = False
        self._items = QGraphicsScene(self)
        self._items.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._items.addItem(sheet)
        self.setScene(self._items)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().setAcceptDrops(False)  # a dropped file belongs to the window

    def show_mm(self, top_mm: float, px_per_mm: float) -> None:
        """Which part of the page the view shows, in millimetres."""
        self.setTransform(QTransform.fromScale(px_per_mm, px_per_mm))
        self.setSceneRect(QRectF(0, top_mm, self.width() / px_per_mm, self.height() / px_per_mm))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever moves by keyboard sees a frame; a hand on the page needs none."""
        tab = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._framed = event.reason() in tab
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._framed = False
        self.viewport().update()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._framed:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self.palette().highlight().color(), 3))
            painter.drawRect(QRectF(self.viewport().rect()).adjusted(1.5, 1.5, -1.5, -1.5))
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # the page's keys, not a scroll area's

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.turned.emit(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grabbed = event.position()
        if event.button() == Qt.MouseButton.LeftButton:
            self._box.press(event.position())
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            moved_px = event.position().x() - self._grabbed.x()
            self._grabbed = event.position()
            self.dragged.emit(moved_px)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._box.move(event.position())
        self.moved.emit(event.position())
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grabbed = None
        if event.button() == Qt.MouseButton.LeftButton:
            box = self._box.release(event.position())
            if box is not None:
                self.boxed.emit(box)
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._box.cancel()
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit(event.position())
        super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()
        super().leaveEvent(event)
