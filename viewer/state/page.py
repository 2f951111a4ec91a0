"""One page in millimetres: which lead stands where, showing which seconds. Qt-free.

The origin is the top left corner of the sheet, x to the right, y down. The screen, PNG
and PDF paint the same Page; only the pixels per millimetre differ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from viewer.state.layers import Trace
from viewer.state.layouts import CHEST
from viewer.state.paper import Paper, Timing

LEAST_LEFT_MM, RIGHT_MM = 20.0, 1.0  # the left margin holds labels and calibration pulse
HEADER_MM, TICKS_MM, FOOTER_MM, WARNING_MM = 10.0, 4.0, 8.0, 6.0
ABOVE_ROWS_MM = 4.0  # of grid, so that the first row's R waves and pulse end on paper
MIN_ROW_MM, MEDIUM_ROW_MM, COMFORTABLE_ROW_MM = 10.0, 15.0, 22.0
LEAST_PX_PER_MM = 1.0
BASELINE = 0.58  # of the row's height: R waves need more room above than S waves below
PULSE_MV, PULSE_S = 1.0, 0.2
MIN_PULSE_MM = 1.0  # narrower than this a pulse cannot be read: a bar stands in its place
PULSE_ROOM_MM = 12.0  # beside the pulse: the lead's label, its flat feet, air
PULSE_FOOT_MM, PULSE_GAP_MM = 1.0, 3.0  # its flat feet; from its edge to the traces
LABEL_LEFT_MM, LABEL_AIR_MM = 1.4, 0.6  # a row's label: from the edge, and before the pulse
PAGE_S, PAGE_MM = 10.0, 250.0  # ten seconds at 25 mm/s: what columns share
SHORTEST_COLUMN_S = 1.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One lead's segment on the page.

    lead          its name in the recording
    label         its name on the page: "V1", "-aVR"
    index         its row in the samples; None when it was not recorded
    sign          -1 for a lead drawn upside down
    derived       computed from other leads, not recorded
    left_mm, width_mm, top_mm, height_mm, baseline_mm   where it stands
    start_s       the time at its left edge
    span_s        the time from edge to edge
    gain_mm_mv    millimetres per millivolt
    first         whether it is the leftmost of its row, whose label stands in the margin
    trace         the one trace this row shows, where traces stand side by side
    """

    lead: str
    label: str
    index: int | None
    sign: int
    derived: bool
    left_mm: float
    width_mm: float
    top_mm: float
    height_mm: float
    baseline_mm: float
    start_s: float
    span_s: float
    gain_mm_mv: float
    first: bool
    trace: Trace | None = None

    @property
    def right_mm(self) -> float:
        return self.left_mm + self.width_mm

    @property
    def stop_s(self) -> float:
        return self.start_s + self.span_s

    def x_mm(self, time_s: float) -> float:
        """Where time_s stands on the page."""
        return self.left_mm + (time_s - self.start_s) * self.width_mm / self.span_s

    def time_s(self, x_mm: float) -> float:
        """The time drawn at x_mm."""
        return self.start_s + (x_mm - self.left_mm) * self.span_s / self.width_mm

    def y_mm(self, value_mv: float) -> float:
        """Where value_mv of this lead stands on the page."""
        return self.baseline_mm - self.sign * value_mv * self.gain_mm_mv

    def value_mv(self, y_mm: float) -> float:
        """The millivolts of this lead at y_mm."""
        return self.sign * (self.baseline_mm - y_mm) / self.gain_mm_mv


