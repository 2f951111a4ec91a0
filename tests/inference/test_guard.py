from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, lfilter, sosfilt

from inference.evaluation.st_shift import st_course
from inference.evaluation.st_sweep import analytic
from inference.st import guard
from tests.inference.ecg import LEADS, ludb


def test_the_identity_is_silent():
    signal_mv, fs_hz = ludb(1)

    report = guard(signal_mv, signal_mv.copy(), fs_hz, LEADS)

    assert report.state == "ok"
    assert all(row.delta_st_mv == {"j": 0.0, "j60": 0.0, "j80": 0.0} for row in report.leads)


@pytest.mark.parametrize("number", [1, 5, 25])
def test_a_causal_half_hertz_high_pass_is_blocked(number):
    signal_mv, fs_hz = ludb(number)
    filtered = sosfilt(butter(2, 0.5, "high", fs=fs_hz, output="sos"), signal_mv, axis=1)

    report = guard(signal_mv, filtered.astype(np.float32), fs_hz, LEADS)

    assert report.state == "block"
    assert "ST at J" in report.reason


@pytest.mark.parametrize("sd_mv", [0.02, 0.3])
def test_noise_taken_away_faithfully_is_never_called_a_shift(sd_mv):
    clean_mv, fs_hz = ludb(5)
    white = np.random.default_rng(11).normal(0, 1, clean_mv.shape)
    wander = lfilter([0.2], [1, -0.98], white, axis=1)  # as movement has it: mostly slow
    raw_mv = clean_mv + sd_mv * (white + wander)

    report = guard(raw_mv.astype(np.float32), clean_mv, fs_hz, LEADS)

    assert not [row for row in report.leads if row.state in ("warn", "block")]


def test_where_the_raw_lead_is_too_noisy_the_guard_cannot_tell():
    clean_mv, fs_hz = ludb(5)
    raw_mv = clean_mv.copy()
    raw_mv[7] += np.random.default_rng(12).normal(0, 0.5, clean_mv.shape[1]).astype(np.float32)

    report = guard(raw_mv, clean_mv, fs_hz, LEADS)

    assert report.leads[7].state == "cannot_tell"
    assert "too noisy" in report.leads[7].reason or "noise in the raw" in report.leads[7].reason
    assert report.leads[7].uncertainty_mv > 0.01
    assert report.state == "cannot_tell"


@pytest.mark.parametrize("shift_mv", [-0.3, -0.05, 0.05, 0.3])
def test_a_shift_of_the_st_segment_is_found_beside_removed_noise(shift_mv):
    """Noise that the beats average out does not hide a shift of 0.05 mV."""
    clean_mv, fs_hz = ludb(5)
    course = st_course(clean_mv, fs_hz)
    noise = np.random.default_rng(13).normal(0, 0.015, clean_mv.shape)
    raw_mv = (clean_mv + noise).astype(np.float32)
    moved = clean_mv.copy()
    moved[8] += (shift_mv * course).astype(np.float32)

    report = guard(raw_mv, moved, fs_hz, LEADS)

    assert report.leads[8].state == ("block" if abs(shift_mv) > 0.06 else report.leads[8].state)
    assert report.leads[8].state in ("warn", "block")
    assert {row.state for i, row in enumerate(report.leads) if i != 8} == {"ok"}


def test_a_still_baseline_that_cleaning_sets_moving_is_blocked():
    """Levelling the beats for the median hides such a drift; the page does not."""
    clean_mv = analytic(0.1, 75, 90).signal_mv
    t = np.arange(clean_mv.shape[1]) / 500.0
    drifting = clean_mv.copy()
    drifting[7] += (0.3 * np.sin(2 * np.pi * 0.21 * t)).astype(np.float32)

    report = guard(clean_mv, drifting, 500.0, LEADS)

    assert report.leads[7].state == "block"
    assert "from beat to beat" in report.leads[7].reason
    assert guard(drifting, clean_mv, 500.0, LEADS).state in ("ok", "cannot_tell")


def test_without_beats_a_changed_lead_cannot_be_judged():
    noise = np.random.default_rng(1).normal(0, 0.1, (12, 5000)).astype(np.float32)

    report = guard(noise, noise * 0.5, 500.0, LEADS)

    assert report.state == "cannot_tell"
    assert {row.state for row in report.leads} == {"cannot_tell"}


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="12 leads"):
        guard(np.zeros((11, 5000)), np.zeros((11, 5000)), 500.0, LEADS)
