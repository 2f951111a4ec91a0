"""Choosing recordings: dialogs, recent list, sample, neighbours, limb leads on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from inference.registry import DENOISERS
from viewer.folders import resource
from viewer.formats.errors import NeedsHints, RecordingError
from viewer.formats.lead_algebra import derive_limb_leads
from viewer.formats.loading import loading_of, settled
from viewer.formats.suffixes import SUFFIXES
from viewer.jobs.load import Opening, Reader
from viewer.recording import Recording
from viewer.settings import Settings
from viewer.state.recent import still_there, with_newest
from viewer.state.reopened import Reopened, reopened, restore
from viewer.state.session import Session
from viewer.ui.import_sheet import ImportSheet

SIGNAL_FILES = (".dat",)  # opened through the header beside them
PATTERNS = " ".join(f"*{suffix}" for suffix in (*SUFFIXES, *SIGNAL_FILES))
FILTER = f"ECG recordings ({PATTERNS});;All files (*)"
SAMPLE = "samples/ptbxl_noisy.hea"
LOADING_MS = 300


class Files(QObject):
    """From a wish of the user to the session's recording."""

    refused = Signal(str)  # one sentence
    opened = Signal()

    def __init__(
        self, reader: Reader, session: Session, settings: Settings, window: QWidget
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._settings = window, session, settings
        self._reader = reader
        self._recorded: Recording | None = None  # as the file gave it, nothing derived
        self._loading = QTimer(self, interval=LOADING_MS)
        self._loading.timeout.connect(self._look_whether_settled)
        self.sheet: ImportSheet | None = None
        self.opening = Opening(reader, self)
        self.opening.opened.connect(self._show)
        self.opening.refused.connect(self.refused)
        self.opening.asks.connect(self._ask_hints)

    @property
    def reader(self) -> Reader:
        """For other work that reads recordings."""
        return self._reader

    def open_all(self, paths: Sequence[Path]) -> None:
        """Open what was dropped or named on the command line."""
        if paths:
            self.opening.open_all(paths)

    def open_dropped(self, data: QMimeData) -> None:
        """Files and folders dropped on the window."""
        paths = dropped_paths(data)
        if paths:
            self.open_all(paths)
        else:
            self.refused.emit("What was dropped is no file on this computer.")

    def ask_and_open(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self._window, "Open recording", self._settings["files.folder"], FILTER
        )
        self.open_all([Path(name) for name in names])

    def ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self._window, "Open folder", self._settings["files.folder"]
        )
        self.open_all([Path(name)] if name else [])

    def open_sample(self) -> None:
        self.open_all([resource(SAMPLE)])

    def step(self, step: int) -> None:
        """The next (+1) or previous (-1) recording."""
        self.opening.step(step, self._session.path)

    def toggle_derive(self) -> None:
        """Derive missing limb leads from now on, or no more."""
        self._settings["files.derive_limb"] = not self._settings["files.derive_limb"]
        self.derive_anew()

    def derive_anew(self) -> None:
        """As the setting says, for the recording that is open."""
        if self._recorded is not None:
            self._place(self._recorded)

    def close_recording(self) -> None:
        self.opening.job.cancel()
        self._recorded = None
        self._session.close()

    def recent(self) -> list[Path]:
        """The recordings opened last that are still there."""
        return still_there(self._settings["files.recent"])

    def _show(self, recording: Recording) -> None:
        found = reopened(recording)
        if found is not None and found.cleaned:
            recording = replace(recording, warnings=(found.cleaned, *recording.warnings))
        self._recorded = recording
        if recording.path is not None:
            path = recording.path
            self._settings["files.recent"] = with_newest(self._settings["files.recent"], path)
            self._settings["files.folder"] = str(path.parent)
        self._place(recording)
        if found is not None:
            self._restore(found)
        self.opened.emit()

    def _restore(self, found: Reopened) -> None:
        """The file was exported by Leadlight: its page, and the method that cleaned it."""
        if found.method in DENOISERS:
            self._settings["denoise.method"] = found.method
        restore(self._session, found)

    def _place(self, recording: Recording) -> None:
        recording = self._derived(recording)
        self._session.open(recording, self._settings["view.layout"])
        if loading_of(recording) is not None:
            self._loading.start()

    def _look_whether_settled(self) -> None:
        """A long recording knows its checksums only when it was read to its end."""
        recorded = self._recorded
        if recorded is None:
            self._loading.stop()
            return
        try:
            whole = settled(recorded)
        except RecordingError as error:
            self._loading.stop()
            self.refused.emit(str(error))
            return
        if whole is not recorded:
            self._loading.stop()
            self._recorded = whole
            self._session.settle(self._derived(whole))

    def _derived(self, recording: Recording) -> Recording:
        """With the missing limb leads, where they are wanted and can be had."""
        wanted = self._settings["files.derive_limb"] and {"I", "II"} <= set(recording.leads)
        return derive_limb_leads(recording) if wanted else recording

    def _ask_hints(self, path: Path, needs: NeedsHints) -> None:
        """The import sheet: what the file does not say."""
        self.sheet = ImportSheet(self._reader, path, needs, self._window)
        self.sheet.accepted_recording.connect(self._show)
        self.sheet.finished.connect(self._sheet_done)
        self.sheet.open()

    def _sheet_done(self) -> None:
        if self.sheet is not None:
            self.sheet.close_job()
            self.sheet.deleteLater()
            self.sheet = None


def dropped_paths(data: QMimeData) -> list[Path]:
    """The local files of a drop, in its order."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
