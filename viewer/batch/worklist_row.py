"""What the worklist says of one record: read, graded, cleaned, guarded, measured. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from viewer.batch import services
from viewer.batch.task import TaskError
from viewer.formats import ImportHints, RecordingError
from viewer.formats.loading import loading_of
from viewer.recording import Recording
from viewer.state.cut import cut
from viewer.state.worklist_table import Row

LOOKED_AT_S = 60.0
"""Of longer records the first minute stands for all; the row says so."""


class Reader(Protocol):
    def open(self, path: Path, hints: ImportHints | None = None) -> Recording: ...


def look_at(path: Path, reader: Reader, method: str, report: Callable[[float], None]) -> Row:
    """The row of one record. Whatever report() raises ends the work."""
    from inference.registry import find

    try:
        whole = reader.open(path)
        recording, note = _beginning(whole)
    except RecordingError as error:
        return Row(path=path, error=str(error), looked_at=True)
    report(0.2)
    grade, leads = _worst_grade(recording, report)
    guard, reason = "", ""
    try:
        cleaned = services.clean(recording, find(method), "cpu", report)
        verdict = services.guard_of(recording, cleaned)
        guard, reason = verdict.state, verdict.reason
    except TaskError as error:
        reason = str(error)
    report(0.8)
    return Row(
        path=path,
        time=whole.start_time,
        grade=grade,
        grade_leads=leads,
        guard=guard,
        guard_reason=reason,
        st=_criteria(recording),
        note=note,
        looked_at=True,
    )


def _beginning(recording: Recording) -> tuple[Recording, str]:
    """The first minute of a long record. Raises RecordingError."""
    loading = loading_of(recording)
    if loading is not None:
        loading.wait()
        if loading.error is not None:
            raise loading.error
    if recording.duration_s <= LOOKED_AT_S:
        return recording, ""
    return cut(recording, 0.0, LOOKED_AT_S), f"Looked at: the first {LOOKED_AT_S:g} s."


def _worst_grade(
    recording: Recording, report: Callable[[float], None]
) -> tuple[str, tuple[str, ...]]:
    """The worst grade, and the leads that have it; no leads for grade A."""
    told = services.noise_map(recording, "cpu", report).as_json()
    worst = {
        lead: max(row, default="") for lead, row in zip(recording.leads, told["grade"], strict=True)
    }
    grade = max(worst.values(), default="")
    return grade, tuple(lead for lead, own in worst.items() if own == grade and grade != "A")


def _criteria(recording: Recording) -> tuple[str, ...]:
    """The ST criteria that the raw trace meets."""
    from inference.st import measure

    found = measure(
        recording.signal_mv,
        recording.fs_hz,
        recording.leads,
        age_years=recording.age_years,
        sex=recording.sex,
        derived=recording.derived,
    )
    return tuple(criterion.text for criterion in found.criteria)
