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
MARGIN_MM, LABEL_MM, LEAST_MM = 2.0, 6.0, 9.0
COLUMNS = 3
LIMIT_MV = 10.0


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
        width = COLUMNS * self._field_mm() * PX_PER_MM
        height = sum(height for _, height in self._rows_mm()) * PX_PER_MM
        return QSize(math.ceil(width), math.ceil(height))

    def _rows_mm(self) -> list[tuple[float, float]]:
        """(from the top of the row to 0 mV, height of the row): nothing is cut off."""
        assert self._beats is not None
        limit = LIMIT_MV
        signal = np.clip(np.nan_to_num(self._beats.signal_mv), -limit, limit)
        rows = []
        for first in range(0, len(signal), COLUMNS):
            part = signal[first : first + COLUMNS]
            above = max(LEAST_MM, float(part.max(initial=0)) * MM_PER_MV + LABEL_MM)
            below = max(LEAST_MM, -float(part.min(initial=0)) * MM_PER_MV + MARGIN_MM)
            rows.append((above, 5.0 * math.ceil((above + below) / 5.0)))
        return rows

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
        top_mm = 0.0
        for row, (zero_mm, height_mm) in enumerate(self._rows_mm()):
            for column in range(COLUMNS):
                index = row * COLUMNS + column
                if index < len(self._beats.leads):
                    left_px = column * self._field_mm() * PX_PER_MM
                    base_px = (top_mm + zero_mm) * PX_PER_MM
                    name = self._beats.leads[index]
                    painter.drawText(QPointF(left_px + 5, top_mm * PX_PER_MM + 14), name)
                    self._paint_beat(painter, index, left_px + MARGIN_MM * PX_PER_MM, base_px)
            top_mm += height_mm

    def _paint_beat(self, painter: QPainter, index: int, left_px: float, base_px: float) -> None:
        assert self._beats is not None
        signal_mv = self._beats.signal_mv[index]
        known = np.flatnonzero(np.isfinite(signal_mv))
        if known.size < 2:
            return
        x_px = left_px + known / self._beats.fs_hz * MM_PER_S * PX_PER_MM
        y_px = base_px - np.clip(signal_mv[known], -LIMIT_MV, LIMIT_MV) * MM_PER_MV * PX_PER_MM
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
