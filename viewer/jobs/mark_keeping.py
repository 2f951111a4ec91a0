"""Marks are kept while they are made, and found again when their recording is opened."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from viewer.annotation import Annotation
from viewer.folders import data_folder
from viewer.formats.errors import RecordingError
from viewer.jobs.runner import LatestJob, Progress
from viewer.state import marks_file
from viewer.state.mark_desk import MarkDesk
from viewer.state.marks_file import Saved

log = logging.getLogger(__name__)

KEEP_AFTER_MS = 1000
"""So much of the work can get lost when the program is killed."""
BESIDE = ".atr"


def marks_folder() -> Path:
    """Where unsaved marks live: in our own data folder, never beside a recording."""
    return data_folder() / "marks"


@dataclass(frozen=True, slots=True)
class Found:
    """What there was for a recording.

    annotations  of the file beside it, None when there is none
    saved        marks of an earlier run, None when there are none
    problem      one sentence when the file beside it cannot be read
    looked_for_saved  whether the kept marks could be looked for: the content is known
    """

    key: str
    annotations: list[Annotation] | None = None
    saved: Saved | None = None
    problem: str = ""
    looked_for_saved: bool = False


class MarkKeeping(QObject):
    """Writes and fetches in a worker; on closing what is left is written at once."""

    restored = Signal(object)  # Saved
    problem = Signal(str)
    kept = Signal()  # what was changed is on the disk

    def __init__(self, desk: MarkDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._dirty: dict[str, str | None] = {}  # key to document, None: nothing to keep
        self._told = False
        self.fetching, self.writing = LatestJob(self), LatestJob(self)
        self.fetching.succeeded.connect(self._fetched)
        self.fetching.failed.connect(lambda error: log.warning("marks: %s", type(error).__name__))
        self.writing.succeeded.connect(self._written)
        self.writing.failed.connect(self._not_written)
        self._timer = QTimer(self, interval=KEEP_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self._write)
        desk.changed.connect(self._changed)
        desk.opened.connect(self._opened)

    @property
    def pending(self) -> bool:
        """Whether something is not on the disk yet, or still being fetched."""
        return bool(self._dirty) or self.writing.running or self.fetching.running

    def discard(self) -> None:
        """Keep nothing of the open recording's marks any more."""
        if self._desk.is_kept:
            self._dirty[self._desk.key] = None
            self._write()

    def close(self) -> None:
        """The window goes: write what is left, wait for what is being written."""
        self._timer.stop()
        self.fetching.close()
        self.writing.close()
        for key, marks in self._desk.unfetched():  # marked within milliseconds, then closed
            saved = marks_file.read(marks_folder(), key)
            if saved is not None:
                self._desk.restore(key, saved)
            self._dirty[key] = marks_file.document(marks, datetime.now())
        for key, text in self._dirty.items():
            try:
                marks_file.write(marks_folder(), key, text)
            except OSError as error:
                log.warning("marks not kept: %s", type(error).__name__)
        self._dirty.clear()

    # ---- keeping ----

    def _changed(self) -> None:
        desk, marks = self._desk, self._desk.marks
        if marks is not None and desk.is_kept and not desk.needs("kept"):
            empty = marks.is_empty
            text = None if empty else marks_file.document(marks, datetime.now())
            self._dirty[self._desk.key] = text
            if not self._timer.isActive():
                self._timer.start()

    def _write(self) -> None:
        work, self._dirty = self._dirty, {}

        def write(progress: Progress) -> None:
            for key, text in work.items():
                marks_file.write(marks_folder(), key, text)

        if work:
            self.writing.start(write)

    def _written(self) -> None:
        self._told = False
        self.kept.emit()

    def _not_written(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            self.problem.emit(
                "Your marks cannot be kept for a restart: Leadlight's own folder cannot be "
                "written. Save the annotations to a file."
            )

    # ---- fetching ----

    def _opened(self) -> None:
        desk, recording = self._desk, self._desk.recording
        if recording is None:
            return
        path = recording.path if recording.format.startswith("WFDB") else None
        beside = path.with_suffix(BESIDE) if path and desk.needs("file") else None
        kept = desk.is_kept and desk.needs("kept")
        if beside is None and not kept:
            return
        key, fs_hz = desk.key, recording.fs_hz
        hash_ = recording.source_sha256 if kept else ""
        self.fetching.start(lambda progress: fetch(key, beside, fs_hz, hash_))

    def _fetched(self, found: Found) -> None:
        desk = self._desk
        desk.has_got(found.key, "file")
        if found.looked_for_saved:
            desk.has_got(found.key, "kept")
        if found.problem:
            self.problem.emit(found.problem)
        if found.annotations is not None:
            desk.set_base(found.key, found.annotations)
        if found.saved is not None:
            desk.restore(found.key, found.saved)
            if found.key == desk.key:
                self.restored.emit(found.saved)
        if desk.marks is not None and desk.marks.undo.undo_name is not None:
            self._changed()  # made while the kept ones were being fetched


def fetch(key: str, beside: Path | None, fs_hz: float, content_hash: str) -> Found:
    """The file beside a recording and the marks kept for it."""
    from viewer.formats.wfdb_annotations import read_annotations

    annotations, problem = None, ""
    if beside is not None and beside.exists():
        try:
            annotations = read_annotations(beside, fs_hz)
        except RecordingError as error:
            problem = str(error)
    saved = marks_file.read(marks_folder(), content_hash) if content_hash else None
    return Found(key, annotations, saved, problem, bool(content_hash))
