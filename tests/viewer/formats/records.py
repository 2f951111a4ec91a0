"""Small WFDB records for tests, written here byte by byte, without our own writer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from viewer.formats.errors import ImportHints
from viewer.formats.opening import guarded
from viewer.formats.registry import parse
from viewer.formats.sinks import ArraySink
from viewer.recording import Recording

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


def synthetic(n: int = 1200, seed: int = 0, **fields) -> Recording:
    """Noise of 1 mV in three leads, with a gap, and everything a recording can know."""
    signal = np.random.default_rng(seed).normal(0, 1, (3, n)).astype(np.float32)
    signal[1, 100:150] = np.nan
    recording = Recording.from_array(signal, ("I", "II", "V1"), 500.0, "rec")
    about = {
        "start_time": datetime(2021, 3, 4, 5, 6, 7, 890000),
        "age_years": 61.0,
        "sex": "F",
        "comments": ("first remark", "zweite Bemerkung µ", "心電図"),
    }
    return replace(recording, **{**about, **fields})
