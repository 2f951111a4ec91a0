"""The fixed grid of 10 s segments, and the cells of the noise map in time.

Every segment depends on its own samples only, so the window may ask for the visible ones
first and the command line for all of them: both get the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.signal.resample import resample
from inference.signal.superlet import FS_HZ, N_COLUMNS, SEGMENT_S, SEGMENT_SAMPLES

FloatArray = NDArray[np.float32]
COLUMNS_PER_S = N_COLUMNS / SEGMENT_S
_CONTEXT_S = 0.5  # seen on both sides by the resampling filter only


@dataclass(frozen=True, slots=True)
class Segment:
    """Samples [start, stop) of the recording; only [new, stop) is scored and drawn.

    Only the last segment of a recording may have new > start: it takes the last 10 s and
    overlaps the one before. `short` marks a recording under 10 s, which is reflected.
    """

    index: int
    start: int
    stop: int
    new: int
    short: bool = False


def quality_segments(n_samples: int, fs_hz: float) -> tuple[Segment, ...]:
    """All segments of a recording, in order; the scored parts cover it without overlap."""
    if n_samples <= 0 or fs_hz <= 0:
        return ()
    length = round(SEGMENT_S * fs_hz)
    if n_samples < length:
        return (Segment(0, 0, n_samples, 0, short=True),)
    count = n_samples // length
    found = [Segment(k, k * length, (k + 1) * length, k * length) for k in range(count)]
    if n_samples > count * length:
        found.append(Segment(count, n_samples - length, n_samples, count * length))
    return tuple(found)


def segment_signal(
    signal_mv: NDArray[np.floating], segment: Segment, fs_hz: float, *, offset: int = 0
) -> FloatArray:
    """float32 [n_leads, 5000] at 500 Hz: the segment, resampled and of full length.

    signal_mv holds the recording from its sample `offset` on; NaN is kept.
    """
    margin = 0 if fs_hz == FS_HZ else round(_CONTEXT_S * fs_hz)
    low = max(segment.start - margin, offset)
    high = min(segment.stop + margin, offset + signal_mv.shape[1])
    raw = np.asarray(signal_mv[:, low - offset : high - offset], dtype=np.float32)
    if fs_hz == FS_HZ:
        return _full_length(raw)
    gaps = np.isnan(raw)
    at_500 = resample(filled(raw), fs_hz, FS_HZ)
    if gaps.any():
        nearest = np.minimum((np.arange(at_500.shape[1]) * fs_hz / FS_HZ).round(), raw.shape[1] - 1)
        at_500 = np.where(gaps[:, nearest.astype(int)], np.float32(np.nan), at_500)
    first = round((segment.start - low) * FS_HZ / fs_hz)
    wanted = round((segment.stop - segment.start) * FS_HZ / fs_hz)
    return _full_length(at_500[:, first : first + wanted])


def filled(signal_mv: FloatArray) -> FloatArray:
    """NaN replaced by straight lines between the neighbours; all-NaN leads by zero."""
    missing = ~np.isfinite(signal_mv)
    if not missing.any():
        return signal_mv
    out = signal_mv.copy()
    time = np.arange(signal_mv.shape[1])
    for lead in np.flatnonzero(missing.any(axis=1)):
        known = ~missing[lead]
        out[lead] = np.interp(time, time[known], out[lead, known]) if known.any() else 0.0
    return out


def _full_length(x: FloatArray) -> FloatArray:
    """Cut to 5000 samples, or extended by reflection (as often as needed)."""
    n = x.shape[1]
    if n >= SEGMENT_SAMPLES:
        return np.ascontiguousarray(x[:, :SEGMENT_SAMPLES])
    return np.pad(x, ((0, 0), (0, SEGMENT_SAMPLES - n)), mode="reflect" if n > 1 else "edge")


def scored_columns(segment: Segment) -> slice:
    """The scalogram columns of [new, stop): all, or the last ones of an overlapping tail."""
    length = segment.stop - segment.start
    fresh = segment.stop - segment.new
    if segment.short or fresh == length:
        return slice(0, N_COLUMNS)
    return slice(N_COLUMNS - max(int(N_COLUMNS * fresh / length), 1), N_COLUMNS)


def fine_cells_s(segment: Segment, fs_hz: float) -> NDArray[np.float64]:
    """[n, 2] start and end of the 1 s cells of a segment, seconds from the recording's start.

    The last cell takes a remainder under half a second, so no cell is shorter than that
    (unless the whole scored part is).
    """
    start, stop = segment.new / fs_hz, segment.stop / fs_hz
    count = max(int(stop - start + 0.5 + 1e-9), 1)
    edges = start + np.arange(count + 1, dtype=np.float64)
    edges[-1] = stop
    return np.stack([edges[:-1], edges[1:]], axis=1)


def fine_means(
    squared_error: NDArray[np.floating], segment: Segment, fs_hz: float
) -> NDArray[np.float64]:
    """Mean squared error [n_leads, n_cells] per fine cell from columns [n_leads, 256].

    Cumulative sums with fractional edges: 25.6 columns a second never fall on whole ones.
    Low-frequency wavelets reach over a second, so every cell also sees half a second on
    both sides (never beyond the segment).
    """
    cells = fine_cells_s(segment, fs_hz) - segment.start / fs_hz
    low = np.clip((cells[:, 0] - 0.5) * COLUMNS_PER_S, 0, N_COLUMNS)
    high = np.clip((cells[:, 1] + 0.5) * COLUMNS_PER_S, 0, N_COLUMNS)
    sums = np.concatenate(
        [np.zeros((len(squared_error), 1)), np.cumsum(squared_error, axis=1)], axis=1
    )
    grid = np.arange(N_COLUMNS + 1)
    upper = np.stack([np.interp(high, grid, row) for row in sums])
    lower = np.stack([np.interp(low, grid, row) for row in sums])
    return np.asarray((upper - lower) / np.maximum(high - low, 1e-9))


def psnr_db(mean_squared_error: NDArray[np.floating], cap_db: float = 45.0) -> FloatArray:
    """10·log10(255²/MSE) of 8-bit images, never above `cap_db`."""
    least = 255.0**2 / 10 ** (cap_db / 10)
    return np.asarray(10 * np.log10(255.0**2 / np.maximum(mean_squared_error, least)), np.float32)
