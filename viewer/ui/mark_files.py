"""Annotations from and to files that the user names; never over one of his without asking."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from viewer.annotation import Annotation
from viewer.formats.errors import RecordingError
from viewer.jobs.mark_keeping import BESIDE
from viewer.jobs.runner import LatestJob, Progress
from viewer.state.mark_desk import MarkDesk

FILTER = "WFDB annotations (*.atr);;All files (*)"


class MarkFiles(QObject):
    """Reads and writes in a worker; the answer is one sentence."""

    refused = Signal(str)
    done = Signal(str)

    def __init__(self, desk: MarkDesk, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self.question: QMessageBox | None = None
        self._asked: tuple[str, Path] | None = None
        self.reading, self.writing = LatestJob(self), LatestJob(self)
        self.reading.succeeded.connect(self._read)
        self.writing.succeeded.connect(self._written)
        for job in (self.reading, self.writing):
            job.failed.connect(self._failed)

    def stop(self) -> None:
        """No thread outlives the window."""
        self.reading.close()
        self.writing.close()

    # ---- reading ----

    def ask_open(self) -> None:
        """Choose a file of annotations for the open recording."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open annotations", self._folder(), "All files (*)"
        )
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Show the annotations of a file; what the reader added himself stays."""
        from viewer.formats.wfdb_annotations import read_annotations

        recording = self._desk.recording
        if recording is not None:
            fs_hz = recording.fs_hz
            self._asked = (self._desk.key, path)
            self.reading.start(lambda progress: read_annotations(path, fs_hz))

    def _read(self, annotations: list[Annotation]) -> None:
        assert self._asked is not None
        key, path = self._asked
        self._desk.set_base(key, annotations)
        self.done.emit(f"{len(annotations)} annotations read from {path.name}.")

    # ---- writing ----

    def ask_save(self) -> None:
        """Choose where the annotations go."""
        recording = self._desk.recording
        if recording is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self._window,
            "Save annotations",
            str(Path(self._folder()) / f"{recording.name}{BESIDE}"),
            FILTER,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if name:
            self.save(Path(name))

    def save(self, path: Path) -> None:
        """Write to path; where a file is already, ask first."""
        if not path.exists():
            self._write(path)
            return
        box = self.question = QMessageBox(self._window)
        box.setWindowTitle("Replace the file?")
        box.setText(f"{path.name} exists. Replace it by the annotations shown now?")
        replace = box.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.finished.connect(
            lambda _: self._write(path) if box.clickedButton() is replace else None
        )
        box.open()

    def _write(self, path: Path) -> None:
        recording, marks = self._desk.recording, self._desk.marks
        if recording is None or marks is None:
            return
        annotations, leads = tuple(marks.annotations), recording.leads
        self._asked = (self._desk.key, path)

        def work(progress: Progress) -> int:
            from viewer.formats.wfdb_annotations import write_annotations

            write_annotations(path, annotations, leads)
            return len(annotations)

        self.writing.start(work)

    def _written(self, n: int) -> None:
        assert self._asked is not None
        key, path = self._asked
        recording, marks = self._desk.recording, self._desk.marks
        own = recording is not None and recording.path is not None and key == self._desk.key
        if own and marks is not None and path == recording.path.with_suffix(BESIDE):  # type: ignore[union-attr]
            marks.settle()  # opening the recording will show them again
        self.done.emit(f"{n} annotations saved to {path.name}.")

    def _failed(self, error: Exception) -> None:
        name = "The file" if self._asked is None else self._asked[1].name
        known = isinstance(error, RecordingError)
        self.refused.emit(str(error) if known else f"{name} could not be read or written.")

    def _folder(self) -> str:
        recording = self._desk.recording
        path = None if recording is None else recording.path
        return str(Path.home() if path is None else path.parent)
