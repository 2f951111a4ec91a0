"""Small pictures of recent recordings: five seconds of the rhythm lead, and no word of whom."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap

from viewer.folders import cache_folder
from viewer.recording import Recording
from viewer.ui.inks import PAPER
from viewer.ui.small_paper import draw_curve, rule, solid

SIZE_PX = QSize(150, 42)
RATIO = 2
SHOWN_S = 5.0
PX_PER_MM = 3.0
"""So five seconds at 10 mm/s fill the width, and 0.3 mV are a millimetre and a half."""
RHYTHM_LEADS = ("II", "MLII", "V5", "I")


def place_of(recording: Path) -> Path:
    """Where the picture of a recording lies; the cache may be cleared at any time."""
    name = hashlib.sha256(str(recording).encode()).hexdigest()[:24]
    return cache_folder() / "thumbnails" / f"{name}.png"


def draw(recording: Recording) -> QImage:
    """The first seconds of one lead on millimetre paper."""
    image = QImage(SIZE_PX * RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(RATIO)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rect = QRectF(0, 0, SIZE_PX.width(), SIZE_PX.height())
    rule(painter, rect, rect.topLeft(), PX_PER_MM, PAPER)
    lead = next((name for name in RHYTHM_LEADS if name in recording.leads), recording.leads[0])
    stop = min(round(SHOWN_S * recording.fs_hz), recording.samples.ready_until)
    signal_mv = recording.samples.read_mv(0, stop)[recording.leads.index(lead)]
    known = signal_mv[np.isfinite(signal_mv)]
    if known.size:
        middle = float(np.median(known))
        reach_mv = max(float(np.quantile(np.abs(known - middle), 0.998)), 0.2)
        x_px = np.arange(stop) / (SHOWN_S * recording.fs_hz) * rect.width()
        y_px = rect.center().y() - (signal_mv - middle) / reach_mv * (rect.height() / 2 - 3)
        draw_curve(painter, x_px, y_px, solid(QColor(PAPER.raw).name(), 1.2))
    painter.end()
    return image


def remember(recording: Recording) -> None:
    """Keep the picture for the start page; a full disk costs only the picture."""
    if recording.path is None:
        return
    place = place_of(recording.path)
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        draw(recording).save(str(place))


def icon_of(recording: Path) -> QIcon:
    """The picture as an icon; an empty icon where there is none."""
    picture = QPixmap(str(place_of(recording)))
    if picture.isNull():
        return QIcon()
    picture.setDevicePixelRatio(RATIO)
    return QIcon(picture)
