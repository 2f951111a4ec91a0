"""The graphics view under the page: one ViewBox in millimetres, gestures as signals."""

from __future__ import annotations

from pyqtgraph import GraphicsObject, GraphicsView, ViewBox
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget


class PaperGraphics(GraphicsView):  # type: ignore[misc]
    """Decides nothing: tells what the hand does."""

    resized = Signal()
    turned = Signal(QWheelEvent)
    moved = Signal(QPointF)
    dragged = Signal(float)  # pixels to the right since last told, middle button
    double_clicked = Signal(QPointF)
    left = Signal()

    def __init__(self, sheet: GraphicsObject, parent: QWidget) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self._grabbed: QPointF | None = None
        self._box = ViewBox(
            border=None, invertY=True, enableMouse=False, enableMenu=False, defaultPadding=0.0
        )
        self._box.setMouseEnabled(False, False)
        self._box.addItem(sheet, ignoreBounds=True)
        self.setCentralItem(self._box)

    def show_mm(self, top_mm: float, px_per_mm: float) -> None:
        """Which part of the page the view box shows, in millimetres."""
        area = QRectF(0, top_mm, self.width() / px_per_mm, self.height() / px_per_mm)
        self._box.setRange(area, padding=0, update=True, disableAutoRange=True)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.turned.emit(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grabbed = event.position()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            moved_px = event.position().x() - self._grabbed.x()
            self._grabbed = event.position()
            self.dragged.emit(moved_px)
        self.moved.emit(event.position())
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grabbed = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit(event.position())
        super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()
        super().leaveEvent(event)
