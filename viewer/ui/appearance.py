"""How the window looks on this monitor: theme, and the millimetre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QApplication

from viewer.ui import theme as themes
from viewer.ui.calibration import Calibration, monitor_key
from viewer.ui.inks import INKS

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow


class Appearance(QObject):
    """Keeps theme and scale in step with the settings and the monitor."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._settings = window, window.settings
        self.dialog: Calibration | None = None
        self._watching = False
        self._dress()
        self.measure()

    def watch_monitors(self) -> None:
        """Another monitor has other millimetres; call once the window has a handle."""
        handle = self._window.windowHandle()
        if handle is not None and not self._watching:
            self._watching = True
            handle.screenChanged.connect(self.measure)

    def set_theme(self, name: str) -> None:
        """Dress everything anew and remember it."""
        self._settings["view.theme"] = name
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._window.theme = themes.theme_called(name)
        themes.apply(app, self._window.theme)
        self._dress()
        self._window.refresh()

    def measure(self, _: QScreen | None = None) -> None:
        """The millimetre of the monitor the window is on; unknown until it was confirmed."""
        known = self._settings["view.millimetre_px"].get(monitor_key(self._window.screen()))
        self._window.session.paper.set_screen(known)

    def calibrate(self) -> None:
        """Ask for the card."""
        px_per_mm = self._window.session.paper.px_per_mm
        self.dialog = Calibration(self._window.screen(), px_per_mm, self._window)
        self.dialog.accepted.connect(self._calibrated)
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.open()

    def _calibrated(self) -> None:
        assert self.dialog is not None
        sizes = dict(self._settings["view.millimetre_px"])
        sizes.pop(monitor_key(self._window.screen()), None)
        if not self.dialog.forget:
            sizes[monitor_key(self._window.screen())] = self.dialog.px_per_mm
        self._settings["view.millimetre_px"] = sizes
        self.measure()

    def _dress(self) -> None:
        window = self._window
        window.commands.dress(window.theme)
        window.notices.theme = window.theme
        window.trace_view.set_inks(INKS[window.theme.name])
        window.panels.set_theme(window.theme)
