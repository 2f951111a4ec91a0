"""ST segments of ten-second recordings, moved by a known amount.

The shift begins within the last 20 ms of the QRS complex, stays level to the T wave and
fades with it, beat by beat, so that its size at J, J+60 and J+80 is known exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.signal.delineation import delineate, usual_rr_s
from inference.signal.median_beat import align_beats, rough_median
from inference.signal.rpeaks import find_beats

Signal = NDArray[np.float32]


def st_course(signal_mv: Signal, fs_hz: float) -> NDArray[np.float64] | None:
    """float64 [n]: 0 outside, 1 within every ST segment; None without regular beats.

    Every detected beat gets one, also those the median beat leaves aside.
    """
    found = find_beats(signal_mv, fs_hz)
    beats = align_beats(signal_mv, fs_hz, found.samples, found.lead_weight)
    if len(beats) < 3:
        return None
    rr_s, short_s = usual_rr_s(found.samples, fs_hz)
    marks = delineate(
        rough_median(signal_mv, beats), fs_hz, beats.before, short_s, found.lead_weight
    )
    t_end = marks.t_end if marks.t_end > 0 else beats.before + round(0.4 * rr_s * fs_hz)
    after = np.arange(-beats.before, beats.after) / fs_hz
    j_s, end_s = (marks.j - beats.before) / fs_hz, (t_end - beats.before) / fs_hz
    rise = np.clip((after - j_s + 0.020) / 0.018, 0, 1)
    fall = np.clip((end_s - after) / max(end_s - j_s - 0.10, 0.05), 0, 1)
    wave = _smoothstep(rise) * _smoothstep(fall)
    course = np.zeros(signal_mv.shape[1])
    aligned = found.samples.copy()
    for i, sample in enumerate(found.samples):  # the aligned position where there is one
        near = beats.samples[np.argmin(np.abs(beats.samples - sample))]
        aligned[i] = near if abs(int(near) - int(sample)) <= 0.03 * fs_hz else sample
    for sample in aligned.tolist():
        first = max(0, beats.before - sample)
        last = min(len(wave), course.size - sample + beats.before)
        if last > first:
            span = slice(sample - beats.before + first, sample - beats.before + last)
            course[span] = np.maximum(course[span], wave[first:last])
    return course


def _smoothstep(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return x * x * (3 - 2 * x)
