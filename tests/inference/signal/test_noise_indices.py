"""Companions: each sees its own kind of noise on a real clean recording, and only that."""

import numpy as np
import pytest

from inference.signal.noise_indices import (
    algebra_residual_uv,
    clipped_share,
    flat_share,
    mains,
    noise_indices,
)
from tests.inference.samples import bundled


@pytest.fixture(scope="module")
def clean():
    return bundled("ptbxl_clean")[0][:, :5000].astype(np.float64)


T = np.arange(5000) / 500


@pytest.mark.parametrize("hz", [50.0, 60.0, 49.8, 60.1])
def test_mains_of_200_microvolts_is_measured_and_named(clean, hz):
    amplitude_uv, found_hz = mains(clean + 0.2 * np.sin(2 * np.pi * hz * T))
    assert np.all(np.abs(amplitude_uv - 200) < 40)
    assert np.all(found_hz == round(hz / 10) * 10)


def test_a_clean_recording_has_hardly_any_mains(clean):
    assert mains(clean)[0].max() < 15


def test_noise_above_40_hz_is_measured_between_the_qrs_complexes(clean):
    rng = np.random.default_rng(1)
    spectrum = np.fft.rfft(rng.standard_normal((12, 5000)), axis=1)
    f = np.fft.rfftfreq(5000, 1 / 500)
    noise = np.fft.irfft(spectrum * ((f > 60) & (f < 150)), axis=1)
    noise *= 0.1 / noise.std(axis=1, keepdims=True)
    before, after = noise_indices(clean), noise_indices(clean + noise)
    assert before.high_frequency_uv.max() < 30
    assert after.high_frequency_uv.min() > 70
    assert after.novelty_uv.max() < 2.5 * before.novelty_uv.max()  # outside its band


def test_drift_is_measured_peak_to_peak(clean):
    drifting = noise_indices(clean + 1.0 * np.sin(2 * np.pi * 0.2 * T))
    assert drifting.drift_mv == pytest.approx(np.full(12, 2.0), rel=0.25)


def test_a_lead_that_comes_off_is_flat_for_that_time(clean):
    off = clean.copy()
    off[3, 2500:] = 0.1
    share = flat_share(off)
    assert share[3] == pytest.approx(0.5, abs=0.06)
    assert np.delete(share, 3).max() == 0


def test_clipping_is_seen_and_a_plateau_of_the_ecg_is_not(clean):
    assert clipped_share(np.round(clean, 3)).max() == 0
    cut = np.clip(clean, -0.5 * np.ptp(clean), 0.4 * clean.max(axis=1, keepdims=True))
    assert np.all(clipped_share(cut) > 0.001)


def test_beats_repeat_and_noise_does_not(clean):
    noisy = clean + 0.1 * np.random.default_rng(2).standard_normal(clean.shape)
    gain = noise_indices(noisy).novelty_uv / noise_indices(clean).novelty_uv
    assert gain.min() > 1.5


def test_an_offset_changes_no_index(clean):
    low, high = noise_indices(clean).as_dict(), noise_indices(clean + 0.5).as_dict()
    for name in low:
        assert low[name] == pytest.approx(high[name], rel=1e-3, abs=1e-3), name


def test_the_limb_leads_of_a_recording_agree_until_one_is_swapped_in_sign(clean):
    leads = ("I", "II", "III")
    assert algebra_residual_uv(clean[:3].astype(np.float32), leads) < 5
    assert algebra_residual_uv((clean[:3] * [[1], [1], [-1]]).astype(np.float32), leads) > 20
    assert algebra_residual_uv(clean[:2].astype(np.float32), leads[:2]) is None
