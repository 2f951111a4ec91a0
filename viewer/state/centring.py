"""Keeps leads in their rows: where an electrode's offset has carried a trace away, the row
moves along, in whole tenths of a millivolt, and the page says by how much.

Only the place on the paper changes, never a value: amplifiers pass offsets of hundreds of
millivolts, and a trace outside the paper helps nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from viewer.state.curves import Source
from viewer.state.layers import Trace
from viewer.state.page import Cell, Page

AWAY_OF_ROW = 0.5
"""How much of its row's height a trace may lie off its baseline before it is moved."""
LOOKS, LOOK_S = 8, 0.5
"""The level is the median of so many short looks over the segment."""


class Centring:
    """Offsets in mV that are taken off each lead's place, per trace; 0 where all is well."""

    def __init__(self) -> None:
        self._offsets: dict[Trace, NDArray[np.float64]] = {}

    def offsets_mv(self, trace: Trace, n_leads: int) -> NDArray[np.float64]:
        """One number per lead, float64 [n_leads]; not to be changed."""
        return self._offsets.setdefault(trace, np.zeros(n_leads))

    def follow(self, page: Page, trace: Trace, source: Source) -> None:
        """Move the leads that this page would show outside their rows, leave the others."""
        old = self.offsets_mv(trace, source.samples.n_leads)
        new = old.copy()
        levels: dict[tuple[float, float], NDArray[np.float64]] = {}
        for cell in _one_per_lead(page.cells):
            span = (cell.start_s, cell.span_s)
            if span not in levels:
                levels[span] = _levels_mv(source, *span)
            assert cell.index is not None
            level = float(levels[span][cell.index])
            if math.isfinite(level):
                reach_mv = AWAY_OF_ROW * cell.height_mm / cell.gain_mm_mv
                new[cell.index] = _kept_in_row(level, float(old[cell.index]), reach_mv)
        if not np.array_equal(old, new):
            self._offsets[trace] = new

    def shifts_mv(self, traces: Iterable[Trace]) -> dict[int, float]:
        """Leads (by index) whose raw or only visible trace was moved, and by how much."""
        first = next(iter(traces), Trace.RAW)
        offsets = self._offsets.get(first, np.zeros(0))
        return {int(i): float(offsets[i]) for i in np.flatnonzero(offsets)}


def _kept_in_row(level_mv: float, offset_mv: float, reach_mv: float) -> float:
    """The offset to draw with: none where none is needed, else the one in use while it serves."""
    if abs(level_mv) <= reach_mv:
        return 0.0
    if abs(level_mv - offset_mv) <= reach_mv:
        return offset_mv
    return round(level_mv, 1)


def _one_per_lead(cells: Iterable[Cell]) -> Iterable[Cell]:
    """The first segment of each recorded lead: a rhythm row follows its column."""
    return {cell.index: cell for cell in reversed(tuple(cells)) if cell.index is not None}.values()


def _levels_mv(source: Source, start_s: float, span_s: float) -> NDArray[np.float64]:
    """The median of each lead over a few short looks at the span, [n_leads]; NaN if unknown."""
    fs_hz, n = source.fs_hz, source.samples.n_samples
    looks = []
    for begin_s in np.linspace(start_s, start_s + max(span_s - LOOK_S, 0.0), LOOKS):
        first = min(max(round(begin_s * fs_hz), 0), n)
        last = min(first + max(round(min(LOOK_S, span_s) * fs_hz), 1), n)
        looks.append(source.samples.read_mv(first, last))
    seen = np.concatenate(looks, axis=1).astype(np.float64)
    seen[~np.isfinite(seen)] = np.nan
    levels = np.full(len(seen), np.nan)
    known = np.isfinite(seen).any(axis=1)
    levels[known] = np.nanmedian(seen[known], axis=1)
    return levels
