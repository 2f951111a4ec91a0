"""From the command to the comparison with a prior recording."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from viewer.formats.errors import RecordingError
from viewer.jobs.load import Reader
from viewer.jobs.runner import LatestJob
from viewer.state.prior import NotComparable
from viewer.ui.inks import INKS
from viewer.ui.inks import PAPER as PAPER_INKS

if TYPE_CHECKING:
    from viewer.recording import Recording
    from viewer.ui.main_window import MainWindow
    from viewer.ui.prior_window import PriorWindow


class Priors(QObject):
    """One comparison at a time."""

    shown = Signal()
    refused = Signal(str)
    broke = Signal(Exception)

    def __init__(self, window: MainWindow, reader: Reader) -> None:
        super().__init__(window)
        self._window, self._reader = window, reader
        self._now: Recording | None = None
        self.sheet: PriorWindow | None = None
        self.job = LatestJob(self)
        self.job.succeeded.connect(self._show)
        self.job.failed.connect(self._fail)

    def ask(self) -> None:
        """Choose a prior recording."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Compare with a prior ECG", str(self._window.settings["files.folder"])
        )
        if name:
            self.compare(Path(name))

    def compare(self, path: Path) -> None:
        """Read it and measure both; `shown` or `refused` tells how it went."""
        from viewer.jobs.prior import compare_with

        session, reader = self._window.session, self._reader
        now = self._now = session.recording
        if now is not None:
            middle_s = (session.timeline.start_s + session.timeline.stop_s) / 2
            self.job.start(lambda progress: compare_with(reader, now, middle_s, path, progress))

    def _show(self, answer: object) -> None:
        from viewer.ui.prior_window import PriorWindow

        if self._now is None:
            return
        inks = INKS.get(self._window.theme.name, PAPER_INKS)
        self.sheet = PriorWindow(self._now, answer, inks, self._window)  # type: ignore[arg-type]
        self.sheet.show()
        self.shown.emit()

    def _fail(self, error: Exception) -> None:
        if isinstance(error, (RecordingError, NotComparable)):
            self.refused.emit(str(error))
        else:
            self.refused.emit("The two recordings could not be compared; nothing was changed.")
            self.broke.emit(error)
