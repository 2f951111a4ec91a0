"""Millimetre paper for small drawings: median beats, residual averages."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from viewer.ui.inks import Inks

FINE_FROM_PX = 2.6
"""Pixels per millimetre below which 1 mm lines would fill the paper with colour."""
BOLD_FROM_PX = 0.8


def rule(painter: QPainter, rect: QRectF, origin: QPointF, px_per_mm: float, inks: Inks) -> None:
    """Paper and grid inside rect, with bold lines through origin; lines one pixel sharp."""
    painter.fillRect(rect, QColor(inks.paper))
    for every_mm, colour, least in ((1, inks.fine, FINE_FROM_PX), (5, inks.bold, BOLD_FROM_PX)):
        if px_per_mm < least:
            continue
        step = every_mm * px_per_mm
        for x in _places(rect.left(), rect.right(), origin.x(), step):
            painter.fillRect(QRectF(x, rect.top(), 1, rect.height()), QColor(colour))
        for y in _places(rect.top(), rect.bottom(), origin.y(), step):
            painter.fillRect(QRectF(rect.left(), y, rect.width(), 1), QColor(colour))


def _places(first: float, last: float, through: float, step: float) -> list[int]:
    """Whole pixels between first and last, step apart, one of them at through."""
    begin = math.ceil((first - through) / step)
    end = math.floor((last - 1 - through) / step)
    return [round(through + i * step) for i in range(begin, end + 1)]


def draw_curve(
    painter: QPainter, x_px: NDArray[np.floating], y_px: NDArray[np.floating], pen: QPen
) -> None:
    """Straight lines from sample to sample; NaN leaves a gap."""
    painter.setPen(pen)
    good = np.isfinite(y_px)
    edges = np.flatnonzero(np.diff(good.astype(np.int8))) + 1
    for part in np.split(np.arange(len(y_px)), edges):
        if part.size > 1 and good[part[0]]:
            points = [QPointF(x, y) for x, y in zip(x_px[part], y_px[part], strict=True)]
            painter.drawPolyline(QPolygonF(points))


def many_lines(
    painter: QPainter, x_px: NDArray[np.floating], y_px: NDArray[np.floating], pen: QPen
) -> None:
    """Many curves at once, y_px [n_curves, n]; opaque pens only."""
    painter.setPen(pen)
    lines = [
        QLineF(x_px[i], row[i], x_px[i + 1], row[i + 1])
        for row in y_px
        for i in range(len(x_px) - 1)
        if np.isfinite(row[i]) and np.isfinite(row[i + 1])
    ]
    if lines:
        painter.drawLines(lines)


def solid(colour: str, width_px: float) -> QPen:
    """A pen with round joins."""
    pen = QPen(QColor(colour), width_px)
    pen.setCosmetic(True)
    return pen


def blended(front: str, back: str, share: float) -> str:
    """front over back at an opacity of share, as an opaque colour."""
    a, b = QColor(front), QColor(back)
    mixed = (
        round(share * x + (1 - share) * y)
        for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*mixed).name()
