"""What the window says about running work: progress, results, refusals, notes of the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from viewer.state.cleaned import Cleaned
from viewer.state.guard_view import badge
from viewer.ui.status import notes_of
from viewer.ui.trace_view import Point

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

DEVICES = {"cpu": "CPU", "cuda": "GPU"}


class WorkReports(QObject):
    """Turns the signals of the jobs into words in the status bar and the notices."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._status, self._notices = window.status, window.notices
        self._connect_opening()
        self._connect_cleaning()

    def _connect_opening(self) -> None:
        files, opening = self._window.files, self._window.files.opening
        files.refused.connect(self.refuse)
        files.opened.connect(lambda: self._notices.clear("error", "block", "warning"))
        opening.begun.connect(self._reading)
        opening.job.progressed.connect(self._status.advance)
        opening.broke.connect(self._window.errors.report)
        opening.ended.connect(self._settle)

    def _connect_cleaning(self) -> None:
        cleaning = self._window.cleaning
        cleaning.begun.connect(self._cleaning_begun)
        cleaning.progressed.connect(self._status.advance)
        cleaning.finished.connect(self._cleaned)
        cleaning.refused.connect(self.refuse)
        cleaning.broke.connect(self._window.errors.report)
        cleaning.ended.connect(self._settle)
        self._window.session.cleaned_changed.connect(self._device)
        self._window.session.guard_changed.connect(self._guard)
        self._window.guarding.broke.connect(self._window.errors.report)
        self._window.exporting.broke.connect(self._window.errors.report)
        self._window.exporting.refused.connect(self.refuse)
        self._window.exporting.begun.connect(lambda name: self._status.busy(f"Writing {name}"))
        self._window.exporting.job.progressed.connect(self._status.advance)
        self._window.exporting.job.ended.connect(self._settle)
        self._window.exporting.done.connect(lambda text: self._status.showMessage(text, 8000))
        self._window.priors.refused.connect(self.refuse)
        self._window.priors.broke.connect(self._window.errors.report)
        self._window.printing.broke.connect(self._window.errors.report)
        self._window.printing.done.connect(lambda text: self._status.showMessage(text, 8000))
        self._window.trace_view.failed.connect(self._unreadable)
        self._window.trace_view.pointed.connect(self._point)

    def refuse(self, sentence: str) -> None:
        """What could not be done, in a strip and for a moment in the status bar."""
        self._notices.say("error", sentence)
        self._settle()

    def tell_crash(self, report: Path) -> None:
        """The program ended badly last time; its report names no patient."""
        notice = self._notices.say(
            "warning",
            "Leadlight ended unexpectedly last time. A report without patient data was "
            f"saved as {report.name}.",
        )
        notice.add_button("Show folder", self._window.show_log_folder)

    def show_notes(self) -> None:
        """Everything the file says about itself."""
        recording = self._window.session.recording
        if recording is not None:
            box = QMessageBox(self._window)
            box.setWindowTitle(f"Notes on {recording.name}")
            box.setText("\n\n".join(notes_of(recording)))
            box.setInformativeText("\n".join(recording.comments))
            box.open()

    def _reading(self, path: Path) -> None:
        self._status.busy(f"Opening {path.name}")
        self._window.refresh()

    def _cleaning_begun(self, title: str) -> None:
        self._notices.clear("error")
        self._status.busy(f"{title} is cleaning")
        self._window.refresh()

    def _cleaned(self, cleaned: Cleaned) -> None:
        for note in cleaned.notes:
            self._notices.say("info", note)

    def _guard(self) -> None:
        """A red guard is said once in a strip; everything else stays in the tool bar."""
        session = self._window.session
        self._notices.clear("block")
        if session.guard is not None and session.export_blocked:
            said = badge(session.guard)
            sentence = f"{said.text}. Compare with the raw trace; export is blocked until then."
            notice = self._notices.say("block", sentence)
            notice.add_button("Show what changed", self._window.show_guard)
            notice.add_button("I have seen it", session.acknowledge_guard)

    def _device(self) -> None:
        cleaned = self._window.session.cleaned
        if cleaned is None or not cleaned.device:
            self._status.device.clear()
            return
        device = DEVICES.get(cleaned.device, cleaned.device)
        self._status.device.setText(f"{cleaned.title} on {device}, {cleaned.seconds:.2f} s")

    def _unreadable(self, error: Exception) -> None:
        recording = self._window.session.recording
        name = "The recording" if recording is None else recording.name
        self.refuse(f"{name} can no longer be read here; what was drawn stays. Open it again.")

    def _point(self, point: Point | None) -> None:
        self._status.show_point(point)

    def _settle(self) -> None:
        if not self._window.busy:
            self._status.idle()
        self._window.refresh()