@dataclass(frozen=True, slots=True)
class Pulse:
    """A row's calibration pulse: 1 mV high, 0.2 s wide, stepped where V leads have half gain.

    heights_mm  one height, or two when the row holds leads of two gains
    width_mm    0.2 s at the paper speed; 0 where that cannot be read: then a 1 mV bar
    """

    left_mm: float
    baseline_mm: float
    width_mm: float
    heights_mm: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A time written under the traces."""

    x_mm: float
    time_s: float


@dataclass(frozen=True)
class Page:
    """Everything the painter needs to know about the sheet, in millimetres.

    cells         leads with their places, columns first, then full-width rows
    column_s      seconds in one column
    timing        what the columns really do; short recordings force "simultaneous"
    span_s        seconds from the first to the last on the page
    rows_top_mm, rows_bottom_mm   the grid, between header and footer
    split         traces that have rows of their own, in order; () where they share rows
    """

    width_mm: float
    height_mm: float
    speed_mm_s: float
    gain_mm_mv: float
    cells: tuple[Cell, ...]
    pulses: tuple[Pulse, ...]
    n_columns: int
    column_s: float
    timing: Timing
    start_s: float
    span_s: float
    rows_top_mm: float
    rows_bottom_mm: float
    n_warnings: int = 0
    split: tuple[Trace, ...] = ()

    @property
    def label_room_mm(self) -> float:
        """Width for the labels left of the pulses."""
        return self.pulses[0].left_mm - PULSE_FOOT_MM - LABEL_AIR_MM - self.label_left_mm

    @property
    def label_left_mm(self) -> float:
        """Where the labels of the leftmost leads begin."""
        return self.strip_left_mm - _left_mm(self.speed_mm_s) + LABEL_LEFT_MM

    @property
    def footer_top_mm(self) -> float:
        return self.height_mm - FOOTER_MM

    @property
    def warnings_top_mm(self) -> float:
        return self.footer_top_mm - self.n_warnings * WARNING_MM

    @property
    def strip_left_mm(self) -> float:
        return min(cell.left_mm for cell in self.cells)

    @property
    def strip_right_mm(self) -> float:
        first = self.split[0] if self.split else None
        return max(cell.right_mm for cell in self.cells if cell.trace is first)

    def cell_at(self, x_mm: float, y_mm: float) -> Cell | None:
        """The recorded lead under a point, None beside the traces."""
        for cell in self.cells:
            inside_x = cell.left_mm <= x_mm <= cell.right_mm
            if inside_x and cell.top_mm <= y_mm < cell.top_mm + cell.height_mm:
                return cell if cell.index is not None else None
        return None

    @cached_property
    def ticks(self) -> tuple[Tick, ...]:
        """Times under the traces: column starts, or round times at least 25 mm apart."""
        if self.n_columns > 1:
            starts = {cell.left_mm: cell.start_s for cell in self.cells}
            return tuple(Tick(x_mm, time_s) for x_mm, time_s in sorted(starts.items()))
        cell = self.cells[0]
        step_s = _round_step(25.0 / self.speed_mm_s)
        first = math.ceil(cell.start_s / step_s - 1e-9)
        last = math.floor(cell.stop_s / step_s + 1e-9)
        times_s = [index * step_s for index in range(first, last + 1)]
        return tuple(Tick(cell.x_mm(time_s), time_s) for time_s in times_s)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The room there is: a window's view, or a sheet of A4 inside its margins.

    n_warnings  strips of warning text that need a place above the footer
    """

    width_mm: float
    height_mm: float
    n_warnings: int = 0

    @property
    def below_mm(self) -> float:
        """Room for times, warnings and footer."""
        return TICKS_MM + self.n_warnings * WARNING_MM + FOOTER_MM

    def strip_mm(self, left_mm: float = LEAST_LEFT_MM) -> float:
        """Room for traces from left to right."""
        return max(self.width_mm - left_mm - RIGHT_MM, 10.0)


