"""Icons in the colour of the theme, drawn from resources/icons at every size asked for."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from viewer.folders import resource

SIZES_PX = (16, 20, 24, 32, 40, 48)


def icon(name: str, colour: str, disabled: str | None = None) -> QIcon:
    """resources/icons/<name>.svg in a colour; disabled: that of a greyed button."""
    svg = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    for size in SIZES_PX:
        result.addPixmap(_pixmap(svg, colour, size))
        if disabled is not None:
            result.addPixmap(_pixmap(svg, disabled, size), QIcon.Mode.Disabled)
    return result


def _pixmap(svg: str, colour: str, size_px: int) -> QPixmap:
    pixmap = QPixmap(QSize(size_px, size_px))
    pixmap.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(svg.replace("#000000", colour).encode()))
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    return pixmap
