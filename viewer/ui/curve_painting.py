"""Strokes from numpy buffers to QPainter, by the fastest way that was measured."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainter, QPolygonF
from shiboken6 import Shiboken

from viewer.state.curves import Envelope, Line, Rows, runs, strokes

Reach = tuple[float, float]
NOTHING: Reach = (float("inf"), float("-inf"))
LIMIT_PX = 30_000.0
"""No stroke reaches further: Qt's rasteriser is exact to there, absurd values end there."""


def paint_curve(painter: QPainter, curve: Line | Envelope, rows: Rows, *, vector: bool) -> Reach:
    """One trace of all rows with the pen that is set, in one call where that is possible.

    Returns the highest and the lowest pixel of the strokes.
    """
    limit = 1e7 if vector else LIMIT_PX
    if isinstance(curve, Line) and vector:  # joined lines: no seams at any magnification
        for run in runs(curve, rows, limit):
            painter.drawPolyline(_polygon(run))
        return NOTHING
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, isinstance(curve, Line))
    lines = strokes(curve, rows, limit)
    _draw_lines(painter, lines)
    heights = lines[:, 1::2]
    return (float(heights.min()), float(heights.max())) if len(lines) else NOTHING


def _draw_lines(painter: QPainter, lines: NDArray[np.float64]) -> None:
    """drawLines of a buffer that Qt reads in place: no object per line, no wide-pen cliff."""
    if len(lines) == 0:
        return
    buffer = np.ascontiguousarray(lines)  # a QLineF is four doubles
    first = cast(QLineF, Shiboken.wrapInstance(buffer.ctypes.data, QLineF))
    painter.drawLines(first, len(buffer))


def _polygon(points: NDArray[np.float64]) -> QPolygonF:
    """[n, 2] as a polygon, for vector output."""
    return QPolygonF([QPointF(x, y) for x, y in points.tolist()])
