"""The recordings opened last, and the neighbours of the one that is open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from viewer.formats.suffixes import SUFFIXES

LIMIT = 12


def with_newest(recent: Sequence[str], path: Path, limit: int = LIMIT) -> list[str]:
    """The recent list after opening path: newest first, each once."""
    newest = str(path)
    return [newest, *(other for other in recent if other != newest)][:limit]


def still_there(recent: Iterable[str]) -> list[Path]:
    """The entries that can be opened by now; a removed drive is not an error."""
    return [path for entry in recent if _exists(path := Path(entry))]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def reading_order(name: str) -> list[tuple[int, int, str]]:
    """Sort key under which record 9 comes before record 10."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts if p]


def records_beside(path: Path) -> list[Path]:
    """The recordings of path's folder in reading order. Raises OSError."""
    found = (p for p in path.parent.iterdir() if p.suffix.lower() in SUFFIXES)
    return sorted((p for p in found if p.is_file()), key=lambda p: reading_order(p.name))


def neighbour(path: Path, step: int) -> Path | None:
    """The recording `step` places further in the folder; None past either end."""
    records = records_beside(path)
    here = _place(path, records)
    if here is None or not 0 <= here + step < len(records):
        return None
    return records[here + step]


def _place(path: Path, records: Sequence[Path]) -> int | None:
    """Where path stands; a .dat or .mat counts as the header beside it."""
    for candidate in (path, path.with_suffix(".hea")):
        if candidate in records:
            return records.index(candidate)
    return None
