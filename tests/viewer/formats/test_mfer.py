"""MFER, written here from the standard: byte orders, types, scales, blocks, gaps."""

from __future__ import annotations

import numpy as np
import pytest

from tests.viewer.formats.binary_files import mfer_file, mfer_part
from viewer.formats import ImportHints, NeedsHints, RecordingError, open_recording

RANDOM = np.random.default_rng(5)
DIGITS = RANDOM.integers(-90, 91, (3, 1000)) * np.array([[1], [2], [3]]) // 3


def opened(tmp_path, content, hints=None):
    (tmp_path / "x.mwf").write_bytes(content)
    return open_recording(tmp_path / "x.mwf", hints=hints)


@pytest.mark.parametrize("little", [False, True])
@pytest.mark.parametrize("block", [1, 50, 1000])
@pytest.mark.parametrize("kind", [(0, "i2"), (2, "i4"), (5, "i1"), (7, "f4"), (8, "f8")])
def test_samples_in_every_order_and_type(tmp_path, little, block, kind):
    content = mfer_file(DIGITS, little=little, block=block, kind=kind)
    recording = opened(tmp_path, content)
    assert recording.leads == ("I", "II", "V1")
    assert recording.fs_hz == 500
    np.testing.assert_allclose(recording.signal_mv, DIGITS * 5e-3, rtol=1e-6, atol=1e-6)
    assert recording.start_time.isoformat() == "2021-03-04T05:06:07.250000"
    assert recording.acquisition.patient == (("Name", "Doe Jane"),)


@pytest.mark.parametrize(
    ("interval", "fs_hz"),
    [(b"\1\xfd\0\2", 500), (b"\0\0\1\xf4", 500), (b"\1\xfc\0\x28", 250), (b"\0\1\0\x19", 250)],
)
def test_rates_in_hertz_and_in_seconds(tmp_path, interval, fs_hz):
    assert opened(tmp_path, mfer_file(DIGITS, interval=interval)).fs_hz == pytest.approx(fs_hz)


@pytest.mark.parametrize(
    ("sensitivity", "mv"), [(b"\0\xfa\0\5", 5e-3), (b"\0\xf7\4\xe2", 1.25e-3), (b"\0\xfd\0\1", 1.0)]
)
def test_sensitivities(tmp_path, sensitivity, mv):
    recording = opened(tmp_path, mfer_file(DIGITS, sensitivity=sensitivity))
    np.testing.assert_allclose(recording.signal_mv, DIGITS * mv, rtol=1e-6)


def test_a_channel_may_have_its_own_sensitivity(tmp_path):
    own = mfer_part(0x3F, mfer_part(0x0C, b"\0\xfa\0\x0a"), channel=1)
    recording = opened(tmp_path, mfer_file(DIGITS, more=own))
    np.testing.assert_allclose(recording.signal_mv[1], DIGITS[1] * 10e-3, rtol=1e-6)
    np.testing.assert_allclose(recording.signal_mv[2], DIGITS[2] * 5e-3, rtol=1e-6)


def test_the_null_value_is_a_gap(tmp_path):
    digits = DIGITS.copy()
    digits[0, 10:20] = -32768
    recording = opened(tmp_path, mfer_file(digits, more=mfer_part(0x12, b"\x80\0")))
    assert np.isnan(recording.signal_mv[0, 10:20]).all()
    assert np.isfinite(recording.signal_mv[0, 20:]).all()


def test_a_pressure_channel_is_not_shown(tmp_path):
    own = mfer_part(0x3F, mfer_part(0x0C, b"\1\0\0\1"), channel=2)
    assert opened(tmp_path, mfer_file(DIGITS, more=own)).leads == ("I", "II")


def test_an_uncalibrated_file_is_asked_for(tmp_path):
    with pytest.raises(NeedsHints):
        opened(tmp_path, mfer_file(DIGITS, sensitivity=None))
    recording = open_recording(tmp_path / "x.mwf", hints=ImportHints(unit="200/mV"))
    np.testing.assert_allclose(recording.signal_mv, DIGITS / 200, rtol=1e-6)


@pytest.mark.parametrize(
    "content",
    [
        mfer_file(DIGITS, interval=b"\1\xfd\0\0"),
        mfer_file(DIGITS, interval=b"\2\xfd\0\2"),
        mfer_file(DIGITS, interval=b"\1\xfd\xff\xfe"),
        mfer_file(DIGITS, sensitivity=b"\0\xfa\0\0"),
        mfer_file(DIGITS, sensitivity=b"\0\x7f\0\1"),
        mfer_file(DIGITS, sequences=60000),
        mfer_file(DIGITS, kind=(9, "i1")),
        mfer_file(DIGITS, more=mfer_part(0x0E, b"\0\1")),
        mfer_file(DIGITS, more=mfer_part(0x05, b"\0")),
        mfer_file(DIGITS, more=mfer_part(0x04, b"\xff\xff\xff\xff")),
        mfer_file(DIGITS)[:200],
        mfer_file(DIGITS)[:60],
        mfer_part(0x40, b"MFR ") + b"\x1e\xff",
        mfer_part(0x40, b"MFR ") + b"\x3f" + b"\xff" * 40,
    ],
)
def test_what_no_ecg_has_is_refused(tmp_path, content):
    with pytest.raises(RecordingError):
        opened(tmp_path, content)
