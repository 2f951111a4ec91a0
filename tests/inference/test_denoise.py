"""The service: nothing invented, nothing lost, the same bytes in any order."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
import wfdb

from inference import denoise as service
from inference.denoise import DenoiseRefused, denoise, denoise_piece, pieces
from inference.registry import DENOISERS, default_denoiser
from inference.signal.lead_algebra import STANDARD_LEADS, einthoven_residual_mv, lead_matrix
from tests.shared_data import sample

FS_HZ = 500.0
FILTERS = [name for name, method in DENOISERS.items() if not method.learned]
LEARNED = [name for name, method in DENOISERS.items() if method.learned]


def real_ecg(name="ptbxl_clean"):
    record = wfdb.rdrecord(str(sample(f"{name}.hea").with_suffix("")))
    return record.p_signal.T.astype(np.float32)


def long_noisy_ecg(seconds=125, fs_hz=FS_HZ):
    """The clean sample again and again, under slow drift and muscle-like noise."""
    rng = np.random.default_rng(2)
    beat = real_ecg() - np.median(real_ecg(), axis=1, keepdims=True)
    n = round(seconds * fs_hz)
    clean = np.tile(beat, (1, n // beat.shape[1] + 1))[:, :n]
    t = np.arange(n) / fs_hz
    sources = 0.2 * np.sin(2 * np.pi * rng.uniform(0.1, 0.4, (9, 1)) * t)
    sources += 0.03 * rng.normal(size=sources.shape)
    sources[[2, 5, 7]] = 0
    return (clean + lead_matrix() @ sources).astype(np.float32)


@pytest.fixture(scope="module")
def noisy():
    return long_noisy_ecg()


def leads_for(noisy, method):
    """Filters treat every lead alike: two are enough."""
    count = 12 if DENOISERS[method].learned else 2
    return noisy[:count], STANDARD_LEADS[:count]


@pytest.mark.parametrize("method", [*FILTERS, default_denoiser()])
def test_pieces_in_any_order_give_the_bytes_of_the_whole(noisy, method):
    noisy, leads = leads_for(noisy, method)
    whole = denoise(noisy, FS_HZ, leads, method=method)
    for piece in reversed(pieces(noisy.shape[1], FS_HZ)):
        part = denoise_piece(
            noisy[:, piece.context_start : piece.context_stop],
            piece,
            FS_HZ,
            leads,
            method=method,
        )
        assert np.array_equal(part.signal_mv, whole.signal_mv[:, piece.start : piece.stop])


@pytest.mark.parametrize("method", [*FILTERS, *LEARNED])
def test_there_is_no_seam_between_pieces(noisy, method):
    """The same seconds cleaned inside two different pieces differ by less than 5 µV."""
    noisy, leads = leads_for(noisy, method)
    shorter = noisy[:, : round(84 * FS_HZ)]  # one piece; the long one has a border at 60 s
    one = denoise(shorter, FS_HZ, leads, method=method).signal_mv
    many = denoise(noisy, FS_HZ, leads, method=method).signal_mv
    around = slice(round(50 * FS_HZ), round(70 * FS_HZ))
    assert np.abs(one[:, around] - many[:, around]).max() < 0.005


def test_pieces_cover_every_sample_once():
    for n, fs_hz in (
        (500, 500.0),
        (60_000, 500.0),
        (60_001, 500.0),
        (999_999, 257.0),
        (65_005, 500.0),
    ):
        grid = pieces(n, fs_hz)
        assert grid[0].start == 0
        assert grid[-1].stop == n
        assert all(a.stop == b.start for a, b in pairwise(grid))
        assert all(p.context_start <= p.start < p.stop <= p.context_stop for p in grid)


@pytest.mark.parametrize("method", ["iir", *LEARNED])
def test_gaps_stay_gaps_and_their_neighbours_stay_finite(method):
    x = real_ecg("ptbxl_noisy")
    x[3, 1000:1600] = np.nan
    x[7, :200] = np.nan
    out = denoise(x, FS_HZ, STANDARD_LEADS, method=method).signal_mv
    assert np.array_equal(np.isnan(out), np.isnan(x))


@pytest.mark.parametrize("method", [*FILTERS, *LEARNED])
def test_flat_and_missing_leads_are_returned_as_they_are(method):
    x = real_ecg("ptbxl_noisy")
    x[2], x[8], x[9] = 0.0, 0.37, np.nan
    result = denoise(x, FS_HZ, STANDARD_LEADS, method=method)
    assert np.array_equal(result.signal_mv[[2, 8, 9]], x[[2, 8, 9]], equal_nan=True)
    assert not result.gate[[2, 8, 9]].any()
    assert "III, V3, V4" in result.notes[-1]


@pytest.mark.parametrize("method", ["fir", default_denoiser()])
def test_a_lead_that_stands_still_for_seconds_is_not_given_a_signal(method):
    x = real_ecg("ptbxl_noisy")
    x[6, 2000:3500] = x[6, 2000]
    out = denoise(x, FS_HZ, STANDARD_LEADS, method=method).signal_mv
    assert np.array_equal(out[6, 2000:3500], x[6, 2000:3500])


@pytest.mark.parametrize("method", LEARNED)
def test_limb_leads_still_obey_einthoven(noisy, method):
    x = noisy[:, :5000]
    out = denoise(x, FS_HZ, STANDARD_LEADS, method=method).signal_mv
    assert einthoven_residual_mv(out[:6]) < einthoven_residual_mv(x[:6]) + 1e-4


def test_leads_the_default_model_finds_clean_are_bit_identical():
    x = real_ecg()
    result = denoise(x, FS_HZ, STANDARD_LEADS)
    closed = result.gate.max(axis=1) == 0
    assert closed.sum() >= 6
    assert np.array_equal(result.signal_mv[closed], x[closed])


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_another_gain_does_not_undo_the_cleaning(gain):
    rng = np.random.default_rng(8)
    clean = real_ecg() - np.median(real_ecg(), axis=1, keepdims=True)
    noise = np.zeros_like(clean)
    noise[7] = 0.05 * rng.normal(size=5000)
    noise[7] += 0.3 * np.sin(2 * np.pi * 0.2 * np.arange(5000) / FS_HZ)
    out = denoise(gain * (clean + noise), FS_HZ, STANDARD_LEADS).signal_mv
    left = np.std(out[7] / gain - clean[7])
    assert left < 0.35 * noise[7].std()


def test_strength_scales_what_is_removed_lead_by_lead(noisy):
    x = noisy[:, :5000]
    full = denoise(x, FS_HZ, STANDARD_LEADS, method="iir").signal_mv
    strength = [0.0, 0.5] + [1.0] * 10
    some = denoise(x, FS_HZ, STANDARD_LEADS, method="iir", strength=strength).signal_mv
    assert np.array_equal(some[0], x[0])
    np.testing.assert_allclose(some[1], (x[1] + full[1]) / 2, atol=1e-5)
    assert np.array_equal(some[2:], full[2:])


@pytest.mark.parametrize("fs_hz", [128.0, 257.0, 1000.0])
def test_other_rates_keep_length_and_improve_the_signal(fs_hz):
    from scipy.signal import resample

    clean = real_ecg() - np.median(real_ecg(), axis=1, keepdims=True)
    clean = resample(clean, round(10 * fs_hz), axis=1).astype(np.float32)
    t = np.arange(clean.shape[1]) / fs_hz
    noise = np.zeros_like(clean)
    noise[8] = 0.4 * np.sin(2 * np.pi * 0.25 * t)
    out = denoise(clean + noise, fs_hz, STANDARD_LEADS).signal_mv
    assert out.shape == clean.shape
    assert np.std(out[8] - clean[8]) < 0.4 * noise[8].std()


def test_two_leads_alone_are_cleaned():
    record = wfdb.rdrecord(str(sample("mitbih_100.hea").with_suffix("")))
    x = record.p_signal.T[:, : 20 * 360].astype(np.float32)
    drift = 0.4 * np.sin(2 * np.pi * 0.2 * np.arange(x.shape[1]) / 360)
    out = denoise((x + drift).astype(np.float32), 360.0, ("MLII", "V5")).signal_mv
    assert np.std(out - x) < 0.5 * drift.std()


def test_limb_leads_that_contradict_each_other_are_cleaned_apart_and_reported(noisy):
    x = noisy[:, :5000].copy()
    x[2] *= -1
    assert any("I + III = II" in note for note in denoise(x, FS_HZ, STANDARD_LEADS).notes)


@pytest.mark.parametrize(("damage", "word"), [(np.nan, "valid numbers"), (9.0, "larger")])
def test_an_absurd_output_is_refused(monkeypatch, damage, word):
    def broken(lead_mv, fs_hz):
        out = lead_mv.copy()
        out[100] = damage
        return out

    monkeypatch.setitem(service._FILTERS, "iir", broken)
    with pytest.raises(DenoiseRefused, match=word):
        denoise(real_ecg(), FS_HZ, STANDARD_LEADS, method="iir")


def test_progress_may_cancel():
    class Stop(Exception):
        pass

    def progress(fraction):
        if fraction > 0.2:
            raise Stop

    with pytest.raises(Stop):
        denoise(real_ecg(), FS_HZ, STANDARD_LEADS, method="swt", progress=progress)


def test_progress_grows_to_one(noisy):
    seen = []
    denoise(noisy, FS_HZ, STANDARD_LEADS, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) >= 8  # a 60 s piece takes less than 2 s


def test_the_result_tells_how_it_was_made():
    result = denoise(real_ecg(), FS_HZ, STANDARD_LEADS)
    assert result.method == default_denoiser()
    assert result.weights_sha256 == DENOISERS[result.method].sha256
    assert result.device in ("cpu", "cuda")
    assert result.gate.shape == (12, 250)
    assert result.parameters["strength"] == 1.0


def test_an_unknown_method_is_named_with_the_choices():
    with pytest.raises(ValueError, match=r"'wishful'.*iir"):
        denoise(real_ecg(), FS_HZ, STANDARD_LEADS, method="wishful")


def test_filters_and_registry_do_not_load_torch():
    code = (
        "import sys, numpy as np\n"
        "from inference.registry import DENOISERS\n"
        "from inference.denoise import denoise\n"
        "[m.card for m in DENOISERS.values()]\n"
        "denoise(np.random.default_rng(0).normal(size=(2, 900)).astype('f4'), 500., ('I', 'II'),"
        " method='iir')\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_sparing_leads_with_a_shut_gate_changes_nothing(monkeypatch):
    """The network's fine part is left out where the gate would undo it anyway."""
    from inference import engine

    x = real_ecg()
    x[7] += 0.1 * np.random.default_rng(4).normal(size=5000).astype(np.float32)
    spared = denoise(x, FS_HZ, STANDARD_LEADS, device="cpu").signal_mv
    monkeypatch.setattr(engine, "IDLE_GATE", 0.0)
    whole = denoise(x, FS_HZ, STANDARD_LEADS, device="cpu").signal_mv
    assert not np.array_equal(spared[7], x[7])
    assert np.array_equal(spared[0], x[0])
    np.testing.assert_allclose(spared, whole, atol=1e-6)
