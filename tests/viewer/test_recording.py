"""Recordings are frozen and consistent."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from viewer.recording import Recording


def recording(n: int = 100, **changes) -> Recording:
    signal = np.zeros((2, n), np.float32)
    return dataclasses.replace(Recording.from_array(signal, ("I", "II"), 500.0, "rec"), **changes)


def test_duration_follows_from_samples_and_rate():
    assert recording(1000).duration_s == 2.0
    assert recording(1000).n_samples == 1000


def test_nothing_of_a_recording_can_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        recording().fs_hz = 250.0  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        recording().signal_mv[0, 0] = 1.0


@pytest.mark.parametrize("fs_hz", [0.0, -500.0, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused(fs_hz):
    with pytest.raises(ValueError, match="sampling rate"):
        recording(fs_hz=fs_hz)


@pytest.mark.parametrize("leads", [("I",), ("I", "II", "III"), ("I", "I")])
def test_names_and_rows_must_agree(leads):
    with pytest.raises(ValueError, match=r"leads, but|named twice"):
        recording(leads=leads)
