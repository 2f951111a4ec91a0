"""The noise map panel: title, legend, cells, and one line that says what a cell means."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from viewer.state.noise_map_cells import MapCells, summary
from viewer.state.noise_map_geometry import TimeAxis
from viewer.ui.noise_map_canvas import NoiseMapCanvas, Spot
from viewer.ui.noise_map_painting import Legend
from viewer.ui.theme import Theme

TITLE = "0.5–40 Hz, scalogram PSNR"
Describe = Callable[[Spot], tuple[str, ...]]
"""Sentences about a cell: the first goes to the line below the map, all to the tool tip."""


def _nothing(spot: Spot) -> tuple[str, ...]:
    return ()


class NoiseMap(QWidget):
    """Which leads are noisy, where, and why. A click shows the place on the page."""

    jump_requested = Signal(float, str)  # seconds, lead ("" from a companion row)
    scalograms_requested = Signal(str, float)  # lead, seconds

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = NoiseMapCanvas()
        self.legend = Legend()
        self.title = QLabel(TITLE)
        self.title.setObjectName("quiet")
        self.status = QLabel()
        self.status.setObjectName("quiet")
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAutoFillBackground(True)
        self.readout = QLabel()
        self.readout.setAccessibleName("Noise map reading")
        self.readout.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._describe: Describe = _nothing
        self._lay_out()
        self.canvas.pointed.connect(self._say)
        self.canvas.activated.connect(self._jump)
        self.canvas.menu_requested.connect(self._menu)
        self.setFocusProxy(self.canvas)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 3, 8, 0)
        head.setSpacing(14)
        head.addWidget(self.title)
        head.addWidget(self.status, 1)
        head.addWidget(self.legend)
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 0, 8, 3)
        foot.addWidget(self.readout)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.canvas, 1)
        column.addLayout(foot)

    def set_theme(self, theme: Theme) -> None:
        self.canvas.set_theme(theme)
        self.legend.set_theme(theme)

    def set_cells(self, cells: MapCells, describe: Describe = _nothing) -> None:
        """Show a map, as far as it is computed; describe puts a cell in words."""
        self._describe = describe
        self.canvas.set_cells(cells)
        self._say(self.canvas.spot)

    def set_axis(self, axis: TimeAxis) -> None:
        """Stand below the page: the same seconds at the same pixels of this widget."""
        self.canvas.set_axis(axis)

    def set_status(self, text: str) -> None:
        """What is missing or still running: "model missing", "62 % analysed"."""
        self.status.setText(text)
        self.status.setToolTip(text)

    def _say(self, spot: Spot | None) -> None:
        lines = self._describe(spot) if spot is not None else ()
        self.readout.setText(" · ".join(lines) if lines else summary(self.canvas.cells))
        self.readout.setToolTip("\n".join(lines))
        self.canvas.setToolTip("\n".join(lines))

    def _lead(self, spot: Spot) -> str:
        return self.canvas.cells.leads[spot.lead] if spot.lead is not None else ""

    def _jump(self, spot: Spot) -> None:
        self.jump_requested.emit(spot.time_s, self._lead(spot))

    def _menu(self, spot: Spot, where: QPoint) -> None:
        menu = self.menu_for(spot)
        menu.popup(where)

    def menu_for(self, spot: Spot) -> QMenu:
        """What can be done with a cell."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Go there", lambda: self._jump(spot))
        if spot.lead is not None:
            lead = self._lead(spot)
            menu.addAction(
                f"Scalograms of {lead}…",
                lambda: self.scalograms_requested.emit(lead, spot.time_s),
            )
        menu.addAction("Copy reading", lambda: _copy("\n".join(self._describe(spot))))
        return menu


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
