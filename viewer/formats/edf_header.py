"""EDF, EDF+ and BDF headers, read strictly.

After Kemp et al. 1992 and 2003 (https://www.edfplus.info/specs/) and the BioSemi BDF
description. Other parsers accept negative record durations, equal limits and false counts.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from viewer.formats.errors import RecordingError
from viewer.formats.files import shown

EDF_START, BDF_START = b"0       ", b"\xffBIOSEMI"
SIGNAL_LIMIT, RECORD_BYTES_LIMIT = 512, 64 * 1024 * 1024
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True, slots=True, kw_only=True)
class EdfSignal:
    """One signal. step, offset: physical value = digital · step + offset, in unit."""

    label: str
    unit: str
    step: float
    offset: float
    prefilter: str
    samples: int  # per record


@dataclass(frozen=True, slots=True, kw_only=True)
class EdfHeader:
    """The header; records is -1 when the recorder did not know their number."""

    path: Path
    is_bdf: bool
    patient: str
    recording: str
    start_time: datetime | None
    header_bytes: int
    interrupted: bool
    records: int
    record_s: float
    signals: tuple[EdfSignal, ...]

    @property
    def sample_bytes(self) -> int:
        return 3 if self.is_bdf else 2

    @property
    def record_bytes(self) -> int:
        return self.sample_bytes * sum(signal.samples for signal in self.signals)


def read_edf_header(file: BinaryIO, path: Path) -> EdfHeader:
    """The header at the beginning of the file. Raises RecordingError."""
    fixed = file.read(256)
    n_signals = _whole(fixed[252:256], "number of signals", path)
    if not 1 <= n_signals <= SIGNAL_LIMIT:
        raise _damaged(path, f"it announces {n_signals} signals")
    header_bytes = _whole(fixed[184:192], "size of the header", path)
    if header_bytes != 256 * (n_signals + 1):
        raise _damaged(path, "its header has not the size it states")
    described = file.read(256 * n_signals)
    if len(described) != 256 * n_signals:
        raise _damaged(path, "it ends within its header")
    record_s = _number(fixed[244:252], "duration of a record", path)
    if not 0 < record_s < 1e5:
        raise _damaged(path, f"a record lasts {record_s:g} s")
    records = _whole(fixed[236:244], "number of records", path)
    if records < -1:
        raise _damaged(path, f"it announces {records} records")
    reserved = fixed[192:236]
    header = EdfHeader(
        path=path,
        is_bdf=fixed.startswith(BDF_START),
        patient=_text(fixed[8:88]),
        recording=_text(fixed[88:168]),
        start_time=_start(fixed[168:176], fixed[176:184], fixed[88:168]),
        header_bytes=header_bytes,
        interrupted=reserved.startswith((b"EDF+D", b"BDF+D")),
        records=records,
        record_s=record_s,
        signals=_signals(described, n_signals, path),
    )
    if not 0 < header.record_bytes <= RECORD_BYTES_LIMIT:
        raise _damaged(path, "its records are empty or too large")
    return header


def _signals(described: bytes, n: int, path: Path) -> tuple[EdfSignal, ...]:
    columns, at = [], 0
    for width in (16, 80, 8, 8, 8, 8, 8, 80, 8, 32):
        columns.append([described[at + i * width : at + (i + 1) * width] for i in range(n)])
        at += n * width
    labels, _, units, p_low, p_high, d_low, d_high, filters, samples, _ = columns
    signals = []
    for i in range(n):
        label = _text(labels[i])
        step, offset = 0.0, 0.0
        if not is_annotation(label):
            limits = [
                _number(field[i], f"limits of {label}", path)
                for field in (p_low, p_high, d_low, d_high)
            ]
            if limits[0] == limits[1] or limits[2] >= limits[3]:
                raise _damaged(path, f"the limits of {label or 'a signal'} are equal or reversed")
            step = (limits[1] - limits[0]) / (limits[3] - limits[2])
            offset = limits[0] - limits[2] * step
        count = _whole(samples[i], f"samples of {label}", path)
        if count < 0:
            raise _damaged(path, f"{label} has {count} samples per record")
        unit = units[i].decode("latin-1").strip()
        signals.append(
            EdfSignal(
                label=label,
                unit=unit,
                step=step,
                offset=offset,
                prefilter=_text(filters[i]),
                samples=count,
            )
        )
    return tuple(signals)


def is_annotation(label: str) -> bool:
    return label in ("EDF Annotations", "BDF Annotations")


def _start(date: bytes, time: bytes, recording: bytes) -> datetime | None:
    """The start; EDF+ repeats the date with four digits of the year. 01.01.85 means none."""
    clock = re.fullmatch(r"([0-9]{2})[.:]([0-9]{2})[.:]([0-9]{2})", _text(time))
    short = re.fullmatch(r"([0-9]{2})[./-]([0-9]{2})[./-]([0-9]{2})", _text(date))
    full = re.match(r"Startdate ([0-9]{2})-([A-Za-z]{3})-([0-9]{4})\b", _text(recording))
    if not clock or not short or short.groups() == ("01", "01", "85"):
        return None
    day, month, year = (int(part) for part in short.groups())
    year += 1900 if year >= 85 else 2000
    if full and full[2].upper() in _MONTHS:
        day, month, year = int(full[1]), _MONTHS.index(full[2].upper()) + 1, int(full[3])
    try:
        return datetime(year, month, day, int(clock[1]), int(clock[2]), int(clock[3]))
    except ValueError:
        return None


def _text(field: bytes) -> str:
    text = field.decode("latin-1").strip("\0 ")
    return "".join(c if c.isprintable() else "?" for c in text).strip()


def _number(field: bytes, what: str, path: Path) -> float:
    text = field.decode("latin-1").strip("\0 ")
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise _damaged(path, f"the {what} is no number")
    return value


def _whole(field: bytes, what: str, path: Path) -> int:
    value = _number(field, what, path)
    if value != int(value) or abs(value) > 10**9:
        raise _damaged(path, f"the {what} is no whole number")
    return int(value)


def _damaged(path: Path, why: str) -> RecordingError:
    return RecordingError(
        f"{shown(path)} is a damaged EDF file ({why}): get it again from its source."
    )
