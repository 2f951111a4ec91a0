"""The lanes above the noise grades of the overview: one lead's extremes, and the heart rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from viewer.state.heart_trend import HeartTrend
from viewer.ui.theme import Theme

LANE_PX = 20
USUAL_BPM = (50.0, 100.0)
"""The lane always reaches at least this far, so that a steady rhythm looks steady."""
MOST_MV = 3.0
"""Higher deflections are cut at the edge of the lane: artefacts must not flatten the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """Lowest and highest millivolts of one lead: float32 [n] each, NaN where unknown."""

    lead: str
    low_mv: NDArray[np.float32]
    high_mv: NDArray[np.float32]


def paint_envelope(painter: QPainter, rect: QRectF, envelope: Envelope, theme: Theme) -> None:
    """The signal from edge to edge: gaps, artefacts and amplitude at a glance."""
    low, high = envelope.low_mv, envelope.high_mv
    known = np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return
    middle = float(np.median((low[known] + high[known]) / 2))
    swing = float(np.quantile(np.maximum(high[known] - middle, middle - low[known]), 0.98))
    reach_mv = min(max(swing, 0.1), MOST_MV)
    scale = (rect.height() / 2 - 1) / reach_mv
    top = rect.center().y() - np.clip((high - middle) * scale, None, rect.height() / 2 - 1)
    bottom = rect.center().y() - np.clip((low - middle) * scale, -rect.height() / 2 + 1, None)
    step = rect.width() / len(low)
    painter.setPen(QPen(QColor(theme.quiet), max(step, 1.0)))
    for column in np.flatnonzero(known).tolist():
        x = rect.left() + (column + 0.5) * step
        painter.drawLine(QLineF(x, top[column], x, max(bottom[column], top[column] + 1)))
    _label(painter, rect, envelope.lead, theme)


def paint_heart(painter: QPainter, rect: QRectF, trend: HeartTrend, theme: Theme) -> None:
    """Slowest to fastest rate of every column, on a scale that is written beside it."""
    low, high = trend.columns(max(round(rect.width()), 1))
    known = np.flatnonzero(np.isfinite(low))
    if known.size == 0:
        _label(painter, rect, "heart rate", theme)
        return
    least, most = bpm_scale(float(low[known].min()), float(high[known].max()))
    scale = (rect.height() - 3) / (most - least)
    painter.setPen(QPen(QColor(theme.accent), 1.4))
    y_high = rect.bottom() - 1.5 - (high - least) * scale
    y_low = rect.bottom() - 1.5 - (low - least) * scale
    before: QPointF | None = None
    reach = max(rect.width() / len(trend.bpm) * 1.5, 2.0)  # cells wider than a pixel are joined
    for column in known.tolist():
        x = rect.left() + column + 0.5
        here = QPointF(x, (y_low[column] + y_high[column]) / 2)
        painter.drawLine(QLineF(x, y_high[column], x, y_low[column] + 0.5))
        if before is not None and x - before.x() <= reach:
            painter.drawLine(before, here)
        before = here
    _label(painter, rect, f"heart rate {least:.0f}–{most:.0f}/min", theme)


def bpm_scale(slowest: float, fastest: float) -> tuple[float, float]:
    """The lane's lower and upper edge in beats per minute, in tens."""
    least = min(np.floor(slowest / 10) * 10, USUAL_BPM[0])
    most = max(np.ceil(fastest / 10) * 10, USUAL_BPM[1])
    return float(least), float(most)


def _label(painter: QPainter, rect: QRectF, text: str, theme: Theme) -> None:
    """A small word at the left edge, on a patch that keeps it readable."""
    font = QFont(painter.font())
    font.setPixelSize(9)
    painter.setFont(font)
    size = painter.fontMetrics().size(0, text)
    patch = QRectF(rect.left() + 3, rect.top() + 1, size.width() + 4, size.height())
    ground = QColor(theme.surface)
    ground.setAlphaF(0.8)
    painter.fillRect(patch, ground)
    painter.setPen(QColor(theme.text))
    painter.drawText(patch, Qt.AlignmentFlag.AlignCenter, text)
