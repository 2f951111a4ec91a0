"""Cleaning, guarding, grading and measuring whole recordings: the services the window uses,
called on the same pieces of signal, so that both give the same bytes. Qt-free."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from viewer.batch.task import Entry, Report, TaskError
from viewer.folders import cache_folder
from viewer.recording import Recording
from viewer.state.cleaned import Cleaned, GrowingSamples

if TYPE_CHECKING:  # scipy and torch are imported when there is something to do
    from inference.guard import GuardReport, LeadGuard
    from inference.quality import QualityMap
    from inference.registry import Method
    from inference.st_report import StReport

GUARD_S = 600
"""A longer recording is guarded in stretches of this length; the worst of them counts."""
MARGIN_S = 1.0
"""Read around a segment, so that its score does not depend on where reading began."""
LEVELS = ("j_mv", "j20_mv", "j60_mv", "j80_mv")


def clean(recording: Recording, method: Method, device: str, report: Report) -> Cleaned:
    """The whole recording, piece by piece, in bounded memory. Raises TaskError."""
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
            raise TaskError(f"{recording.name}: {error}") from None
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


def noise_map(recording: Recording, device: str, report: Report) -> QualityMap:
    """The map of the whole recording, segment by segment, in bounded memory."""
    from inference.quality import assemble, quality_segment, quality_segments

    began, fs_hz, n_samples = time.perf_counter(), recording.fs_hz, recording.n_samples
    margin, found = round(MARGIN_S * fs_hz), []
    segments = quality_segments(n_samples, fs_hz)
    for segment in segments:
        report(segment.index / len(segments))
        start, stop = max(segment.start - margin, 0), min(segment.stop + margin, n_samples)
        signal_mv = recording.samples.read_mv(start, stop)
        found.append(
            quality_segment(signal_mv, segment, fs_hz, recording.leads, offset=start, device=device)
        )
    seconds = time.perf_counter() - began
    return assemble(found, fs_hz, recording.leads, n_samples, seconds=seconds)


class Person(TypedDict):
    """Age in years and sex, None where neither the file nor the user says."""

    age_years: float | None
    sex: Literal["F", "M"] | None


def measure_both(
    recording: Recording, cleaned: Cleaned, person: Person
) -> tuple[StReport, StReport]:
    """Both signals at the beats and fiducials of the raw one, so that only levels differ."""
    from inference.st import measure

    look = partial(
        measure,
        fs_hz=recording.fs_hz,
        leads=recording.leads,
        derived=recording.derived,
        **person,
    )
    raw = look(recording.signal_mv)
    clean_mv = cleaned.samples.read_mv(0, recording.n_samples)
    if raw.beats is None:
        return raw, look(clean_mv)
    return raw, look(clean_mv, r_samples=raw.beats.samples, fiducials=raw.fiducials)


def probability(
    report: StReport, person: Person
) -> tuple[dict[str, float | None], tuple[str, ...]]:
    """Of ST elevation and depression by the classifier, or None and the reasons."""
    from inference.st_prediction import KINDS, predict
    from inference.weights import WeightsRefused

    nothing: dict[str, float | None] = dict.fromkeys(KINDS)
    try:
        prediction = predict(report, **person)
    except WeightsRefused as error:
        return nothing, (f"No probability: {error}",)
    reasons = tuple(f"No probability: {reason}" for reason in prediction.abstained)
    return nothing | prediction.probability, reasons


def levels(report: StReport) -> dict[str, Entry]:
    """Per lead the levels in mV and the number of beats; suppressed leads say why instead."""
    rows: dict[str, Entry] = {}
    for row in report.st:
        shown = row.suppressed is None
        rows[row.lead] = {key: getattr(row, key) if shown else None for key in LEVELS}
        rows[row.lead] |= {"n_beats": row.n_beats if shown else 0}
    return rows


def abstained(raw: StReport, denoised: StReport) -> list[str]:
    """Why numbers are missing, for the whole recording and per lead."""
    reasons = [*raw.reasons, *(f"After cleaning: {reason}" for reason in denoised.reasons)]
    suppressed = [f"{row.lead}: {row.suppressed}" for row in raw.st if row.suppressed]
    return list(dict.fromkeys([*reasons, *suppressed]))


def cleaning_entry(cleaned: Cleaned) -> dict[str, Any]:
    """Which method, on which device."""
    return {
        "method": cleaned.method,
        "version": cleaned.version,
        "weights_sha256": cleaned.weights_sha256,
        "device": cleaned.device,
    }
