"""WFDB records: one .dat in format 16, 24 or 32 and its header, gains stated explicitly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.formats.block_source import signal_blocks
from viewer.formats.patient import age_and_sex
from viewer.formats.scale import Scale, choose_scale
from viewer.formats.wfdb_reader import DERIVED_REMARK
from viewer.formats.writing import write_all
from viewer.recording import Recording


def write_wfdb(
    recording: Recording, folder: Path, stem: str, provenance: Mapping[str, Any]
) -> tuple[str, ...]:
    """Write stem.dat and stem.hea into folder; the names, header last. Raises OSError."""
    scale = choose_scale(recording)
    signal_name, header_name = f"{stem}.dat", f"{stem}.hea"
    first: NDArray[np.int64] | None = None
    sums = np.zeros(len(recording.leads), np.int64)
    with (folder / signal_name).open("wb", buffering=0) as file:
        for _, block in signal_blocks(recording):
            digits = scale.digits(block)
            sums += digits.sum(axis=1)
            first = digits[:, 0] if first is None else first
            write_all(file, _packed(digits, scale.bits))
    assert first is not None  # a recording has samples
    header = _header(recording, stem, signal_name, scale, first, sums, provenance)
    (folder / header_name).write_bytes(header.encode("utf-8"))
    return signal_name, header_name


def _packed(digits: NDArray[np.int64], bits: int) -> bytes:
    """Frames in file order, little-endian."""
    frames = np.ascontiguousarray(digits.T)
    if bits == 16:
        return frames.astype("<i2").tobytes()
    words = frames.astype("<i4")
    if bits == 32:
        return words.tobytes()
    return words.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def _header(
    recording: Recording,
    stem: str,
    signal_name: str,
    scale: Scale,
    first: NDArray[np.int64],
    sums: NDArray[np.int64],
    provenance: Mapping[str, Any],
) -> str:
    lines = [_record_line(recording, stem)]
    for index, lead in enumerate(recording.leads):
        checksum = (int(sums[index]) + 32768) % 65536 - 32768
        lines.append(
            f"{signal_name} {scale.bits} {_plain(scale.gain[index])}(0)/mV {scale.bits} 0 "
            f"{first[index]} {checksum} 0 {_one_line(lead)}"
        )
    lines += [f"# {_one_line(remark)}" for remark in _remarks(recording, provenance)]
    return "\n".join(lines) + "\n"


def _record_line(recording: Recording, stem: str) -> str:
    line = f"{stem} {len(recording.leads)} {_plain(recording.fs_hz)} {recording.n_samples}"
    start = recording.start_time
    if start is None:
        return line
    fraction = f".{start.microsecond:06d}".rstrip("0") if start.microsecond else ""
    return f"{line} {start:%H:%M:%S}{fraction} {start.day:02d}/{start.month:02d}/{start.year:04d}"


def _remarks(recording: Recording, provenance: Mapping[str, Any]) -> list[str]:
    """The source's own remarks, age and sex if they would get lost, and what was done."""
    remarks = list(recording.comments)
    age, sex = age_and_sex(recording.comments)
    if recording.age_years is not None and age is None:
        remarks.append(f"Age: {_plain(recording.age_years)}")
    if recording.sex is not None and sex is None:
        remarks.append(f"Sex: {'Female' if recording.sex == 'F' else 'Male'}")
    if recording.derived:
        remarks.append(DERIVED_REMARK + ", ".join(sorted(recording.derived)))
    known = {k: provenance[k] for k in ("software", "trace", "cleaning") if k in provenance}
    if known:
        remarks.append("Leadlight provenance: " + json.dumps(known, ensure_ascii=True))
    return [remark for remark in remarks if remark.strip()]


def _plain(number: float) -> str:
    """Shortest text that gives the same number back, "500" rather than "500.0"."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
