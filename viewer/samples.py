"""Where the millivolts of a recording live: in memory, or in our own mapped copy.

A recording of ten seconds fits anywhere; one of 24 hours has half a billion
samples. Both answer the same question, "the samples from here to there, in
millivolts", so that nothing above this file needs to know which one it has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

MISSING = {np.dtype(np.int16): -(2**15), np.dtype(np.int32): -(2**31)}
"""The digital value that means "nothing was recorded here", per stored integer type."""


def missing_value(dtype: np.dtype[Any]) -> float:
    """The value that means "nothing was recorded here": NaN for float32."""
    return MISSING.get(np.dtype(dtype), np.nan)


def to_mv(
    digital: NDArray[Any], step_mv: NDArray[np.float64], offset_mv: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Stored values [n_leads, n] as float32 millivolts, NaN where nothing was recorded.

    The one conversion for arrays and mapped files, so that both give the same bytes.
    """
    signal = np.empty(digital.shape, np.float32)
    for row, values in enumerate(digital):  # one lead at a time: small temporary arrays
        if digital.dtype == np.float32:
            signal[row] = values
        else:
            signal[row] = values * step_mv[row] + offset_mv[row]
            signal[row][values == MISSING[digital.dtype]] = np.nan
    return signal


@runtime_checkable
class Samples(Protocol):
    """Read access to a multi-lead signal in millivolts."""

    @property
    def n_leads(self) -> int: ...

    @property
    def n_samples(self) -> int: ...

    @property
    def ready_until(self) -> int:
        """Samples that can be read by now; equal to n_samples when loading is over."""

    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]:
        """float32 [n_leads, stop - start] in mV, NaN where nothing was recorded.

        Raises ValueError when 0 <= start <= stop <= n_samples does not hold.
        """


def check_span(start: int, stop: int, n_samples: int) -> None:
    """Raise ValueError unless 0 <= start <= stop <= n_samples."""
    if not 0 <= start <= stop <= n_samples:
        raise ValueError(f"samples {start} to {stop} asked of {n_samples}")


@dataclass(frozen=True, slots=True, eq=False)
class ArraySamples:
    """Samples held in memory.

    signal_mv  float32 [n_leads, n_samples], millivolts, NaN where nothing was recorded;
               made read-only, so that threads share it without locks
    """

    signal_mv: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.signal_mv.ndim != 2 or self.signal_mv.dtype != np.float32:
            raise ValueError(
                f"a signal is float32 [leads, samples], "
                f"not {self.signal_mv.dtype} {self.signal_mv.shape}"
            )
        self.signal_mv.flags.writeable = False

    @property
    def n_leads(self) -> int:
        return int(self.signal_mv.shape[0])

    @property
    def n_samples(self) -> int:
        return int(self.signal_mv.shape[1])

    @property
    def ready_until(self) -> int:
        return self.n_samples

    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]:
        check_span(start, stop, self.n_samples)
        return self.signal_mv[:, start:stop]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MappedSamples:
    """Samples in a file of our own cache: stored values, one lead after the other.

    path          the cache file
    digital       int16, int32 or float32 [n_leads, n_samples], C order, read-only map.
                  Integers become millivolts by step and offset (MISSING marks gaps);
                  float32 values are millivolts already (NaN marks gaps)
    step_mv       millivolts per digital unit, one per lead (1 for float32)
    offset_mv     millivolts at digital zero, one per lead (0 for float32)
    progress      asked for the number of samples written so far, while the reader
                  process still fills the file; None once it is complete. It may raise
                  an exception whose text is a sentence when loading has failed
    """

    path: Path
    digital: NDArray[Any]
    step_mv: NDArray[np.float64]
    offset_mv: NDArray[np.float64]
    progress: Callable[[], int] | None = field(default=None)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        dtype: np.dtype[Any],
        n_leads: int,
        n_samples: int,
        step_mv: NDArray[np.float64],
        offset_mv: NDArray[np.float64],
        progress: Callable[[], int] | None = None,
    ) -> MappedSamples:
        """Map an existing cache file. Raises OSError or ValueError when it is not that."""
        digital = np.memmap(path, dtype=dtype, mode="r", shape=(n_leads, n_samples))
        return cls(
            path=path, digital=digital, step_mv=step_mv, offset_mv=offset_mv, progress=progress
        )

    @property
    def n_leads(self) -> int:
        return int(self.digital.shape[0])

    @property
    def n_samples(self) -> int:
        return int(self.digital.shape[1])

    @property
    def ready_until(self) -> int:
        return self.n_samples if self.progress is None else self.progress()

    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]:
        check_span(start, stop, self.n_samples)
        ready = self.ready_until
        signal = to_mv(self.digital[:, start:stop], self.step_mv, self.offset_mv)
        signal[:, max(ready - start, 0) :] = np.nan  # not read from the file yet
        return signal
