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


def edf_bytes(*, bdf: bool = False, n_records: int = 4, **changes: object) -> bytes:
    """An EDF of leads I and V1, 100 samples each per record of 0.2 s, and an annotation signal.

    changes: header fields by name, to be put in as they are; samples are RAMP's first values.
    """
    fields = {
        "version": "\xffBIOSEMI" if bdf else "0",
        "patient": "MCH-0234567 F 02-MAY-1951 Haagse_Harry",
        "recording": "Startdate 02-MAR-2002 EMG561 BK/JOP Sony",
        "date": "02.03.02",
        "time": "14.43.31",
        "header_bytes": "1024",
        "reserved": "BDF+C" if bdf else "EDF+C",
        "records": str(n_records),
        "duration": "0.2",
        "signals": "3",
        "labels": ["ECG I", "V1", "BDF Annotations" if bdf else "EDF Annotations"],
        "units": ["uV", "mV", ""],
        "p_low": ["-1000", "-1", "-1"],
        "p_high": ["1000", "1", "1"],
        "d_low": ["-1000", "-1000", "-32768"],
        "d_high": ["1000", "1000", "32767"],
        "samples": ["100", "100", "8"],
        **changes,
    }
    widths = {"version": 8, "patient": 80, "recording": 80, "date": 8, "time": 8}
    widths |= {"header_bytes": 8, "reserved": 44, "records": 8, "duration": 8, "signals": 4}
    head = "".join(str(fields[name]).ljust(width) for name, width in widths.items())
    n_signals = len(fields["labels"])  # type: ignore[arg-type]
    columns: tuple[tuple[object, int], ...] = (
        *(
            (fields["labels"], 16),
            ([""] * n_signals, 80),
            (fields["units"], 8),
            (fields["p_low"], 8),
        ),
        *((fields["p_high"], 8), (fields["d_low"], 8), (fields["d_high"], 8)),
        *((["HP:0.05Hz LP:150Hz"] * n_signals, 80), (fields["samples"], 8), ([""] * n_signals, 32)),
    )
    for values, width in columns:
        head += "".join(str(value).ljust(width) for value in values)  # type: ignore[attr-defined]
    body = bytearray()
    for record in range(n_records):
        values = RAMP[record * 100 : record * 100 + 100].astype("<i4")
        for signal in (values, -values, np.full(8, 0x2B2B, "<i4")):
            raw = signal.view(np.uint8).reshape(-1, 4)[:, : 3 if bdf else 2]
            body += raw.tobytes()
    return head.encode("latin-1") + bytes(body)
