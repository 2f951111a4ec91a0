"""Where P, QRS and T begin and end, on a median beat.

The QRS complex is the time in which the slope of all leads together (root mean square,
called spatial velocity by vectorcardiographers) stands out from the slopes around it;
three looks of different smoothness are averaged, and each lead then moves its own
boundaries a part of the way to what it shows itself. T ends where the steepest
descent behind its peak, drawn as a straight line, meets the level behind the wave
(tangent method of Lepeschkin and Surawicz, 1952). All thresholds were chosen on LUDB
records whose number leaves 1 when divided by 4; the others were left for the evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Look:
    """One way to see the QRS edge: smoothing (SD in s), how leads are joined, the share of
    the highest slope that counts as still, and what is added to the answer (s)."""

    smooth_s: float
    joined: Literal["rms", "mean"]
    share: float
    bias_s: float


ONSET_LOOKS = (_Look(0.004, "rms", 0.04, -0.004), _Look(0.008, "mean", 0.08, -0.004))
OFFSET_LOOKS = (
    _Look(0.006, "rms", 0.10, 0.0),
    _Look(0.008, "mean", 0.14, 0.0016),
    _Look(0.004, "rms", 0.08, 0.0006),
)
SMOOTH_S = 0.006
QRS_REACH_S = 0.16  # a QRS boundary is not farther from R than this
STILL_S = 0.010  # the slope must stay low for so long
REFINE_S = 0.030
OWN_SMOOTH_S, OWN_SLOPE, OWN_SHARE = 0.008, 0.15, 0.4
OWN_BIAS_S = (-0.006, 0.003)  # onset, J: what the higher slope share leaves out
FIRST_LEADS, FIRST_SLOPE, FIRST_BIAS_S = 0.25, 0.06, -0.0032
T_FROM_J_S = 0.06
T_SMOOTH_S = 0.008
T_TAIL = 1.4  # readers put the end of T behind the tangent's foot
T_REFINE_S, T_OWN_SHARE = 0.060, 0.2
P_FROM_ONSET_S = 0.26
P_HALF_S = 0.080
P_ONSET_SHARE, P_END_SHARE = 0.35, 0.55  # of the P wave's highest slope on that side
P_LEAST_MV = 0.012
CALM = 1.5
SHORT_PR_S = 0.060


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

    def reference(self, fs_hz: float) -> int:
        """Where levels are zero: QRS onset (PR segment), or P onset (TP) if PR is too short."""
        short = self.p_onset >= 0 and self.qrs_onset - self.p_onset < SHORT_PR_S * fs_hz
        return self.p_onset if short else self.qrs_onset


def usual_rr_s(r_samples: Ints, fs_hz: float) -> tuple[float, float]:
    """The usual RR interval and a short one (10 % are shorter), in seconds."""
    intervals = np.diff(r_samples) / fs_hz
    return float(np.median(intervals)), float(np.quantile(intervals, 0.1))


def delineate(
    median_mv: Floats, fs_hz: float, r_index: int, rr_s: float, weight: Floats | None = None
) -> Fiducials:
    """Fiducials of a median beat, float64 [n_leads, n] in mV, R near r_index.

    rr_s is a short RR interval: waves of the next beat are not searched. weight
    [n_leads] says how far a lead is to be relied on.
    """
    weight = np.ones(len(median_mv)) if weight is None else np.maximum(weight, 1e-3)
    smooth = _smooth(median_mv, SMOOTH_S * fs_hz)
    qrs_onset, j = _common_qrs(median_mv, fs_hz, r_index, weight)
    own = _slopes(median_mv, fs_hz, OWN_SMOOTH_S)
    lead_onset, lead_j = _refine(own, fs_hz, qrs_onset, j)
    t_peak, t_end, lead_t_end = _t_wave(smooth, fs_hz, j, r_index, rr_s, weight)
    p_onset, p_end = _p_wave(smooth, fs_hz, qrs_onset, rr_s, weight)
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


def _slopes(rows: Floats, fs_hz: float, smooth_s: float) -> Floats:
    """Absolute slopes in mV/s of smoothed rows."""
    slopes: Floats = np.abs(np.gradient(_smooth(rows, smooth_s * fs_hz), axis=1)) * fs_hz
    return slopes


def _common_qrs(median_mv: Floats, fs_hz: float, r_index: int, weight: Floats) -> tuple[int, int]:
    """Onset and J over all leads: the mean of several looks, as each errs elsewhere.

    The onset is also looked for in every lead by itself: the earliest quarter of the leads
    tells it, because a lead at right angles to the first forces begins late.
    """
    slopes = {look.smooth_s: _slopes(median_mv, fs_hz, look.smooth_s) for look in OFFSET_LOOKS}

    def look_at(look: _Look) -> tuple[int, int]:
        rows = slopes[look.smooth_s]
        joined = _rms(rows, weight) if look.joined == "rms" else weight @ rows / weight.sum()
        return _qrs(joined, fs_hz, r_index, look.share)

    own = [_qrs(row, fs_hz, r_index, FIRST_SLOPE)[0] for row in slopes[SMOOTH_S]]
    onsets = [float(np.quantile(own, FIRST_LEADS)) + FIRST_BIAS_S * fs_hz]
    onsets += [look_at(look)[0] + look.bias_s * fs_hz for look in ONSET_LOOKS]
    offsets = [look_at(look)[1] + look.bias_s * fs_hz for look in OFFSET_LOOKS]
    return max(0, round(float(np.mean(onsets)))), round(float(np.mean(offsets)))


def _qrs(velocity: Floats, fs_hz: float, r_index: int, share: float) -> tuple[int, int]:
    """Where the slope rises from and falls back to that share of the highest one."""
    near, reach = round(0.06 * fs_hz), round(QRS_REACH_S * fs_hz)
    first, last = max(0, r_index - near), min(len(velocity), r_index + near)
    top = float(velocity[first:last].max())
    high = np.flatnonzero(velocity[first:last] >= 0.4 * top) + first
    before = velocity[max(0, r_index - reach) : high[0]]
    after = velocity[high[-1] : r_index + reach]
    still = max(2, round(STILL_S * fs_hz))
    onset = high[0] - _steps_until_still(before[::-1], _limit(before, share * top), still)
    offset = high[-1] + _steps_until_still(after, _limit(after, share * top), still)
    return int(onset), int(offset)


def _limit(velocity: Floats, share: float) -> float:
    """The slope that counts as still: a share of the highest, above the calmest part."""
    calm = float(np.quantile(velocity, 0.2)) if len(velocity) else 0.0
    return max(share, CALM * calm)


def _steps_until_still(velocity: Floats, limit: float, still: int) -> int:
    """Samples until the slope is below the limit for `still` samples on end."""
    low = velocity < limit
    for i in range(len(low) - still + 1):
        if low[i : i + still].all():
            return i
    return int(np.argmin(velocity)) if len(velocity) else 0


def _refine(slopes: Floats, fs_hz: float, qrs_onset: int, j: int) -> tuple[Ints, Ints]:
    """Each lead's own onset and J, at most 12 ms from the common ones.

    A single lead is noisier than all together, so it moves only part of the way.
    """
    reach = REFINE_S * fs_hz
    own = np.array([_qrs(slope, fs_hz, (qrs_onset + j) // 2, OWN_SLOPE) for slope in slopes])
    common = np.array([qrs_onset, j])
    moved = np.clip(own - common, -reach, reach) * OWN_SHARE + np.array(OWN_BIAS_S) * fs_hz
    lead_onset, lead_j = (common + moved.round().astype(np.int64)).T
    return lead_onset, lead_j


def _t_wave(
    smooth: Floats, fs_hz: float, j: int, r_index: int, rr_s: float, weight: Floats
) -> tuple[int, int, Ints]:
    """Common T peak and end, and each lead's own end; -1 where there is no T wave."""
    none = -np.ones(len(smooth), dtype=np.int64)
    first = j + round(T_FROM_J_S * fs_hz)
    last = _t_last(smooth.shape[1], fs_hz, r_index, rr_s)
    if last - first < round(0.06 * fs_hz):
        return -1, -1, none
    wave = _smooth(smooth, T_SMOOTH_S * fs_hz)
    level = np.median(wave[:, last - round(0.02 * fs_hz) : last + 1], axis=1)
    height = _rms(wave - level[:, None], weight)
    t_peak = first + _highest_hump(height[first : last - round(0.03 * fs_hz)])
    common = _tangent_end(height, fs_hz, t_peak, last)
    if common < 0:
        return t_peak, -1, none
    own = np.array([_tangent_end(row, fs_hz, t_peak, last) for row in wave])
    reach = round(T_REFINE_S * fs_hz)
    moved = np.clip(np.where(own < 0, 0, own - common), -reach, reach) * T_OWN_SHARE
    return t_peak, common, common + moved.round().astype(np.int64)


