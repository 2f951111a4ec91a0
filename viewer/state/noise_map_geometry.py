"""Where the noise map's cells stand: time to pixels, rows to pixels, and back. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SECONDS_PX = 14.0
"""One second must be this wide before the map shows seconds instead of 10-s segments."""
LEAST_PX = 3.0
"""Narrower columns are joined; a joined cell shows its worst member."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The same seconds at the same pixels as on the page above.

    start_s, stop_s    the page's seconds
    left_px, right_px  where they stand in the widget
    """

    start_s: float = 0.0
    stop_s: float = 10.0
    left_px: float = 64.0
    right_px: float = 664.0

    @property
    def px_per_s(self) -> float:
        return (self.right_px - self.left_px) / max(self.stop_s - self.start_s, 1e-9)

    @property
    def shows_seconds(self) -> bool:
        """Whether there is room for one cell per second."""
        return self.px_per_s >= SECONDS_PX

    def x_px(self, time_s: float) -> float:
        return self.left_px + (time_s - self.start_s) * self.px_per_s

    def time_s(self, x_px: float) -> float:
        return self.start_s + (x_px - self.left_px) / self.px_per_s

    def contains(self, x_px: float) -> bool:
        return self.left_px <= x_px < self.right_px


@dataclass(frozen=True, slots=True)
class Rows:
    """Lead rows, a gap, then the companion rows.

    leads, companions  row names from top to bottom
    top_px, row_px     first row's top, height of every row
    gap_px             between leads and companions
    """

    leads: tuple[str, ...]
    companions: tuple[str, ...]
    top_px: float
    row_px: float
    gap_px: float = 5.0

    @classmethod
    def fitting(
        cls,
        leads: tuple[str, ...],
        companions: tuple[str, ...],
        top_px: float,
        height_px: float,
        *,
        least_px: float = 12.0,
        most_px: float = 26.0,
    ) -> Rows:
        """Rows of whole pixels that fill the height, never below least_px."""
        n_rows = max(len(leads) + len(companions), 1)
        gap_px = 5.0 if leads and companions else 0.0
        row_px = np.floor((height_px - top_px - gap_px) / n_rows)
        return cls(leads, companions, top_px, float(np.clip(row_px, least_px, most_px)), gap_px)

    @property
    def n(self) -> int:
        return len(self.leads) + len(self.companions)

    @property
    def names(self) -> tuple[str, ...]:
        return self.leads + self.companions

    @property
    def bottom_px(self) -> float:
        return self.y_px(self.n - 1) + self.row_px if self.n else self.top_px

    def y_px(self, row: int) -> float:
        """The top of a row."""
        gap_px = self.gap_px if row >= len(self.leads) else 0.0
        return self.top_px + row * self.row_px + gap_px

    def row_at(self, y_px: float) -> int | None:
        """The row under y_px, None between and beside the rows."""
        for row in range(self.n):
            if self.y_px(row) <= y_px < self.y_px(row) + self.row_px:
                return row
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Neighbouring spans of time joined until each is wide enough to see.

    first        int [n_columns]: the first joined span of every column
    left_px      float [n_columns]
    right_px     float [n_columns]
    """

    first: NDArray[np.intp]
    last: NDArray[np.intp]
    left_px: NDArray[np.float64]
    right_px: NDArray[np.float64]

    @property
    def n(self) -> int:
        return len(self.first)

    def worst(self, states: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The highest state in each column, [rows, n_spans] to [rows, n_columns]."""
        if self.n == 0:
            return np.zeros((states.shape[0], 0), np.uint8)
        seen = states[:, : self.last[-1] + 1]
        return np.maximum.reduceat(seen, self.first, axis=1)


def columns(spans_s: NDArray[np.float64], axis: TimeAxis, least_px: float = LEAST_PX) -> Columns:
    """The columns on the page for spans_s float [n, 2], sorted by start.

    Spans outside the page are left out; edges are cut at the page.
    """
    inside = (spans_s[:, 1] > axis.start_s + 1e-9) & (spans_s[:, 0] < axis.stop_s - 1e-9)
    index = np.flatnonzero(inside)
    if index.size == 0:
        nothing = np.zeros(0)
        return Columns(index, index, nothing, nothing)
    scale, offset = axis.px_per_s, axis.left_px - axis.start_s * axis.px_per_s
    left_px = spans_s[index, 0] * scale + offset
    joined = np.floor((left_px - left_px[0]) / least_px).astype(np.intp)
    first = np.flatnonzero(np.diff(joined, prepend=joined[0] - 1))
    last = np.append(first[1:], index.size) - 1
    right_px = spans_s[index[last], 1] * scale + offset
    return Columns(
        first=index[first],
        last=index[last],
        left_px=np.clip(left_px[first], axis.left_px, axis.right_px),
        right_px=np.clip(right_px, axis.left_px, axis.right_px),
    )


def visiting_order(n_segments: int, visible: tuple[int, int]) -> list[int]:
    """Segment numbers from the visible ones (first, last) outwards, later before earlier."""
    first = min(max(visible[0], 0), max(n_segments - 1, 0))
    last = min(max(visible[1], first), max(n_segments - 1, 0))
    order = list(range(first, min(last + 1, n_segments)))
    for step in range(1, n_segments + 1):
        if last + step < n_segments:
            order.append(last + step)
        if first - step >= 0:
            order.append(first - step)
    return order
