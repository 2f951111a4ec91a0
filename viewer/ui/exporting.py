"""From the export command to the proof; and the page as a picture or PDF."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from viewer.formats.errors import RecordingError
from viewer.jobs.export import Choice, job
from viewer.jobs.runner import LatestJob
from viewer.report.page import applied_cleaning
from viewer.settings import Settings
from viewer.state.layers import Show
from viewer.state.session import Session
from viewer.ui import snapshot
from viewer.ui.export_dialog import ExportDialog


class Exporting(QObject):
    """One export at a time; the window stays usable meanwhile."""

    begun = Signal(str)  # the file's name
    broke = Signal(Exception)
    refused = Signal(str)
    done = Signal(str)

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
        self.dialog = ExportDialog(self._session, self._settings, self._window)
        self.dialog.save_asked.connect(self._save)
        self.dialog.acknowledge_asked.connect(self._session.acknowledge_guard)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    def ask_snapshot(self) -> None:
        """The page as it is on screen: a picture, or paper in true size."""
        recording = self._session.recording
        if recording is None:
            return
        folder = Path(self._settings["export.folder"] or Path.home())
        name, _ = QFileDialog.getSaveFileName(
            self._window,
            "Save page",
            str(folder / f"{recording.name}.pdf"),
            "PDF in true size (*.pdf);;Picture (*.png);;Drawing (*.svg)",
        )
        if name:
            self.save_page(Path(name))

    def save_page(self, path: Path) -> None:
        """Write the page; the answer is one sentence."""
        try:
            snapshot.save(path, shot_of(self._session))
        except snapshot.SnapshotError as error:
            self.refused.emit(str(error))
        else:
            self.done.emit(f"Saved {path.name}.")

    def _closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

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
            self._start(dataclasses.replace(choice, overwrite=True))
        elif self.dialog is not None:
            self.dialog.show_failure("Nothing was written; choose another name.")

    def _start(self, choice: Choice) -> None:
        self.job.start(job(self._session, choice))
        self.begun.emit(choice.path.name)

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


def shot_of(session: Session) -> snapshot.Shot:
    """What is on screen, for the sheet."""
    assert session.recording is not None
    cleaned = session.cleaned if session.layers.denoised_visible else None
    return snapshot.Shot(
        recording=session.recording,
        paper=session.paper,
        show=session.layers.show if cleaned is not None else Show.RAW,
        start_s=session.timeline.start_s,
        denoised=None if cleaned is None else cleaned.samples,
        cleaning=None if cleaned is None else applied_cleaning(session),
        marks=session.marks,
    )
