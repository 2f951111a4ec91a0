"""The ST map: one polar plot for the limb leads, one for the chest leads."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from viewer.state.st_map import (
    FRONTAL,
    HORIZONTAL,
    ZERO_RING,
    Corner,
    Spoke,
    direction,
    frontal_direction_deg,
    outline,
    radius,
    scale_mv,
)
from viewer.ui.inks import PAPER, Inks
from viewer.ui.small_paper import blended, solid

LABEL_PX = 26.0
LEGEND_PX = 22.0


class StMap(QWidget):
    """ST level around the heart: outside the thick ring elevation, inside depression."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inks: Inks = PAPER
        self.raw_mv: dict[str, float] = {}
        self.cleaned_mv: dict[str, float] | None = None
        self.point = "J+60"
        self.setAccessibleName("ST map")

    def set_levels(
        self,
        raw_mv: Mapping[str, float],
        cleaned_mv: Mapping[str, float] | None,
        point: str = "J+60",
    ) -> None:
        """ST levels in mV per lead; leads without a value are left out of the outline."""
        self.raw_mv = dict(raw_mv)
        self.cleaned_mv = None if cleaned_mv is None else dict(cleaned_mv)
        self.point = point
        self.setAccessibleDescription(self.words())
        self.setToolTip(self.words())
        self.update()

    def set_inks(self, inks: Inks) -> None:
        self.inks = inks
        self.update()

    def words(self) -> str:
        """The map in words, for tool tips and screen readers."""
        known = {lead: mv for lead, mv in self.raw_mv.items() if math.isfinite(mv)}
        if not known:
            return "No ST level could be measured."
        parts = [f"{lead} {mv:+.2f}" for lead, mv in known.items()]
        text = f"ST at {self.point} in mV, raw: {', '.join(parts)}."
        angle = frontal_direction_deg(known)
        return text if angle is None else f"{text} Frontal direction {angle:+.0f}°."

    @property
    def full_mv(self) -> float:
        return scale_mv(self.raw_mv, self.cleaned_mv or {})

    def sizeHint(self) -> QSize:
        return QSize(520, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 160)

    def plots(self) -> tuple[QRectF, QRectF]:
        """Squares for the frontal and the horizontal plot, side by side or stacked."""
        room = QRectF(self.rect()).adjusted(4, 2, -4, -LEGEND_PX)
        if room.width() >= room.height():
            left = QRectF(room.left(), room.top(), room.width() / 2, room.height())
            return left, left.translated(room.width() / 2, 0)
        top = QRectF(room.left(), room.top(), room.width(), room.height() / 2)
        return top, top.translated(0, room.height() / 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frontal, horizontal = self.plots()
        self._plot(painter, frontal, "Frontal", FRONTAL)
        self._plot(painter, horizontal, "Horizontal, from above", HORIZONTAL)
        self._legend(painter)
        painter.end()

    def _plot(self, painter: QPainter, room: QRectF, title: str, plane: tuple[Spoke, ...]) -> None:
        font = self._font(11)
        painter.setFont(font)
        painter.setPen(QColor(self.inks.quiet))
        painter.drawText(room.adjusted(4, 2, 0, 0), Qt.AlignmentFlag.AlignLeft, title)
        size = max(min(room.width(), room.height() - 8) / 2 - LABEL_PX, 10.0)
        painter.save()
        painter.translate(room.center() + QPointF(0, 4))
        self._rings(painter, size)
        self._spokes(painter, size, plane)
        if self.cleaned_mv is not None:
            colour = blended(self.inks.denoised, self.inks.paper, 0.7)
            self._outline(painter, size, plane, self.cleaned_mv, solid(colour, 4.0))
        self._outline(painter, size, plane, self.raw_mv, solid(self.inks.raw, 1.5), dots=True)
        painter.restore()

    def _rings(self, painter: QPainter, size: float) -> None:
        """Paper disc, rings at half and full scale, a thick one at zero."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.inks.paper))
        painter.drawEllipse(QPointF(0, 0), size, size)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        font = self._font(9)
        for share in (-0.5, 0.0, 0.5, 1.0):
            r = radius(share * self.full_mv, self.full_mv) * size
            zero = share == 0.0
            colour = self.inks.quiet if zero else self.inks.bold
            painter.setPen(QPen(QColor(colour), 1.6 if zero else 1.0))
            painter.drawEllipse(QPointF(0, 0), r, r)
            text = "0" if zero else f"{share * self.full_mv:+.2g}".replace("-", "−")
            painter.setFont(font)
            painter.setPen(QColor(self.inks.quiet))
            at = QPointF(math.cos(math.radians(-75)), math.sin(math.radians(-75))) * r
            painter.drawText(at + QPointF(2, -2), text)

    def _spokes(self, painter: QPainter, size: float, plane: tuple[Spoke, ...]) -> None:
        for spoke in plane:
            unit = QPointF(*direction(spoke.angle_deg, front_down=True))
            painter.setPen(QPen(QColor(self.inks.bold if spoke.sign > 0 else self.inks.fine), 1.0))
            painter.drawLine(QPointF(0, 0), unit * size)
            if spoke.sign < 0:
                continue
            known = math.isfinite(self.raw_mv.get(spoke.lead, math.nan))
            font = self._font(11)
            font.setBold(known)
            painter.setFont(font)
            painter.setPen(QColor(self.inks.text if known else self.inks.quiet))
            text = spoke.label if known else f"({spoke.label})"
            metrics = QFontMetricsF(font)
            box = QRectF(0, 0, metrics.horizontalAdvance(text) + 2, metrics.height())
            reach = size + 4 + abs(unit.x()) * box.width() / 2 + abs(unit.y()) * box.height() / 2
            box.moveCenter(unit * reach)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _outline(
        self,
        painter: QPainter,
        size: float,
        plane: tuple[Spoke, ...],
        levels_mv: Mapping[str, float],
        pen: QPen,
        *,
        dots: bool = False,
    ) -> None:
        """Straight sides between neighbours that both have a value; dots on real leads."""
        corners = outline(plane, levels_mv, self.full_mv, front_down=True)
        painter.setPen(pen)
        for here, there in zip(corners, corners[1:] + corners[:1], strict=True):
            if here is not None and there is not None:
                painter.drawPolyline(QPolygonF([_at(here, size), _at(there, size)]))
        if dots:
            painter.setBrush(QColor(pen.color()))
            for corner in corners:
                if corner is not None and corner.spoke.sign > 0:
                    painter.drawEllipse(_at(corner, size), 2.2, 2.2)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _legend(self, painter: QPainter) -> None:
        painter.setFont(self._font(11))
        y = self.height() - LEGEND_PX / 2
        x = 8.0
        entries = [(solid(self.inks.raw, 1.5), "raw")]
        if self.cleaned_mv is not None:
            entries.append(
                (solid(blended(self.inks.denoised, self.inks.paper, 0.7), 4.0), "cleaned")
            )
        for pen, text in entries:
            painter.setPen(pen)
            painter.drawLine(QPointF(x, y), QPointF(x + 18, y))
            x += 23
            painter.setPen(QColor(self.inks.text))
            painter.drawText(QPointF(x, y + 4), text)
            x += QFontMetricsF(painter.font()).horizontalAdvance(text) + 14
        painter.setPen(QColor(self.inks.quiet))
        note = f"ST at {self.point}, mV; thick ring 0, outside elevation, inside depression"
        room = self.width() - x - 8
        words = QFontMetricsF(painter.font()).elidedText(note, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(x, y + 4), words)

    def _font(self, size_px: int) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(size_px)
        return font


def _at(corner: Corner, size: float) -> QPointF:
    return QPointF(corner.x * size, corner.y * size)


__all__ = ["ZERO_RING", "StMap"]
