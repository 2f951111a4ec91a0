"""Cells that share one time axis are drawn from one reading of the samples."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.state.page import Cell, Page


@dataclass(frozen=True, slots=True)
class Strip:
    """Cells one below the other: the same left edge, first second and span."""

    left_mm: float
    start_s: float
    span_s: float
    cells: tuple[Cell, ...]


def strips(page: Page) -> tuple[Strip, ...]:
    """The page's cells, grouped by their time axis."""
    groups: dict[tuple[float, float, float], list[Cell]] = {}
    for cell in page.cells:
        groups.setdefault((cell.left_mm, cell.start_s, cell.span_s), []).append(cell)
    return tuple(Strip(*axis, tuple(cells)) for axis, cells in groups.items())
