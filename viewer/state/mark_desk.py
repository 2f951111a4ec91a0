"""The marks of every recording of this session; those of the open one on the desk. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from psygnal import Signal

from viewer.annotation import Annotation
from viewer.recording import Recording
from viewer.state.annotations import Annotations
from viewer.state.marks import Marks
from viewer.state.marks_file import Saved
from viewer.state.session import Session

PLACE = "at "
"""What the key of a recording begins with whose content is not known yet."""


class MarkDesk:
    """Follows the session: another recording brings its own marks, with their own undo."""

    opened: ClassVar[Signal] = Signal()  # other marks lie on the desk
    changed: ClassVar[Signal] = Signal()  # what is stored changed
    looked: ClassVar[Signal] = Signal()  # only how it looks

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Marks] = {}
        self._fetched: set[str] = set()
        self.marks: Marks | None = None
        self.key = ""
        session.recording_changed.connect(self._open)
        session.recording_settled.connect(self._settle)

    @property
    def recording(self) -> Recording | None:
        return self._session.recording

    @property
    def is_kept(self) -> bool:
        """Whether the recording's content is known, so that marks can be kept under it."""
        return self.recording is not None and bool(self.recording.source_sha256)

    def needs(self, what: str) -> bool:
        """Whether this ("file", "kept") was not fetched yet for the open recording."""
        return bool(self.key) and self._lacks(self.key, what)

    def _lacks(self, key: str, what: str) -> bool:
        return f"{what} {key}" not in self._fetched

    def unfetched(self) -> list[tuple[str, Marks]]:
        """Changed marks of recordings whose kept marks were never looked at."""
        return [
            (key, marks)
            for key, marks in self._known.items()
            if not marks.is_empty and not key.startswith(PLACE) and self._lacks(key, "kept")
        ]

    def has_got(self, key: str, what: str) -> None:
        """What was fetched, once per recording and session."""
        self._fetched.add(f"{what} {key}")

    def restore(self, key: str, saved: Saved) -> None:
        """Marks that were left over from an earlier run; what was made since stays."""
        marks = self._known.get(key)
        if marks is None:
            return
        taken = {one.number for one in marks.calipers}
        marks.calipers += tuple(one for one in saved.calipers if one.number not in taken)
        marks.annotations.apply(saved.added, saved.removed)
        self._tell(marks)

    def set_base(self, key: str, annotations: Iterable[Annotation]) -> None:
        """What the file beside the recording says; the reader's own changes stay."""
        marks = self._known.get(key)
        if marks is None:
            return
        before = marks.annotations
        marks.annotations = Annotations(annotations)
        marks.annotations.apply(before.added, before.removed)
        self._tell(marks)

    def _tell(self, marks: Marks) -> None:
        if marks is self.marks:
            self.opened.emit()

    def _open(self) -> None:
        recording = self.recording
        self._leave()
        if recording is not None:
            self.key = _key(recording)
            self.marks = self._session.marks = self._known.setdefault(self.key, Marks())
            self.marks.held = None
            self.marks.changed.connect(self._changed)
            self.marks.looked.connect(self._looked)
        self.opened.emit()

    def _settle(self) -> None:
        """A long recording was read to its end: its marks get the name of its content."""
        recording = self.recording
        if recording is None or self.marks is None:
            return
        key = _key(recording)
        if key != self.key:
            self._known.pop(self.key, None)
            self._fetched = {name.replace(self.key, key) for name in self._fetched}
            self.key = key
            self._known[key] = self.marks
        self.opened.emit()

    def _changed(self) -> None:
        self.changed.emit()

    def _looked(self) -> None:
        self.looked.emit()

    def _leave(self) -> None:
        if self.marks is not None:
            self.marks.changed.disconnect(self._changed)
            self.marks.looked.disconnect(self._looked)
        self.marks = self._session.marks = None
        self.key = ""


def _key(recording: Recording) -> str:
    """The content's hash; where that is not known yet, where it lies."""
    if recording.source_sha256:
        return recording.source_sha256
    return f"{PLACE}{recording.path or recording.name}"
