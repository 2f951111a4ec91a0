"""The median-beat page: which lead's beat stands where, and its fiducials. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

HANDLES = ("p_onset", "qrs_onset", "qrs_offset", "t_end")
"""Fiducials that can be dragged, in order of time."""
NAMES = {
    "p_onset": "P onset",
    "qrs_onset": "QRS onset",
    "qrs_offset": "J point",
    "t_end": "T end",
}
SHORT = {"p_onset": "P", "qrs_onset": "QRS", "qrs_offset": "J", "t_end": "T end"}
LEAST_APART_MS = 4.0
PAD_MM = 2.0
LABEL_MM = 5.0
LEAST_CELL_MM, MOST_CELL_MM = 12.0, 45.0


@dataclass(frozen=True, slots=True)
class Fiducials:
    """Milliseconds from the R peak; None where the wave was not found."""

    p_onset: float | None = None
    qrs_onset: float | None = None
    qrs_offset: float | None = None
    t_end: float | None = None

    def get(self, name: str) -> float | None:
        value: float | None = getattr(self, name)
        return value

    def moved(self, name: str, to_ms: float, limits_ms: tuple[float, float]) -> Fiducials:
        """The same with one fiducial elsewhere, kept in order and inside limits_ms."""
        at = HANDLES.index(name)
        before = [v for n in HANDLES[:at] if (v := self.get(n)) is not None]
        after = [v for n in HANDLES[at + 1 :] if (v := self.get(n)) is not None]
        low = max([limits_ms[0], *(v + LEAST_APART_MS for v in before)])
        high = min([limits_ms[1], *(v - LEAST_APART_MS for v in after)])
        return replace(self, **{name: min(max(to_ms, low), max(low, high))})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Beats:
    """Median beats of one recording, raw and cleaned, and every beat behind them.

    time_ms      float [n], 0 at the R peak
    raw_mv       float [n_leads, n], isoelectric line at 0
    cleaned_mv   the same of the cleaned signal, None without one
    beats_mv     float [n_beats, n_leads, n] of the raw signal
    fiducials    what was found, or what the reader set
    suppressed   per lead, why no value is given for it
    """

    leads: tuple[str, ...] = ()
    time_ms: NDArray[np.floating] = field(default_factory=lambda: np.zeros(0))
    raw_mv: NDArray[np.floating] = field(default_factory=lambda: np.zeros((0, 0)))
    cleaned_mv: NDArray[np.floating] | None = None
    beats_mv: NDArray[np.floating] = field(default_factory=lambda: np.zeros((0, 0, 0)))
    fiducials: Fiducials = field(default_factory=Fiducials)
    suppressed: dict[str, str] = field(default_factory=dict)

    @property
    def limits_ms(self) -> tuple[float, float]:
        if self.time_ms.size == 0:
            return (0.0, 0.0)
        return float(self.time_ms[0]), float(self.time_ms[-1])


@dataclass(frozen=True, slots=True)
class BeatCell:
    """One lead's place in millimetres; the baseline is its isoelectric line."""

    index: int
    lead: str
    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float
    baseline_mm: float


@dataclass(frozen=True, slots=True)
class BeatPage:
    """All cells, and how millimetres become time and millivolts."""

    cells: tuple[BeatCell, ...]
    width_mm: float
    height_mm: float
    start_ms: float
    speed_mm_s: float
    gain_mm_mv: float

    def x_mm(self, cell: BeatCell, time_ms: float) -> float:
        return cell.left_mm + (time_ms - self.start_ms) * self.speed_mm_s / 1000

    def time_ms(self, cell: BeatCell, x_mm: float) -> float:
        return self.start_ms + (x_mm - cell.left_mm) * 1000 / self.speed_mm_s

    def cell_at(self, x_mm: float, y_mm: float) -> BeatCell | None:
        for cell in self.cells:
            inside_x = cell.left_mm <= x_mm < cell.left_mm + cell.width_mm
            if inside_x and cell.top_mm <= y_mm < cell.top_mm + cell.height_mm:
                return cell
        return None


def lay_out(
    beats: Beats, n_columns: int, *, speed_mm_s: float = 50.0, gain_mm_mv: float = 10.0
) -> BeatPage:
    """Cells column by column, as on a 12-lead page: limb leads first.

    A row is as high as its largest beat needs; whole millimetres keep the grid in step.
    """
    start_ms, stop_ms = beats.limits_ms
    width_mm = float(np.ceil((stop_ms - start_ms) * speed_mm_s / 1000)) + PAD_MM
    n_rows = int(np.ceil(len(beats.leads) / n_columns)) if beats.leads else 0
    cells: list[BeatCell] = []
    top_mm = 0.0
    for row in range(n_rows):
        members = list(range(row, len(beats.leads), n_rows))
        above_mm, below_mm = _room_mm(beats, members, gain_mm_mv)
        height_mm = float(np.clip(above_mm + below_mm, LEAST_CELL_MM, MOST_CELL_MM))
        for column, index in enumerate(members):
            cells.append(
                BeatCell(
                    index=index,
                    lead=beats.leads[index],
                    left_mm=column * width_mm,
                    top_mm=top_mm,
                    width_mm=width_mm,
                    height_mm=height_mm,
                    baseline_mm=top_mm + min(above_mm, height_mm - LEAST_CELL_MM / 3),
                )
            )
        top_mm += height_mm
    return BeatPage(tuple(cells), n_columns * width_mm, top_mm, start_ms, speed_mm_s, gain_mm_mv)


def _room_mm(beats: Beats, members: Sequence[int], gain_mm_mv: float) -> tuple[float, float]:
    """Millimetres above and below the isoelectric line that these leads need."""
    curves = [beats.raw_mv[members]]
    if beats.cleaned_mv is not None:
        curves.append(beats.cleaned_mv[members])
    values = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    if values.size == 0:
        return LEAST_CELL_MM / 2, LEAST_CELL_MM / 2
    above_mm = max(float(values.max()), 0.0) * gain_mm_mv + LABEL_MM
    below_mm = max(-float(values.min()), 0.0) * gain_mm_mv + PAD_MM
    return float(np.ceil(above_mm)), float(np.ceil(below_mm))


def best_page(beats: Beats, width_px: float, height_px: float) -> tuple[BeatPage, float]:
    """The arrangement in 1 to 6 columns that stands largest, and its pixels per millimetre."""
    options = [n for n in (1, 2, 3, 4, 6) if n <= max(len(beats.leads), 1)]
    pages = [lay_out(beats, n_columns) for n_columns in options]

    def px_per_mm(page: BeatPage) -> float:
        if not page.cells:
            return 4.0
        return min(width_px / page.width_mm, height_px / page.height_mm)

    best = max(pages, key=px_per_mm)
    return best, px_per_mm(best)
