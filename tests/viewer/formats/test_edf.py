"""EDF and BDF: real files agree with the same ECG in WFDB; false headers are refused."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from tests.shared_data import archive
from tests.viewer.formats.records import RAMP, edf_bytes
from viewer.formats import RecordingError, open_recording

EXPECTED_MV = RAMP[:400] / 1000


def opened(tmp_path, **changes):
    (tmp_path / "x.edf").write_bytes(edf_bytes(**changes))
    return open_recording(tmp_path / "x.edf")


@pytest.mark.parametrize("name", ["A0001.edf", "A0001_EDF.edf", "A0001_BDF.bdf"])
def test_the_same_ecg_in_wfdb_and_edf_agrees(name):
    """To half a step, and the five digits in which EDF keeps its limits (1e-5 of 1.2 mV)."""
    folder = archive("formats") / "edf"
    ours, reference = open_recording(folder / name), open_recording(folder / "A0001.hea")
    assert ours.leads == reference.leads
    assert ours.fs_hz == reference.fs_hz
    assert ours.start_time is not None
    largest = np.abs(ours.signal_mv - reference.signal_mv).max(axis=1)
    assert (largest <= np.array(ours.step_mv) / 2 + 6e-5).all()


@pytest.mark.parametrize("bdf", [False, True])
def test_two_and_three_byte_samples(tmp_path, bdf):
    recording = opened(tmp_path, bdf=bdf)
    assert recording.leads == ("I", "V1")
    assert recording.fs_hz == 500
    assert recording.format == ("BDF" if bdf else "EDF")
    np.testing.assert_allclose(recording.signal_mv[0], EXPECTED_MV, atol=1e-6)
    np.testing.assert_allclose(recording.signal_mv[1], -EXPECTED_MV, atol=1e-6)
    assert set(recording.integrity) == {"absent"}


def test_who_and_when_and_through_which_filter(tmp_path):
    recording = opened(tmp_path)
    assert recording.start_time == datetime(2002, 3, 2, 14, 43, 31)
    assert (recording.sex, recording.age_years) == ("F", 50)
    assert "Filter: HP:0.05Hz LP:150Hz" in recording.comments


@pytest.mark.parametrize("unit", ["\u00b5V", "uV"])
def test_a_micro_sign_in_latin_1_is_a_micro_sign(tmp_path, unit):
    recording = opened(tmp_path, units=[unit, "mV", ""])
    np.testing.assert_allclose(recording.signal_mv[0], EXPECTED_MV, atol=1e-6)


def test_the_lowest_integer_is_a_voltage_not_a_gap(tmp_path):
    content = bytearray(edf_bytes())
    content[1024:1026] = (-32768).to_bytes(2, "little", signed=True)
    (tmp_path / "x.edf").write_bytes(content)
    assert np.isfinite(open_recording(tmp_path / "x.edf").signal_mv).all()


@pytest.mark.parametrize(
    "changes",
    [
        *({"duration": d} for d in ("-1", "0", "1e-9", "nan", "x", "1e400")),
        *({"records": r} for r in ("-5", "x", "1.5", "")),
        *({"signals": s} for s in ("0", "9999", "-1", "2", "x")),
        *({"header_bytes": h} for h in ("256", "1025", "x")),
        *({"samples": [s, "100", "8"]} for s in ("-1", "x", "99999999", "1.5")),
        {"p_low": ["1000", "-1", "-1"]},
        {"d_low": ["1000", "-1000", "-32768"]},
        {"d_low": ["2000", "-1000", "-32768"]},
        *({"p_high": [limit, "1", "1"]} for limit in ("nan", "inf", "1e400", "x", "")),
        {"p_low": ["-1e9", "-1", "-1"], "p_high": ["1e9", "1", "1"]},
        {"units": ["mmHg", "", ""]},
        {"reserved": "EDF+D"},
        {"samples": ["100", "30", "8"]},
    ],
)
def test_a_false_header_is_refused(tmp_path, changes):
    with pytest.raises(RecordingError):
        opened(tmp_path, **changes)


def test_an_unknown_number_of_records_is_taken_from_the_size(tmp_path):
    content = edf_bytes().replace(b"4       0.2     ", b"-1      0.2     ")
    (tmp_path / "x.edf").write_bytes(content)
    assert open_recording(tmp_path / "x.edf").n_samples == 400


@pytest.mark.parametrize("cut", [1, 500, 1000])
def test_a_short_file_shows_what_is_left_and_says_so(tmp_path, cut):
    (tmp_path / "x.edf").write_bytes(edf_bytes()[:-cut])
    recording = open_recording(tmp_path / "x.edf")
    assert recording.n_samples in (100, 200, 300)
    assert "the rest is missing" in recording.warnings[0]


def test_more_data_than_announced_is_said(tmp_path):
    (tmp_path / "x.edf").write_bytes(edf_bytes() + bytes(1000))
    assert "longer than its header" in open_recording(tmp_path / "x.edf").warnings[0]


def test_an_anonymous_start_is_no_start(tmp_path):
    recording = opened(tmp_path, date="01.01.85", recording="Startdate X X X X", patient="X X X X")
    assert recording.start_time is None
    assert recording.sex is None
    assert recording.comments == ("Startdate X X X X", "Filter: HP:0.05Hz LP:150Hz")
