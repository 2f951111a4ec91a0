"""The fast superlet scalogram against a plain convolution written from the definition."""

import numpy as np
import pytest

from inference.signal.superlet import (
    GREY_STEP_DB,
    at_standard_level,
    frequencies_hz,
    log_power,
    orders,
    scalograms,
    to_grey,
)
from tests.inference.samples import bundled


def slow_log_power(signal_mv):
    """Every sample, every wavelet, double precision: float64 [32, 256]."""
    signal = signal_mv.astype(np.float64) - np.median(signal_mv)
    t = np.linspace(-1, 1, 1000)
    rows = []
    for k in range(32):
        f = 0.5 + k * 39.5 / 31
        n_orders = 1 + round(15 * (f - 0.5) / 39.5)
        logs = np.zeros(5000)
        for j in range(1, n_orders + 1):
            bc = j / (5 * f)
            w = np.exp(-(t**2) / (2 * bc**2)) * np.exp(2j * np.pi * f * t)
            w /= np.abs(w).sum()
            response = np.convolve(signal, w)[499:5499]
            logs += np.log10(np.abs(response) * np.sqrt(2) + 1e-12)
        rows.append(2 * logs / n_orders)
    position = (np.arange(256) + 0.5) * 5000 / 256 - 0.5
    return np.stack([np.interp(position, np.arange(5000), row) for row in rows[::-1]])


@pytest.mark.parametrize(("name", "lead"), [("ptbxl_clean", 1), ("ptbxl_noisy", 8)])
def test_real_leads_have_the_scalogram_of_a_plain_convolution(name, lead):
    signal_mv, _, _ = bundled(name)
    slow = slow_log_power(signal_mv[lead, :5000])
    assert np.abs(log_power(signal_mv[:, :5000])[lead] - slow).max() < 1e-4


def test_there_are_272_wavelets_of_orders_1_to_16():
    assert orders().sum() == 272
    assert (orders()[0], orders()[-1]) == (1, 16)
    assert (frequencies_hz()[0], frequencies_hz()[-1]) == (0.5, 40.0)


def test_a_sine_of_one_millivolt_is_brightest_in_the_row_of_its_frequency():
    t = np.arange(5000) / 500
    power = log_power(np.sin(2 * np.pi * frequencies_hz()[20] * t)[None].astype(np.float32))[0]
    assert power[:, 128].argmax() == 31 - 20  # 40 Hz is row 0


def test_time_runs_from_left_to_right():
    burst = np.zeros((1, 5000), np.float32)
    burst[0, 4000:4100] = np.sin(2 * np.pi * 20 * np.arange(100) / 500)
    assert abs(int(log_power(burst)[0, 16].argmax()) - round(4050 / 5000 * 256)) <= 2


def test_an_offset_of_a_lead_changes_nothing():
    signal_mv, _, _ = bundled("ptbxl_clean")
    raised = signal_mv[:, :5000] + np.float32(0.5)
    difference = scalograms(raised).astype(int) - scalograms(signal_mv[:, :5000])
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_at_the_standard_level_an_image_does_not_depend_on_the_gain(gain):
    signal_mv = bundled("ptbxl_clean")[0][6:, :5000]  # not the smallest limb leads
    scaled, plain = (
        to_grey(at_standard_level(log_power(x))) for x in (gain * signal_mv, signal_mv)
    )
    difference = scaled.astype(int) - plain
    assert np.mean(np.abs(difference) <= 1) > 0.999  # all but where wavelets cancel


def test_a_nearly_flat_line_is_not_blown_up_to_an_ecg():
    flat = (0.001 * np.sin(2 * np.pi * 10 * np.arange(5000) / 500)).astype(np.float32)[None]
    quiet, loud = (to_grey(at_standard_level(log_power(x))).max() for x in (flat, 100 * flat))
    assert int(quiet) < int(loud) - 60


def test_grey_levels_span_eighty_decibels():
    assert to_grey(np.array([-9, -8, -4, 0, 1], np.float32)).tolist() == [0, 0, 128, 255, 255]
    assert pytest.approx(0.3137, abs=1e-4) == GREY_STEP_DB


def test_segments_of_another_length_are_refused():
    with pytest.raises(ValueError, match="5000"):
        log_power(np.zeros((12, 4999), np.float32))
