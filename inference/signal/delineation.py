"""Where P, QRS and T begin and end, on a median beat.

The QRS complex is the time in which the slope of all leads together (root mean square,
called spatial velocity by vectorcardiographers) stands out from the slopes around it;
each lead then moves its own boundaries by at most 20 ms. T ends where the steepest
descent behind its peak, drawn as a straight line, meets the level behind the wave
(tangent method of Lepeschkin and Surawicz, 1952). All thresholds were chosen on LUDB
records whose number leaves 1 when divided by 4; the others were left for the evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SMOOTH_S = 0.004
QRS_REACH_S = 0.16  # a QRS boundary is not farther from R than this
ONSET_SHARE, OFFSET_SHARE = 0.06, 0.08  # of the highest slope
STILL_S = 0.010  # the slope must stay low for so long
REFINE_S = 0.020
T_FROM_J_S = 0.06
P_FROM_ONSET_S = 0.28


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fiducials:
    """Indices into a median beat; -1 (or NaN for times) where a wave was not found.

    qrs_onset, j, t_peak, t_end, p_onset, p_end   over all leads
    lead_qrs_onset, lead_j, lead_t_end   int64 [n_leads]
    """

    qrs_onset: int
    j: int
    t_peak: int
    t_end: int
    p_onset: int
    p_end: int
    lead_qrs_onset: Ints
    lead_j: Ints
    lead_t_end: Ints


def delineate(
    median_mv: Floats, fs_hz: float, r_index: int, rr_s: float, weight: Floats | None = None
) -> Fiducials:
    """Fiducials of a median beat, float64 [n_leads, n] in mV, R near r_index.

    rr_s is the usual RR interval: waves of the next beat are not searched. weight
    [n_leads] says how far a lead is to be relied on.
    """
    weight = np.ones(len(median_mv)) if weight is None else np.maximum(weight, 1e-3)
    smooth = _smooth(median_mv, SMOOTH_S * fs_hz)
    slopes = np.abs(np.gradient(smooth, axis=1)) * fs_hz
    velocity = np.sqrt((weight[:, None] * slopes**2).sum(axis=0) / weight.sum())
    qrs_onset, j = _qrs(velocity, fs_hz, r_index)
    lead_onset, lead_j = _refine(slopes, fs_hz, r_index, qrs_onset, j)
    t_peak, t_end, lead_t_end = _t_wave(smooth, fs_hz, j, r_index, rr_s, weight)
    p_onset, p_end = _p_wave(smooth, fs_hz, qrs_onset, r_index, rr_s, weight)
    return Fiducials(
        qrs_onset=qrs_onset,
        j=j,
        t_peak=t_peak,
        t_end=t_end,
        p_onset=p_onset,
        p_end=p_end,
        lead_qrs_onset=lead_onset,
        lead_j=lead_j,
        lead_t_end=lead_t_end,
    )


def _smooth(rows: Floats, sigma: float) -> Floats:
    if sigma < 0.5:
        return rows
    reach = int(np.ceil(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(rows, ((0, 0), (reach, reach)), mode="edge")
    return np.stack([np.convolve(row, kernel / kernel.sum(), mode="valid") for row in padded])


def _qrs(velocity: Floats, fs_hz: float, r_index: int) -> tuple[int, int]:
    """Onset and offset (J) of the QRS complex over all leads."""
    near, reach = round(0.06 * fs_hz), round(QRS_REACH_S * fs_hz)
    first, last = max(0, r_index - near), min(len(velocity), r_index + near)
    top = float(velocity[first:last].max())
    high = np.flatnonzero(velocity[first:last] > 0.4 * top) + first
    before = velocity[max(0, r_index - reach) : high[0]]
    after = velocity[high[-1] : r_index + reach]
    still = max(2, round(STILL_S * fs_hz))
    onset = high[0] - _steps_until_still(before[::-1], _limit(before, ONSET_SHARE * top), still)
    offset = high[-1] + _steps_until_still(after, _limit(after, OFFSET_SHARE * top), still)
    return int(onset), int(offset)


def _limit(velocity: Floats, share: float) -> float:
    """The slope that counts as still: a share of the highest, above the calmest part."""
    calm = float(np.quantile(velocity, 0.2)) if len(velocity) else 0.0
    return max(share, 1.5 * calm)


def _steps_until_still(velocity: Floats, limit: float, still: int) -> int:
    """Samples until the slope is below the limit for `still` samples on end."""
    low = velocity < limit
    for i in range(len(low) - still + 1):
        if low[i : i + still].all():
            return i
    return int(np.argmin(velocity)) if len(velocity) else 0


def _refine(
    slopes: Floats, fs_hz: float, r_index: int, qrs_onset: int, j: int
) -> tuple[Ints, Ints]:
    """Each lead's own onset and J, at most 20 ms from the common ones."""
    reach = round(REFINE_S * fs_hz)
    onsets, ends = [], []
    for slope in slopes:
        own_onset, own_j = _qrs(slope, fs_hz, (qrs_onset + j) // 2)
        onsets.append(min(max(own_onset, qrs_onset - reach), qrs_onset + reach))
        ends.append(min(max(own_j, j - reach), j + reach))
    return np.array(onsets, dtype=np.int64), np.array(ends, dtype=np.int64)


def _t_wave(
    smooth: Floats, fs_hz: float, j: int, r_index: int, rr_s: float, weight: Floats
) -> tuple[int, int, Ints]:
    """Common T peak and end, and each lead's own end; -1 where there is no T wave."""
    none = -np.ones(len(smooth), dtype=np.int64)
    first = j + round(T_FROM_J_S * fs_hz)
    last = min(smooth.shape[1] - 1, r_index + round(min(0.5, 0.72 * rr_s + 0.02) * fs_hz))
    if last - first < round(0.06 * fs_hz):
        return -1, -1, none
    wave = _smooth(smooth, 0.008 * fs_hz)
    level = np.median(wave[:, last - round(0.02 * fs_hz) : last + 1], axis=1)
    height = np.sqrt((weight[:, None] * (wave - level[:, None]) ** 2).sum(axis=0) / weight.sum())
    t_peak = first + int(np.argmax(height[first : last - round(0.03 * fs_hz)]))
    ends = np.array([_tangent_end(row, fs_hz, t_peak, last) for row in wave], dtype=np.int64)
    return t_peak, _tangent_end(height, fs_hz, t_peak, last), ends


def _tangent_end(wave: Floats, fs_hz: float, t_peak: int, last: int) -> int:
    """Where the steepest descent behind the peak meets the level behind the wave."""
    slope = np.gradient(wave)
    near = round(0.04 * fs_hz)
    first = max(0, t_peak - near)
    level = float(np.median(wave[last - round(0.02 * fs_hz) : last + 1]))
    span = wave[first : t_peak + near] - level
    peak = first + int(np.argmax(np.abs(span)))
    sign = 1.0 if wave[peak] >= level else -1.0
    down = -sign * slope[peak : last + 1]
    if len(down) < 3 or down.max() <= 0:
        return -1
    steepest = int(np.argmax(down))
    reach = sign * (wave[peak + steepest] - level) / down[steepest]
    return int(min(last, peak + steepest + round(max(reach, 0.0))))


def _p_wave(
    smooth: Floats, fs_hz: float, qrs_onset: int, r_index: int, rr_s: float, weight: Floats
) -> tuple[int, int]:
    """Onset and end of the P wave, (-1, -1) where none stands out before the QRS."""
    first = max(0, qrs_onset - round(min(P_FROM_ONSET_S, 0.45 * rr_s) * fs_hz))
    last = qrs_onset - round(0.02 * fs_hz)
    if last - first < round(0.08 * fs_hz):
        return -1, -1
    wave = _smooth(smooth, 0.006 * fs_hz)[:, first:last]
    level = np.median(smooth[:, qrs_onset - round(0.02 * fs_hz) : qrs_onset], axis=1)
    slope = np.sqrt((weight[:, None] * np.gradient(wave, axis=1) ** 2).sum(axis=0) / weight.sum())
    height = np.sqrt((weight[:, None] * (wave - level[:, None]) ** 2).sum(axis=0) / weight.sum())
    peak = int(np.argmax(height))
    if height[peak] < 0.02 or height[peak] < 3 * np.median(np.abs(height - np.median(height))):
        return -1, -1
    top = float(slope.max())
    still = max(2, round(STILL_S * fs_hz))
    steep = np.flatnonzero(slope > 0.4 * top)
    onset = steep[0] - _steps_until_still(slope[: steep[0]][::-1], 0.2 * top, still)
    end = steep[-1] + _steps_until_still(slope[steep[-1] :], 0.2 * top, still)
    return int(first + onset), int(first + end)
