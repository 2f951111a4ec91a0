"""How much room our cache takes, and making room: the least recently used goes first. Qt-free."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MB = 10**6


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the cache: its size, and when it was written or used last."""

    path: Path
    size_bytes: int
    used_s: float


def entries(folder: Path) -> Iterator[Entry]:
    """Every file below the folder that can be looked at."""
    if not folder.is_dir():
        return
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # another window may be cleaning up, too
            stat = path.lstat()
            if path.is_file() and not path.is_symlink():
                yield Entry(path, stat.st_size, max(stat.st_mtime, stat.st_atime))


def size_bytes(folder: Path) -> int:
    """What all of it takes on disk."""
    return sum(entry.size_bytes for entry in entries(folder))


def trim(folder: Path, most_bytes: int) -> int:
    """Delete what was not used for longest until the rest fits; bytes that were freed.

    A file that is open elsewhere may refuse to go; the next one goes instead.
    """
    every = sorted(entries(folder), key=lambda entry: entry.used_s)
    total = sum(entry.size_bytes for entry in every)
    freed = 0
    for entry in every:
        if total - freed <= most_bytes:
            break
        with contextlib.suppress(OSError):
            entry.path.unlink()
            freed += entry.size_bytes
    return freed


def size_words(n_bytes: int) -> str:
    """ "312 MB", "1.4 GB"; decimal, as disks are sold."""
    if n_bytes >= 1000 * MB:
        return f"{n_bytes / (1000 * MB):.1f} GB"
    return f"{n_bytes / MB:.0f} MB" if n_bytes >= MB else f"{n_bytes / 1000:.0f} kB"
