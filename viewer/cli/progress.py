"""A progress bar on stderr, for commands that were given several paths."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

WIDTH = 30


class ProgressBar:
    """[######----] 3/7 name; redrawn in place on a terminal, one line per path elsewhere."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths, self._done = paths, 0
        self._drawn = ""
        self._in_place = sys.stderr.isatty()

    def __enter__(self) -> ProgressBar:
        self.report(0.0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.clear()

    def report(self, fraction: float) -> None:
        """How much of the current path is done, 0 to 1."""
        if self._in_place:
            self._draw(fraction)

    def next(self) -> None:
        """The current path is done."""
        self._done += 1
        self._draw(0.0)

    def clear(self) -> None:
        """Make room for a line of text."""
        if self._in_place and self._drawn:
            sys.stderr.write("\r" + " " * len(self._drawn) + "\r")
            sys.stderr.flush()
        self._drawn = ""

    def _draw(self, fraction: float) -> None:
        if len(self._paths) < 2:
            return
        line = bar(self._paths, self._done, fraction)
        if line != self._drawn:
            self.clear()
            sys.stderr.write(line if self._in_place else line + "\n")
            sys.stderr.flush()
            self._drawn = line


def bar(paths: Sequence[str], done: int, fraction: float) -> str:
    """One line: how much of all paths is done, and which is being worked on."""
    filled = round(WIDTH * min((done + fraction) / len(paths), 1.0))
    name = Path(paths[done]).name if done < len(paths) else ""
    return f"[{'#' * filled}{'-' * (WIDTH - filled)}] {done}/{len(paths)} {name}".rstrip()
