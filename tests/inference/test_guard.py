from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

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


def test_without_beats_a_changed_lead_cannot_be_judged():
    noise = np.random.default_rng(1).normal(0, 0.1, (12, 5000)).astype(np.float32)

    report = guard(noise, noise * 0.5, 500.0, LEADS)

    assert report.state == "cannot_tell"
    assert {row.state for row in report.leads} == {"cannot_tell"}


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="12 leads"):
        guard(np.zeros((11, 5000)), np.zeros((11, 5000)), 500.0, LEADS)
