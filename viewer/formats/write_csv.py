"""CSV: time in seconds, then one column per lead in millivolts; a gap is an empty field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.formats.block_source import signal_blocks
from viewer.formats.errors import RecordingError
from viewer.formats.read_back import ReadBack
from viewer.recording import Recording

VALUES_LIMIT = 50_000_000
ROWS_AT_A_TIME = 10_000
DIGITS = (6, 7, 9)  # nine always suffice for float32


def write_csv(
    recording: Recording, folder: Path, stem: str, provenance: Mapping[str, Any]
) -> tuple[str, ...]:
    """Write stem.csv. Raises OSError; RecordingError for recordings of many hours."""
    del provenance  # CSV has no place for it: the sidecar holds it
    if recording.n_samples * len(recording.leads) > VALUES_LIMIT:
        raise RecordingError(
            f"{stem}.csv was not saved: {recording.duration_s / 3600:.1f} h are too long for a "
            "text file; export a shorter stretch, or WFDB, NPZ or HDF5."
        )
    name = f"{stem}.csv"
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(["time_s", *(_quoted(f"{lead} (mV)") for lead in recording.leads)]))
        file.write("\r\n")
        digits = DIGITS[0]
        for start, block in signal_blocks(recording):
            for at in range(0, block.shape[1], ROWS_AT_A_TIME):
                part = block[:, at : at + ROWS_AT_A_TIME]
                text, digits = _rows(part, start + at, recording.fs_hz, digits)
                file.write(text)
    return (name,)


def read_csv(path: Path) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """What write_csv wrote: (first row, float32 [n_leads, n]), for comparing."""
    with path.open(encoding="utf-8", newline="") as file:
        file.readline()
        start = 0
        while lines := list(islice(file, ROWS_AT_A_TIME)):
            values = _values("".join(lines)).reshape(len(lines), -1)
            yield start, values.T[1:].astype(np.float32)
            start += len(lines)


def read_back(path: Path) -> ReadBack:
    """For comparing: CSV states no rate but through its first column."""
    return ReadBack(blocks=read_csv(path))


def _values(text: str) -> NDArray[np.float64]:
    """All fields of complete rows, an empty one as NaN. Raises ValueError."""
    filled = re.sub(r"(?<=,)(?=[,\r])", "nan", text) if ",," in text or ",\r" in text else text
    return np.fromstring(filled.replace("\r\n", ","), sep=",")


def _rows(block: NDArray[np.float32], start: int, fs_hz: float, digits: int) -> tuple[str, int]:
    """Rows of text with at least so many digits that the same float32 is read back; how many."""
    time = (start + np.arange(block.shape[1])) / fs_hz
    columns = np.vstack([time, block.astype(np.float64)])
    rows = columns.T.tolist()
    while True:
        row = ",".join(["%.9g"] + [f"%.{digits}g"] * len(block)) + "\r\n"
        text = "".join([row % tuple(values) for values in rows])
        text = text.replace(",nan", ",") if np.isnan(block).any() else text
        read = _values(text).reshape(-1, len(columns)).T[1:].astype(np.float32)
        if digits >= DIGITS[-1] or np.array_equal(read, block, equal_nan=True):
            return text, digits
        digits = next(more for more in DIGITS if more > digits)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(c in name for c in ',"\r\n') else name
