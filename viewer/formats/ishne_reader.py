"""ISHNE Holter recordings (Badilini 1998): 16 bits, sample by sample, steps in nanovolts."""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from viewer.acquisition import AcquisitionInfo
from viewer.formats.checks import amplitude_warnings, hashing
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import open_regular, shown
from viewer.formats.leads import clinical_order, distinct
from viewer.formats.moments import age_between, moment
from viewer.formats.parsed import Decoding, Outcome, Parsed
from viewer.formats.sinks import Sink
from viewer.formats.wfdb_layout import check_rate
from viewer.formats.whole import check_step, refused
from viewer.recording import Integrity

MAGIC = b"ISHNE1.0"
FIXED, LEADS = 522, 12
BLOCK_BYTES = 4 * 1024 * 1024
NAMES = (
    *("", "lead 1", "X", "Y", "Z", "I", "II", "III", "aVR", "aVL", "aVF"),
    *("V1", "V2", "V3", "V4", "V5", "V6", "ES", "AS", "AI"),
)
PACEMAKERS = {1: "single chamber, unipolar", 2: "dual chamber, unipolar"}
PACEMAKERS |= {3: "single chamber, bipolar", 4: "dual chamber, bipolar"}


@dataclass(frozen=True, slots=True)
class _Header:
    n_samples: int
    data_at: int
    names: tuple[str, ...]
    step_mv: tuple[float, ...]
    fs_hz: int
    sound: bool
    start: datetime | None
    birth: datetime | None
    fixed: bytes


class IshneReader:
    name = "ISHNE"

    def sniff(self, path: Path, head: bytes) -> bool:
        return head.startswith((MAGIC, b"ANN  1.0"))

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        header, warnings = _header(path)
        names, repeated = distinct(header.names)
        order = clinical_order(names)
        leads = tuple(names[i] for i in order)
        rows = tuple(order.index(i) for i in range(len(names)))

        def decode(sink: Sink) -> Decoding:
            return _decode(path, header, leads, rows, sink)

        return Parsed(
            leads=leads,
            fs_hz=check_rate(header.fs_hz, path),
            n_samples=header.n_samples,
            dtype=np.dtype(np.int32),  # every int16 is a voltage, none means "missing"
            step_mv=tuple(header.step_mv[i] for i in order),
            offset_mv=(0.0,) * len(names),
            decode=decode,
            name=path.stem,
            path=path,
            format="ISHNE",
            sources=(path,),
            source_bytes=path.stat().st_size,
            start_time=header.start,
            age_years=age_between(header.birth, header.start),
            sex={1: "M", 2: "F"}.get(_int(header.fixed, 128)),  # type: ignore[arg-type]
            warnings=(*warnings, *repeated),
            acquisition=_acquisition(header),
        )


def _header(path: Path) -> tuple[_Header, list[str]]:
    """Everything before the samples, checked. Raises RecordingError."""
    size = path.stat().st_size
    with open_regular(path) as file:
        head = file.read(FIXED)
        if head.startswith(b"ANN"):
            raise RecordingError(
                f"{shown(path)} holds beat marks without the ECG: open the .ecg file beside it."
            )
        if len(head) < FIXED:
            raise refused(path, "ISHNE", "its header is cut off")
        variable, n_samples, variable_at, data_at = (_int(head, 10 + 4 * i, 4) for i in range(4))
        n_leads = _int(head, 156)
        if not 1 <= n_leads <= LEADS or not FIXED <= data_at <= size or variable < 0:
            raise refused(path, "ISHNE", "its sizes make no sense")
        if variable_at + variable > data_at and variable:
            raise refused(path, "ISHNE", "its parts overlap")
        file.seek(10)
        covered = file.read(data_at - 10)
    names = tuple(_name(_int(head, 158 + 2 * i)) for i in range(n_leads))
    steps = tuple(_int(head, 206 + 2 * i) * 1e-6 for i in range(n_leads))
    for name, step in zip(names, steps, strict=True):
        check_step(path, name, step, 0.0)
    held = (size - data_at) // (2 * n_leads)
    count, warnings = _count(n_samples, n_leads, held, path)
    return (
        _Header(
            n_samples=count,
            data_at=data_at,
            names=names,
            step_mv=steps,
            fs_hz=_int(head, 272),
            sound=binascii.crc_hqx(covered, 0xFFFF) == int.from_bytes(head[8:10], "little"),
            start=_start(head),
            birth=_day(head, 132),
            fixed=head,
        ),
        warnings,
    )


