"""Resampling keeps time zero, length and what lies below both Nyquist frequencies."""

import numpy as np
import pytest

from inference.signal.resample import ratio, resample, resampled_length


@pytest.mark.parametrize("fs_hz", [128.0, 250.0, 257.0, 360.0, 1000.0, 977.5])
def test_a_10_hz_sine_arrives_as_itself(fs_hz):
    t = np.arange(round(4 * fs_hz)) / fs_hz
    out = resample(np.sin(2 * np.pi * 10 * t)[None], fs_hz, 500.0)
    at = np.arange(out.shape[1]) / 500.0
    inner = (at > 0.5) & (at < 3.5)
    assert np.abs(out[0] - np.sin(2 * np.pi * 10 * at))[inner].max() < 2e-3


@pytest.mark.parametrize("fs_hz", [128.0, 257.0, 360.0, 1000.0])
def test_there_and_back_keeps_the_length(fs_hz):
    n = round(7.3 * fs_hz)
    there = resample(np.zeros((2, n)), fs_hz, 500.0)
    assert there.shape[1] == resampled_length(n, fs_hz, 500.0)
    assert resample(there, 500.0, fs_hz).shape[1] >= n


def test_the_same_rate_changes_nothing():
    x = np.random.default_rng(0).normal(size=(3, 100)).astype(np.float32)
    assert np.array_equal(resample(x, 500.0, 500.0), x)


def test_a_baseline_far_from_zero_makes_no_ringing():
    out = resample(np.full((1, 720), 5.0), 360.0, 500.0)
    assert np.abs(out - 5.0).max() < 0.01


def test_ratios_of_common_rates_are_exact():
    assert (ratio(360, 500).numerator, ratio(360, 500).denominator) == (25, 18)
    assert (ratio(257, 500).numerator, ratio(257, 500).denominator) == (500, 257)
