"""What a batch has done, one JSON line per recording: an interrupted run goes on from here."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viewer.batch.task import Item, Outcome

log = logging.getLogger(__name__)

PREFIX, SUFFIX = "leadlight-", ".journal"


@dataclass(frozen=True, slots=True)
class Line:
    """key: of the source; stamp: its sizes and times of change when it was done."""

    key: str
    stamp: list[int]
    status: int
    entry: dict[str, Any]
    thumb: str


class Journal:
    """One command's journal in its output folder.

    settings  of the run, as text: other settings begin a new journal
    hidden    the sources' names are not kept, only what cannot be read back
    Raises OSError where the folder cannot be written.
    """

    def __init__(self, folder: Path, command: str, settings: str, *, hidden: bool = False) -> None:
        self.path = folder / f"{PREFIX}{command}{SUFFIX}"
        self._hidden = hidden
        self._settings = hashlib.sha256(settings.encode()).hexdigest()
        head, lines = _read(self.path)
        if head.get("settings") != self._settings or not isinstance(head.get("salt"), str):
            head, lines = {}, []
        self._salt = str(head.get("salt") or secrets.token_hex(16))
        self._done = {line.key: line for line in lines}
        fresh = self.path.with_suffix(".tmp")  # the old journal stays until this one is whole
        self._file = fresh.open("w", encoding="utf-8")
        self._write({"settings": self._settings, "salt": self._salt, "command": command})
        for line in lines:  # what was torn by the interruption is gone
            self._write(_as_json(line))
        self._flush()
        os.replace(fresh, self.path)

    def done(self, item: Item) -> Line | None:
        """What is known of the item, if it was done and has not changed since."""
        line = self._done.get(self._key(item))
        if line is None or line.status != 0 or line.stamp != stamp(item.path):
            return None
        output = line.entry.get("output")
        return line if not isinstance(output, str) or self._there(output) else None

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome; on disk when this returns. Raises OSError."""
        key, at = self._key(outcome.item), stamp(outcome.item.path)
        line = Line(key, at, outcome.status, outcome.entry, outcome.thumb)
        self._done[key] = line
        self._write(_as_json(line))
        self._flush()

    def entries(self) -> list[dict[str, Any]]:
        """What is known of every recording, in the order in which they were done."""
        return [line.entry for line in self._done.values()]

    def close(self) -> None:
        self._file.close()

    def _there(self, output: str) -> bool:
        return (self.path.parent / Path(output).name).exists()

    def _key(self, item: Item) -> str:
        path = os.path.abspath(item.path)
        return hashlib.sha256(f"{self._salt}{path}".encode()).hexdigest() if self._hidden else path

    def _write(self, value: dict[str, Any]) -> None:
        self._file.write(json.dumps(value, ensure_ascii=True) + "\n")

    def _flush(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def stamp(path: str) -> list[int]:
    """Sizes and times of change of a recording's files; a header counts what lies beside it."""
    found = Path(path)
    beside = [found.with_suffix(suffix) for suffix in (".dat", ".mat")]
    numbers: list[int] = []
    for file in (found, *(beside if found.suffix == ".hea" else ())):
        try:
            one = file.stat()
            numbers += [one.st_size, one.st_mtime_ns]
        except OSError:
            numbers.append(0)
    return numbers


def journals(folder: Path) -> Iterator[tuple[str, list[Line]]]:
    """(command, what it did) for every journal of the folder."""
    for path in sorted(folder.glob(f"{PREFIX}*{SUFFIX}")):
        head, lines = _read(path)
        if head:
            yield str(head.get("command")), lines


def _read(path: Path) -> tuple[dict[str, Any], list[Line]]:
    """The head and the lines that are whole; the last of a key counts."""
    head: dict[str, Any] = {}
    found: dict[str, Line] = {}
    try:
        with path.open(encoding="utf-8") as file:
            for text in file:
                try:
                    value = json.loads(text)
                    if not head:
                        head = value if isinstance(value, dict) else {"settings": ""}
                        continue
                    line = Line(*(value[name] for name in Line.__slots__))
                    found[line.key] = line
                except (ValueError, KeyError, TypeError, RecursionError):
                    log.debug("a torn line in %s", path.name)
    except OSError:
        return {}, []
    return head, list(found.values())


def _as_json(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in Line.__slots__}
