"""The cleaned signal as far as it is computed: the visible page first, then the rest."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viewer.samples import check_span

IN_MEMORY_BYTES = 256 * 2**20
"""A longer result lives in a file of our cache folder: 24 h of 12 leads are 2 GB."""


class GrowingSamples:
    """Millivolts that arrive piece by piece, in any order; NaN where none arrived yet.

    Written from one thread only. The file behind a long result has no name any more
    once it is open where the system allows that, and is removed with the object otherwise.
    """

    def __init__(self, n_leads: int, n_samples: int, folder: Path) -> None:
        self._shape = (n_leads, n_samples)
        self._file: tempfile._TemporaryFileWrapper[bytes] | None = None
        if 4 * n_leads * n_samples <= IN_MEMORY_BYTES:
            self._signal_mv = np.empty(self._shape, np.float32)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.NamedTemporaryFile(dir=folder, prefix="cleaned-")  # noqa: SIM115
            self._signal_mv = np.memmap(self._file, np.float32, mode="w+", shape=self._shape)
        self._spans: list[tuple[int, int]] = []

    @property
    def n_leads(self) -> int:
        return self._shape[0]

    @property
    def n_samples(self) -> int:
        return self._shape[1]

    @property
    def ready_until(self) -> int:
        """Samples without a hole from the start."""
        return self._spans[0][1] if self._spans and self._spans[0][0] == 0 else 0

    @property
    def complete(self) -> bool:
        return self.ready_until == self.n_samples

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """What has arrived: (start, stop) in samples, in order, never touching."""
        return tuple(self._spans)

    def has(self, start: int, stop: int) -> bool:
        """Whether every sample from start to stop has arrived."""
        return any(first <= start and stop <= last for first, last in self._spans)

    def put(self, start: int, signal_mv: NDArray[np.float32]) -> None:
        """Store float32 [n_leads, n] mV from sample start on. Raises ValueError."""
        stop = start + signal_mv.shape[1]
        check_span(start, stop, self.n_samples)
        self._signal_mv[:, start:stop] = signal_mv
        self._spans = merged([*self._spans, (start, stop)])

    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]:
        check_span(start, stop, self.n_samples)
        signal_mv = np.full((self.n_leads, stop - start), np.nan, np.float32)
        for first, last in self._spans:
            a, b = max(first, start), min(last, stop)
            if a < b:
                signal_mv[:, a - start : b - start] = self._signal_mv[:, a:b]
        return signal_mv


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same samples as sorted spans that neither overlap nor touch."""
    result: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return result


class GateTrack:
    """How far a method's gate was open, per lead and second: small enough for 24 hours."""

    def __init__(self, n_leads: int, duration_s: float) -> None:
        self._share = np.full((n_leads, max(math.ceil(duration_s), 1)), np.nan, np.float16)

    def put(self, start_s: float, gate: NDArray[np.float32], gate_fs_hz: float) -> None:
        """Means per second of gate [n_leads, n_gate], 0…1, that begins at start_s."""
        first, per_s = round(start_s), max(round(gate_fs_hz), 1)
        for number, column in enumerate(range(0, gate.shape[1], per_s)):
            if first + number < self._share.shape[1]:
                self._share[:, first + number] = gate[:, column : column + per_s].mean(axis=1)

    def mean(self, start_s: float, stop_s: float) -> NDArray[np.float64]:
        """Mean of each lead between two times, [n_leads]; NaN where nothing is known."""
        part = self._share[:, int(start_s) : max(math.ceil(stop_s), int(start_s) + 1)]
        known = np.isfinite(part)
        total = np.where(known, part, 0.0).sum(axis=1, dtype=np.float64)
        count = known.sum(axis=1)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)


class CleanedSamples(Protocol):
    """What the window needs of a cleaned signal, whole or partly applied."""

    @property
    def n_leads(self) -> int: ...
    @property
    def n_samples(self) -> int: ...
    @property
    def ready_until(self) -> int: ...
    @property
    def complete(self) -> bool: ...
    @property
    def spans(self) -> tuple[tuple[int, int], ...]: ...
    def has(self, start: int, stop: int) -> bool: ...
    def put(self, start: int, signal_mv: NDArray[np.float32]) -> None: ...
    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]: ...


@dataclass(eq=False, kw_only=True)
class Cleaned:
    """A cleaned copy of the recording and everything that must be said about it.

    samples         the millivolts; grow while the work runs
    method, version, weights_sha256, parameters   what made it
    strength        1 is the method as published, 0 the raw signal; one number or one per lead
    gate            where the method was at work
    device          "cpu" or "cuda"
    seconds         computing time so far
    notes           sentences of the method about this recording, each once
    """

    samples: CleanedSamples
    method: str
    title: str
    version: str = ""
    weights_sha256: str | None = None
    strength: float | tuple[float, ...] = 1.0
    device: str = ""
    seconds: float = 0.0
    parameters: dict[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    gate: GateTrack | None = None

    @property
    def complete(self) -> bool:
        return self.samples.complete
