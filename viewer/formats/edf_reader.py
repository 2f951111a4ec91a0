"""EDF, EDF+ and BDF recordings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from viewer.formats.checks import amplitude_warnings, hashing
from viewer.formats.edf_header import (
    BDF_START,
    EDF_START,
    EdfHeader,
    EdfSignal,
    is_annotation,
    read_edf_header,
)
from viewer.formats.edf_marks import MISSING, FittedSink, edf_marks
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import open_regular, shown
from viewer.formats.leads import clinical_name, clinical_order, distinct, is_other_signal
from viewer.formats.parsed import Decoding, Outcome, Parsed
from viewer.formats.sinks import Sink
from viewer.formats.units import millivolts_per
from viewer.formats.wfdb_layout import COARSEST_STEP_MV, FINEST_STEP_MV, check_rate

BLOCK_BYTES = 4 * 1024 * 1024


class EdfReader:
    name = "EDF"

    def sniff(self, path: Path, head: bytes) -> bool:
        edf = head.startswith(EDF_START) and head[252:256].strip().isdigit()
        return edf or head.startswith(BDF_START)

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        with open_regular(path) as file:
            header = read_edf_header(file, path)
        if header.interrupted:
            raise RecordingError(
                f"{shown(path)} is an interrupted recording (EDF+D), whose pauses cannot be shown "
                "yet: convert it to EDF+C."
            )
        warnings: list[str] = []
        records = _records(header, path.stat().st_size, warnings)
        ours = edf_marks(header, records)
        rows = _rows(header, warnings, ours.leads if ours else ())
        fastest = max(header.signals[i].samples for i in rows.signals)
        n_samples = ours.n_samples if ours else records * fastest
        age, sex = (ours.about.age_years, ours.about.sex) if ours else _age_and_sex(header)
        comments = _comments(header, rows.signals) if ours is None else ours.about.comments

        def decode(sink: Sink) -> Decoding:
            fitted = FittedSink(sink, n_samples) if ours else sink
            return _decode(header, rows, records, fastest, fitted)

        return Parsed(
            leads=rows.leads,
            fs_hz=check_rate(fastest / header.record_s, path),
            n_samples=n_samples,
            dtype=np.dtype(np.int32),  # every int16 is a voltage here, none means "missing"
            step_mv=tuple(step for step, _ in rows.scale),
            offset_mv=tuple(offset for _, offset in rows.scale),
            decode=decode,
            name=path.stem,
            path=path,
            format="BDF" if header.is_bdf else "EDF",
            sources=(path,),
            source_bytes=path.stat().st_size,
            start_time=ours.about.start_time if ours else header.start_time,
            age_years=age,
            sex=sex,
            comments=comments,
            warnings=tuple(warnings),
            derived=ours.about.derived & frozenset(rows.leads) if ours else frozenset(),
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    """signals: per row, its index in the file. scale: per row (step_mv, offset_mv)."""

    leads: tuple[str, ...]
    signals: tuple[int, ...]
    scale: tuple[tuple[float, float], ...]


def _records(header: EdfHeader, size: int, warnings: list[str]) -> int:
    """Whole records that the file holds, compared with what the header says."""
    held, rest = divmod(size - header.header_bytes, header.record_bytes)
    if held < 1:
        raise RecordingError(f"{shown(header.path)} holds no samples: get it again.")
    said = held if header.records < 0 else header.records
    if held < said:
        warnings.append(
            f"{shown(header.path)} ends after {held * header.record_s:.6g} s of the "
            f"{said * header.record_s:.6g} s that its header announces; the rest is missing."
        )
    elif held > said or rest:
        warnings.append(f"{shown(header.path)} is longer than its header says; not all is shown.")
    return min(held, said) or held


def _rows(header: EdfHeader, warnings: list[str], told: tuple[str, ...] = ()) -> _Rows:
    """The signals that are an ECG, in clinical order. told: their names, if known better."""
    wanted: list[int] = []
    other: list[int] = []
    for index, signal in enumerate(header.signals):
        if is_annotation(signal.label):
            continue
        voltage = millivolts_per(signal.unit) is not None and signal.samples > 0
        (wanted if voltage and not is_other_signal(signal.label) else other).append(index)
    if not wanted:
        raise RecordingError(f"{shown(header.path)} holds no ECG in volts: open another file.")
    if other:
        listed = ", ".join(header.signals[i].label[:20] or "unnamed" for i in other[:12])
        warnings.append(f"Not shown, because not an ECG in volts: {listed}.")
    fastest = max(header.signals[i].samples for i in wanted)
    for index in wanted:
        signal = header.signals[index]
        if fastest % signal.samples:
            raise RecordingError(
                f"{shown(header.path)} mixes sampling rates that do not divide each other: "
                "export its leads separately."
            )
        if signal.samples != fastest:
            rate = signal.samples / header.record_s
            warnings.append(
                f"{signal.label} was sampled at {rate:g} Hz only; each of its samples is held."
            )
    written = [clinical_name(header.signals[i].label) for i in wanted]
    names, repeated = distinct(told if len(told) == len(written) else written)
    warnings += repeated
    order = clinical_order(names)
    return _Rows(
        leads=tuple(names[i] for i in order),
        signals=tuple(wanted[i] for i in order),
        scale=tuple(_scale(header.signals[wanted[i]], header.path) for i in order),
    )


def _scale(signal: EdfSignal, path: Path) -> tuple[float, float]:
    millivolts = millivolts_per(signal.unit)
    assert millivolts is not None  # chosen by its unit
    step = signal.step * millivolts
    if not FINEST_STEP_MV <= abs(step) <= COARSEST_STEP_MV:
        raise RecordingError(
            f"{shown(path)} gives {signal.label} a step of {step:g} mV, which no recorder has: "
            "its limits or its unit are wrong."
        )
    return step, signal.offset * millivolts


def _comments(header: EdfHeader, signals: Sequence[int]) -> tuple[str, ...]:
    """Who, how, and through which filters, as the file says it."""
    filters = dict.fromkeys(header.signals[i].prefilter for i in signals)
    said = [header.patient, header.recording, *(f"Filter: {text}" for text in filters if text)]
    return tuple(text for text in said if text.strip("X "))


def _age_and_sex(header: EdfHeader) -> tuple[float | None, Literal["F", "M"] | None]:
    """From EDF+'s patient field: code, sex, birthdate, name."""
    fields = header.patient.split()
    sex: Literal["F", "M"] | None = None
    if len(fields) > 1 and fields[1] in ("F", "M"):
        sex = "F" if fields[1] == "F" else "M"
    born = re.fullmatch(r"[0-9]{2}-[A-Z]{3}-([0-9]{4})", fields[2]) if len(fields) > 2 else None
    if born is None or header.start_time is None:
        return None, sex
    try:
        birthday = datetime.strptime(fields[2].title(), "%d-%b-%Y")
    except ValueError:
        return None, sex
    years = float((header.start_time - birthday).days // 365.2425)
    return (years if 0 <= years <= 120 else None), sex


def _decode(header: EdfHeader, rows: _Rows, records: int, fastest: int, sink: Sink) -> Decoding:
    starts = np.cumsum([0, *(signal.samples for signal in header.signals)])
    low, high = [np.inf] * len(rows.leads), [-np.inf] * len(rows.leads)
    step = max(BLOCK_BYTES // header.record_bytes, 1)
    with open_regular(header.path) as file:
        file.seek(header.header_bytes)
        for at in range(0, records, step):
            count = min(step, records - at)
            raw = file.read(count * header.record_bytes)
            if len(raw) != count * header.record_bytes:
                raise RecordingError(f"{shown(header.path)} became shorter while it was read.")
            samples = _integers(raw, header).reshape(count, -1)
            for row, index in enumerate(rows.signals):
                values = samples[:, starts[index] : starts[index + 1]].reshape(-1)
                known = values[values != MISSING] if isinstance(sink, FittedSink) else values
                if known.size:
                    low[row], high[row] = min(low[row], known.min()), max(high[row], known.max())
                repeat = fastest // header.signals[index].samples
                sink.write(row, at * fastest, np.repeat(values, repeat))
            yield (at + count) * fastest
    digest = yield from hashing((header.path,), records * fastest)
    spans = [
        (top - bottom) * abs(step_mv)
        for top, bottom, (step_mv, _) in zip(high, low, rows.scale, strict=True)
    ]
    return Outcome(
        integrity=tuple("absent" for _ in rows.leads),  # the format has no checksum
        warnings=amplitude_warnings(rows.leads, spans),
        source_sha256=digest,
    )


def _integers(raw: bytes, header: EdfHeader) -> NDArray[Any]:
    """int32 samples, little-endian, of two or three bytes."""
    if not header.is_bdf:
        return np.frombuffer(raw, "<i2").astype(np.int32)
    padded = np.zeros((len(raw) // 3, 4), np.uint8)
    padded[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
    return padded.view("<i4")[:, 0] >> 8
