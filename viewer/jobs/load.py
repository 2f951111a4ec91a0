"""Opening recordings off the GUI thread: one at a time, the next one ahead of time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from viewer.formats.errors import ImportHints, NeedsHints, RecordingError
from viewer.jobs.runner import LatestJob, Progress, one_thread
from viewer.recording import Recording
from viewer.state.worklist import Worklist

log = logging.getLogger(__name__)

PREFETCH_BYTES = 30 * 2**20
"""A larger neighbour is opened when it is asked for, not before."""


class Reader(Protocol):
    """The reader process, as far as the window needs it."""

    def open(self, path: Path, hints: ImportHints | None = None) -> Recording: ...


class Opening(QObject):
    """Answers "open this" with opened, refused or asks; a newer wish silences the older."""

    begun = Signal(Path)
    opened = Signal(object)  # Recording
    refused = Signal(str)  # one sentence
    asks = Signal(Path, object)  # NeedsHints
    broke = Signal(Exception)  # a fault of ours, not of the file
    ended = Signal()

    def __init__(self, reader: Reader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worklist = Worklist()
        self._reader = reader
        self._path: Path | None = None
        self._step = 1
        self._ahead: dict[Path, Recording] = {}
        pool = one_thread(self)
        self.job = LatestJob(self, pool)
        self.ahead_job = LatestJob(self, pool)
        self.job.succeeded.connect(self._arrived)
        self.job.failed.connect(self._failed)
        self.job.ended.connect(self.ended)
        self.ahead_job.succeeded.connect(self._keep)

    def open_all(self, paths: Sequence[Path]) -> None:
        """What was dropped, chosen or named: open the first, page through the rest."""
        try:
            first = self.worklist.begin([path.absolute() for path in paths])
        except OSError as error:
            self.refused.emit(f"{paths[0].name} cannot be opened: {error.strerror or error}.")
            return
        if first is not None:
            self._step = 1
            self.open(first)

    def open(self, path: Path, hints: ImportHints | None = None) -> None:
        """Open one recording."""
        self._path = path
        self.begun.emit(path)
        ahead = self._ahead.pop(path, None)
        if ahead is not None and hints is None:
            self.job.cancel()
            self._arrived(ahead)
            self.ended.emit()
            return
        self.ahead_job.cancel()
        self.job.start(lambda progress: self._reader.open(path, hints))

    def step(self, step: int, here: Path | None) -> None:
        """Open the record `step` places from here in the list or folder."""
        here = self._path if self.job.running else here
        if here is None:
            return
        self._step = 1 if step > 0 else -1
        try:
            path = self.worklist.beside(here, step)
        except OSError as error:
            self.refused.emit(f"The folder of {here.name} cannot be listed: {error.strerror}.")
            return
        if path is None:
            end = "last" if step > 0 else "first"
            self.refused.emit(f"{here.name} is the {end} recording here.")
        else:
            self.open(path)

    def _arrived(self, recording: object) -> None:
        self.opened.emit(recording)
        self._look_ahead()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, NeedsHints) and self._path is not None:
            self.asks.emit(self._path, error)
        elif isinstance(error, RecordingError):
            self.refused.emit(str(error))
        else:
            self.broke.emit(error)

    def _look_ahead(self) -> None:
        """Read the neighbour in the direction of travel while the reader of the ECG looks."""
        path = self._neighbour()
        if path is None or path in self._ahead:
            return

        def read(progress: Progress) -> tuple[Path, Recording]:
            return path, self._reader.open(path, None)

        self.ahead_job.start(read)

    def _neighbour(self) -> Path | None:
        if self._path is None:
            return None
        try:
            path = self.worklist.beside(self._path, self._step)
            if path is None or _size_bytes(path) > PREFETCH_BYTES:
                return None
        except OSError:
            return None
        return path

    def _keep(self, answer: tuple[Path, Recording]) -> None:
        self._ahead = dict([answer])  # one neighbour; its errors are told when it is opened


def _size_bytes(path: Path) -> int:
    """Of the record: a header weighs what lies beside it under the same name."""
    beside = path.parent.glob(f"{path.stem}.*") if path.suffix == ".hea" else [path]
    return sum(file.stat().st_size for file in beside if file.is_file())
