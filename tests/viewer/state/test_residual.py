"""The residual's average tells removed signal from removed noise."""

from __future__ import annotations

import numpy as np
import pytest

from inference.signal.rpeaks import find_beats
from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.state.residual import Verdict, chance, locked_average


@pytest.fixture(scope="module")
def recording():
    return open_recording(sample("ptbxl_clean.hea"))


@pytest.fixture(scope="module")
def r_samples(recording):
    return find_beats(recording.signal_mv, recording.fs_hz).samples


def test_noise_that_was_removed_is_no_finding(recording, r_samples):
    random = np.random.default_rng(1)
    noise_mv = random.normal(0, 0.05, recording.signal_mv.shape)
    average = locked_average(noise_mv, recording.fs_hz, r_samples, recording.leads)
    assert average.n_beats >= 8
    assert Verdict.LOCKED not in average.verdicts


def test_wander_that_was_removed_is_no_finding(recording, r_samples):
    time_s = np.arange(recording.n_samples) / recording.fs_hz
    phases = np.linspace(0, 6, len(recording.leads))[:, None]
    wander_mv = 0.5 * np.sin(2 * np.pi * 0.25 * time_s + phases)
    average = locked_average(wander_mv, recording.fs_hz, r_samples, recording.leads)
    assert Verdict.LOCKED not in average.verdicts


def test_a_tenth_of_the_signal_removed_is_found_and_its_wave_named(recording, r_samples):
    random = np.random.default_rng(2)
    noise_mv = random.normal(0, 0.05, recording.signal_mv.shape)
    eaten_mv = noise_mv + 0.1 * recording.signal_mv
    average = locked_average(eaten_mv, recording.fs_hz, r_samples, recording.leads)
    v2 = recording.leads.index("V2")
    assert average.verdicts[v2] is Verdict.LOCKED
    assert average.wave[v2] == "QRS"
    assert "QRS shape" in average.sentence(v2)


def test_a_flattened_t_wave_is_named_as_such(recording, r_samples):
    bump_mv = np.zeros(recording.n_samples)
    for r in r_samples:
        time_s = (np.arange(recording.n_samples) - r) / recording.fs_hz
        bump_mv += 0.08 * np.exp(-(((time_s - 0.26) / 0.04) ** 2))
    residual_mv = np.zeros_like(recording.signal_mv)
    residual_mv[10] = bump_mv
    average = locked_average(residual_mv, recording.fs_hz, r_samples, recording.leads)
    assert [v is Verdict.LOCKED for v in average.verdicts] == [i == 10 for i in range(12)]
    assert average.wave[10] == "ST–T"
    assert average.peak_ms[10] == pytest.approx(260, abs=12)


def test_few_beats_or_no_signal_give_no_verdict(recording, r_samples):
    residual_mv = 0.1 * recording.signal_mv
    few = locked_average(residual_mv, recording.fs_hz, r_samples[:4], recording.leads)
    assert set(few.verdicts) == {Verdict.CANNOT_TELL}
    gone = residual_mv.copy()
    gone[3] = np.nan
    average = locked_average(gone, recording.fs_hz, r_samples, recording.leads)
    assert average.verdicts[3] is Verdict.CANNOT_TELL
    assert "no signal" in average.sentence(3)
    none = locked_average(residual_mv, recording.fs_hz, r_samples[:0], recording.leads)
    assert set(none.verdicts) == {Verdict.CANNOT_TELL}


def test_chance_is_small_for_equal_beats_and_large_for_alternating_ones():
    beat = np.sin(np.linspace(0, 3, 100))
    assert chance(np.tile(beat, (8, 1))) <= 1 / 128 + 1e-9
    signs = np.array([1, -1] * 4)[:, None]
    assert chance(beat * signs) > 0.5
    assert chance(np.zeros((8, 100))) == 1.0


def test_the_verdict_does_not_change_from_run_to_run(recording, r_samples):
    random = np.random.default_rng(3)
    residual_mv = random.normal(0, 0.05, (1, recording.n_samples))
    many = np.arange(300, recording.n_samples - 300, 150)
    first = locked_average(residual_mv, recording.fs_hz, many, ("I",))
    again = locked_average(residual_mv, recording.fs_hz, many, ("I",))
    assert first.p == again.p