def lead_t_ends(
    median_mv: Floats, fs_hz: float, marks: Fiducials, r_index: int, rr_s: float
) -> Ints:
    """Each lead's T end by itself, int64 [n_leads], -1 where it has none.

    For comparing two versions of one beat: other leads have no say.
    """
    last = _t_last(median_mv.shape[1], fs_hz, r_index, rr_s)
    if marks.t_peak < 0 or last <= marks.t_peak:
        return -np.ones(len(median_mv), dtype=np.int64)
    wave = _smooth(median_mv, (SMOOTH_S**2 + T_SMOOTH_S**2) ** 0.5 * fs_hz)
    return np.array([_tangent_end(row, fs_hz, marks.t_peak, last) for row in wave], dtype=np.int64)


def _t_last(n_samples: int, fs_hz: float, r_index: int, rr_s: float) -> int:
    """The last sample that may belong to the T wave."""
    return min(n_samples - 1, r_index + round(min(0.5, 0.72 * rr_s + 0.02) * fs_hz))


def _rms(rows: Floats, weight: Floats) -> Floats:
    """Root mean square over the leads, weighted."""
    out: Floats = np.sqrt((weight[:, None] * rows**2).sum(axis=0) / weight.sum())
    return out


def _highest_hump(height: Floats) -> int:
    """The highest inner maximum: a shifted ST segment has its highest level at the edge."""
    inner = np.flatnonzero((height[1:-1] > height[:-2]) & (height[1:-1] >= height[2:])) + 1
    if len(inner) == 0:
        return int(np.argmax(height))
    return int(inner[np.argmax(height[inner])])


