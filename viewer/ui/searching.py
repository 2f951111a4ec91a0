"""Looking for a place in the recording: the work, its progress, and going there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from viewer.state.best_stretch import Best

if TYPE_CHECKING:
    from viewer.jobs.best_stretch import BestFinder
    from viewer.ui.main_window import MainWindow


class Searching(QObject):
    """The best ten seconds, on demand."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.finder: BestFinder | None = None

    @property
    def running(self) -> bool:
        return self.finder is not None and self.finder.job.running

    def find_best(self) -> None:
        """Look for it; the answer moves the page and says why."""
        window = self._window
        device = str(window.settings["device"])
        if self.finder is None:
            self.finder = self._made()
        self.finder.start(device, window.panels.analysis.view, window.panels.overview.heart.trend)

    def cancel(self) -> None:
        if self.finder is not None:
            self.finder.job.cancel()

    def _made(self) -> BestFinder:
        from viewer.jobs.best_stretch import BestFinder

        window = self._window
        finder = BestFinder(window.session, window)
        finder.begun.connect(self._begun)
        finder.progressed.connect(window.status.advance)
        finder.found.connect(self._found)
        finder.refused.connect(window.reports.refuse)
        finder.broke.connect(window.errors.report)
        finder.ended.connect(self._ended)
        return finder

    def _begun(self) -> None:
        self._window.notices.clear("info")
        self._window.status.busy("Looking for the best 10 s")
        self._window.refresh()

    def _found(self, best: Best) -> None:
        self._window.session.timeline.centre_on((best.stretch.start_s + best.stretch.stop_s) / 2)
        self._window.notices.say("info", best.why)

    def _ended(self) -> None:
        if not self._window.busy:
            self._window.status.idle()
        self._window.refresh()
