"""What a batch does with one recording, split where the processes meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from viewer.recording import Recording

Entry = dict[str, Any]
Report = Callable[[float], None]

DONE, FAILED, USAGE, UNREADABLE, REFUSED = 0, 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Item:
    """One recording of the list. label: what to call its outputs, unique in the list."""

    index: int
    path: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recording.

    entry   what is said about it
    status  DONE, or why not; error: the sentence for the user, None when done
    thumb   its picture for the contact sheet, SVG; empty without one
    """

    item: Item
    entry: Entry
    status: int = DONE
    error: str | None = None
    thumb: str = ""
    resumed: bool = field(default=False, compare=False)


class Task(Protocol):
    """Frozen and picklable: it travels to the worker processes."""

    def infer(self, recording: Recording, report: Report) -> Any:
        """What needs the device; in the one process that owns it. Raises TaskError."""

    def finish(self, item: Item, recording: Recording, inferred: Any) -> Outcome:
        """Measuring and writing; in a worker process. Raises TaskError, RecordingError."""


class TaskError(Exception):
    """One recording failed; the text is a sentence. entry: what is known all the same."""

    def __init__(self, sentence: str, status: int = FAILED, entry: Entry | None = None) -> None:
        super().__init__(sentence)
        self.status, self.entry = status, entry or {}


def always(path: str, recording: Recording | None = None) -> Entry:
    """The keys that every entry has."""
    if recording is None:
        return {"path": path, "leads": [], "fs_hz": None, "duration_s": None}
    return {
        "path": path,
        "leads": list(recording.leads),
        "fs_hz": recording.fs_hz,
        "duration_s": recording.duration_s,
    }


def labelled(paths: list[str]) -> list[Item]:
    """Items whose outputs cannot collide: records of one name are told apart by their folder."""
    stems = [Path(path).stem.casefold() for path in paths]
    twice = {stem for stem, count in Counter(stems).items() if count > 1}
    items: list[Item] = []
    taken: set[str] = set()
    for index, (path, stem) in enumerate(zip(paths, stems, strict=True)):
        label = None
        if stem in twice:
            base = f"{Path(path).parent.name}_{Path(path).stem}"
            label = base if base.casefold() not in taken else f"{base}_{index + 1}"
            taken.add(label.casefold())
        items.append(Item(index, path, label))
    return items
