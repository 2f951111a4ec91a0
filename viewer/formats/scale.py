"""Digital steps for writing: the source's own grid, or a whole fraction of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.formats.block_source import peaks_mv
from viewer.formats.errors import RecordingError
from viewer.recording import Recording

COARSEST_STEP_MV = 1e-3
"""A microvolt: no written lead has a coarser step, unless the source had."""

BITS = (16, 24, 32)


@dataclass(frozen=True, slots=True)
class Scale:
    """gain: digital units per mV, one per lead; bits: of the storage format."""

    gain: tuple[float, ...]
    bits: int

    @property
    def step_mv(self) -> tuple[float, ...]:
        return tuple(1.0 / gain for gain in self.gain)

    def digits(self, block: NDArray[np.float32]) -> NDArray[np.int64]:
        """int64 [n_leads, n]; the lowest value of the format where nothing was recorded."""
        scaled = np.rint(block.astype(np.float64) * np.array(self.gain)[:, None])
        scaled[~np.isfinite(scaled)] = -(2 ** (self.bits - 1))
        digits: NDArray[np.int64] = scaled.astype(np.int64)
        return digits


def choose_scale(
    recording: Recording, bits: tuple[int, ...] = BITS, *, format_name: str = "WFDB"
) -> Scale:
    """The source's own grid where it is fine enough, else a whole fraction of it.

    So a recording that came from digital values is written without any rounding. Values
    that then exceed the bits are written in the source's own step. Raises RecordingError
    when even that is too large.
    """
    steps = recording.step_mv or (math.nan,) * len(recording.leads)
    peaks = peaks_mv(recording)
    for finest in (COARSEST_STEP_MV, math.inf):
        gains = tuple(_gain(step, finest) for step in steps)
        largest = float(np.max(peaks * np.array(gains), initial=0.0))
        for width in bits:
            if largest < 2 ** (width - 1) - 1:  # the lowest value means "not recorded"
                return Scale(gains, width)
    raise RecordingError(
        f"{recording.name} was not saved: it holds values too large for {format_name}; "
        f"choose {'NPZ' if format_name == 'WFDB' else 'WFDB or NPZ'}."
    )


def _gain(step_mv: float, finest_mv: float) -> float:
    """Digital units per mV for a source step: step / k, k whole, not above finest_mv."""
    if not (math.isfinite(step_mv) and step_mv != 0):
        return 1.0 / COARSEST_STEP_MV
    step = abs(step_mv)
    exact = 1.0 / step
    for digits in (0, 2, 4, 6, 9):  # gains are stated with few digits: find them again
        rounded = round(exact, digits)
        if rounded and 1.0 / rounded == step:
            exact = rounded
            break
    return exact * max(math.ceil(step / finest_mv - 1e-9), 1)
