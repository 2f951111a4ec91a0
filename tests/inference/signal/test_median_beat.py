from __future__ import annotations

import numpy as np
import pytest

from inference.evaluation.st_sweep import analytic
from inference.signal.median_beat import align_beats, level_beats

FS = 500.0


def test_beats_of_another_shape_are_left_aside():
    case = analytic(0.0, 75, 90)
    signal_mv = case.signal_mv.copy()
    odd = case.beats[[3, 7]]
    for beat in odd:
        signal_mv[:, beat - 60 : beat + 60] = np.sin(np.arange(120) / 19)[None] * 1.5

    beats = align_beats(signal_mv, FS, case.beats)

    assert len(beats) >= len(case.beats) - 4
    assert not set(odd.tolist()) & set(beats.samples.tolist())


def test_beats_found_a_little_off_are_brought_into_line():
    case = analytic(0.0, 75, 90)
    shifts = np.random.default_rng(2).integers(-6, 7, len(case.beats))

    beats = align_beats(case.signal_mv, FS, case.beats + shifts)

    truth = case.beats[np.isin(case.beats, case.beats)]
    apart = [int(np.min(np.abs(truth - s))) for s in beats.samples]
    assert np.ptp([int(s - truth[np.argmin(np.abs(truth - s))]) for s in beats.samples]) <= 1
    assert max(apart) <= 6


@pytest.mark.parametrize("rate_hz", [0.15, 0.3])
def test_drift_does_not_move_the_median_beat(rate_hz):
    case = analytic(0.1, 60, 90)
    t = np.arange(case.signal_mv.shape[1]) / FS
    drifting = case.signal_mv + 0.5 * np.sin(2 * np.pi * rate_hz * t + 0.7)
    beats = align_beats(case.signal_mv, FS, case.beats)
    onset = beats.before - round(0.045 * FS)

    clean, bent = (
        np.median(level_beats(x, beats, onset), axis=0) for x in (case.signal_mv, drifting)
    )

    st = slice(beats.before + 23, beats.before + 65)
    assert np.abs(bent[:, st] - clean[:, st]).max() < 0.008


def test_nothing_is_drawn_across_a_pause():
    """A long asystole between beats leaves the beats on both sides at their own level."""
    case = analytic(0.1, 60, 90)
    beats = align_beats(case.signal_mv, FS, case.beats)
    apart = np.concatenate([case.signal_mv, np.zeros((12, 3000)), case.signal_mv], axis=1)
    apart[:, 5000:] += 2.0  # another electrode offset after the pause
    both = align_beats(apart, FS, np.concatenate([case.beats, case.beats + 8000]))
    onset = beats.before - round(0.045 * FS)

    usual, after = (
        np.median(level_beats(x, b, onset), axis=0)
        for x, b in ((case.signal_mv, beats), (apart, both))
    )

    assert np.abs(after - usual).max() < 0.01
