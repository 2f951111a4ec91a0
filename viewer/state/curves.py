"""From samples to what a pen draws: straight lines, or extremes where pixels are too few.

Places are in device pixels on one long axis that begins at second 0 of the recording, so
that the same second always falls on the same pixel, however far the page has scrolled.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.samples import Samples, check_span
from viewer.state.pyramid import Pyramid

ENVELOPE_FROM = 8.0
"""Samples per device pixel from which on extremes are drawn: up to here the antialiased
line through every sample still shows its shape."""


@dataclass(frozen=True, slots=True)
class Line:
    """A curve through every sample: x_px float64 [n], values_mv float32 [n_leads, n]."""

    x_px: NDArray[np.float64]
    values_mv: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One vertical stroke per pixel column: column_px int64 [n], low_mv, high_mv [n_leads, n]."""

    column_px: NDArray[np.int64]
    low_mv: NDArray[np.float32]
    high_mv: NDArray[np.float32]


class Source:
    """One trace of a recording, ready to be drawn: samples, their rate and their pyramid."""

    def __init__(self, samples: Samples, fs_hz: float) -> None:
        self.samples, self.fs_hz = samples, fs_hz
        self.pyramid = Pyramid(samples)

    def curve(self, start_px: int, stop_px: int, px_per_s: float) -> Line | Envelope:
        """What to draw between two pixels of the long axis."""
        per_px = self.fs_hz / px_per_s
        if per_px > ENVELOPE_FROM:
            columns = np.arange(start_px, stop_px + 1)
            edges = np.ceil(columns * per_px).astype(np.int64)
            low, high = self.pyramid.extremes(edges)
            return Envelope(columns[:-1], low, high)
        first = max(math.floor(start_px * per_px) - 1, 0)
        last = min(math.ceil(stop_px * per_px) + 2, self.samples.n_samples)
        values = self.samples.read_mv(min(first, last), last)
        return Line(np.arange(min(first, last), last) / per_px, values)

    def settled(self, start_px: int, stop_px: int, px_per_s: float) -> bool:
        """Whether what curve() gives is final: loaded, computed, summarised."""
        per_px = self.fs_hz / px_per_s
        first, last = math.floor(start_px * per_px) - 1, math.ceil(stop_px * per_px) + 2
        if not self.pyramid.settled(first, last):
            return False
        return self.pyramid.covered >= min(last, self.samples.n_samples) or not is_overview(
            self.fs_hz, px_per_s
        )


def is_decimated(fs_hz: float, px_per_s: float) -> bool:
    """Whether extremes stand for the samples: the page then says so."""
    return fs_hz / px_per_s > ENVELOPE_FROM


def is_overview(fs_hz: float, px_per_s: float) -> bool:
    """Whether the pyramid may be needed to draw at this scale."""
    return fs_hz / px_per_s > 16 * ENVELOPE_FROM


class Difference:
    """Samples of raw minus denoised: what cleaning took away."""

    def __init__(self, raw: Samples, denoised: Samples) -> None:
        if (raw.n_leads, raw.n_samples) != (denoised.n_leads, denoised.n_samples):
            raise ValueError("raw and denoised signals differ in shape")
        self._raw, self._denoised = raw, denoised

    @property
    def n_leads(self) -> int:
        return self._raw.n_leads

    @property
    def n_samples(self) -> int:
        return self._raw.n_samples

    @property
    def ready_until(self) -> int:
        return min(self._raw.ready_until, self._denoised.ready_until)

    def has(self, start: int, stop: int) -> bool:
        """Whether the denoised signal has arrived there."""
        has = getattr(self._denoised, "has", None)
        return bool(has(start, stop)) if has is not None else stop <= self.ready_until

    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]:
        check_span(start, stop, self.n_samples)
        return self._raw.read_mv(start, stop) - self._denoised.read_mv(start, stop)


