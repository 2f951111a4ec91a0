"""Where the beats are: R peaks of any number of leads together.

A band-pass (difference of two Gaussians, about 3 to 16 Hz) turns every QRS into one
hump of energy. Each lead's hump height is measured against that lead's own usual
height, a lead whose quiet half is not quiet counts less, and the leads are fused by a
power mean with exponent 1/2, so that a spike in one lead alone stays small. Because the
whole recording is at hand, thresholds look both ways in time. No filter of this file
ever reaches a measurement: beats are only located here.

Own method; it was preferred to sleepecg 0.6 (single lead, Pan and Tompkins 1985) because
it misses and invents fewer beats and imports in a tenth of the time: see
inference/evaluation/results/st.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GRID_HZ = 250.0  # beats are searched at about this rate
CHUNK_S, CONTEXT_S = 120.0, 15.0
BLOCK_S = 0.5  # one value of "usual height" per lead and half second ...
BLOCKS_EACH_SIDE = 8  # ... from four seconds to each side
QUIET, LOUD = 0.10, 0.30  # noise floor over QRS height: full weight, no weight
LEAST_WEIGHT = 0.02
LEAST_STANDING_OUT = 0.05
SMALLEST_HUMP_MV = 0.01  # below this a lead is flat
HIGHEST = 2.0  # an artefact counts no more than twice a beat
APART_S = 0.20
CANDIDATE, BEAT, SEARCH_BACK = 0.10, 0.40, 0.22  # of the usual height
T_WAVE_S, T_WAVE = 0.40, 0.55  # so soon after a beat it must be this high, else it is a T wave
LONG_GAP = 1.6  # of the usual interval: look again in between
SEEN, SEEN_SHARE = 0.15, 0.6  # a lead sees a beat; this share of weight must see it
EARLY = 0.65  # of the usual interval: too early for a beat that few leads see


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Beats:
    """The beats of a recording.

    samples      int64 [n_beats], R peaks in samples of the given signal, ascending
    lead_weight  float64 [n_leads] in 0..1: how far each lead could be relied on
    """

    samples: Ints
    lead_weight: Floats

    @property
    def stand_out(self) -> bool:
        """Whether any lead is quieter between beats; fibrillation and noise never are."""
        return bool((self.lead_weight > LEAST_STANDING_OUT).any())


def find_beats(signal_mv: NDArray[np.floating], fs_hz: float) -> Beats:
    """R peaks of signal_mv [n_leads, n_samples] in mV; NaN is bridged, never a beat.

    Works in chunks of two minutes with context, so that memory stays small and an hour
    costs sixty minutes, not more. Raises ValueError for a signal that is not 2-D.
    """
    if signal_mv.ndim != 2:
        raise ValueError(f"a signal is [leads, samples], not {signal_mv.shape}")
    n_leads, n_samples = signal_mv.shape
    step = max(1, round(fs_hz / GRID_HZ))
    if n_leads == 0 or n_samples < fs_hz:
        return Beats(samples=np.zeros(0, np.int64), lead_weight=np.zeros(n_leads))
    chunk, context = round(CHUNK_S * fs_hz), round(CONTEXT_S * fs_hz)
    found, weights = [], []
    for start in range(0, n_samples, chunk):
        stop = min(start + chunk, n_samples)
        if n_samples - stop < chunk // 4:
            stop = n_samples  # no short remainder: its thresholds would have no past
        first, last = max(0, start - context), min(n_samples, stop + context)
        samples, weight = _chunk(signal_mv[:, first:last], fs_hz, step)
        samples = samples + first
        found.append(samples[(samples >= start) & (samples < stop)])
        weights.append(weight)
        if stop == n_samples:
            break
    return Beats(samples=_apart(np.concatenate(found), fs_hz), lead_weight=np.mean(weights, axis=0))


def _apart(samples: Ints, fs_hz: float) -> Ints:
    """Without the second of two beats that a chunk boundary cut from one."""
    if len(samples) < 2:
        return samples
    return samples[np.r_[True, np.diff(samples) > 0.1 * fs_hz]]


def _chunk(signal_mv: NDArray[np.floating], fs_hz: float, step: int) -> tuple[Ints, Floats]:
    filled, holes = _bridge_gaps(signal_mv)
    length = filled.shape[1] // step * step
    grid = filled[:, :length].reshape(len(filled), -1, step).mean(axis=2)
    holes = holes[:, :length:step]
    rate = fs_hz / step
    waves = _smooth(grid, 0.010 * rate) - _smooth(grid, 0.030 * rate)
    humps = np.sqrt(np.maximum(_smooth(waves * waves, 0.035 * rate), 0.0))
    usual, weight = _usual_height(humps, rate)
    weight = np.where(holes, 0.0, weight)
    relative = np.minimum(humps / np.maximum(usual, 1e-6), HIGHEST)
    total = np.maximum(weight.sum(axis=0), 1e-9)
    fused = ((weight * np.sqrt(relative)).sum(axis=0) / total) ** 2
    fused[weight.sum(axis=0) == 0.0] = 0.0
    seen = (weight * (relative > SEEN)).sum(axis=0) / total
    candidates = _candidates(fused, rate)
    beats = _choose(candidates, fused[candidates], seen[candidates], rate)
    peaks = _on_the_peak(beats, waves, weight / np.maximum(usual, 1e-6), rate)
    return peaks * step + step // 2, np.median(weight, axis=1)


def _bridge_gaps(signal_mv: NDArray[np.floating]) -> tuple[Floats, NDArray[np.bool_]]:
    """The signal with straight lines over NaN, and where those are."""
    filled = np.array(signal_mv, dtype=np.float64)
    holes = ~np.isfinite(filled)
    for row, hole in zip(filled, holes, strict=True):
        if hole.all():
            row[:] = 0.0
        elif hole.any():
            row[hole] = np.interp(np.flatnonzero(hole), np.flatnonzero(~hole), row[~hole])
    return filled, holes


def _smooth(rows: Floats, sigma: float) -> Floats:
    """Gaussian smoothing along time, edges held."""
    from scipy.signal import oaconvolve  # scipy.signal costs a second: only when needed

    reach = int(np.ceil(4 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(rows, ((0, 0), (reach, reach)), mode="edge")
    smoothed: Floats = oaconvolve(padded, (kernel / kernel.sum())[None], mode="valid", axes=1)
    return smoothed


def _usual_height(humps: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Per lead and sample: the usual height of a QRS hump nearby, and the lead's weight."""
    n_leads, n_samples = humps.shape
    hop = round(BLOCK_S * rate_hz)
    n_blocks = max(1, n_samples // hop)
    blocks = humps[:, : n_blocks * hop].reshape(n_leads, n_blocks, -1)
    highest = np.pad(blocks.max(axis=2), ((0, 0), (1, 1)), mode="edge")
    highest = np.maximum(np.maximum(highest[:, :-2], highest[:, 1:-1]), highest[:, 2:])
    floor = np.quantile(blocks, 0.4, axis=2)
    centres, times = (np.arange(n_blocks) + 0.5) * hop, np.arange(n_samples)
    usual = np.stack([np.interp(times, centres, row) for row in _rolling_median(highest)])
    noise = np.stack([np.interp(times, centres, row) for row in _rolling_median(floor)])
    share = noise / np.maximum(usual, 1e-6)
    weight = np.clip((LOUD - share) / (LOUD - QUIET), LEAST_WEIGHT, 1.0)
    return usual, weight * (usual > SMALLEST_HUMP_MV)


def _rolling_median(blocks: Floats) -> Floats:
    reach = BLOCKS_EACH_SIDE
    mode = "reflect" if blocks.shape[1] > reach else "edge"
    padded = np.pad(blocks, ((0, 0), (reach, reach)), mode=mode)  # type: ignore[call-overload]
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1)
    medians: Floats = np.median(windows, axis=2)
    return medians


