"""Small WFDB records for tests, written here byte by byte, without our own writer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from viewer.formats.errors import ImportHints
from viewer.formats.opening import guarded
from viewer.formats.registry import parse
from viewer.formats.sinks import ArraySink

RAMP = np.arange(-500, 500, dtype="<i2")
"""1000 samples that no shift, scale or byte order leaves unchanged."""


def write_record(
    folder: Path,
    record: str = "rec 1 500 1000",
    signals: tuple[str, ...] = ("rec.dat 16 1000/mV 16 0 -500 -500 0 I",),
    files: dict[str, bytes] | None = None,
    name: str = "rec",
    encoding: str = "utf-8",
) -> Path:
    """A header with the given lines, and its signal files; the header's path."""
    header = folder / f"{name}.hea"
    header.write_bytes(("\n".join((record, *signals)) + "\n").encode(encoding))
    for file, content in (files if files is not None else {"rec.dat": RAMP.tobytes()}).items():
        (folder / file).write_bytes(content)
    return header


def digits_of(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Digital values [n_leads, n] as decoded, and the lead names."""
    parsed = parse(path, ImportHints())
    sink = ArraySink(len(parsed.leads), parsed.n_samples, parsed.dtype)
    for _ in guarded(parsed, sink):
        pass
    return sink.digital, parsed.leads
