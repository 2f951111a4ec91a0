"""True size: how many pixels of this monitor make a millimetre, confirmed once with a card."""

from __future__ import annotations

from math import log2

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QScreen
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

CARD_MM = (85.60, 53.98)
RULER_MM = 100
STEPS = 1000  # of the slider for a factor of two: 0.07 % each
LEAST_PX, MOST_PX = 1.5, 16.0
MM_PER_INCH = 25.4


def monitor_key(screen: QScreen) -> str:
    """Identity, resolution and scale: when one of them changes, the size must be confirmed anew."""
    size = screen.geometry().size()
    return (
        f"{screen.manufacturer()} {screen.model()} {screen.serialNumber()} {screen.name()} "
        f"{size.width()}x{size.height()} @{screen.devicePixelRatio():g}"
    )


def told_px_per_mm(screen: QScreen) -> float:
    """What the monitor says of itself; often wrong, so only where to begin."""
    told = screen.physicalDotsPerInch() / MM_PER_INCH
    return min(max(told, LEAST_PX), MOST_PX) if told > 0 else 96 / MM_PER_INCH


class CardOutline(QWidget):
    """A bank card and a 100 mm ruler at the scale being tried."""

    def __init__(self) -> None:
        super().__init__()
        self.px_per_mm = 4.0
        self.setAccessibleName("Outline of a bank card and a ruler of 100 mm")

    def set_scale(self, px_per_mm: float) -> None:
        self.px_per_mm = px_per_mm
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(RULER_MM * self.px_per_mm) + 40, round(78 * self.px_per_mm) + 40)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = self.palette().text().color()
        painter.setPen(QPen(ink, 1.5))
        painter.setBrush(QColor(127, 127, 127, 24))
        scale = self.px_per_mm
        card = QRectF(20, 20, CARD_MM[0] * scale, CARD_MM[1] * scale)
        painter.drawRoundedRect(card, 3 * scale, 3 * scale)
        painter.drawText(card, Qt.AlignmentFlag.AlignCenter, "bank card, 85.60 × 53.98 mm")
        self._ruler(painter, 20 + 62 * scale)

    def _ruler(self, painter: QPainter, top_px: float) -> None:
        for mm in range(RULER_MM + 1):
            x = 20 + mm * self.px_per_mm
            length = 5 if mm % 10 == 0 else 3.5 if mm % 5 == 0 else 2
            painter.drawLine(int(x), int(top_px), int(x), int(top_px + length * self.px_per_mm))
        for cm in range(0, RULER_MM // 10 + 1, 5):
            painter.drawText(
                int(20 + cm * 10 * self.px_per_mm) - 6, int(top_px + 10 * self.px_per_mm), f"{cm}"
            )


class Calibration(QDialog):
    """Hold a card against the screen and move the slider until both are equal."""

    def __init__(self, screen: QScreen, px_per_mm: float | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("True size")
        self.forget = False
        self.outline = CardOutline()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(-STEPS, STEPS)
        self.slider.setAccessibleName("Size of the card on screen")
        self._told = told_px_per_mm(screen)
        self._readout = QLabel()
        self._readout.setObjectName("quiet")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.forget_button = QPushButton("Not calibrated")
        self.forget_button.setToolTip("Forget the size of this monitor: fit the page to the window")
        self.buttons.addButton(self.forget_button, QDialogButtonBox.ButtonRole.ResetRole)
        self._lay_out()
        self.slider.valueChanged.connect(self._draw)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.forget_button.clicked.connect(self._forget)
        self.set_px_per_mm(px_per_mm or self._told)

    @property
    def px_per_mm(self) -> float:
        return float(self._told * 2.0 ** (self.slider.value() / STEPS))

    def set_px_per_mm(self, px_per_mm: float) -> None:
        """Start from a known size."""
        self.slider.setValue(round(STEPS * log2(px_per_mm / self._told)))
        self._draw()

    def _forget(self) -> None:
        self.forget = True
        self.accept()

    def _draw(self) -> None:
        self.outline.set_scale(self.px_per_mm)
        self._readout.setText(f"{self.px_per_mm:.3f} pixels per millimetre on this monitor")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        text = QLabel(
            "Hold a bank card or a ruler against the screen and move the slider (arrow keys: "
            "0.07 %) until both are equally long. One millimetre on the paper is then one "
            "millimetre on this monitor."
        )
        text.setWordWrap(True)
        for widget in (text, self.outline, self.slider, self._readout, self.buttons):
            column.addWidget(widget)
