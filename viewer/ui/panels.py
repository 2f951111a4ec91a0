"""The panels around the page: noise map, ST, residual. Docks, their work, and the wiring."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDockWidget, QWidget

from viewer.jobs.quality import NoiseAnalysis
from viewer.jobs.st import Measuring
from viewer.state.noise_map_cells import MapCells
from viewer.state.noise_map_geometry import TimeAxis
from viewer.state.st_view import StResult, worst_grades
from viewer.state.time_left import Forecast, left_words
from viewer.ui.inks import INKS
from viewer.ui.inks import PAPER as PAPER_INKS
from viewer.ui.noise_map import NoiseMap
from viewer.ui.noise_map_canvas import Spot
from viewer.ui.overview import Overview
from viewer.ui.overview_ribbon import OverviewRibbon
from viewer.ui.residual_strip import ResidualStrip
from viewer.ui.scalogram_dialog import ScalogramDialog
from viewer.ui.st_panel import StPanel
from viewer.ui.theme import Theme
from viewer.words import tr

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

NOISE_MAP, ST, RESIDUAL = "noise_map", "st", "residual"
LEAST_LEFT_PX = 52.0
"""Room for row names when the panel does not stand below the page."""
ST_WIDTH_PX = 490


class Dock(QDockWidget):
    """A panel that says when its own button closed it."""

    dismissed = Signal()

    def __init__(self, name: str, title: str, content: QWidget, window: MainWindow) -> None:
        super().__init__(tr(title), window)
        self.setObjectName(name)
        self.setWidget(content)
        content.setAccessibleName(content.accessibleName() or tr(title))

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.dismissed.emit()


class Panels(QObject):
    """Opens and closes the panels; nothing is computed for a closed one."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self.noise_map = NoiseMap()
        self.ribbon: OverviewRibbon = OverviewRibbon()
        self.st = StPanel()
        self.residual = ResidualStrip()
        self.analysis = NoiseAnalysis(
            window.session,
            lambda: str(window.settings["device"]),
            lambda: window.cleaning.job.running,
            window,
        )
        self.measuring = Measuring(window.session, window)
        self.overview: Overview = Overview(window, self.ribbon)
        self._wanted: set[str] = set()
        self._forecast = Forecast(time.monotonic())
        self._settled = QTimer(self, interval=0, singleShot=True)
        self._settled.timeout.connect(self._align)
        self._docks = {
            NOISE_MAP: Dock(NOISE_MAP, "Noise map", self.noise_map, window),
            RESIDUAL: Dock(RESIDUAL, "Residual average", self.residual, window),
            ST: Dock(ST, "ST segment", self.st, window),
        }
        self._place()
        self._connect_noise()
        self._connect_st()
        self.set_theme(window.theme)
        self._restore()

    def _place(self) -> None:
        window = self._window
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self._docks[NOISE_MAP])
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self._docks[RESIDUAL])
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._docks[ST])
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        window.tabifyDockWidget(self._docks[NOISE_MAP], self._docks[RESIDUAL])
        window.resizeDocks([self._docks[ST]], [ST_WIDTH_PX], Qt.Orientation.Horizontal)
        window.room.add_ribbon(self.ribbon)
        self.ribbon.hide()
        for name, dock in self._docks.items():
            dock.hide()
            dock.dismissed.connect(lambda name=name: self._set(name, False))
        self.noise_map.canvas.installEventFilter(self)

    def _connect_noise(self) -> None:
        self.analysis.begun.connect(self._new_map)
        self.analysis.grew.connect(self._show_map)
        self.analysis.broke.connect(self._window.errors.report)
        self.noise_map.jump_requested.connect(self._jump)
        self.noise_map.scalograms_requested.connect(self._scalograms)
        self.ribbon.scroll_requested.connect(self._session.timeline.centre_on)
        self._window.trace_view.page_changed.connect(self._align)
        self._session.timeline.changed.connect(self._align)

    def _connect_st(self) -> None:
        self.measuring.measured.connect(self._show_st)
        self.measuring.cleared.connect(self._clear_st)
        self.measuring.broke.connect(self._window.errors.report)
        self.st.person_changed.connect(self.measuring.set_person)
        self.st.fiducials_changed.connect(self.measuring.move)
        self.residual.lead_chosen.connect(lambda lead: self._window.toggle_lead(lead))

    # ---- open and close ----

    def is_open(self, name: str) -> bool:
        """Whether the reader wants this panel; it shows while a recording is open."""
        return name in self._wanted

    def toggle(self, name: str) -> None:
        """Open or close; a panel behind another one's tab comes to the front first."""
        dock = self._docks[name]
        behind = name in self._wanted and dock.visibleRegion().isEmpty()
        self._set(name, name not in self._wanted or behind)
        if name in self._wanted:
            dock.raise_()

    def toggle_beat(self) -> None:
        """The median beat is a page of the ST panel."""
        shown = self.is_open(ST) and self.st.page == "Median beat"
        self._set(ST, not shown)
        self.st.show_page("Median beat")

    def _set(self, name: str, wanted: bool) -> None:
        if wanted:
            self._wanted.add(name)
        else:
            self._wanted.discard(name)
        self.follow()
        self._window.refresh()

    def follow(self) -> None:
        """Panels stand beside a recording, not beside the start page."""
        there = self._session.recording is not None
        for name, dock in self._docks.items():
            dock.setVisible(there and name in self._wanted)
        self.measuring.set_active(there and bool({ST, RESIDUAL} & self._wanted))
        self.analysis.set_active(there and bool({NOISE_MAP, ST} & self._wanted))
        self._show_ribbon()
        self._align()

    def set_theme(self, theme: Theme) -> None:
        self.noise_map.set_theme(theme)
        self.ribbon.set_theme(theme)
        self.st.set_theme(theme)
        self.residual.set_inks(INKS.get(theme.name, PAPER_INKS))

    # ---- noise map ----

    def _new_map(self) -> None:
        self._forecast = Forecast(time.monotonic())
        self.noise_map.set_cells(MapCells())
        self.noise_map.set_status("")
        self._show_map()
        self.follow()

    def _show_map(self) -> None:
        view = self.analysis.view
        if view is None:
            return
        self.noise_map.set_cells(view.cells, self._describe)
        share = view.n_found / max(len(view.segments), 1)
        left = left_words(self._forecast.left_s(time.monotonic(), share))
        busy = f"{100 * share:.0f} % analysed{left and f', {left}'}" if share < 1 else ""
        notes = [f"⚠ {note}" for note in view.notes]
        self.noise_map.set_status(" ".join((tr(busy), *notes)).strip())
        self._show_ribbon()
        self._grade()

    def _show_ribbon(self) -> None:
        recording, view = self._session.recording, self.analysis.view
        self.ribbon.setVisible(self.overview.visible)
        if recording is not None:
            cells = MapCells() if view is None else view.cells
            self.ribbon.set_cells(cells, recording.duration_s)

    def _describe(self, spot: Spot) -> tuple[str, ...]:
        view = self.analysis.view
        if view is None:
            return ()
        if spot.companion is not None:
            return view.describe_companion(spot.companion, spot.lead, spot.time_s)
        return () if spot.lead is None else view.describe_lead(spot.lead, spot.time_s)

    def _jump(self, time_s: float, lead: str) -> None:
        timeline = self._session.timeline
        if not timeline.start_s <= time_s < timeline.stop_s:
            timeline.centre_on(time_s)
        self._window.statusBar().showMessage(f"{lead} {time_s:.1f} s".strip(), 4000)

    def _scalograms(self, lead: str, time_s: float) -> None:
        recording = self._session.recording
        if recording is not None:
            device = str(self._window.settings["device"])
            window = self._window
            dialog = ScalogramDialog(recording, lead, time_s, device, window.theme, window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def _align(self) -> None:
        """The map's seconds stand below the page's seconds, pixel by pixel."""
        timeline, page = self._session.timeline, self._window.trace_view.page
        self.ribbon.set_page(timeline.start_s, timeline.stop_s)
        if page is None:
            return
        canvas, view = self.noise_map.canvas, self._window.trace_view
        shift_px = view.mapToGlobal(QPoint(0, 0)).x() - canvas.mapToGlobal(QPoint(0, 0)).x()
        left_px = page.strip_left_mm * view.px_per_mm + shift_px
        right_px = page.strip_right_mm * view.px_per_mm + shift_px
        if left_px < LEAST_LEFT_PX or right_px > canvas.width() + 1:
            left_px, right_px = LEAST_LEFT_PX + 48, max(canvas.width() - 12.0, LEAST_LEFT_PX + 90)
        self.noise_map.set_axis(
            TimeAxis(page.start_s, page.start_s + page.span_s, left_px, right_px)
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._settled.start()  # docks reach their places one after the other
        return False

    # ---- ST and residual ----

    def _clear_st(self) -> None:
        self.st.show_person(self.measuring.age_years, self.measuring.sex)
        self.st.show_result(None)
        self.residual.set_average(None, np.zeros(0))

    def _show_st(self, result: StResult) -> None:
        self.st.show_result(result)
        self.residual.set_average(result.residual, result.beats.time_ms, result.beats.raw_mv)
        self._grade()

    def _grade(self) -> None:
        """Leads that the noise map calls useless are not measured."""
        result, view = self.measuring.result, self.analysis.view
        if result is not None and view is not None:
            self.measuring.set_grades(worst_grades(view.grades(result.start_s, result.stop_s)))

    # ---- between sessions ----

    def save(self) -> None:
        """Which panels were open, and where they stood."""
        state = bytes(self._window.saveState().toBase64().data()).decode()
        self._window.settings["window.state"] = f"{','.join(sorted(self._wanted))}|{state}"

    def _restore(self) -> None:
        wanted, _, state = str(self._window.settings["window.state"]).partition("|")
        if state:
            self._window.restoreState(QByteArray.fromBase64(state.encode()))
        self._wanted = {name for name in wanted.split(",") if name in self._docks}
        self.follow()
