"""The ST panel: numbers, median beat and ST map of the same measurement."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.state.beat_page import Beats, Fiducials
from viewer.state.st_text import intervals_line
from viewer.state.st_view import StResult, levels
from viewer.ui.inks import INKS
from viewer.ui.inks import PAPER as PAPER_INKS
from viewer.ui.median_beat import MedianBeat
from viewer.ui.st_map import StMap
from viewer.ui.st_numbers import StNumbers
from viewer.ui.theme import Theme

LEAST_WIDTH_PX = 420
POINTS = {"J": "j_mv", "J+20": "j20_mv", "J+60": "j60_mv", "J+80": "j80_mv"}


class StPanel(QTabWidget):
    """Shows a StResult; says what the reader changes."""

    person_changed = Signal(object, object)
    fiducials_changed = Signal(object)  # Fiducials; None: as they were found

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setAutoFillBackground(True)
        self.setMinimumWidth(LEAST_WIDTH_PX)
        self.numbers = StNumbers()
        self.beat = MedianBeat()
        self.map = StMap()
        self.addTab(self.numbers, "ST")
        self.addTab(self._beat_page(), "Median beat")
        self.addTab(self._map_page(), "ST map")
        self.numbers.person_changed.connect(self.person_changed)
        self.beat.fiducials_changed.connect(self._moved)
        self.beat.pointed.connect(self._beat_says)
        self.result: StResult | None = None

    def _beat_page(self) -> QWidget:
        page = QWidget()
        page.setAutoFillBackground(True)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(3)
        column.addWidget(self.beat, 1)
        self.beat_values = QLabel()
        self.beat_values.setAccessibleName("Intervals between the fiducials")
        self.beat_values.setWordWrap(True)
        self.beat_values.setContentsMargins(8, 0, 8, 0)
        self.beat_values.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.beat_values.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        column.addWidget(self.beat_values)
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 0, 8, 0)
        self.beat_readout = QLabel()
        self.beat_readout.setAccessibleName("Median beat reading")
        self.beat_readout.setObjectName("quiet")
        self.beat_readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.reset = QPushButton("Reset fiducials")
        self.reset.setToolTip("Put P, QRS, J and T end back where they were found")
        self.reset.clicked.connect(lambda: self.fiducials_changed.emit(None))
        foot.addWidget(self.beat_readout, 1)
        foot.addWidget(self.reset)
        column.addLayout(foot)
        return page

    def _map_page(self) -> QWidget:
        page = QWidget()
        page.setAutoFillBackground(True)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 4, 0, 0)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 0)
        head.addWidget(QLabel("ST level at"))
        self.point = QComboBox()
        self.point.addItems(list(POINTS))
        self.point.setCurrentText("J+60")
        self.point.setAccessibleName("Where ST is read for the map")
        self.point.currentTextChanged.connect(lambda _: self._show_map())
        head.addWidget(self.point)
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(self.map, 1)
        return page

    def set_theme(self, theme: Theme) -> None:
        inks = INKS.get(theme.name, PAPER_INKS)
        self.numbers.set_look(theme, inks)
        self.beat.set_inks(inks)
        self.map.set_inks(inks)

    def show_person(self, age_years: float | None, sex: str | None) -> None:
        self.numbers.show_person(age_years, sex)

    def show_result(self, result: StResult | None) -> None:
        """A new measurement, or None while there is nothing to show."""
        self.result = result
        self.numbers.show_result(result)
        self.beat.set_beats(Beats() if result is None else result.beats)
        self.reset.setEnabled(result is not None and result.dragged)
        self.beat_values.setText("" if result is None else intervals_line(result))
        self._beat_says("")
        self._show_map()

    @property
    def page(self) -> str:
        """The title of the page in front."""
        return self.tabText(self.currentIndex())

    def show_page(self, page: str) -> None:
        """Bring "ST", "Median beat" or "ST map" to the front."""
        for index in range(self.count()):
            if self.tabText(index) == page:
                self.setCurrentIndex(index)

    def _show_map(self) -> None:
        title = self.point.currentText()
        point = POINTS[title]
        raw = {} if self.result is None else levels(self.result.raw, point)
        cleaned = None
        if self.result is not None and self.result.cleaned is not None:
            usable = levels(self.result.cleaned, point)
            cleaned = {lead: level for lead, level in usable.items() if lead in raw}
        self.map.set_levels(raw, cleaned, title)

    def _moved(self, fiducials: Fiducials) -> None:
        self.reset.setEnabled(True)
        self.fiducials_changed.emit(fiducials)

    def _beat_says(self, text: str) -> None:
        idle = ""
        if self.result is not None and self.result.beats.leads:
            n_beats = len(self.result.raw.beats or ())
            also = ", cleaned wide" if self.result.cleaned is not None else ""
            idle = f"50 mm/s 10 mm/mV · {n_beats} beats · raw thin{also}"
        self.beat_readout.setText(text or idle)
