"""A progress bar on stderr, with the time left, for commands that were given several paths."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

WIDTH = 30
LINES = 100
"""Where the bar is not redrawn in place, so many lines at most tell of a long list."""
LEAST_DONE_S = 3.0
"""Before so much time has passed nothing is said about the time that is left."""


class ProgressBar:
    """[######----] 3/7 name; redrawn in place on a terminal, else a line now and then.

    done: how many of the paths were done before
    """

    def __init__(self, paths: Sequence[str], done: int = 0) -> None:
        self._paths, self._before, self._done = paths, done, done
        self._drawn = ""
        self._in_place = sys.stderr.isatty()
        self._every = max(len(paths) // LINES, 1)
        self._began = time.monotonic()

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
        if self._in_place or self._done % self._every == 0 or self._done == len(self._paths):
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
        spent_s = time.monotonic() - self._began
        left_s = time_left_s(spent_s, self._done - self._before, len(self._paths) - self._done)
        line += f", {clock(left_s)} left" if left_s is not None else ""
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


def time_left_s(spent_s: float, done: int, left: int) -> float | None:
    """At the pace so far; None while that says nothing, or nothing is left."""
    if done < 1 or left < 1 or spent_s < LEAST_DONE_S:
        return None
    return spent_s / done * left


def clock(seconds: float) -> str:
    """ "40 s", "12 min", "3 h 20 min": no more digits than can be meant."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
