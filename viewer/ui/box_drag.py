"""A box drawn over the page with the left button: a rubber band, then its rectangle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtWidgets import QRubberBand, QWidget

BEGINS_PX = 6.0
"""How far the hand moves before a press becomes a drag."""


class BoxDrag:
    """What the left button draws, from press to release."""

    def __init__(self, over: QWidget) -> None:
        self._over = over
        self._pressed: QPointF | None = None
        self._band: QRubberBand | None = None

    def press(self, place: QPointF) -> None:
        self._pressed = place

    def move(self, place: QPointF) -> None:
        if self._pressed is None:
            return
        if self._band is None:
            if (place - self._pressed).manhattanLength() < BEGINS_PX:
                return
            self._band = QRubberBand(QRubberBand.Shape.Rectangle, self._over)
        self._band.setGeometry(self._rect(place))
        self._band.show()

    def release(self, place: QPointF) -> QRectF | None:
        """The box that was drawn, in pixels of the page; None where it was only a click."""
        band = self._band
        rect = None if band is None or self._pressed is None else QRectF(self._rect(place))
        self.cancel()
        return rect

    def cancel(self) -> None:
        """Draw nothing."""
        self._pressed = None
        if self._band is not None:
            self._band.hide()
            self._band.deleteLater()
            self._band = None

    def _rect(self, place: QPointF) -> QRect:
        assert self._pressed is not None
        return QRectF(self._pressed, place).normalized().toRect()
