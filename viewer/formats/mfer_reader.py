"""MFER (ISO 22077-1, ISO/TS 11073-92001): ECGs of Japanese recorders."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.acquisition import AcquisitionInfo
from viewer.formats import mfer_tags as tags
from viewer.formats.errors import ImportHints, NeedsHints, RecordingError
from viewer.formats.files import read_limited, shown
from viewer.formats.lead_codes import lead_of_number
from viewer.formats.mfer_tags import Contents, Frame, Settings
from viewer.formats.moments import moment, years
from viewer.formats.parsed import Parsed
from viewer.formats.units import millivolts_per_digit
from viewer.formats.wfdb_layout import check_rate
from viewer.formats.whole import Channel, Told, check_step, refused, whole
from viewer.samples import missing_value

FILE_LIMIT = 256 * 1024 * 1024
SEXES = {1: "M", 2: "F"}


class MferReader:
    name = "MFER"

    def sniff(self, path: Path, head: bytes) -> bool:
        return len(head) > 6 and head[0] == tags.PREAMBLE and head[2:5] == b"MFR"

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        content = read_limited(path, FILE_LIMIT)
        try:
            found = tags.contents_of(content)
            frames = [_decoded(frame) for frame in found.frames]
            told = _told(found)
        except (ValueError, OverflowError, struct.error) as error:
            raise refused(path, "MFER", str(error)) from None
        if not frames:
            raise RecordingError(f"{shown(path)} holds no waveform: export it with its ECG.")
        main = max(frames, key=lambda frame: (len(frame.rows), max(map(len, frame.rows))))
        notes = (
            []
            if len(frames) == 1
            else [f"The file holds {len(frames)} waveforms; the one with most leads is shown."]
        )
        fs_hz = check_rate(main.hz, path)
        channels = [
            _channel(row, settings, path, hints, notes)
            for row, settings in zip(main.rows, main.settings, strict=True)
            if settings.volts
        ]
        if not channels:
            raise RecordingError(f"{shown(path)} holds waveforms, but none in volts: not an ECG.")
        return whole(path, "MFER", channels, fs_hz, replace(told, warnings=tuple(notes)))


@dataclass(slots=True)
class _Rows:
    hz: float
    rows: list[NDArray[Any]]
    settings: list[Settings]


def _decoded(frame: Frame) -> _Rows:
    """Each channel's samples: sequences of blocks, channel after channel."""
    settings = frame.channels
    sizes = []
    for channel in settings:
        code = tags.TYPES.get(channel.type)
        if code is None or not 1 <= channel.block <= 2**24:
            raise ValueError("a type of samples that is not known")
        sizes.append(channel.block * np.dtype(code).itemsize)
    rates = {channel.hz for channel in settings}
    if len(rates) != 1 or len({channel.block for channel in settings}) != 1:
        raise ValueError("channels of different rates")
    total = sum(sizes)
    sequences = frame.sequences or len(frame.data) // total
    if sequences < 1 or sequences * total > len(frame.data):
        raise ValueError("fewer samples than announced")
    raw = np.frombuffer(frame.data, np.uint8, sequences * total).reshape(sequences, total)
    rows, at = [], 0
    for channel, size in zip(settings, sizes, strict=True):
        code = tags.TYPES[channel.type]
        part = np.ascontiguousarray(raw[:, at : at + size]).tobytes()
        rows.append(tags.numbers(part, code, frame.little))
        at += size
    return _Rows(rates.pop(), rows, settings)


def _channel(
    row: NDArray[Any], settings: Settings, path: Path, hints: ImportHints, notes: list[str]
) -> Channel:
    """One lead in millivolts. A file without sensitivity is uncalibrated: ask."""
    name = lead_of_number(settings.lead) if settings.lead else settings.label or "lead"
    mv = settings.mv if settings.mv is not None else millivolts_per_digit(hints.unit or "")
    if mv is None:
        raise NeedsHints(
            f"{shown(path)} does not say how many millivolts a step of lead {name[:40]} is: state "
            "it to open the file.",
            ("unit",),
        )
    check_step(path, name, mv, settings.offset * mv)
    if settings.offset:
        notes.append("The file states an offset; it was added to every sample before scaling.")
    gap = np.zeros(len(row), bool)
    if settings.null and len(settings.null) == row.dtype.itemsize:
        gap = row == np.frombuffer(settings.null, row.dtype)[0]
    if row.dtype.kind == "f":
        signal = ((row + settings.offset) * mv).astype(np.float32)
        signal[gap | ~np.isfinite(signal)] = np.nan
        return Channel(name=name, digits=signal, step_mv=1.0)
    if row.dtype.itemsize == 4 and np.abs(row.astype(np.int64)).max(initial=0) >= 2**31:
        raise refused(path, "MFER", "samples beyond 31 bits")
    digits = row.astype(np.int32)
    digits[gap] = int(missing_value(np.dtype(np.int32)))
    return Channel(name=name, digits=digits, step_mv=mv, offset_mv=settings.offset * mv)


def _told(found: Contents) -> Told:
    """Patient, maker and time; Japanese files use Shift JIS where they do not say."""
    texts = {tag: _text(values[0]) for tag, values in found.texts.items()}
    start = _time(next(iter(found.texts.get(tags.TIME, [])), b""))
    sex = next(iter(found.texts.get(tags.SEX, [])), b"")
    patient = (("Name", texts.get(tags.NAME, "")), ("Patient ID", texts.get(tags.PATIENT_ID, "")))
    maker = (part for part in texts.get(tags.MAKER, "").split("^"))
    device = zip(("Manufacturer", "Model", "Version", "Serial number"), maker, strict=False)
    return Told(
        start_time=start,
        age_years=_age(next(iter(found.texts.get(tags.AGE, [])), b"")),
        sex=SEXES.get(sex[0]) if sex else None,  # type: ignore[arg-type]
        acquisition=AcquisitionInfo(
            patient=tuple((label, value) for label, value in patient if value),
            device=tuple((label, value) for label, value in device if value),
            filters=tuple(t for v in found.texts.get(tags.FILTER, []) if (t := _text(v[2:]))),
            statements=tuple(t for v in found.texts.get(tags.NOTE, []) if (t := _text(v))),
        ),
    )


def _text(raw: bytes) -> str:
    raw = raw.partition(b"\0")[0]
    for encoding in ("utf-8", "shift_jis"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw.decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:400]


def _time(raw: bytes) -> datetime | None:
    """Year in two bytes, month, day, hour, minute, second, and milliseconds in two."""
    if len(raw) < 7:
        return None
    for order in (">", "<"):
        year, month, day, hour, minute, second = struct.unpack(order + "H5B", raw[:7])
        ms = struct.unpack(order + "H", raw[7:9])[0] if len(raw) >= 9 else 0
        if 1902 <= year <= 2200:
            return moment(year, month, day, hour, minute, second, min(ms, 999) * 1000)
    return None


def _age(raw: bytes) -> float | None:
    """Years in the first byte; 255 where only the birthday is known."""
    return years(float(raw[0]), "Y") if raw and raw[0] != 255 else None
