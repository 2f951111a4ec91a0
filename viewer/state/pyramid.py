"""Lowest and highest millivolts of every stretch of a recording, for fast overviews.

A day of twelve leads has half a billion samples; a screen has two thousand columns. The
pyramid keeps the extremes of every 64, 1024 and 16384 samples, so that any zoom reads a
few thousand numbers and no spike is ever lost (never every n-th sample).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from viewer.samples import MISSING, MappedSamples, Samples

FACTORS = (64, 1024, 16384)
CHUNK = 2**20
"""Samples of one lead summarised at a time; whole bins of every level."""
READ_AT_ONCE = 2**23
"""The most numbers (leads × samples) read to draw what the pyramid does not hold yet."""


@runtime_checkable
class _Arriving(Protocol):
    """Samples that come in any order, as a cleaned signal does."""

    def has(self, start: int, stop: int) -> bool: ...


@dataclass(slots=True)
class _Level:
    """One number pair per bin: low and high [n_leads, n_bins], digital or mV."""

    factor: int
    low: NDArray[Any]
    high: NDArray[Any]


class Pyramid:
    """Extremes of samples at several scales. Built in a worker, read by the screen.

    covered     samples summarised so far, from the start; only ever grows, after the
                numbers are in place, so that the screen may read while a worker builds
    """

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self.covered = 0
        self._dtype = np.dtype(np.float32)
        if isinstance(samples, MappedSamples):
            self._dtype = samples.digital.dtype
        self._levels = [_level(factor, samples, self._dtype) for factor in FACTORS]

    @property
    def complete(self) -> bool:
        return self.covered >= self.samples.n_samples

    @property
    def can_grow(self) -> bool:
        """Whether build() would find something to summarise."""
        next_stop = min(self.covered + CHUNK, self.samples.n_samples)
        return not self.complete and next_stop <= self.samples.ready_until

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return sum(level.low.nbytes + level.high.nbytes for level in self._levels)

    def build(self, progress: Callable[[float], None] | None = None) -> Pyramid:
        """Summarise all that can be read by now; call again when more has come.

        progress is told 0..1 after each chunk of one lead and may raise to cancel;
        what was built until then stays usable.
        """
        samples = self.samples
        while self.can_grow:
            start, stop = self.covered, min(self.covered + CHUNK, samples.n_samples)
            for lead, stretch in _stretches(samples, start, stop):
                self._summarise(lead, start, stretch)
                if progress is not None:
                    done = start + (stop - start) * (lead + 1) / samples.n_leads
                    progress(done / samples.n_samples)
            self.covered = stop
        return self

    def extremes(self, edges: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Lowest and highest mV between neighbouring edges, each [n_leads, len(edges) - 1].

        edges are sample numbers in order; they may lie outside the recording. NaN where
        nothing was recorded or nothing is ready. A stretch read from the pyramid may
        reach up to one bin beyond its edges, less than half the stretch.
        """
        edges = np.clip(edges, 0, self.samples.n_samples)
        width = float(edges[-1] - edges[0]) / max(len(edges) - 1, 1)
        fitting = [level for level in self._levels if 2 * level.factor <= width]
        readable = (edges[-1] - edges[0]) * self.samples.n_leads <= READ_AT_ONCE
        if not fitting or (edges[-1] > self.covered and readable):
            return self._read(edges)
        level = fitting[-1]
        edges = np.minimum(edges, self.covered)  # the rest is not summarised yet
        first = edges[:-1] // level.factor
        last = np.maximum(-(-edges[1:] // level.factor), first)
        low = _reduce(np.minimum, level.low, first, last)
        high = _reduce(np.maximum, level.high, first, last)
        return self._millivolts(low, high, edges)

    def settled(self, start: int, stop: int) -> bool:
        """Whether what is drawn between two samples is final."""
        start, stop = max(start, 0), min(stop, self.samples.n_samples)
        if isinstance(self.samples, _Arriving):
            return stop <= start or self.samples.has(start, stop)
        return stop <= self.samples.ready_until

    def _summarise(self, lead: int, start: int, stretch: NDArray[Any]) -> None:
        """Fill the bins of one stretch, whose start is a multiple of every factor."""
        low, high, factor = *_without_missing(stretch), 1
        for level in self._levels:
            low = _halve(np.minimum, low, level.factor // factor)
            high = _halve(np.maximum, high, level.factor // factor)
            factor = level.factor
            bins = slice(start // factor, start // factor + len(low))
            level.low[lead, bins], level.high[lead, bins] = low, high

    def _read(self, edges: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Extremes from the samples themselves."""
        shape = (self.samples.n_leads, len(edges) - 1)
        start, stop = int(edges[0]), min(int(edges[-1]), self.samples.ready_until)
        if isinstance(self.samples, _Arriving):
            stop = int(edges[-1])
        if stop <= start or (stop - start) * shape[0] > READ_AT_ONCE:
            return np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32)
        signal_mv = self.samples.read_mv(start, stop)
        first, last = np.minimum(edges[:-1], stop) - start, np.minimum(edges[1:], stop) - start
        low, high = _without_missing(signal_mv)
        low = _reduce(np.minimum, low, first, last)
        high = _reduce(np.maximum, high, first, last)
        return _void(low, first == last), _void(high, first == last)

    def _millivolts(
        self, low: NDArray[Any], high: NDArray[Any], edges: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        empty = edges[:-1] == edges[1:]
        if not isinstance(self.samples, MappedSamples) or self._dtype == np.float32:
            return _void(low, empty), _void(high, empty)
        step, offset = self.samples.step_mv[:, None], self.samples.offset_mv[:, None]
        nothing = (high == MISSING[self._dtype]) | empty
        a = np.where(nothing, np.nan, low * step + offset).astype(np.float32)
        b = np.where(nothing, np.nan, high * step + offset).astype(np.float32)
        return np.fmin(a, b), np.fmax(a, b)  # a negative step turns the signal over


def _level(factor: int, samples: Samples, dtype: np.dtype[Any]) -> _Level:
    shape = (samples.n_leads, -(-samples.n_samples // factor))
    return _Level(factor, np.empty(shape, dtype), np.empty(shape, dtype))


def _stretches(samples: Samples, start: int, stop: int) -> Iterator[tuple[int, NDArray[Any]]]:
    """Each lead with its samples. A mapped file is read, not mapped: its pages do not stay."""
    if isinstance(samples, MappedSamples):
        item = samples.digital.dtype
        for lead in range(samples.n_leads):
            place = (lead * samples.n_samples + start) * item.itemsize
            yield lead, np.fromfile(samples.path, item, stop - start, offset=place)
        return
    yield from enumerate(samples.read_mv(start, stop))


def _without_missing(
    values: NDArray[Any],
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Twice the values, with what is missing out of the way of minima and of maxima."""
    if values.dtype.kind == "f":
        missing = ~np.isfinite(values)
        if not missing.any():
            return values, values
        return np.where(missing, np.inf, values), np.where(missing, -np.inf, values)
    missing = values == MISSING[values.dtype]
    if not missing.any():
        return values, values
    highest = values.dtype.type(np.iinfo(values.dtype).max)
    return np.where(missing, highest, values), values


def _halve(extreme: np.ufunc, values: NDArray[Any], factor: int) -> NDArray[Any]:
    """Extremes of every factor values along the last axis: fastest by halving."""
    surplus = -values.shape[-1] % factor
    if surplus:
        values = np.concatenate([values, np.repeat(values[-1:], surplus)])
    while factor > 1:
        values = extreme(values[0::2], values[1::2])
        factor //= 2
    return values


def _reduce(
    extreme: np.ufunc,
    values: NDArray[Any],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
) -> NDArray[Any]:
    """Extremes of values[:, first:last] for each pair; nonsense where first == last."""
    n = values.shape[1]
    pairs = np.empty(2 * len(first), np.int64)
    pairs[0::2], pairs[1::2] = np.minimum(first, n - 1), np.minimum(last, n - 1)
    reduced = extreme.reduceat(values, pairs, axis=1)[:, 0::2]
    ends = np.flatnonzero((last == n) & (first < n))  # reduceat cannot name the end itself
    reduced[:, ends] = extreme(reduced[:, ends], values[:, -1:])
    result: NDArray[Any] = reduced
    return result


def _void(values: NDArray[Any], empty: NDArray[np.bool_]) -> NDArray[np.float32]:
    """As mV, NaN where nothing was found."""
    nothing = ~np.isfinite(values) | empty
    return np.where(nothing, np.nan, values).astype(np.float32)
