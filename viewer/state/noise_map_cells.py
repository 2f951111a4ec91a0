"""What the noise map shows, as plain arrays: one state per lead and span of time. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class State(IntEnum):
    """How a cell is drawn. Joined cells show the highest of their states."""

    PENDING = 0  # not computed yet
    GOOD = 1  # grade A: left unmarked
    FAIR = 2  # grade B
    POOR = 3  # grade C
    BAD = 4  # grade C, the worst of it
    NO_SIGNAL = 5


LETTER = {State.FAIR: "B", State.POOR: "C", State.BAD: "C", State.NO_SIGNAL: "–"}
"""Written into cells wide enough, so that no grade hangs on colour alone."""


def _no_spans() -> NDArray[np.float64]:
    return np.zeros((0, 2))


def _no_states() -> NDArray[np.uint8]:
    return np.zeros((0, 0), np.uint8)


def _no_flags() -> NDArray[np.bool_]:
    return np.zeros(0, np.bool_)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MapCells:
    """One recording's map, as far as it is computed.

    leads, companions   row names
    segments_s          float [n, 2]: start and stop of the 10-s segments
    grade               State uint8 [n_leads, n]
    short               bool [n]: fewer than 10 s were there, drawn hatched
    companion           State uint8 [n_companions, n_leads, n]
    seconds_s           float [m, 2]: the fine columns
    fine                State uint8 [n_leads, m]
    """

    leads: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    segments_s: NDArray[np.float64] = field(default_factory=_no_spans)
    grade: NDArray[np.uint8] = field(default_factory=_no_states)
    short: NDArray[np.bool_] = field(default_factory=_no_flags)
    companion: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0, 0), np.uint8))
    seconds_s: NDArray[np.float64] = field(default_factory=_no_spans)
    fine: NDArray[np.uint8] = field(default_factory=_no_states)

    @property
    def n_segments(self) -> int:
        return len(self.segments_s)

    @property
    def computed(self) -> float:
        """The share of segments that are computed, 0..1."""
        if self.grade.size == 0:
            return 0.0
        return float((self.grade.max(axis=0) > State.PENDING).mean())

    def companion_rows(self, lead: int | None) -> NDArray[np.uint8]:
        """State [n_companions, n]: of one lead, or the worst over all of them."""
        if lead is not None:
            return self.companion[:, lead]
        if self.companion.shape[1] == 0:
            return np.zeros((len(self.companions), self.n_segments), np.uint8)
        worst: NDArray[np.uint8] = self.companion.max(axis=1)
        return worst

    def worst(self) -> NDArray[np.uint8]:
        """State [n]: the ribbon of a long recording, worst lead of every segment."""
        if self.grade.shape[0] == 0:
            return np.zeros(self.n_segments, np.uint8)
        worst: NDArray[np.uint8] = self.grade.max(axis=0)
        return worst

    def segment_at(self, time_s: float) -> int | None:
        """The segment that holds time_s."""
        return _span_at(self.segments_s, time_s)

    def second_at(self, time_s: float) -> int | None:
        """The fine column that holds time_s."""
        return _span_at(self.seconds_s, time_s)


def _span_at(spans_s: NDArray[np.float64], time_s: float) -> int | None:
    index = int(np.searchsorted(spans_s[:, 0], time_s, side="right")) - 1
    if index < 0 or time_s >= spans_s[index, 1]:
        return None
    return index


def summary(cells: MapCells) -> str:
    """The whole map in one sentence, for the line below it."""
    if cells.grade.size == 0 or cells.computed == 0.0:
        return ""
    known = cells.grade[:, cells.grade.max(axis=0) > State.PENDING]
    worst = {lead: State(int(row.max())) for lead, row in zip(cells.leads, known, strict=True)}
    parts = [
        f"{what}: {join_leads(found)}"
        for what, states in (
            ("no signal", (State.NO_SIGNAL,)),
            ("grade C", (State.POOR, State.BAD)),
            ("grade B", (State.FAIR,)),
        )
        if (found := [lead for lead, state in worst.items() if state in states])
    ]
    if not parts:
        return "All leads grade A: good for morphology and rhythm."
    if known.shape[1] > 1:
        parts[0] = f"at their worst, {parts[0]}"
    rest = "; the rest grade A" if State.GOOD in worst.values() else ""
    text = "; ".join(parts) + rest + "."
    return text[0].upper() + text[1:]


CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")


def join_leads(leads: list[str]) -> str:
    """ "I, aVL, V2–V5": chest leads in a row become a range."""
    parts: list[str] = []
    run: list[str] = []
    for lead in [*leads, ""]:
        follows = run and lead in CHEST and CHEST.index(lead) == CHEST.index(run[-1]) + 1
        if run and not follows:
            parts += run if len(run) < 3 else [f"{run[0]}–{run[-1]}"]
            run = []
        if lead in CHEST:
            run.append(lead)
        elif lead:
            parts.append(lead)
    return ", ".join(parts)