@dataclass(frozen=True, slots=True)
class Rows:
    """Which leads to draw, and where: one entry per row of the page, all [n_rows].

    lead         rows of the samples
    baseline_px  the pixel of 0 mV, from the top
    px_per_mv    pixels per millivolt; negative, as y points down
    """

    lead: NDArray[np.int64]
    baseline_px: NDArray[np.float64]
    px_per_mv: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, float, float]]) -> Rows:
        """From (lead, baseline, pixels per millivolt) triples."""
        table = np.array(list(rows), np.float64).reshape(-1, 3)
        return cls(table[:, 0].astype(np.int64), table[:, 1], table[:, 2])

    def place(self, values_mv: NDArray[np.float32], limit_px: float) -> NDArray[np.float64]:
        """Pixels from the top, [n_rows, n]: NaN where nothing is known, never beyond limit."""
        y = values_mv[self.lead] * self.px_per_mv[:, None]  # float64: no overflow
        y += self.baseline_px[:, None]
        if not np.isfinite(y).all():
            y[~np.isfinite(y)] = np.nan
        result: NDArray[np.float64] = np.clip(y, -limit_px, limit_px, out=y)
        return result


def strokes(curve: Line | Envelope, rows: Rows, limit_px: float) -> NDArray[np.float64]:
    """Straight strokes of all rows at once, float64 [n, 4]: x1, y1, x2, y2 in pixels.

    limit_px  no stroke reaches further than this from the page's edge
    Gaps (NaN, infinite) leave no stroke; a lone sample between gaps leaves a dot.
    """
    if isinstance(curve, Envelope):
        return _columns(curve, rows, limit_px)
    y = rows.place(curve.values_mv, limit_px)
    x = np.broadcast_to(curve.x_px, y.shape)
    lines = np.empty((*y[:, 1:].shape, 4))
    lines[..., 0], lines[..., 1] = x[:, :-1], y[:, :-1]
    lines[..., 2], lines[..., 3] = x[:, 1:], y[:, 1:]
    known = np.isfinite(y)
    if known.all():
        return lines.reshape(-1, 4)
    edge = np.zeros((len(y), 1), bool)
    lone = known & ~np.hstack([edge, known[:, :-1]]) & ~np.hstack([known[:, 1:], edge])
    dots = np.stack([x[lone], y[lone], x[lone] + 0.5, y[lone]], axis=1)
    return np.concatenate([lines[known[:, :-1] & known[:, 1:]], dots])


def runs(curve: Line, rows: Rows, limit_px: float) -> list[NDArray[np.float64]]:
    """The unbroken stretches of all rows, each float64 [n, 2], for vector output."""
    found = []
    for y in rows.place(curve.values_mv, limit_px):
        points = np.stack([curve.x_px, y], axis=1)
        edges = np.flatnonzero(np.diff(np.r_[False, np.isfinite(y), False]))
        found += [points[start:stop] for start, stop in edges.reshape(-1, 2)]
    return found


def _columns(curve: Envelope, rows: Rows, limit_px: float) -> NDArray[np.float64]:
    """Vertical strokes that touch their neighbours, so that a slope is not dotted."""
    one, other = rows.place(curve.high_mv, limit_px), rows.place(curve.low_mv, limit_px)
    top, bottom = np.minimum(one, other), np.maximum(one, other)
    start, stop = top.copy(), bottom.copy()
    above = bottom[:, :-1] < top[:, 1:]  # the column before ends above this one
    below = top[:, :-1] > bottom[:, 1:]
    start[:, 1:][above] = bottom[:, :-1][above]
    stop[:, 1:][below] = top[:, :-1][below]
    x = np.broadcast_to(curve.column_px + 0.5, top.shape)
    lines = np.stack([x, start, x, np.maximum(stop, start + 1.0)], axis=-1)
    chosen: NDArray[np.float64] = lines[np.isfinite(top) & np.isfinite(bottom)]
    return chosen
