"""FIR and IIR as specified, wavelets and spline do what their names say."""

import numpy as np
import pytest
from scipy.signal import butter, filtfilt, firwin, kaiserord, sosfiltfilt

from inference.signal import filters

ALL = (filters.fir, filters.iir, filters.swt, filters.spline)


def _ecg_like(n=5000, fs_hz=500.0, seed=0):
    """Beats of 1 mV every 0.8 s, with a T wave, on two leads."""
    t = np.arange(n) / fs_hz
    phase = t % 0.8
    beat = np.exp(-(((phase - 0.3) / 0.012) ** 2)) + 0.25 * np.exp(-(((phase - 0.55) / 0.05) ** 2))
    return np.stack([beat, -0.6 * beat]), t


def _padded(x, length):
    """Short signals: reversed in front, constant tail behind (independent of our code)."""
    n = x.shape[-1]
    tail = np.repeat(x[..., -1:], max(3 * length - n, 0) + 1, axis=-1)
    return np.concatenate([x[..., ::-1], x, tail], axis=-1), n


def test_fir_equals_kaiser_design_run_with_filtfilt():
    rng = np.random.default_rng(3)
    x = np.cumsum(rng.normal(size=(3, 5000)), axis=1) * 0.01
    count, beta = kaiserord(61 / 4.5, 0.07 / 250)
    expected = x
    for edge, high_pass in ((0.67, True), (150.0, False)):
        taps = firwin(count | 1, edge, window=("kaiser", beta), pass_zero=not high_pass, fs=500)
        padded, n = _padded(expected, count | 1)
        expected = filtfilt(taps, [1.0], padded, axis=1)[:, n : 2 * n]
    assert np.abs(filters.fir(x, 500.0) - expected).max() < 1e-12


def test_fir_length_is_odd_at_every_rate():
    for fs_hz in (128.0, 250.0, 257.0, 360.0, 500.0, 1000.0):
        assert all(len(taps) % 2 == 1 for taps in filters.fir_taps(fs_hz))


def test_iir_equals_butterworth_run_both_ways():
    rng = np.random.default_rng(4)
    x = np.cumsum(rng.normal(size=(2, 30_000)), axis=1) * 0.01
    expected = x
    for edge, kind in ((0.67, "highpass"), (150.0, "lowpass")):
        expected = sosfiltfilt(butter(4, edge, kind, fs=500, output="sos"), expected, axis=1)
    inner = slice(3000, -3000)  # away from the ends, where padding differs
    assert np.abs(filters.iir(x, 500.0)[:, inner] - expected[:, inner]).max() < 1e-6


@pytest.mark.parametrize("method", ALL)
def test_the_r_peak_stays_where_it_is(method):
    x, _ = _ecg_like()
    out = method(x, 500.0)
    for peak in range(550, 4600, 400):
        window = slice(peak - 20, peak + 21)
        assert abs(int(np.argmax(out[0, window])) - int(np.argmax(x[0, window]))) <= 1


@pytest.mark.parametrize("method", ALL)
def test_slow_drift_is_removed(method):
    x, t = _ecg_like()
    drift = 0.5 * np.sin(2 * np.pi * 0.15 * t)
    inner = slice(1000, -1000)
    change = method(x + drift, 500.0) - method(x, 500.0)
    assert np.sqrt(np.mean(np.square(change[:, inner]))) < 0.1 * 0.5 / np.sqrt(2)


def test_wavelets_quieten_white_noise_without_lowering_r():
    x, _ = _ecg_like()
    noise = 0.03 * np.random.default_rng(5).normal(size=x.shape)
    out = filters.swt(x + noise, 500.0)
    silent = slice(440, 520)  # between T and the next beat
    assert out[0, silent].std() < 0.5 * noise[0, silent].std()
    assert out[0, 550] > 0.85


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("n", [50, 500, 5000])
def test_any_length_gives_as_many_finite_samples(method, n):
    x, _ = _ecg_like()
    out = method(x[:, :n], 500.0)
    assert out.shape == (2, n)
    assert np.isfinite(out).all()


@pytest.mark.parametrize("method", [filters.fir, filters.iir])
def test_low_rates_skip_the_low_pass(method):
    x, _ = _ecg_like(2000, 200.0)
    assert np.isfinite(method(x, 200.0)).all()


@pytest.mark.parametrize("method", [filters.fir, filters.iir, filters.spline])
def test_twice_the_gain_gives_twice_the_output(method):
    x, _ = _ecg_like()
    np.testing.assert_allclose(method(2 * x, 500.0), 2 * method(x, 500.0), atol=1e-9)
