"""Reading back what was written and comparing it, before anybody says "saved"."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.opening import guarded
from viewer.formats.parsed import Outcome, Parsed
from viewer.formats.read_back import ReadBack
from viewer.formats.registry import parse
from viewer.recording import Recording
from viewer.samples import to_mv

RATE_TOLERANCE = 1e-12
"""Text formats state the seconds per sample; their reciprocal is the rate but for rounding."""

WHOLE_BYTES = 64 * 1024 * 1024


class Differences:
    """A sink that compares instead of keeping. largest_mv, peak_mv: per lead."""

    def __init__(self, recording: Recording, parsed: Parsed | None) -> None:
        self._recording, self._parsed = recording, parsed
        self.largest_mv = np.zeros(len(recording.leads))
        self.peak_mv = np.zeros(len(recording.leads))
        self.gaps_differ = False
        self.seen = np.zeros(len(recording.leads), np.int64)
        whole = recording.n_samples * len(recording.leads) * 4 <= WHOLE_BYTES
        self._original = recording.signal_mv if whole else None

    def write(self, row: int, start: int, values: NDArray[Any]) -> None:
        assert self._parsed is not None
        step, offset = (
            np.array([numbers[row]]) for numbers in (self._parsed.step_mv, self._parsed.offset_mv)
        )
        self.compare(row, start, to_mv(values[None], step, offset)[0])

    def compare(self, row: int, start: int, values: NDArray[np.float32]) -> None:
        stop = start + len(values)
        if self._original is not None:
            original = self._original[row, start:stop]
        else:
            original = self._recording.samples.read_mv(start, stop)[row]
        if len(original) != len(values) or (np.isnan(original) != np.isnan(values)).any():
            self.gaps_differ = True
            return
        difference = np.abs(original.astype(np.float64) - values)
        largest = float(np.nanmax(difference, initial=0.0))
        self.largest_mv[row] = max(self.largest_mv[row], largest)
        peak = float(np.nanmax(np.abs(original), initial=0.0))
        self.peak_mv[row] = max(self.peak_mv[row], peak)
        self.seen[row] += len(values)


def compare(
    recording: Recording,
    path: Path,
    tolerance_mv: NDArray[np.float64],
    read_back: Callable[[Path], ReadBack] | None = None,
) -> float:
    """The largest difference in µV between the recording and the file that was written.

    tolerance_mv  per lead
    read_back     how to read it; None: as every recording is read
    Raises RecordingError when they differ in anything that counts.
    """
    try:
        found = (
            _parsed(recording, path) if read_back is None else _other(recording, path, read_back)
        )
    except ValueError:
        raise RecordingError(
            f"{path.name} was not saved: it could not be read back; try another disk."
        ) from None
    rounding = found.peak_mv * 2.0**-23 * (tolerance_mv > 0)  # of float32, on reading digits
    allowed = tolerance_mv * (1 + 1e-6) + rounding
    if (
        found.gaps_differ
        or (found.seen != recording.n_samples).any()
        or (found.largest_mv > allowed).any()
    ):
        raise RecordingError(
            f"{path.name} was not saved: what was read back differs from the recording "
            f"(by up to {1e3 * found.largest_mv.max(initial=0.0):.3g} µV); try another disk."
        )
    return float(1e3 * found.largest_mv.max(initial=0.0))


def _parsed(recording: Recording, path: Path) -> Differences:
    parsed = parse(path, ImportHints())
    same = (
        parsed.leads == recording.leads
        and parsed.fs_hz == recording.fs_hz
        and parsed.n_samples == recording.n_samples
        and parsed.start_time == recording.start_time
    )
    if not same:
        raise _differs(path)
    sink = Differences(recording, parsed)
    steps = guarded(parsed, sink)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            outcome: Outcome = done.value
            break
    if "failed" in outcome.integrity:
        raise RecordingError(f"{path.name} was not saved: its checksum is wrong; try another disk.")
    return sink


def _other(recording: Recording, path: Path, read_back: Callable[[Path], ReadBack]) -> Differences:
    back = read_back(path)
    rate = recording.fs_hz if back.fs_hz is None else back.fs_hz
    same = (
        back.leads in (None, recording.leads)
        and abs(rate / recording.fs_hz - 1) <= RATE_TOLERANCE
        and (not back.tells_time or back.start_time == recording.start_time)
    )
    if not same:
        raise _differs(path)
    sink = Differences(recording, None)
    for start, block in back.blocks:
        for row, values in enumerate(block):
            sink.compare(row, start, values)
    return sink


def _differs(path: Path) -> RecordingError:
    return RecordingError(
        f"{path.name} was not saved: its leads, rate, length or time read back differently."
    )
