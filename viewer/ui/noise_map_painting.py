"""How the noise map's cells look: fills, textures, letters, legend.

One hue from light to dark (safe for every colour vision, and in grey), and a texture
that grows with it, so that no grade hangs on colour alone. Good cells stay unmarked.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from viewer.state.noise_map_cells import LETTER, State
from viewer.ui.theme import PAPER, Theme

TILE_PX = 6


@dataclass(frozen=True, slots=True)
class Look:
    """One state's fill, texture and letter colour."""

    fill: str
    mark: str = ""  # texture colour; empty: none
    texture: str = ""  # "diagonal" | "cross" | "dash"
    letter: str = "#000000"


LIGHT = {
    State.PENDING: Look("", "#c9c5bd", "dots"),
    State.GOOD: Look(""),
    State.FAIR: Look("#c3d6e8", letter="#27465f"),
    State.POOR: Look("#7fa3c7", "#5b84ae", "diagonal", "#0f2438"),
    State.BAD: Look("#27507b", "#7fa8d0", "cross", "#ffffff"),
    State.NO_SIGNAL: Look("#c6c4c0", "#8f8c86", "dash", "#3b3936"),
}
DARK = {
    State.PENDING: Look("", "#4a4f56", "dots"),
    State.GOOD: Look(""),
    State.FAIR: Look("#2f4357", letter="#cfe2f4"),
    State.POOR: Look("#4d7aa6", "#7fa8d0", "diagonal", "#ffffff"),
    State.BAD: Look("#a9cdf0", "#35618c", "cross", "#0d1d2c"),
    State.NO_SIGNAL: Look("#55585c", "#878b90", "dash", "#e4e4e4"),
}
MEANING = (
    (State.GOOD, "A good"),
    (State.FAIR, "B rhythm only"),
    (State.POOR, "C neither"),
    (State.BAD, "C worst"),
    (State.NO_SIGNAL, "no signal"),
)


def looks(theme: Theme) -> dict[State, Look]:
    """The looks that suit a theme."""
    return DARK if QColor(theme.surface).lightnessF() < 0.5 else LIGHT


class CellPainter:
    """Paints cells in the colours of a theme. Textures are made once."""

    def __init__(self, theme: Theme = PAPER) -> None:
        self.theme = theme
        self._looks = looks(theme)
        self._textures = {
            state: QBrush(_tile(look.texture, QColor(look.mark)))
            for state, look in self._looks.items()
            if look.texture
        }
        self._short = QBrush(_tile("short", QColor(theme.quiet)))

    def cell(self, painter: QPainter, rect: QRectF, state: State, *, short: bool = False) -> None:
        """One cell; its letter comes later, once per run of equal cells."""
        look = self._looks[state]
        if look.fill:
            painter.fillRect(rect, QColor(look.fill))
        if state in self._textures:
            painter.fillRect(rect, self._textures[state])
        if short:
            painter.fillRect(rect, self._short)

    def letter(self, painter: QPainter, rect: QRectF, state: State) -> None:
        """The grade's letter in the middle, on a plain patch so that textures do not cut it."""
        text = LETTER.get(state, "")
        metrics = QFontMetricsF(painter.font())
        if not text or rect.width() < metrics.horizontalAdvance(text) + 6:
            return
        look = self._looks[state]
        patch = QRectF(0, 0, metrics.horizontalAdvance(text) + 5, rect.height())
        patch.moveCenter(rect.center())
        painter.fillRect(patch, QColor(look.fill))
        painter.setPen(QColor(look.letter))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def _tile(texture: str, colour: QColor) -> QPixmap:
    """A transparent square that repeats without a seam."""
    size = TILE_PX
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(QPen(colour, 1.0))
    if texture in ("diagonal", "cross"):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for shift in (-size, 0, size):
            painter.drawLine(QPointF(shift, size), QPointF(shift + size, 0))
    if texture == "cross":
        for shift in (-size, 0, size):
            painter.drawLine(QPointF(shift, 0), QPointF(shift + size, size))
    if texture == "dash":
        painter.drawLine(QPointF(0, size / 2), QPointF(size / 2, size / 2))
    if texture == "dots":
        painter.drawPoint(QPointF(size / 2, size / 2))
    if texture == "short":
        painter.drawLine(QPointF(0, 0), QPointF(0, size))
    painter.end()
    return pixmap


def small_font(base: QFont, height_px: float) -> QFont:
    """The widget's font, as large as a row of that height allows."""
    font = QFont(base)
    font.setPixelSize(int(max(9, min(height_px - 3, 12))))
    return font


class Legend(QWidget):
    """What the fills mean, in one line; also said in words to a screen reader."""

    SWATCH_PX = 14
    GAP_PX = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells = CellPainter()
        self.setAccessibleName("Legend: " + ", ".join(text for _, text in MEANING))
        self.setFont(small_font(self.font(), 14))

    def set_theme(self, theme: Theme) -> None:
        self._cells = CellPainter(theme)
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        words = sum(metrics.horizontalAdvance(text) for _, text in MEANING)
        return QSize(int(words + len(MEANING) * (self.SWATCH_PX + 5 + self.GAP_PX)), 18)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = QFontMetricsF(self.font())
        x_px = 0.0
        for state, text in MEANING:
            rect = QRectF(x_px, (self.height() - 11) / 2, self.SWATCH_PX, 11)
            self._cells.cell(painter, rect, state)
            painter.setPen(QColor(self._cells.theme.line))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
            x_px += self.SWATCH_PX + 5
            painter.setPen(QColor(self._cells.theme.quiet))
            words = QRectF(x_px, 0, metrics.horizontalAdvance(text) + 2, self.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
            x_px += metrics.horizontalAdvance(text) + self.GAP_PX
        painter.end()
