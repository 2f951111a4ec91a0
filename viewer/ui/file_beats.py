"""The recorder's own average beats on paper, one small field per lead."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.acquisition import MedianBeats

PAPER, FINE, COARSE, INK = (QColor(c) for c in ("#fffaf7", "#f6ded8", "#eabfb4", "#141414"))
PX_PER_MM = 3.0
MM_PER_S, MM_PER_MV = 25.0, 10.0
FIELD_HEIGHT_MM, MARGIN_MM = 32.0, 2.0
COLUMNS = 3
CLIP_MV = 20.0


class FileBeats(QWidget):
    """25 mm/s and 10 mm/mV, as the recorder would print them."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Average beats stored in the file")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._beats: MedianBeats | None = None

    def set_beats(self, beats: MedianBeats | None) -> None:
        self._beats = beats
        self.setVisible(beats is not None)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._beats is None:
            return QSize(0, 0)
        rows = math.ceil(len(self._beats.leads) / COLUMNS)
        width = COLUMNS * self._field_mm() * PX_PER_MM
        return QSize(math.ceil(width), math.ceil(rows * FIELD_HEIGHT_MM * PX_PER_MM))

    def _field_mm(self) -> float:
        """Width of a field in whole coarse squares."""
        assert self._beats is not None
        length_mm = self._beats.signal_mv.shape[1] / self._beats.fs_hz * MM_PER_S
        return 5.0 * math.ceil(float(min(length_mm, 75.0) + 2 * MARGIN_MM) / 5.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._beats is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), PAPER)
        paint_grid(painter, QRectF(self.rect()), PX_PER_MM)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(INK, 1.2))
        for index, lead in enumerate(self._beats.leads):
            row, column = divmod(index, COLUMNS)
            left_px = column * self._field_mm() * PX_PER_MM
            base_px = (row + 0.6) * FIELD_HEIGHT_MM * PX_PER_MM
            top_px = row * FIELD_HEIGHT_MM * PX_PER_MM
            painter.drawText(QPointF(left_px + 5, top_px + 14), lead)
            painter.save()
            painter.setClipRect(
                QRectF(left_px, top_px, self._field_mm() * PX_PER_MM, FIELD_HEIGHT_MM * PX_PER_MM)
            )
            self._paint_beat(painter, index, left_px + MARGIN_MM * PX_PER_MM, base_px)
            painter.restore()

    def _paint_beat(self, painter: QPainter, index: int, left_px: float, base_px: float) -> None:
        assert self._beats is not None
        signal_mv = self._beats.signal_mv[index]
        known = np.flatnonzero(np.isfinite(signal_mv))
        if known.size < 2:
            return
        x_px = left_px + known / self._beats.fs_hz * MM_PER_S * PX_PER_MM
        y_px = base_px - np.clip(signal_mv[known], -CLIP_MV, CLIP_MV) * MM_PER_MV * PX_PER_MM
        points = [QPointF(float(x), float(y)) for x, y in zip(x_px, y_px, strict=True)]
        painter.drawPolyline(QPolygonF(points))


def paint_grid(painter: QPainter, area: QRectF, px_per_mm: float) -> None:
    """Fine lines every millimetre, coarse ones every five, from the left top corner on."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for colour, every in ((FINE, 1), (COARSE, 5)):
        painter.setPen(QPen(colour, 1, Qt.PenStyle.SolidLine))
        for n in range(0, math.ceil(area.width() / px_per_mm) + 1, every):
            x = area.left() + n * px_per_mm
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for n in range(0, math.ceil(area.height() / px_per_mm) + 1, every):
            y = area.top() + n * px_per_mm
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
