"""From the export command to the proof."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from viewer.formats.errors import RecordingError
from viewer.jobs.export import Choice, job
from viewer.jobs.runner import LatestJob
from viewer.settings import Settings
from viewer.state.session import Session
from viewer.ui.export_dialog import ExportDialog


class Exporting(QObject):
    """One export at a time; the window stays usable meanwhile."""

    broke = Signal(Exception)

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._settings, self._window = session, settings, window
        self.dialog: ExportDialog | None = None
        self.job = LatestJob(self)
        self.job.succeeded.connect(self._saved)
        self.job.failed.connect(self._failed)

    def ask(self) -> None:
        """Open the dialog for the recording that is open."""
        if self._session.recording is None:
            return
        self.dialog = ExportDialog(self._session, self._settings, self.job, self._window)
        self.dialog.save_asked.connect(self._save)
        self.dialog.acknowledge_asked.connect(self._session.acknowledge_guard)
        self.dialog.open()

    def _save(self, choice: Choice) -> None:
        if choice.path.exists():
            self._ask_overwrite(choice)
        else:
            self._start(choice)

    def _ask_overwrite(self, choice: Choice) -> None:
        box = QMessageBox(self.dialog)
        box.setWindowTitle("Replace the file?")
        box.setText(f"{choice.path.name} exists. Replace it?")
        replace = box.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.finished.connect(
            lambda _: self._overwrite(choice, replaced=box.clickedButton() is replace)
        )
        box.open()

    def _overwrite(self, choice: Choice, *, replaced: bool) -> None:
        if replaced:
            self._start(Choice(choice.trace, choice.whole, choice.format, choice.path, True))
        elif self.dialog is not None:
            self.dialog.show_failure("Nothing was written; choose another name.")

    def _start(self, choice: Choice) -> None:
        self.job.start(job(self._session, choice))

    def _saved(self, proof: object) -> None:
        if self.dialog is not None:
            self.dialog.show_proof(proof)  # type: ignore[arg-type]

    def _failed(self, error: Exception) -> None:
        if isinstance(error, RecordingError):
            sentence = str(error)
        else:
            sentence = "The recording could not be written; nothing was left behind."
            self.broke.emit(error)
        if self.dialog is not None:
            self.dialog.show_failure(sentence)
