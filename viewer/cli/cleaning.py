"""Cleaning for commands: the pieces, the service and the guard that the window uses."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from viewer.cli.batch import Entry
from viewer.cli.failures import USAGE, CommandError
from viewer.folders import cache_folder
from viewer.recording import Recording
from viewer.state.cleaned import Cleaned, GrowingSamples

if TYPE_CHECKING:  # scipy is imported when there is something to clean
    from inference.guard import GuardReport, LeadGuard
    from inference.registry import Method

Report = Callable[[float], None]

GUARD_S = 600
"""A longer recording is guarded in stretches of this length; the worst of them counts."""


def method_of(options: Namespace) -> Method:
    """The method that was asked for. Raises CommandError with the choices."""
    from inference.registry import find

    try:
        return find(options.method)
    except ValueError as error:
        raise CommandError(str(error), USAGE) from None


def clean(recording: Recording, method: Method, device: str, report: Report) -> Cleaned:
    """The whole recording, piece by piece, in bounded memory. Raises CommandError."""
    from inference.denoise import DenoiseRefused, denoise_piece, pieces

    samples = GrowingSamples(len(recording.leads), recording.n_samples, cache_folder())
    cleaned = Cleaned(samples=samples, method=method.name, title=method.title)
    grid = pieces(recording.n_samples, recording.fs_hz)
    for index, piece in enumerate(grid):
        try:
            part = denoise_piece(
                recording.samples.read_mv(piece.context_start, piece.context_stop),
                piece,
                recording.fs_hz,
                recording.leads,
                method=method.name,
                device=device,
                progress=partial(_share, report, index, len(grid)),
            )
        except DenoiseRefused as error:
            raise CommandError(f"{recording.name}: {error}") from None
        samples.put(piece.start, part.signal_mv)
        cleaned.version, cleaned.weights_sha256 = part.version, part.weights_sha256
        cleaned.device, cleaned.parameters = part.device, part.parameters
        cleaned.seconds += part.seconds
        cleaned.notes = tuple(dict.fromkeys(cleaned.notes + part.notes))
    return cleaned


def _share(report: Report, index: int, count: int, fraction: float) -> None:
    report((index + fraction) / count)


def guard_of(recording: Recording, cleaned: Cleaned) -> GuardReport:
    """What the fidelity guard says of the whole recording."""
    from inference.guard import guard

    length = round(GUARD_S * recording.fs_hz)
    reports = []
    for start in range(0, recording.n_samples, length):
        stop = min(start + length, recording.n_samples)
        raw_mv = recording.samples.read_mv(start, stop)
        cleaned_mv = cleaned.samples.read_mv(start, stop)
        reports.append(guard(raw_mv, cleaned_mv, recording.fs_hz, recording.leads))
    return worst(reports)


def worst(reports: list[GuardReport]) -> GuardReport:
    """One report of several stretches: per lead the stretch that matters most."""
    from inference.guard import RANK, GuardReport

    def weight(row: LeadGuard) -> tuple[int, float]:
        shifts = [abs(shift) for shift in row.delta_st_mv.values() if shift == shift]
        return RANK[row.state], max(shifts, default=0.0)

    gravest = max(reports, key=lambda report: RANK[report.state])
    rows = zip(*(report.leads for report in reports), strict=True)
    return GuardReport(
        state=gravest.state,
        reason=gravest.reason,
        leads=tuple(max(row, key=weight) for row in rows),
        n_beats=sum(report.n_beats for report in reports),
    )


def guard_entry(report: GuardReport) -> Entry:
    """The guard's report for JSON; where it cannot tell, that is a warning."""
    return {
        "state": "warn" if report.state == "cannot_tell" else report.state,
        "reason": report.reason,
        "delta_st_mv": {row.lead: row.delta_st_mv for row in report.leads},
        "delta_qrs_amplitude_mv": {row.lead: row.delta_qrs_amplitude_mv for row in report.leads},
        "delta_qt_ms": {row.lead: row.delta_qt_ms for row in report.leads},
        "delta_r_time_ms": {row.lead: row.delta_r_time_ms for row in report.leads},
        "leads": {row.lead: {"state": row.state, "reason": row.reason} for row in report.leads},
    }
