"""Decoding the signal files of a record block by block, with its checksums."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from viewer.formats.sinks import Sink, clip
from viewer.formats.wfdb_header import SignalLine
from viewer.formats.wfdb_layout import Group, Layout
from viewer.formats.wfdb_storage import ALIGNMENT, FlacFile, Ints, PackedFile, missing_of
from viewer.recording import Integrity
from viewer.samples import missing_value

BLOCK_SAMPLES = 1 << 20
"""Samples of all signals decoded at a time: a few megabytes, a few milliseconds."""


class Target:
    """Where one signal of a segment goes.

    row     of the sink; None for a signal that is only summed up
    repeat  how often each sample is written (slower leads are held, never interpolated)
    scale   None to store digits as they are, else (step_mv, offset_mv) to store float32 mV
    """

    def __init__(
        self, row: int | None, repeat: int = 1, scale: tuple[float, float] | None = None
    ) -> None:
        self.row, self.repeat, self.scale = row, repeat, scale


class Sum:
    """Checksum, first value and range of a signal as decoded."""

    def __init__(self) -> None:
        self.total = self.count = 0
        self.first: int | None = None
        self.low, self.high = 2**40, -(2**40)

    def add(self, values: Ints, missing: int | None) -> bool:
        """Take in more samples; True when some of them mean "not recorded"."""
        if values.size == 0:
            return False
        if self.count == 0:
            self.first = int(values[0])
        self.total += int(values.sum(dtype=np.int64))
        self.count += values.size
        low = int(values.min())
        has_gaps = low == missing  # the missing value is the lowest of every format
        if has_gaps:
            values = values[values != missing]
            if values.size == 0:
                return True
            low = int(values.min())
        self.low, self.high = min(self.low, low), max(self.high, int(values.max()))
        return has_gaps

    @property
    def span(self) -> int:
        """Digital units between the lowest and the highest sample."""
        return max(self.high - self.low, 0)

    def verdict(self, signal: SignalLine) -> Integrity:
        """Against the header's own checksum, which counts modulo 65536."""
        if signal.checksum is not None:
            return "ok" if (self.total - signal.checksum) % 65536 == 0 else "failed"
        if signal.first is not None and self.first != signal.first:
            return "failed"
        return "absent"


def decode_layout(
    layout: Layout,
    targets: Sequence[Target],
    sink: Sink,
    start: int,
    factor: int,
    dtype: np.dtype[np.generic],
) -> Generator[int, None, list[Sum]]:
    """Write a segment's signals to the sink from sample start on, factor samples a frame.

    Yields up to which sample every row is complete.

    targets: one per signal of the header. Returns one Sum per signal.
    """
    signals = layout.header.signals
    sums = [Sum() for _ in signals]
    block = _block_frames(layout)
    latest = max((s.skew for s in signals), default=0)
    readers = [_GroupReader(group, signals, layout.frames, dtype) for group in layout.groups]
    try:
        for at in range(0, layout.frames, block):
            n = min(block, layout.frames - at)
            for reader in readers:
                reader.step(n, at, start, targets, sums, sink)
            yield start + max(at + n - latest, 0) * factor
        for reader in readers:
            reader.after_end(latest, layout.frames, start, targets, sink)
    finally:
        for reader in readers:
            reader.close()
    return sums


def _block_frames(layout: Layout) -> int:
    """Frames per block: aligned for every packed format, at least one group."""
    widest = max(group.frame_samples for group in layout.groups)
    return max(BLOCK_SAMPLES // widest // ALIGNMENT, 1) * ALIGNMENT


class _GroupReader:
    """The signals of one file, frame after frame."""

    def __init__(
        self,
        group: Group,
        signals: tuple[SignalLine, ...],
        frames: int,
        dtype: np.dtype[np.generic],
    ) -> None:
        self._group, self._signals, self._frames, self._dtype = group, signals, frames, dtype
        self._decoder: PackedFile | FlacFile = group.open(signals)
        self._missing = missing_of(group.format)
        self._last = {i: signals[i].first or 0 for i in group.members}  # format 8 adds up

    def close(self) -> None:
        self._decoder.close()

    def step(
        self,
        n_frames: int,
        at: int,
        start: int,
        targets: Sequence[Target],
        sums: list[Sum] | None,
        sink: Sink,
    ) -> None:
        """Decode the next n_frames, which begin at frame at of the segment."""
        width = self._group.frame_samples
        samples = self._decoder.read(n_frames * width)
        frames = samples[: len(samples) // width * width].reshape(-1, width)
        lead_major = np.ascontiguousarray(frames.T)
        for member, columns in zip(self._group.members, self._group.columns, strict=True):
            values = lead_major[columns].T.reshape(-1)
            if self._group.format == 8 and values.size:
                values = np.cumsum(values, dtype=np.int64).astype(np.int32) + self._last[member]
                self._last[member] = int(values[-1])
            has_gaps = (sums[member] if sums else Sum()).add(values, self._missing)
            target, signal = targets[member], self._signals[member]
            if target.row is not None:
                factor = signal.frame * target.repeat
                stored = self._stored(values, target, has_gaps)
                # a skewed segment must not run into its neighbours
                first, stored = clip((at - signal.skew) * factor, stored, self._frames * factor)
                sink.write(target.row, start + first, stored)

    def after_end(
        self, latest: int, frames: int, start: int, targets: Sequence[Target], sink: Sink
    ) -> None:
        """Skewed signals go on in the file behind the last frame of the others."""
        if latest:
            self.step(latest, frames, start, targets, None, sink)

    def _stored(self, values: Ints, target: Target, has_gaps: bool) -> NDArray[np.generic]:
        out: NDArray[np.generic]
        if target.scale is not None:
            step_mv, offset_mv = target.scale
            out = (values * step_mv + offset_mv).astype(self._dtype)
        else:
            out = values.astype(self._dtype, copy=has_gaps)
        if has_gaps:
            out[values == self._missing] = missing_value(self._dtype)
        return np.repeat(out, target.repeat) if target.repeat > 1 else out