def _candidates(fused: Floats, rate_hz: float) -> Ints:
    """Local maxima, the higher one where two are closer than two beats can be."""
    peaks = np.flatnonzero((fused[1:-1] > fused[:-2]) & (fused[1:-1] >= fused[2:])) + 1
    peaks = peaks[fused[peaks] > CANDIDATE]
    taken = np.zeros(len(fused), dtype=bool)
    reach, kept = round(APART_S * rate_hz), []
    for peak in peaks[np.argsort(-fused[peaks], kind="stable")]:
        if not taken[peak]:
            kept.append(peak)
            taken[max(0, peak - reach) : peak + reach + 1] = True
    return np.array(sorted(kept), dtype=np.int64)


def _choose(at: Ints, height: Floats, seen: Floats, rate_hz: float) -> Ints:
    """The candidates that are beats."""
    chosen = height > BEAT
    for _ in range(3):  # the local level and the choice settle together
        beats = np.flatnonzero(chosen)
        if len(beats) < 3:
            return at[chosen]
        level = np.interp(at, at[beats], _local_median(height[beats], 4, 5))
        chosen = height > BEAT * level
        _drop_t_waves(chosen, at, height, rate_hz)
        _search_back(chosen, at, height, level, rate_hz)
    _drop_early(chosen, at, seen)
    return at[chosen]


