"""DICOM waveforms: scale, baseline, groups, names, paddings; and what must be refused."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from tests.shared_data import archive
from tests.viewer.formats.clinical_files import RHYTHM, dicom_bytes, dicom_group
from viewer.formats import ImportHints, NeedsHints, RecordingError, open_recording

I_UV = RHYTHM["I"].astype(float)


def opened(tmp_path, *groups, hints=None, **fields):
    (tmp_path / "x.dcm").write_bytes(dicom_bytes(*groups, **fields))
    return open_recording(tmp_path / "x.dcm", hints=hints)


@pytest.mark.parametrize(
    ("name", "fs_hz", "median"),
    [("guangxi_teaching_sinus_rhythm", 500, 600), ("pydicom_waveform_ecg", 1000, 1200)],
)
def test_rhythm_is_shown_and_the_median_beat_is_kept(name, fs_hz, median):
    import pydicom

    path = archive("formats") / "dicom" / f"{name}.dcm"
    recording = open_recording(path)
    group = pydicom.dcmread(path).WaveformSequence[0]
    channel = group.ChannelDefinitionSequence[1]
    uv = float(channel.ChannelSensitivity) * float(channel.ChannelSensitivityCorrectionFactor)
    digits = np.frombuffer(group.WaveformData, "<i2").reshape(-1, 12)[:, 1]
    assert (recording.fs_hz, recording.n_samples) == (fs_hz, 10 * fs_hz)
    np.testing.assert_allclose(recording.signal_mv[1], digits * uv / 1000, atol=1e-6)
    beats = recording.acquisition.median_beats
    assert beats.signal_mv.shape == (12, median)
    assert beats.leads == recording.leads
    assert any(what.startswith("PR") for what, _ in recording.acquisition.measurements)
    assert any("high pass" in text for text in recording.acquisition.filters)


@pytest.mark.parametrize(
    ("channel", "unit", "mv_per_digit", "mv_at_zero"),
    [
        ({}, "uV", 2e-3, 0.0),
        ({"ChannelSensitivity": "0.002"}, "mV", 2e-3, 0.0),
        ({"ChannelSensitivity": "2000"}, "nV", 2e-3, 0.0),
        ({"ChannelSensitivity": "0.000002"}, "V", 2e-3, 0.0),
        ({"ChannelSensitivityCorrectionFactor": "1.22"}, "uV", 2.44e-3, 0.0),
        ({"ChannelSensitivityCorrectionFactor": None}, "uV", 2e-3, 0.0),
        ({"ChannelSensitivity": "-2"}, "uV", -2e-3, 0.0),
        ({"ChannelBaseline": "150"}, "uV", 2e-3, 0.15),
        ({"ChannelBaseline": "0.15"}, "mV", 2.0, 0.15),
    ],
)
def test_sensitivity_correction_unit_and_baseline(
    tmp_path, channel, unit, mv_per_digit, mv_at_zero
):
    recording = opened(tmp_path, dicom_group(RHYTHM, channel=channel, unit=unit))
    assert recording.leads == ("I", "II", "V1")
    expected = I_UV * mv_per_digit + mv_at_zero
    np.testing.assert_allclose(recording.signal_mv[0], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", ["SS", "US", "SB", "UB", "SL", "UL"])
def test_every_way_to_store_integers(tmp_path, kind):
    low = {"S": -100, "U": 0}[kind[0]]
    leads = {name: np.arange(low, low + 101) for name in ("I", "II")}
    recording = opened(tmp_path, dicom_group(leads, kind=kind))
    np.testing.assert_allclose(recording.signal_mv[0], leads["I"] * 2e-3, atol=1e-6)


def test_big_endian_samples(tmp_path):
    group = dicom_group(RHYTHM)
    group.WaveformData = np.frombuffer(group.WaveformData, "<i2").astype(">i2").tobytes()
    recording = opened(tmp_path, group, syntax="1.2.840.10008.1.2.2")
    np.testing.assert_allclose(recording.signal_mv[0], I_UV * 2e-3, atol=1e-6)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99"])
def test_implicit_and_deflated_files_open(tmp_path, syntax):
    recording = opened(tmp_path, syntax=syntax)
    np.testing.assert_allclose(recording.signal_mv[0], I_UV * 2e-3, atol=1e-6)


def test_a_file_without_the_preamble_opens_under_any_suffix(tmp_path):
    (tmp_path / "x.txt").write_bytes(dicom_bytes(preamble=False))
    assert open_recording(tmp_path / "x.txt").format == "DICOM"


@pytest.mark.parametrize(
    ("scheme", "value", "meaning", "lead"),
    [
        ("MDC", "2:61", "Lead III", "III"),
        ("MDC", "2:62", "aVR, augmented voltage, right", "aVR"),
        ("SCPECG", "5.6.3-9-1", "Lead I (Einthoven)", "I"),
        ("SCPECG", "5.6.3-9-64", "Lead aVF", "aVF"),
        ("99LOCAL", "7", "ECG Lead V3", "V3"),
        ("MDC", "2:65", "Lead -aVR", "-aVR"),
        ("99LOCAL", "7", "-aVR", "-aVR"),
        ("99LOCAL", "7", "Thorax", "Thorax"),
    ],
)
def test_channel_sources_become_lead_names(tmp_path, scheme, value, meaning, lead):
    group = dicom_group({"I": RHYTHM["I"]}, codes=[(scheme, value, meaning)])
    assert opened(tmp_path, group).leads == (lead,)


def test_a_code_that_contradicts_its_words_is_said(tmp_path):
    group = dicom_group({"I": RHYTHM["I"]}, codes=[("MDC", "2:2", "Lead V5")])
    recording = opened(tmp_path, group)
    assert recording.leads == ("II",)
    assert "V5" in recording.warnings[0]


def test_columns_of_a_printout_stand_one_after_the_other(tmp_path):
    columns = [
        dicom_group({"I": RHYTHM["I"]}),
        dicom_group({"V1": RHYTHM["V1"]}, offset_ms=2000),
        dicom_group({"II": np.tile(RHYTHM["II"], 2)}),
    ]
    recording = opened(tmp_path, *columns)
    assert recording.leads == ("I", "II", "V1")
    assert recording.n_samples == 2000
    assert np.isnan(recording.signal_mv[2, :1000]).all()
    np.testing.assert_allclose(recording.signal_mv[2, 1000:], RHYTHM["V1"] * 2e-3, atol=1e-6)
    assert any("gap" in warning for warning in recording.warnings)


def test_a_group_of_another_rate_is_not_mixed_in(tmp_path):
    other = dicom_group({"V1": RHYTHM["V1"]}, fs_hz=250, label="SLOW")
    recording = opened(tmp_path, dicom_group({"I": RHYTHM["I"], "II": RHYTHM["II"]}), other)
    assert recording.leads == ("I", "II")
    assert any("SLOW" in warning for warning in recording.warnings)


def test_a_skewed_channel_begins_later(tmp_path):
    recording = opened(tmp_path, dicom_group(RHYTHM, channel={"ChannelSampleSkew": "3"}))
    assert np.isnan(recording.signal_mv[0, :3]).all()
    np.testing.assert_allclose(recording.signal_mv[0, 3:], I_UV * 2e-3, atol=1e-6)


def test_padding_is_a_gap(tmp_path):
    padding = (-32768).to_bytes(2, "little", signed=True)
    digits = RHYTHM["I"].copy()
    digits[10:20] = -32768
    group = dicom_group({"I": digits}, WaveformPaddingValue=padding)
    signal = opened(tmp_path, group).signal_mv[0]
    assert np.isnan(signal[10:20]).all()
    assert np.isfinite(signal[20:]).all()


def test_the_lowest_integer_is_a_voltage_where_no_padding_is_stated(tmp_path):
    digits = RHYTHM["I"].copy()
    digits[10] = -32768
    signal = opened(tmp_path, dicom_group({"I": digits})).signal_mv[0]
    assert signal[10] == pytest.approx(-65.536)


def test_who_when_and_with_what(tmp_path):
    recording = opened(
        tmp_path,
        PatientName="Doe^Jane",
        PatientID="42",
        PatientAge="018M",
        PatientSex="F",
        AcquisitionDateTime="20240229101112.345+0100",
        Manufacturer="Maker",
    )
    assert recording.start_time.isoformat() == "2024-02-29T10:11:12.345000"
    assert recording.age_years == pytest.approx(1.5)
    assert recording.sex == "F"
    assert ("Name", "Doe^Jane") in recording.acquisition.patient
    assert ("Manufacturer", "Maker") in recording.acquisition.device
    assert not any("Doe" in text for text in (*recording.comments, *recording.warnings))


@pytest.mark.parametrize("age", ["", "42Y", "0042", "999Y", "-01Y", "042X"])
def test_an_age_that_makes_no_sense_is_no_age(tmp_path, age):
    assert opened(tmp_path, PatientAge=age).age_years is None


def test_an_uncalibrated_channel_is_asked_for(tmp_path):
    group = dicom_group(RHYTHM, channel={"ChannelSensitivity": None})
    with pytest.raises(NeedsHints) as asked:
        opened(tmp_path, group)
    assert asked.value.questions == ("unit",)
    recording = open_recording(tmp_path / "x.dcm", hints=ImportHints(unit="500/mV"))
    np.testing.assert_allclose(recording.signal_mv[0], I_UV / 500, atol=1e-6)


def test_pressure_beside_the_ecg_is_not_shown(tmp_path):
    pressure = dicom_group({"ART": RHYTHM["I"]}, codes=[("MDC", "2:1", "Art")], unit="mm[Hg]")
    recording = opened(tmp_path, dicom_group(RHYTHM), pressure)
    assert recording.leads == ("I", "II", "V1")


@pytest.mark.parametrize(
    "group",
    [
        {"channel": {"ChannelSensitivity": "0"}},
        {"channel": {"ChannelSensitivity": "1e400"}},
        {"channel": {"ChannelSensitivity": "nan"}},
        {"channel": {"ChannelSensitivity": "1e9"}},
        {"channel": {"ChannelSensitivityCorrectionFactor": "0"}},
        {"channel": {"ChannelBaseline": "inf"}},
        {"channel": {"ChannelSampleSkew": "99999999"}},
        {"unit": "mmHg"},
        {"unit": ""},
        {"fs_hz": "0"},
        {"fs_hz": "-500"},
        {"fs_hz": "1e9"},
        {"kind": "MB"},
        {"data": b"\0" * 100},
        {"data": b"\0" * 6002},
        {"offset_ms": "-5"},
        {"offset_ms": "1e15"},
        {"NumberOfWaveformChannels": 2},
        {"NumberOfWaveformChannels": 60000},
        {"NumberOfWaveformSamples": 2**32 - 1},
        {"NumberOfWaveformSamples": 0},
        {"WaveformBitsAllocated": 8},
    ],
)
def test_what_no_ecg_has_is_refused(tmp_path, group):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        built = dicom_group(RHYTHM, **group)
    with pytest.raises(RecordingError):
        opened(tmp_path, built)


def test_an_image_is_no_ecg(tmp_path):
    content = dicom_bytes()
    from io import BytesIO

    import pydicom

    data = pydicom.dcmread(BytesIO(content))
    del data.WaveformSequence
    data.save_as(tmp_path / "x.dcm")
    with pytest.raises(RecordingError, match="without a waveform"):
        open_recording(tmp_path / "x.dcm")


def test_a_deflated_bomb_is_not_unpacked(tmp_path):
    content = dicom_bytes(syntax="1.2.840.10008.1.2.1.99")
    start = 132 + 12 + int.from_bytes(content[140:144], "little")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    (tmp_path / "x.dcm").write_bytes(content[:start] + packed)
    with pytest.raises(RecordingError, match="unpack"):
        open_recording(tmp_path / "x.dcm")


def test_nested_sequences_without_end_are_refused(tmp_path):
    content = dicom_bytes()
    nest = (b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff") * 5000
    start = 132 + 12 + int.from_bytes(content[140:144], "little")
    (tmp_path / "x.dcm").write_bytes(content[:start] + nest)
    with pytest.raises(RecordingError):
        open_recording(tmp_path / "x.dcm")


def test_a_hundred_thousand_items_are_refused(tmp_path):
    content = dicom_bytes()
    items = b"\xfe\xff\x00\xe0\0\0\0\0" * 100_000
    sequence = b"\x3a\x54\x00\x01SQ\0\0" + len(items).to_bytes(4, "little") + items
    start = 132 + 12 + int.from_bytes(content[140:144], "little")
    (tmp_path / "x.dcm").write_bytes(content[:start] + sequence)
    with pytest.raises(RecordingError, match="items"):
        open_recording(tmp_path / "x.dcm")
