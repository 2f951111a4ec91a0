"""What swings without beats is recognised; beats, movement and muscle are not."""

import numpy as np
import pytest

from inference.denoise import denoise
from inference.evaluation.noise import Condition, corrupt
from inference.evaluation.rhythms import ventricular_flutter
from inference.evaluation.smoke import SAMPLES, excerpt
from inference.evaluation.sources import bundled
from inference.registry import default_denoiser
from inference.signal.fibrillation import swinging
from inference.signal.lead_algebra import STANDARD_LEADS
from tests.shared_data import archive


def flutter(n=5000, fs_hz=500.0):
    """Twelve leads that swing at a wandering 4–5 Hz, as ventricular flutter does."""
    t = np.arange(n) / fs_hz
    phase = 2 * np.pi * np.cumsum(4.5 + 0.4 * np.sin(2 * np.pi * 0.2 * t)) / fs_hz
    wave = np.sin(phase) + 0.25 * np.sin(2 * phase + 0.4)
    return (np.linspace(0.3, 0.9, 12)[:, None] * wave).astype(np.float32)


def test_a_flutter_swings_and_a_normal_ecg_does_not():
    assert swinging(flutter(), 500.0).all()
    assert swinging(flutter(2570, 257.0), 257.0).mean() > 0.9
    assert not swinging(bundled(SAMPLES)[0].signal_mv, 500.0).any()


@pytest.mark.parametrize("kind", ["em", "ma", "bw", "sine drift", "hum", "EMG"])
def test_noise_on_a_beating_heart_does_not_swing(kind):
    record, noise = bundled(SAMPLES)[0], excerpt()
    for seed in (101, 102, 103, 104):
        case = corrupt(record, Condition(kind=kind, seed=seed), noise)
        assert not swinging(case.signal_mv, 500.0).any()


def test_too_short_flat_and_empty_signals_do_not_swing():
    assert not swinging(np.zeros((12, 5000), np.float32), 500.0).any()
    assert not swinging(flutter(900), 500.0).any()


def test_flutter_is_left_as_recorded_and_the_reader_is_told():
    x = flutter()
    result = denoise(x, 500.0, STANDARD_LEADS, method=default_denoiser())
    assert np.array_equal(result.signal_mv, x)
    assert not result.gate.any()
    assert any("0–10 s: swings like flutter" in note for note in result.notes)


def test_real_ventricular_flutter_is_not_taken_for_noise():
    kept = []
    for strip in ventricular_flutter(archive("mitdb") / "207"):
        rows = np.flatnonzero(np.ptp(strip.signal_mv, axis=1))
        leads = tuple(STANDARD_LEADS[row] for row in rows)
        x = strip.signal_mv[rows]
        out = denoise(x, 500.0, leads, method=default_denoiser()).signal_mv
        kept.append(out.std() / x.std())
    assert min(kept) > 0.5
    assert np.mean(kept) > 0.9