def _count(stated: int, n_leads: int, held: int, path: Path) -> tuple[int, list[str]]:
    """Samples per lead. Some recorders state the samples of all leads together."""
    if held < 2:
        raise refused(path, "ISHNE", "it holds no samples")
    if stated in (held, held * n_leads):
        return held, []
    if 0 < stated < held:
        return stated, ["The file is longer than its header says; the surplus is not shown."]
    return held, [f"The header announces {stated} samples, {held} are there; the rest is missing."]


def _decode(
    path: Path, header: _Header, leads: Sequence[str], rows: Sequence[int], sink: Sink
) -> Decoding:
    n_leads = len(rows)
    low, high = [np.inf] * n_leads, [-np.inf] * n_leads
    step = max(BLOCK_BYTES // (2 * n_leads), 1)
    with open_regular(path) as file:
        file.seek(header.data_at)
        for start in range(0, header.n_samples, step):
            count = min(step, header.n_samples - start)
            raw = file.read(2 * n_leads * count)
            if len(raw) != 2 * n_leads * count:
                raise EOFError
            block = np.frombuffer(raw, "<i2").reshape(-1, n_leads)
            for lead, row in enumerate(rows):
                values = block[:, lead]
                low[row] = min(low[row], float(values.min()))
                high[row] = max(high[row], float(values.max()))
                sink.write(row, start, values.astype(np.int32))
            yield start + count
    digest = yield from hashing((path,), header.n_samples)
    steps = {row: header.step_mv[lead] for lead, row in enumerate(rows)}
    spans = [(high[row] - low[row]) * steps[row] for row in range(n_leads)]
    integrity: Integrity = "absent"
    warnings = amplitude_warnings(leads, spans)
    if not header.sound:
        warnings += ("The checksum of the file's header does not fit it: its facts are in doubt.",)
    return Outcome(integrity=(integrity,) * n_leads, warnings=warnings, source_sha256=digest)


def _acquisition(header: _Header) -> AcquisitionInfo:
    head = header.fixed
    name = " ".join(part for part in (_text(head[28:68]), _text(head[68:108])) if part)
    patient = [("Name", name), ("Patient ID", _text(head[108:128]))]
    if header.birth:
        patient.append(("Birth date", f"{header.birth:%Y-%m-%d}"))
    device = [("Recorder", _text(head[232:272])), ("Data", _text(head[274:354]))]
    device += [("Copyright", _text(head[354:434]))]
    pacemaker = PACEMAKERS.get(_int(head, 230))
    facts = [("Pacemaker", pacemaker)] if pacemaker else []
    return AcquisitionInfo(
        patient=tuple((label, value) for label, value in patient if value),
        device=tuple((label, value) for label, value in device if value),
        measurements=tuple(facts),
    )


def _start(head: bytes) -> datetime | None:
    day = _day(head, 138)
    hour, minute, second = (_int(head, 150 + 2 * i) for i in range(3))
    return None if day is None else moment(day.year, day.month, day.day, hour, minute, second)


def _day(head: bytes, at: int) -> datetime | None:
    """Day, month, year, each in two bytes."""
    day, month, year = (_int(head, at + 2 * i) for i in range(3))
    return moment(year, month, day) if year > 0 else None


def _name(number: int) -> str:
    return NAMES[number] if 0 < number < len(NAMES) else "lead"


def _int(data: bytes, at: int, size: int = 2) -> int:
    return int.from_bytes(data[at : at + size], "little", signed=True)


def _text(raw: bytes) -> str:
    text = raw.partition(b"\0")[0].decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
