"""Recordings whose samples are known once the file is parsed: XML, DICOM, SCP, text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from viewer.acquisition import NOTHING_STATED, AcquisitionInfo
from viewer.formats.checks import amplitude_warnings, hashing
from viewer.formats.errors import RecordingError
from viewer.formats.files import shown
from viewer.formats.leads import clinical_name, clinical_order, distinct
from viewer.formats.parsed import Decoding, Outcome, Parsed
from viewer.formats.sinks import Sink
from viewer.formats.wfdb_layout import COARSEST_STEP_MV, FINEST_STEP_MV, check_rate
from viewer.recording import Integrity
from viewer.samples import missing_value

LEADS_LIMIT = 256
LONGEST_SAMPLES = 2**31


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Channel:
    """One lead as the file holds it.

    name       as the file writes it
    digits     int32 (its lowest value is a gap) or float32 (NaN is a gap), one dimension
    step_mv    millivolts per digit; 1.0 for float32 that already is millivolts
    offset_mv  millivolts at digit 0
    start      the sample of the recording at which the digits begin
    """

    name: str
    digits: NDArray[Any]
    step_mv: float
    offset_mv: float = 0.0
    start: int = 0
    integrity: Integrity = "absent"
    derived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the file says besides samples; see viewer.recording.Recording."""

    start_time: datetime | None = None
    age_years: float | None = None
    sex: Literal["F", "M"] | None = None
    comments: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    acquisition: AcquisitionInfo = field(default=NOTHING_STATED)


def whole(
    path: Path, format_: str, channels: Sequence[Channel], fs_hz: float, told: Told
) -> Parsed:
    """The channels checked and put into clinical order. Raises RecordingError."""
    if not 0 < len(channels) <= LEADS_LIMIT:
        raise RecordingError(f"{shown(path)} holds {len(channels)} leads; an ECG has 1 to 256.")
    fs_hz = check_rate(fs_hz, path)
    for channel in channels:
        check_step(path, channel.name, channel.step_mv, channel.offset_mv)
    names, repeated = distinct([clinical_name(channel.name) for channel in channels])
    order = clinical_order(names)
    rows = [channels[index] for index in order]
    leads = tuple(names[index] for index in order)
    stops = {row.start + len(row.digits) for row in rows}
    warnings = [*told.warnings, *repeated]
    if len({(row.start, len(row.digits)) for row in rows}) > 1:
        warnings.append(
            "The leads were not recorded over the same time; what is missing is shown as a gap."
        )
    dtype = np.dtype(np.float32 if any(_is_float(row) for row in rows) else np.int32)

    def decode(sink: Sink) -> Decoding:
        return _decode(path, rows, leads, max(stops), dtype, sink)

    return Parsed(
        leads=leads,
        fs_hz=fs_hz,
        n_samples=max(stops),
        dtype=dtype,
        step_mv=tuple(math.nan if _is_float(row) else row.step_mv for row in rows),
        offset_mv=tuple(0.0 if _is_float(row) else row.offset_mv for row in rows),
        decode=decode,
        name=path.stem,
        path=path,
        format=format_,
        sources=(path,),
        source_bytes=path.stat().st_size,
        start_time=told.start_time,
        age_years=told.age_years,
        sex=told.sex,
        comments=told.comments,
        warnings=tuple(warnings),
        derived=frozenset(lead for lead, row in zip(leads, rows, strict=True) if row.derived),
        acquisition=told.acquisition,
    )


def check_step(path: Path, lead: str, step_mv: float, offset_mv: float) -> None:
    """Refuse a resolution that no recorder has: zero, infinite, absurd. Raises RecordingError."""
    fine = math.isfinite(step_mv) and FINEST_STEP_MV <= abs(step_mv) <= COARSEST_STEP_MV
    if not (fine and math.isfinite(offset_mv) and abs(offset_mv) < 1e6):
        raise RecordingError(
            f"{shown(path)} gives lead {lead[:40] or '?'} a step of {step_mv:g} mV, which no "
            "recorder has: its resolution or unit is wrong."
        )


def refused(path: Path, format_: str, why: str) -> RecordingError:
    """The sentence for a file that is damaged or says what cannot be."""
    return RecordingError(
        f"{shown(path)} is a damaged {format_} file ({why}): get it again from its source."
    )


def with_gaps(digits: NDArray[Any], gap: NDArray[np.bool_] | None = None) -> NDArray[np.int32]:
    """Digits as int32, the marked ones as gaps."""
    result = digits.astype(np.int32)
    if gap is not None:
        result[gap] = missing_value(np.dtype(np.int32))
    return result


def _is_float(channel: Channel) -> bool:
    return channel.digits.dtype.kind == "f"


def _decode(
    path: Path,
    rows: Sequence[Channel],
    leads: tuple[str, ...],
    n_samples: int,
    dtype: np.dtype[Any],
    sink: Sink,
) -> Decoding:
    spans = []
    for at, row in enumerate(rows):
        values, span_mv = _values(row, dtype)
        spans.append(span_mv)
        sink.write(at, row.start, values)
    digest = yield from hashing((path,), n_samples)
    return Outcome(
        integrity=tuple(row.integrity for row in rows),
        warnings=amplitude_warnings(leads, spans),
        source_sha256=digest,
    )


def _values(row: Channel, dtype: np.dtype[Any]) -> tuple[NDArray[Any], float]:
    """What goes into the sink, and highest minus lowest in mV."""
    known = (
        row.digits[np.isfinite(row.digits)]
        if _is_float(row)
        else row.digits[row.digits != missing_value(np.dtype(np.int32))]
    )
    span = float(known.max()) - float(known.min()) if known.size else 0.0
    if dtype == np.int32 or _is_float(row):
        return row.digits.astype(dtype, copy=False), abs(span * row.step_mv)
    signal = (row.digits * row.step_mv + row.offset_mv).astype(np.float32)
    signal[row.digits == missing_value(np.dtype(np.int32))] = np.nan
    return signal, abs(span * row.step_mv)