def _tangent_end(wave: Floats, fs_hz: float, t_peak: int, last: int) -> int:
    """Where the steepest descent behind the peak, stretched by T_TAIL, meets the level."""
    slope = np.gradient(wave)
    near = round(0.04 * fs_hz)
    first = max(0, t_peak - near)
    level = float(np.median(wave[last - round(0.02 * fs_hz) : last + 1]))
    peak = first + int(np.argmax(np.abs(wave[first : t_peak + near] - level)))
    sign = 1.0 if wave[peak] >= level else -1.0
    down = -sign * slope[peak : last + 1]
    if len(down) < 3 or down.max() <= 0:
        return -1
    steepest = int(np.argmax(down))
    reach = sign * (wave[peak + steepest] - level) / down[steepest]
    return int(min(last, peak + steepest + round(T_TAIL * max(reach, 0.0))))


def _p_wave(
    smooth: Floats, fs_hz: float, qrs_onset: int, rr_s: float, weight: Floats
) -> tuple[int, int]:
    """Onset and end of the P wave, (-1, -1) where none stands out before the QRS."""
    first = max(0, qrs_onset - round(min(P_FROM_ONSET_S, 0.40 * rr_s) * fs_hz))
    last = qrs_onset - round(0.016 * fs_hz)
    if last - first < round(0.08 * fs_hz):
        return -1, -1
    wave = _smooth(smooth, 0.006 * fs_hz)[:, first:last]
    line = wave[:, :1] + (wave[:, -1:] - wave[:, :1]) * np.linspace(0, 1, wave.shape[1])
    height = _rms(wave - line, weight)
    peak = _highest_hump(height)
    if height[peak] < P_LEAST_MV or not 0 < peak < len(height) - 1:
        return -1, -1
    slope = _rms(np.gradient(wave, axis=1), weight)
    reach = round(P_HALF_S * fs_hz)
    before, after = slope[max(0, peak - reach) : peak][::-1], slope[peak : peak + reach]
    if len(before) < 3 or len(after) < 3:
        return -1, -1
    onset = peak - _wave_edge(before, P_ONSET_SHARE, fs_hz)
    end = peak + _wave_edge(after, P_END_SHARE, fs_hz)
    return int(first + onset), int(first + end)


def _wave_edge(slope: Floats, share: float, fs_hz: float) -> int:
    """Samples from a wave's peak to where, behind its steepest part, the slope is small."""
    steepest = int(np.argmax(slope))
    still = max(2, round(STILL_S * fs_hz))
    beyond = slope[steepest:]
    return steepest + _steps_until_still(beyond, share * float(slope[steepest]), still)
