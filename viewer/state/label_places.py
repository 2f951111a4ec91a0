"""Keeps lead names readable: a label steps aside where a trace would run through it. Qt-free.

A deep S wave of the row above reaches into the usual place at the top left of a segment.
The curves near each label are read as lowest and highest value per millimetre; of the places
around the usual one the nearest free one is taken, and kept as long as it stays free.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from viewer.state.curves import Source
from viewer.state.layers import Trace
from viewer.state.page import Cell, Page

Floats = NDArray[np.float64]
Key = tuple[str, Trace | None, float, float]
Place = tuple[float, float]
"""Left edge and baseline of a label on the page, in mm."""

LABEL_MM = 3.6
USUAL_X_MM, USUAL_ABOVE_MM = 1.0, 14.0
CAP_MM, FOOT_MM = 0.95 * LABEL_MM, 0.8  # what a label covers above and below its baseline
ASIDE_MM = (0.0, 2.0, 4.0, 6.0)  # to the right of the usual place
REACH_MM, STEP_MM = 22.0, 0.5  # how far up and down a place is looked for
LONGEST_S = 30.0  # at slower paper a label covers so much that none is free
CROSSED, MOVED, SHIFTED = 10.0, 0.5, 0.8  # what a crossing or a step aside costs


@dataclass(frozen=True, slots=True)
class Curve:
    """One trace as it stands on the page: its samples, and what is taken off each lead's place."""

    source: Source
    offsets_mv: Floats


def usual_place(cell: Cell) -> Place:
    """The top left of a segment."""
    y_mm = max(cell.baseline_mm - USUAL_ABOVE_MM, cell.top_mm + LABEL_MM)
    return cell.left_mm + USUAL_X_MM, y_mm


class LabelPlaces:
    """Where the labels inside the grid stand; remembers them from page to page."""

    def __init__(self) -> None:
        self._places: dict[Key, Place] = {}

    def of(self, page: Page) -> dict[int, Place]:
        """Place per cell (by its number on the page) that has moved from its usual one."""
        found = {}
        for number, cell in enumerate(page.cells):
            place = self._places.get(_key(cell))
            if place is not None and not cell.first and place != usual_place(cell):
                found[number] = place
        return found

    def follow(
        self,
        page: Page,
        curves: Mapping[Trace, Curve],
        width_mm: Callable[[Cell], float],
    ) -> None:
        """Look again at the curves of this page; width_mm tells how wide a cell's label is."""
        places: dict[Key, Place] = {}
        for column in _columns(page):
            widest_mm = max(width_mm(cell) for cell in column) + ASIDE_MM[-1] + USUAL_X_MM
            if widest_mm / page.speed_mm_s > LONGEST_S:
                continue
            low, high = _extents(column, curves, widest_mm, page.speed_mm_s)
            for cell in column:
                usual = usual_place(cell)
                places[_key(cell)] = _best(
                    self._places.get(_key(cell), usual), usual, width_mm(cell), cell, low, high
                )
        self._places = places


def _key(cell: Cell) -> Key:
    return cell.label, cell.trace, cell.left_mm, cell.top_mm


def _columns(page: Page) -> list[list[Cell]]:
    """Cells whose labels stand inside the grid, one list per left edge."""
    groups: dict[float, list[Cell]] = {}
    for cell in page.cells:
        if not cell.first and cell.index is not None:
            groups.setdefault(cell.left_mm, []).append(cell)
    return list(groups.values())


def _extents(
    column: Sequence[Cell], curves: Mapping[Trace, Curve], width_mm: float, speed_mm_s: float
) -> tuple[Floats, Floats]:
    """Highest and lowest place of each curve per millimetre, mm from the top [n_curves, n_mm]."""
    n_mm = int(np.ceil(width_mm))
    tops, bottoms = [], []
    for trace, curve in curves.items():
        cells = [cell for cell in column if cell.trace in (None, trace)]
        if not cells:
            continue
        fs_hz, n = curve.source.fs_hz, curve.source.samples.n_samples
        edges = np.round((cells[0].start_s + np.arange(n_mm + 1) / speed_mm_s) * fs_hz)
        edges = np.clip(edges.astype(np.int64), 0, n)
        values_mv = curve.source.samples.read_mv(int(edges[0]), int(edges[-1]))
        for cell in cells:
            assert cell.index is not None
            y_mm = cell.y_mm(values_mv[cell.index] - curve.offsets_mv[cell.index])
            top, bottom = _per_mm(np.asarray(y_mm, np.float64), edges - edges[0])
            tops.append(top)
            bottoms.append(bottom)
    if not tops:
        return np.zeros((0, n_mm)), np.zeros((0, n_mm))
    return np.array(tops), np.array(bottoms)


def _per_mm(y_mm: Floats, edges: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Smallest and largest y between edges; NaN where nothing is drawn."""
    top, bottom = np.full(len(edges) - 1, np.nan), np.full(len(edges) - 1, np.nan)
    for number, (start, stop) in enumerate(pairwise(edges)):
        part = y_mm[start : stop + 1]
        part = part[np.isfinite(part)]
        if part.size:
            top[number], bottom[number] = part.min(), part.max()
    return top, bottom


def _best(
    place: Place, usual: Place, width_mm: float, cell: Cell, top: Floats, bottom: Floats
) -> Place:
    """The place it has while no curve crosses it, else the nearest free one."""

    def crossings(x_mm: float, y_mm: float) -> int:
        first = max(int(x_mm - cell.left_mm - 0.5), 0)  # half a millimetre of air
        part = slice(first, int(np.ceil(x_mm - cell.left_mm + width_mm)))
        hit = (top[:, part] < y_mm + FOOT_MM) & (bottom[:, part] > y_mm - CAP_MM)
        return int(hit.any(axis=0).sum())

    if crossings(*place) == 0:
        return place
    steps = np.arange(-REACH_MM, REACH_MM + STEP_MM, STEP_MM)
    options = [
        (
            CROSSED * crossings(usual[0] + aside, usual[1] + step)
            + MOVED * abs(step)
            + SHIFTED * aside,
            (usual[0] + aside, usual[1] + float(step)),
        )
        for aside in ASIDE_MM
        for step in steps
        if _own_row(cell, usual[1] + float(step))
    ]
    return min(options)[1] if options else usual


def _own_row(cell: Cell, y_mm: float) -> bool:
    """Nearer to its own lead than to a neighbour: a label must not change its owner."""
    middle = y_mm - CAP_MM / 2 - cell.baseline_mm
    return -0.6 * cell.height_mm <= middle <= 0.1 * cell.height_mm
