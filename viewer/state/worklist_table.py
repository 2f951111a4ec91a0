"""The records of a folder as a table that fills while it is looked at. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import ClassVar

from psygnal import Signal

from viewer.state.recent import reading_order

GUARD_WORDS = {"ok": "unchanged", "warn": "look", "cannot_tell": "cannot tell", "block": "blocked"}
GUARD_RANK = {"": 0, "ok": 1, "cannot_tell": 2, "warn": 3, "block": 4}


class Column(Enum):
    """What stands in a column; the value is its title."""

    NAME = "Name"
    TIME = "Recorded"
    GRADE = "Worst grade"
    GUARD = "Guard"
    ST = "ST"


COLUMNS = tuple(Column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record. Empty fields: not looked at yet, or not known.

    grade  worst use grade of all leads, and the leads that have it
    guard  what the fidelity guard says of the chosen cleaning
    st     criteria that are met, as short words
    error  why it could not be read; note: what was looked at, if not all
    """

    path: Path
    time: datetime | None = None
    grade: str = ""
    grade_leads: tuple[str, ...] = ()
    guard: str = ""
    guard_reason: str = ""
    st: tuple[str, ...] = ()
    error: str = ""
    note: str = ""
    looked_at: bool = False

    def text(self, column: Column) -> str:
        """What the cell says."""
        if column is Column.NAME:
            return self.path.name
        if self.error:
            return "cannot be read" if column is Column.TIME else ""
        if not self.looked_at:
            return "…"
        if column is Column.TIME:
            return f"{self.time:%Y-%m-%d %H:%M}" if self.time else "–"
        if column is Column.GRADE:
            many = len(self.grade_leads) > 3
            leads = f"{len(self.grade_leads)} leads" if many else " ".join(self.grade_leads)
            return f"{self.grade}  {leads}".strip() or "–"
        if column is Column.GUARD:
            return GUARD_WORDS.get(self.guard, "–")
        return "; ".join(self.st) or "–"

    def tip(self) -> str:
        """Everything, in sentences."""
        told = (self.error, self.guard_reason, "; ".join(self.st), self.note)
        return "\n".join((str(self.path.name), *(text for text in told if text)))

    def rank(self, column: Column) -> tuple[object, ...]:
        """Sort key among rows that were looked at, then by name."""
        name = reading_order(self.path.name)
        if column is Column.NAME:
            return (name,)
        if column is Column.TIME:
            return self.time or datetime.min, name
        if column is Column.GRADE:
            return self.grade, len(self.grade_leads), name
        if column is Column.GUARD:
            return GUARD_RANK.get(self.guard, 0), name
        return len(self.st), "; ".join(self.st), name


class WorklistTable:
    """The rows in the order in which they are shown."""

    changed: ClassVar[Signal] = Signal()  # other rows, or another order
    filled: ClassVar[Signal] = Signal(int)  # one row, by its place

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.column, self.descending = Column.NAME, False

    def begin(self, paths: Sequence[Path]) -> None:
        """Other records; what is known of those that stay is kept."""
        known = {row.path: row for row in self.rows}
        self.rows = [known.get(path, Row(path=path)) for path in paths]
        self._sort()
        self.changed.emit()

    def sort(self, column: Column, *, descending: bool) -> None:
        """Order by a column; rows that are not known yet stay at the end."""
        self.column, self.descending = column, descending
        self._sort()
        self.changed.emit()

    def fill(self, row: Row) -> None:
        """What was found of one record. The order stays until somebody sorts again."""
        place = self.place(row.path)
        if place is not None:
            self.rows[place] = row
            self.filled.emit(place)

    def place(self, path: Path | None) -> int | None:
        return next((index for index, row in enumerate(self.rows) if row.path == path), None)

    def next_unknown(self, after: Path | None) -> Path | None:
        """The record to look at next: behind the open one first, then from the start."""
        here = self.place(after) or 0
        turned = [*self.rows[here:], *self.rows[:here]]
        return next((row.path for row in turned if not row.looked_at and not row.error), None)

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(row.path for row in self.rows)

    @property
    def n_known(self) -> int:
        return sum(1 for row in self.rows if row.looked_at or row.error)

    def _sort(self) -> None:
        by_name = self.column is Column.NAME
        known = [row for row in self.rows if by_name or (row.looked_at and not row.error)]
        rest = [row for row in self.rows if not by_name and (not row.looked_at or row.error)]
        known.sort(key=lambda row: row.rank(self.column), reverse=self.descending)
        self.rows = known + sorted(rest, key=lambda row: row.rank(Column.NAME))
