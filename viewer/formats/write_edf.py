"""EDF+ (Kemp and Olivan 2003): 16 bit, provenance and remarks as annotations.

EDF has no value for "not recorded" and only whole records. Both are solved with the
annotations: they tell the true number of samples, and that the digital value -32768,
which lies outside the stated digital range, marks a gap.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer import __version__
from viewer.formats.block_source import signal_blocks
from viewer.formats.errors import RecordingError
from viewer.formats.scale import Scale, choose_scale
from viewer.formats.statement import document, sentences
from viewer.formats.writing import write_all
from viewer.recording import Recording

MISSING = -32768
CHUNK_CHARS = 200
SPREAD_RECORDS = 60
"""Remarks stand in the first records, few in each, so that the other records stay small."""
RECORD_BYTES = 60_000
DURATIONS_S = (1.0, 2.0, 5.0, 10.0, 0.5, 0.2, 0.1, *map(float, range(3, 101)))
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True, slots=True)
class Grid:
    """samples per lead and record, seconds per record, number of records."""

    samples: int
    seconds: float
    records: int


def write_edf(
    recording: Recording, folder: Path, stem: str, provenance: Mapping[str, Any]
) -> tuple[str, ...]:
    """Write stem.edf. Raises OSError; RecordingError for a rate or values EDF cannot hold."""
    scale = choose_scale(recording, (16,), format_name="EDF")
    grid = record_grid(recording)
    notes = _annotations(recording, provenance, grid)
    name = f"{stem}.edf"
    with (folder / name).open("wb", buffering=0) as file:
        write_all(file, _header(recording, scale, grid, len(notes[0])))
        for index, record in enumerate(_records(recording, scale, grid)):
            note = notes[index] if index < len(notes) else _keeping(recording, grid, index)
            write_all(file, record.astype("<i2").tobytes() + note.ljust(len(notes[0]), b"\0"))
    return (name,)


def record_grid(recording: Recording) -> Grid:
    """Records that state the rate exactly; whole ones if there are such. Raises RecordingError."""
    n, fs_hz = recording.n_samples, recording.fs_hz
    limit = max(RECORD_BYTES // (2 * len(recording.leads)), 1)
    usable = []
    for seconds in (*DURATIONS_S, n / fs_hz):
        samples = round(seconds * fs_hz)
        exact = samples >= 1 and samples / float(f"{seconds:.8g}"[:8]) == fs_hz
        if exact and (samples <= limit or samples <= 1.5 * fs_hz):
            usable.append(Grid(samples, float(f"{seconds:.8g}"[:8]), -(-n // samples)))
    if not usable:
        raise RecordingError(
            f"{recording.name} was not saved: EDF cannot state its rate of {fs_hz:.10g} Hz "
            "exactly; choose WFDB, NPZ or HDF5."
        )
    return next((grid for grid in usable if n % grid.samples == 0), usable[0])


def _records(recording: Recording, scale: Scale, grid: Grid) -> Iterator[NDArray[np.int64]]:
    """int64 [n_leads * samples], one record after the other; the last one held to its end."""
    left = np.empty((len(recording.leads), 0), np.int64)
    for _, block in signal_blocks(recording):
        digits = np.concatenate([left, scale.digits(block)], axis=1)
        whole = digits.shape[1] // grid.samples
        for index in range(whole):
            yield digits[:, index * grid.samples : (index + 1) * grid.samples].reshape(-1)
        left = digits[:, whole * grid.samples :]
    if left.shape[1]:
        missing = grid.samples - left.shape[1]
        yield np.pad(left, ((0, 0), (0, missing)), mode="edge").reshape(-1)


def _annotations(recording: Recording, provenance: Mapping[str, Any], grid: Grid) -> list[bytes]:
    """The annotation signal of the first records, all of the same even length."""
    text = document(recording, provenance)
    chunks = [text[at : at + CHUNK_CHARS] for at in range(0, len(text), CHUNK_CHARS)]
    head = f"Leadlight leads {len(recording.leads)} samples {recording.n_samples} gap {MISSING}"
    texts = [head, *sentences(recording, provenance)]
    texts += [f"Leadlight {at}/{len(chunks)} {part}" for at, part in enumerate(chunks, 1)]
    count = min(grid.records, SPREAD_RECORDS)
    each = math.ceil(len(texts) / count)
    notes = []
    for index in range(count):
        note = _keeping(recording, grid, index)
        for remark in texts[index * each : (index + 1) * each]:
            note += b"+0\x14" + _clean(remark).encode("utf-8") + b"\x14\0"
        notes.append(note)
    last = len(_keeping(recording, grid, grid.records))
    length = max(last, *map(len, notes))
    return [note.ljust(length + length % 2, b"\0") for note in notes]


def _keeping(recording: Recording, grid: Grid, index: int) -> bytes:
    """The time-keeping annotation of a record: seconds since the stated start."""
    start = recording.start_time
    fraction = Fraction(start.microsecond, 10**6) if start else Fraction(0)
    seconds = fraction + index * Fraction(grid.seconds).limit_denominator(10**7)
    text = f"{float(seconds):.7f}".rstrip("0").rstrip(".")
    return b"+" + text.encode() + b"\x14\x14\0"


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _header(recording: Recording, scale: Scale, grid: Grid, note_bytes: int) -> bytes:
    n = len(recording.leads)
    limits = [_limits(gain) for gain in scale.gain]
    start = recording.start_time
    fixed = (
        ("0", 8),
        (f"X {recording.sex or 'X'} X X", 80),
        (f"Startdate {_long_date(start)} X X Leadlight_{__version__}", 80),
        (f"{start:%d.%m.%y}" if start else "01.01.85", 8),
        (f"{start:%H.%M.%S}" if start else "00.00.00", 8),
        (str(256 * (n + 2)), 8),
        ("EDF+C", 44),
        (str(grid.records), 8),
        (f"{grid.seconds:.8g}", 8),
        (str(n + 1), 4),
    )
    columns: tuple[tuple[list[str], int], ...] = (
        ([*(_label(lead) for lead in recording.leads), "EDF Annotations"], 16),
        ([""] * (n + 1), 80),
        ([*["uV"] * n, ""], 8),
        ([*(f"-{physical}" for physical, _ in limits), "-1"], 8),
        ([*(physical for physical, _ in limits), "1"], 8),
        ([*(f"-{digital}" for _, digital in limits), "-32768"], 8),
        ([*(str(digital) for _, digital in limits), "32767"], 8),
        ([""] * (n + 1), 80),
        ([*[str(grid.samples)] * n, str(note_bytes // 2)], 8),
        ([""] * (n + 1), 32),
    )
    text = "".join(value.ljust(width) for value, width in fixed)
    text += "".join(value.ljust(width) for values, width in columns for value in values)
    return text.encode("ascii")


def _limits(gain: float) -> tuple[str, int]:
    """Largest physical value in µV as seven characters, and the digital one that means it."""
    ratio = Fraction(gain).limit_denominator(10_000)  # digital units per mV
    for most in range(32767 // ratio.numerator, 0, -1) if ratio.numerator <= 32767 else ():
        physical = str(1000 * ratio.denominator * most)
        if len(physical) <= 7:
            return physical, ratio.numerator * most
    best = ("", 0, math.inf)
    for digital in range(32767, 16384, -1):  # no round numbers: the nearest that fits the field
        physical = f"{digital * 1000 / gain:.7g}"[:7].rstrip(".")
        error = abs(float(physical) / (digital * 1000 / gain) - 1)
        if error < best[2]:
            best = (physical, digital, error)
    return best[0], best[1]


def _label(lead: str) -> str:
    ascii_name = "".join(c if c.isascii() and c.isprintable() else "?" for c in lead)
    return f"ECG {ascii_name}"[:16]


def _long_date(start: datetime | None) -> str:
    return f"{start.day:02d}-{MONTHS[start.month - 1]}-{start.year:04d}" if start else "X"
