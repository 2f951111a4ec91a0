"""Unsaved marks as a JSON document in our own data folder, one per recording. Qt-free.

The name is the hash of the recording's content, never its path. Written aside and renamed,
so that a killed program leaves the old document or the new one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from viewer.annotation import Annotation
from viewer.state.calipers import Caliper, Kind, Spot
from viewer.state.marks import Marks

log = logging.getLogger(__name__)

VERSION = 1
MOST_BYTES = 64 * 2**20
_HASH = re.compile(r"[0-9a-f]{16,128}")


@dataclass(frozen=True, slots=True)
class Saved:
    """Marks as they were left.

    added, removed  annotations, against the file beside the recording
    """

    saved_at: datetime
    calipers: tuple[Caliper, ...]
    added: tuple[Annotation, ...]
    removed: tuple[Annotation, ...]

    @property
    def n_annotations(self) -> int:
        """How many changes of annotations it holds."""
        return len(self.added) + len(self.removed)


def document(marks: Marks, now: datetime) -> str:
    """What has to be kept of the marks, as JSON text."""
    annotations = marks.annotations
    return json.dumps(
        {
            "version": VERSION,
            "saved_at": now.isoformat(timespec="seconds"),
            "calipers": [_caliper_out(one) for one in marks.calipers],
            "added": [asdict(one) for one in sorted(annotations.added, key=_order)],
            "removed": [asdict(one) for one in sorted(annotations.removed, key=_order)],
        }
    )


def write(folder: Path, key: str, text: str | None) -> None:
    """Keep the document under key, or, for None, nothing. Raises OSError."""
    path = _path(folder, key)
    if text is None:
        path.unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def read(folder: Path, key: str) -> Saved | None:
    """What was kept under key; None when nothing readable was. A damaged one is put aside."""
    path = _path(folder, key)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("too large")
        return _saved(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.info("kept marks unreadable: %s", type(error).__name__)
        with contextlib.suppress(OSError):
            os.replace(path, path.with_suffix(".unreadable"))
        return None


def _path(folder: Path, key: str) -> Path:
    if not _HASH.fullmatch(key):
        raise ValueError("marks are kept under a hash")
    return folder / f"{key}.json"


def _caliper_out(one: Caliper) -> dict[str, Any]:
    values = asdict(one)
    values["kind"] = one.kind.value
    return values


def calipers_out(calipers: Iterable[Caliper], start_s: float = 0.0) -> list[dict[str, Any]]:
    """Calipers for an exported file that begins at start_s of the recording."""
    return [_caliper_out(_moved(one, -start_s)) for one in calipers]


def calipers_in(values: object) -> tuple[Caliper, ...]:
    """The same read back; nothing of it where it makes no sense."""
    try:
        return tuple(_caliper_in(one) for one in values)  # type: ignore[attr-defined]
    except (KeyError, TypeError, ValueError, AttributeError):
        log.info("calipers of an exported file unreadable")
        return ()


def _moved(one: Caliper, by_s: float) -> Caliper:
    apex = None if one.apex is None else replace(one.apex, time_s=one.apex.time_s + by_s)
    ends = (replace(spot, time_s=spot.time_s + by_s) for spot in (one.start, one.stop))
    start, stop = ends
    return replace(one, start=start, stop=stop, apex=apex)


def _saved(document: dict[str, Any]) -> Saved:
    if document["version"] != VERSION:
        raise ValueError("of another program version")
    return Saved(
        datetime.fromisoformat(document["saved_at"]),
        tuple(_caliper_in(values) for values in document["calipers"]),
        tuple(Annotation(**values) for values in document["added"]),
        tuple(Annotation(**values) for values in document["removed"]),
    )


def _caliper_in(values: dict[str, Any]) -> Caliper:
    values = dict(values)
    values["kind"] = Kind(values["kind"])
    values["snapped"] = tuple(values["snapped"])
    for name in ("start", "stop", "apex"):
        if values[name] is not None:
            values[name] = Spot(**values[name])
    return Caliper(**values)


def _order(one: Annotation) -> tuple[int, int, str, str]:
    return one.order
