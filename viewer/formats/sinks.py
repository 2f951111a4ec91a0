"""Where decoded samples go: an array for short recordings, a cache file for long ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from viewer.samples import missing_value

Digits = NDArray[Any]
"""int16, int32 or float32 samples."""

BLOCK_BYTES = 8 * 1024 * 1024


class Sink(Protocol):
    """Takes samples row by row; everything never written is "not recorded"."""

    def write(self, row: int, start: int, values: Digits) -> None:
        """Put values at start of one lead; what lies outside the recording is dropped."""


def clip(start: int, values: Digits, n_samples: int) -> tuple[int, Digits]:
    """The part of values that falls inside [0, n_samples), and where it begins."""
    if start < 0:
        values, start = values[-start:], 0
    return start, values[: max(n_samples - start, 0)]


class ArraySink:
    """digital [n_leads, n_samples] in memory."""

    def __init__(self, n_leads: int, n_samples: int, dtype: np.dtype[Any]) -> None:
        self.digital: Digits = np.full((n_leads, n_samples), missing_value(dtype), dtype=dtype)

    def write(self, row: int, start: int, values: Digits) -> None:
        start, values = clip(start, values, self.digital.shape[1])
        self.digital[row, start : start + len(values)] = values


class FileSink:
    """The same layout in a file: one lead after the other, written with plain writes.

    Not a memory map: a full disk must be an error that Python sees, not a signal.
    """

    def __init__(self, path: Path, n_leads: int, n_samples: int, dtype: np.dtype[Any]) -> None:
        self._n_samples, self._dtype = n_samples, np.dtype(dtype)
        self._written = [0] * n_leads  # up to where each row is filled
        self._file: BinaryIO = path.open("w+b", buffering=0)
        self._file.truncate(n_leads * n_samples * self._dtype.itemsize)

    def write(self, row: int, start: int, values: Digits) -> None:
        start, values = clip(start, values, self._n_samples)
        if start > self._written[row]:
            self._fill(row, self._written[row], start)
        self._put(row, start, values)

    def fill_up_to(self, sample: int) -> None:
        """Mark what has not been written before this sample as not recorded."""
        for row, written in enumerate(self._written):
            if written < sample:
                self._fill(row, written, sample)

    def close(self) -> None:
        self.fill_up_to(self._n_samples)
        self._file.close()

    def abandon(self) -> None:
        self._file.close()

    def _fill(self, row: int, start: int, stop: int) -> None:
        step = BLOCK_BYTES // self._dtype.itemsize
        empty = np.full(min(step, stop - start), missing_value(self._dtype), dtype=self._dtype)
        for at in range(start, stop, step):
            self._put(row, at, empty[: stop - at])

    def _put(self, row: int, start: int, values: Digits) -> None:
        block = memoryview(np.ascontiguousarray(values, dtype=self._dtype).data).cast("B")
        self._file.seek((row * self._n_samples + start) * self._dtype.itemsize)
        while block:
            block = block[self._file.write(block) :]
        self._written[row] = max(self._written[row], start + len(values))
