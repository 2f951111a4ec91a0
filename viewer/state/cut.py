"""A stretch of a recording as a recording of its own: "export what is on screen"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from viewer.recording import Recording
from viewer.samples import Samples, check_span


@dataclass(frozen=True, slots=True, eq=False)
class SpanSamples:
    """Samples start to stop of other samples."""

    source: Samples
    start: int
    stop: int

    def __post_init__(self) -> None:
        check_span(self.start, self.stop, self.source.n_samples)

    @property
    def n_leads(self) -> int:
        return self.source.n_leads

    @property
    def n_samples(self) -> int:
        return self.stop - self.start

    @property
    def ready_until(self) -> int:
        return min(max(self.source.ready_until - self.start, 0), self.n_samples)

    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]:
        check_span(start, stop, self.n_samples)
        return self.source.read_mv(self.start + start, self.start + stop)


def cut(recording: Recording, start_s: float, stop_s: float) -> Recording:
    """Seconds start_s to stop_s, to the nearest sample. Raises ValueError."""
    start = round(start_s * recording.fs_hz)
    stop = min(round(stop_s * recording.fs_hz), recording.n_samples)
    if start >= stop:
        raise ValueError(f"nothing between {start_s} and {stop_s} seconds")
    begun = recording.start_time
    return replace(
        recording,
        samples=SpanSamples(recording.samples, start, stop),
        start_time=None if begun is None else begun + timedelta(seconds=start / recording.fs_hz),
    )
