"""The samples of a recording, block by block, for writers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from viewer.recording import Recording

BLOCK_SAMPLES = 1 << 20
"""Samples of all leads at a time: 4 MB as float32."""


def signal_blocks(recording: Recording) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """(first sample, float32 [n_leads, n] in mV), from the beginning to the end."""
    step = max(BLOCK_SAMPLES // recording.samples.n_leads, 1)
    for start in range(0, recording.n_samples, step):
        stop = min(start + step, recording.n_samples)
        yield start, recording.samples.read_mv(start, stop)


def peaks_mv(recording: Recording) -> NDArray[np.float64]:
    """Largest absolute value of each lead, 0 for a lead without samples."""
    peaks = np.zeros(recording.samples.n_leads)
    for _, block in signal_blocks(recording):
        finite = np.nan_to_num(np.abs(block).astype(np.float64), nan=0.0, posinf=np.inf)
        peaks = np.maximum(peaks, finite.max(axis=1, initial=0.0))
    return peaks
