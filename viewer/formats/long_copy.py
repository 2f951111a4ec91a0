"""Our own copy of a long recording: lead after lead in the cache, mapped when read.

The user's file is never mapped (it may shrink, and the system then kills the reader);
the copy is ours alone. An unchanged source finds its copy again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import time
import uuid
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from viewer.folders import cache_folder
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import shown
from viewer.formats.parsed import Outcome, Parsed
from viewer.formats.sinks import FileSink
from viewer.recording import Recording
from viewer.samples import MappedSamples

log = logging.getLogger(__name__)

VERSION = 1
"""Raised whenever a reader changes what it writes, so that old copies are not used."""

CACHE_LIMIT_BYTES = 16 * 1024**3
SPARE_BYTES = 512 * 1024**2
ABANDONED_AFTER_S = 2 * 24 * 3600


def folder() -> Path:
    return cache_folder() / "recordings"


def key_of(parsed: Parsed, hints: ImportHints) -> str:
    """Changes whenever a source file, its place or what the user said of it changes."""
    state = [
        (str(path), stat.st_size, stat.st_mtime_ns)
        for path in parsed.sources
        for stat in [path.stat()]
    ]
    text = json.dumps([VERSION, parsed.format, state, asdict(hints)])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def samples_at(path: Path, parsed: Parsed) -> MappedSamples:
    """Map a copy. Raises OSError or ValueError when it is not (yet) of the right size."""
    return MappedSamples.open(
        path,
        dtype=parsed.dtype,
        n_leads=len(parsed.leads),
        n_samples=parsed.n_samples,
        step_mv=np.array(parsed.step_mv),
        offset_mv=np.array(parsed.offset_mv),
    )


def find(key: str) -> tuple[Path, Outcome] | None:
    """A finished copy with that key, and what was found when it was made."""
    index = folder() / f"{key}.json"
    try:
        entry: dict[str, Any] = json.loads(index.read_text("utf-8"))
        copy = folder() / Path(entry["copy"]).name
        if copy.stat().st_size != entry["bytes"]:
            return None
        os.utime(index)  # the least recently used copies are removed first
        outcome = Outcome(
            integrity=tuple(entry["integrity"]),
            warnings=tuple(entry["warnings"]),
            source_sha256=entry["source_sha256"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return copy, outcome


def new_copy(parsed: Parsed, key: str) -> Path:
    """A name for a copy that is about to be written. Raises RecordingError without room."""
    wanted = len(parsed.leads) * parsed.n_samples * parsed.dtype.itemsize
    try:
        folder().mkdir(parents=True, exist_ok=True)
        make_room(wanted)
        free = shutil.disk_usage(folder()).free
    except OSError:
        raise RecordingError(
            f"{shown(parsed.path)} is long and needs a copy in {folder()}, which cannot be "
            "written: make that folder writable."
        ) from None
    if free < wanted + SPARE_BYTES:
        raise RecordingError(
            f"{shown(parsed.path)} is long and needs {wanted / 1e9:.2g} GB for a working copy, "
            f"but only {free / 1e9:.2g} GB are free: make room on the disk."
        )
    return folder() / f"{key}-{uuid.uuid4().hex[:8]}.bin"


def write(parsed: Parsed, copy: Path, key: str) -> Generator[int, None, Outcome]:
    """Fill the copy; yields how many samples are readable; registers it when complete."""
    from viewer.formats.opening import guarded

    try:
        sink = FileSink(copy, len(parsed.leads), parsed.n_samples, parsed.dtype)
    except OSError:
        raise _no_room(parsed) from None
    try:
        steps = guarded(parsed, sink)
        while True:
            try:
                ready = next(steps)
            except StopIteration as done:
                outcome: Outcome = done.value
                break
            sink.fill_up_to(ready)
            yield ready
        sink.close()
        _register(key, copy, outcome)
    except OSError:
        _discard(sink, copy)
        raise _no_room(parsed) from None
    except BaseException:
        _discard(sink, copy)
        raise
    return outcome


def open_long(parsed: Parsed, hints: ImportHints) -> Recording:
    """The whole of a long recording, from its copy or through a new one."""
    from viewer.formats.opening import recording_of

    key = key_of(parsed, hints)
    found = find(key)
    if found is None:
        copy = new_copy(parsed, key)
        steps = write(parsed, copy, key)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                found = copy, done.value
                break
    copy, outcome = found
    return recording_of(parsed, samples_at(copy, parsed), outcome)


def make_room(wanted: int) -> None:
    """Remove abandoned copies, then the least recently used, until wanted bytes fit."""
    now = time.time()
    named: dict[str, Path] = {}
    for index in folder().glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            named[json.loads(index.read_text("utf-8"))["copy"]] = index
    copies = sorted(folder().glob("*.bin"), key=lambda copy: _age_key(named.get(copy.name) or copy))
    total = sum(_size(p) for p in copies)
    for copy in copies:
        unfinished = copy.name not in named
        old = now - _age_key(copy) > ABANDONED_AFTER_S
        if (unfinished and old) or (not unfinished and total + wanted > CACHE_LIMIT_BYTES):
            size = _size(copy)
            with contextlib.suppress(OSError):  # Windows keeps what is mapped
                copy.unlink()
                total -= size
                if not unfinished:
                    named[copy.name].unlink()


def _age_key(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _register(key: str, copy: Path, outcome: Outcome) -> None:
    entry = {"copy": copy.name, "bytes": copy.stat().st_size, **asdict(outcome)}
    temporary = copy.with_suffix(".tmp")
    temporary.write_text(json.dumps(entry), "utf-8")
    temporary.replace(folder() / f"{key}.json")


def _discard(sink: FileSink, copy: Path) -> None:
    sink.abandon()
    with contextlib.suppress(OSError):
        copy.unlink()


def _no_room(parsed: Parsed) -> RecordingError:
    return RecordingError(
        f"The working copy of {shown(parsed.path)} cannot be written to {folder()}: "
        "make room on that disk."
    )
