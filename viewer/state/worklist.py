"""What "next record" means: the files that were dropped together, or the folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from viewer.formats.suffixes import SUFFIXES
from viewer.state.recent import neighbour, reading_order, records_beside


class Worklist:
    """The records to page through. Empty: the folder of the open record."""

    def __init__(self) -> None:
        self._paths: tuple[Path, ...] = ()
        self.from_folder = False  # a folder of several records was chosen, not files

    def begin(self, paths: Sequence[Path]) -> Path | None:
        """Take what was dropped or chosen; the first record to open, None without any.

        Folders stand for the records directly inside them. A single file leaves the
        list empty, so that its neighbours in the folder come next. Raises OSError.
        """
        chosen, paths = paths, [record for path in paths for record in _records(path)]
        self.from_folder = len(paths) > 1 and any(path.is_dir() for path in chosen)
        self._paths = tuple(paths) if len(paths) > 1 else ()
        return paths[0] if paths else None

    def beside(self, path: Path, step: int) -> Path | None:
        """The record `step` places after path; None past either end. Raises OSError."""
        if path not in self._paths:
            return neighbour(path, step)
        place = self._paths.index(path) + step
        return self._paths[place] if 0 <= place < len(self._paths) else None

    def all_beside(self, path: Path) -> tuple[Path, ...]:
        """The whole list that path belongs to. Raises OSError."""
        return self._paths if path in self._paths else tuple(records_beside(path))

    def reorder(self, paths: Sequence[Path]) -> None:
        """Go through the records in this order from now on."""
        self._paths = tuple(paths) if len(paths) > 1 else ()

    def place(self, path: Path) -> tuple[int, int] | None:
        """(3, 20) for the third of twenty; None outside a list."""
        if path not in self._paths:
            return None
        return self._paths.index(path) + 1, len(self._paths)


def _records(path: Path) -> list[Path]:
    """path itself, or the records of a folder; a folder without any stands for itself."""
    if not path.is_dir():
        return [path]
    found = (p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    return sorted(found, key=lambda p: reading_order(p.name)) or [path]