def _local_median(values: Floats | Ints, back: int, ahead: int) -> Floats:
    return np.array([np.median(values[max(0, i - back) : i + ahead]) for i in range(len(values))])


def _drop_t_waves(chosen: NDArray[np.bool_], at: Ints, height: Floats, rate_hz: float) -> None:
    """Of two humps close together, the much lower one is a T wave or a P wave."""
    before = -1
    for i in np.flatnonzero(chosen).tolist():
        if before >= 0 and at[i] - at[before] < T_WAVE_S * rate_hz:
            if height[i] < T_WAVE * height[before]:
                chosen[i] = False
                continue
            if height[before] < 0.8 * T_WAVE * height[i]:
                chosen[before] = False
        before = i


def _search_back(
    chosen: NDArray[np.bool_], at: Ints, height: Floats, level: Floats, rate_hz: float
) -> None:
    """Where an interval is too long, the best weaker candidate within it."""
    beats = np.flatnonzero(chosen)
    intervals = np.diff(at[beats])
    if len(intervals) < 2:
        return
    usual = _local_median(intervals, 4, 5)
    for j in np.flatnonzero(intervals > LONG_GAP * usual):
        left, right = beats[j], beats[j + 1]
        inside = np.arange(left + 1, right)
        after = at[inside] - at[left] > 0.36 * rate_hz
        inside = inside[after & (at[right] - at[inside] > 0.25 * rate_hz)]
        if len(inside):
            best = inside[np.argmax(height[inside])]
            chosen[best] = height[best] > SEARCH_BACK * level[best]


def _drop_early(chosen: NDArray[np.bool_], at: Ints, seen: Floats) -> None:
    """A spike that reliable leads do not show, soon before or after a beat that they show."""
    sure = seen >= SEEN_SHARE
    for _ in range(3):
        beats = np.flatnonzero(chosen)
        if len(beats) < 5:
            return
        usual = _local_median(np.diff(at[beats]), 8, 8)
        doubtful = []
        for j in np.flatnonzero(~sure[beats]).tolist():
            beside = [k for k in (j - 1, j + 1) if 0 <= k < len(beats) and sure[beats[k]]]
            gaps = [abs(int(at[beats[k]] - at[beats[j]])) for k in beside]
            if gaps and min(gaps) < EARLY * usual[min(j, len(usual) - 1)]:
                doubtful.append(beats[j])
        if not doubtful:
            return
        chosen[doubtful] = False


def _on_the_peak(beats: Ints, waves: Floats, scale: Floats, rate_hz: float) -> Ints:
    """From the middle of the hump to the highest deflection of all leads together."""
    reach = round(0.06 * rate_hz)
    peaks = np.empty_like(beats)
    for i, beat in enumerate(beats.tolist()):
        first = max(0, beat - reach)
        span = slice(first, beat + reach + 1)
        peaks[i] = first + int(np.argmax((np.abs(waves[:, span]) * scale[:, span]).sum(axis=0)))
    return peaks