def lay_out(
    paper: Paper,
    leads: Sequence[str],
    *,
    duration_s: float,
    start_s: float,
    sheet: Sheet,
    derived: frozenset[str] = frozenset(),
    split: tuple[Trace, ...] = (),
) -> Page:
    """The page that shows the recording from start_s on, on this sheet.

    split   traces that get rows of their own: pairs of rows one below the other, or two
            pages beside each other where the sheet has room for both

    leads that the layout has no place for get full-width rows below, so that no
    recorded lead is skipped. Rows fill the sheet, at least 10 mm each: the page may be
    higher than the sheet (the view then scrolls), never wider.
    """
    layout = paper.layout
    extra = [lead for lead in leads if lead not in layout.leads] if _shows_all(paper) else []
    left_mm = _left_mm(paper.speed_mm_s)
    n_columns, first_row = len(layout.columns), len(layout.columns[0])
    n_rows = layout.n_rows + len(extra)
    beside = len(split) > 1 and _both_fit(paper, sheet, duration_s)
    room_mm = sheet.strip_mm(left_mm)
    column_s, timing = _columns(paper, _half(room_mm, left_mm) if beside else room_mm, duration_s)
    total_s = n_columns * column_s
    block_mm = total_s * paper.speed_mm_s
    blocks = _blocks(split, beside, n_rows, block_mm + left_mm)
    used_mm = block_mm + (left_mm + block_mm if beside else 0.0)
    shift_mm = max(math.floor((room_mm - used_mm) / 10.0 + 1e-9), 0) * 5.0
    rows = _Rows.of(n_rows if beside else n_rows * len(blocks), sheet)
    builder = _Builder(paper, {lead: i for i, lead in enumerate(leads)}, derived, rows)
    whole_s = min(total_s, duration_s) if duration_s > 0 else total_s
    for block in blocks:
        begin_mm = shift_mm + left_mm + block.across_mm
        for number, column in enumerate(layout.columns):
            offset_s = number * column_s
            time_s = start_s + (offset_s if timing == "continuous" else 0.0)
            x_mm = begin_mm + offset_s * paper.speed_mm_s
            for row, label in enumerate(column):
                builder.add(label, block, row, x_mm, time_s, column_s, first=number == 0)
        for row, label in enumerate((*layout.rhythm, *extra), start=first_row):
            builder.add(label, block, row, begin_mm, start_s, whole_s, first=True)
    return Page(
        width_mm=sheet.width_mm,
        height_mm=max(rows.bottom_mm + sheet.below_mm, sheet.height_mm),
        n_warnings=sheet.n_warnings,
        speed_mm_s=paper.speed_mm_s,
        gain_mm_mv=paper.gain_mm_mv,
        cells=tuple(builder.cells),
        pulses=tuple(builder.pulses()),
        n_columns=n_columns,
        column_s=column_s,
        timing=timing,
        start_s=start_s,
        span_s=total_s if timing == "continuous" else column_s,
        rows_top_mm=HEADER_MM,
        rows_bottom_mm=rows.bottom_mm,
        split=split,
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """One trace's part of a page: which of its rows, and how far to the right."""

    trace: Trace | None = None
    first_row: int = 0
    every_row: int = 1
    across_mm: float = 0.0

    def row(self, row: int) -> int:
        return self.first_row + row * self.every_row


def _blocks(
    split: tuple[Trace, ...], beside: bool, n_rows: int, width_mm: float
) -> tuple[_Block, ...]:
    if not split:
        return (_Block(),)
    if beside:
        return tuple(_Block(trace, 0, 1, i * width_mm) for i, trace in enumerate(split))
    return tuple(_Block(trace, i, len(split)) for i, trace in enumerate(split))


def _half(room_mm: float, left_mm: float) -> float:
    """Room for each of two strips, the second with a margin of its own."""
    return (room_mm - left_mm) / 2


def _both_fit(paper: Paper, sheet: Sheet, duration_s: float) -> bool:
    """Whether two whole pages of ten seconds stand beside each other on this sheet."""
    left_mm = _left_mm(paper.speed_mm_s)
    seconds = min(PAGE_S, duration_s) if duration_s > 0 else PAGE_S
    wanted_mm = max(seconds * paper.speed_mm_s, PAGE_MM / 2)
    return _half(sheet.strip_mm(left_mm), left_mm) >= wanted_mm


def speed_for_span(span_s: float, sheet: Sheet) -> float:
    """The paper speed in mm/s at which one column shows span_s seconds."""
    return sheet.strip_mm() / span_s


def fit_px_per_mm(
    paper: Paper, leads: Sequence[str], width_px: float, height_px: float, n_blocks: int = 1
) -> float:
    """The scale at which a classic page of ten seconds fits a window that has no true scale.

    A multiple of a fifth of a pixel, so that 5 mm lines fall on whole pixels. n_blocks is
    2 where each trace has rows of its own.
    """
    extra = len(set(leads) - paper.layout.leads) if _shows_all(paper) else 0
    n_rows = (paper.layout.n_rows + extra) * n_blocks
    row_mm = MIN_ROW_MM + 1.0 if n_rows > 10 else MEDIUM_ROW_MM
    row_mm = COMFORTABLE_ROW_MM if n_rows <= 6 else row_mm
    height_mm = HEADER_MM + ABOVE_ROWS_MM + n_rows * row_mm + Sheet(0, 0).below_mm
    width_mm = _left_mm(paper.speed_mm_s) + PAGE_MM + 5.0
    fitting = min(width_px / width_mm, height_px / height_mm)
    return max(math.floor(fitting * 5.0) / 5.0, LEAST_PX_PER_MM)


def _left_mm(speed_mm_s: float) -> float:
    """Where the traces begin: on a bold line, right of the calibration pulse."""
    pulse_mm = PULSE_S * speed_mm_s
    return max(math.ceil((pulse_mm + PULSE_ROOM_MM) / 5.0) * 5.0, LEAST_LEFT_MM)


def _shows_all(paper: Paper) -> bool:
    """A single lead was asked for alone; every other layout owes a place to each lead."""
    return len(paper.layout.leads) > 1


def _columns(paper: Paper, strip_mm: float, duration_s: float) -> tuple[float, Timing]:
    """Seconds in one column, and how columns follow each other."""
    n_columns = len(paper.layout.columns)
    column_mm = strip_mm / n_columns
    if n_columns > 1:  # ten seconds a page, or 250 mm where that is more
        most_mm = max(PAGE_S * paper.speed_mm_s, PAGE_MM) / n_columns
        column_mm = most_mm if most_mm <= column_mm else _whole_boxes(column_mm)
    column_s = column_mm / paper.speed_mm_s
    if duration_s <= 0:
        return column_s, paper.timing
    fair_s = duration_s / n_columns
    if paper.timing == "continuous" and (fair_s >= SHORTEST_COLUMN_S or n_columns == 1):
        return min(column_s, fair_s), "continuous"
    return min(column_s, duration_s), "continuous" if n_columns == 1 else "simultaneous"


def _whole_boxes(length_mm: float) -> float:
    """Whole 5 mm boxes, so that columns begin on a bold line; whole mm when narrow."""
    box_mm = 5.0 if length_mm >= 25.0 else 1.0
    return max(math.floor(length_mm / box_mm + 1e-9) * box_mm, 1.0)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Equal rows of whole millimetres, so that every baseline lies on a grid line.

    bottom_mm  where the grid ends; what is left over stands half above the rows
    """

    n: int
    height_mm: float
    first_mm: float
    bottom_mm: float

    @classmethod
    def of(cls, n_rows: int, sheet: Sheet) -> _Rows:
        top_mm = HEADER_MM + ABOVE_ROWS_MM
        room_mm = math.floor(sheet.height_mm - sheet.below_mm) - top_mm
        height_mm = max(math.floor(room_mm / n_rows), MIN_ROW_MM)
        left_over_mm = max(room_mm - n_rows * height_mm, 0.0)
        bottom_mm = top_mm + n_rows * height_mm + left_over_mm
        return cls(n_rows, height_mm, top_mm + left_over_mm // 2, bottom_mm)

    def top_mm(self, row: int) -> float:
        return self.first_mm + row * self.height_mm

    def baseline_mm(self, row: int) -> float:
        return self.top_mm(row) + round(self.height_mm * BASELINE)


@dataclass(slots=True)
class _Builder:
    """Collects the cells of a page."""

    paper: Paper
    index: dict[str, int]
    derived: frozenset[str]
    rows: _Rows
    cells: list[Cell] = field(default_factory=list)

    def add(
        self,
        label: str,
        block: _Block,
        row: int,
        left_mm: float,
        start_s: float,
        span_s: float,
        *,
        first: bool,
    ) -> None:
        lead = label.removeprefix("-")
        self.cells.append(
            Cell(
                lead=lead,
                label=label,
                index=self.index.get(lead),
                sign=-1 if label.startswith("-") else 1,
                derived=lead in self.derived,
                left_mm=left_mm,
                width_mm=span_s * self.paper.speed_mm_s,
                top_mm=self.rows.top_mm(block.row(row)),
                height_mm=self.rows.height_mm,
                baseline_mm=self.rows.baseline_mm(block.row(row)),
                start_s=start_s,
                span_s=span_s,
                gain_mm_mv=self.paper.lead_gain_mm_mv(lead),
                first=first,
                trace=block.trace,
            )
        )

    def pulses(self) -> list[Pulse]:
        """One for every leftmost lead: a row's calibration pulse."""
        return [
            _pulse(self.paper, first, [c for c in self.cells if _in_row(c, first)])
            for first in self.cells
            if first.first
        ]


def _in_row(cell: Cell, first: Cell) -> bool:
    return (cell.top_mm, cell.trace) == (first.top_mm, first.trace)


def _pulse(paper: Paper, first: Cell, cells: Sequence[Cell]) -> Pulse:
    """The calibration pulse of a row, its right edge 3 mm before the traces."""
    width_mm = PULSE_S * paper.speed_mm_s
    width_mm = width_mm if width_mm >= MIN_PULSE_MM else 0.0
    heights_mm: tuple[float, ...] = (PULSE_MV * paper.gain_mm_mv,)
    if paper.half_chest_gain and any(cell.lead in CHEST for cell in cells):
        heights_mm = (PULSE_MV * paper.gain_mm_mv, PULSE_MV * paper.gain_mm_mv / 2)
    left_mm = first.left_mm - PULSE_GAP_MM - (width_mm or 2.0)
    return Pulse(left_mm, first.baseline_mm, width_mm, heights_mm)


def _round_step(least_s: float) -> float:
    """The smallest round time step that is not below least_s."""
    steps_s = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
    for step_s in steps_s:
        if step_s >= least_s * (1 - 1e-9):
            return float(step_s)
    return 3600.0 * math.ceil(least_s / 3600.0)
