"""GE MUSE, HL7 aECG and Philips XML: units, scales, names, times; and hostile XML."""

from __future__ import annotations

import numpy as np
import pytest

from tests.shared_data import archive
from tests.viewer.formats.clinical_files import (
    RHYTHM,
    aecg_set,
    aecg_xml,
    muse_xml,
    sierra_xml,
    xli_chunk,
)
from viewer.formats import RecordingError, open_recording

TWELVE = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
RNG = np.random.default_rng(7)
LIMBS = {name: (np.cumsum(RNG.integers(-9, 10, 500))).astype(int) for name in TWELVE}
NO_DTD = '<?xml version="1.0"?>'


def opened(tmp_path, content, name="x.xml"):
    (tmp_path / name).write_bytes(content)
    return open_recording(tmp_path / name)


# ---- GE MUSE ----


def test_muse_computes_the_limb_leads_it_does_not_store(tmp_path):
    recording = opened(tmp_path, muse_xml())
    assert recording.leads == ("I", "II", "III", "aVR", "aVL", "aVF", "V1")
    assert recording.derived == {"III", "aVR", "aVL", "aVF"}
    one, two = (RHYTHM[name].astype(float) * 4.88e-3 for name in ("I", "II"))
    np.testing.assert_allclose(recording.signal_mv[0], one, atol=1e-6)
    np.testing.assert_allclose(recording.signal_mv[2], two - one, atol=1e-6)
    np.testing.assert_allclose(recording.signal_mv[3], -(one + two) / 2, atol=1e-6)
    np.testing.assert_allclose(recording.signal_mv[4], one - two / 2, atol=1e-6)
    np.testing.assert_allclose(recording.signal_mv[5], two - one / 2, atol=1e-6)
    assert recording.integrity == ("ok", "ok", *("absent",) * 4, "ok")


def test_muse_leads_of_different_steps_are_not_combined(tmp_path):
    content = muse_xml().replace(b"4.88", b"2.44", 1)
    assert opened(tmp_path, content).leads == ("I", "II", "V1")


@pytest.mark.parametrize(
    ("unit", "step", "mv"),
    [("MICROVOLTS", "4.88", 4.88e-3), ("MILLIVOLTS", "0.00488", 4.88e-3)],
)
def test_muse_units(tmp_path, unit, step, mv):
    content = muse_xml(LeadAmplitudeUnits=unit, LeadAmplitudeUnitsPerBit=step)
    np.testing.assert_allclose(opened(tmp_path, content).signal_mv[0], RHYTHM["I"] * mv, atol=1e-6)


def test_muse_first_sample_baseline_is_where_the_digits_count_from(tmp_path):
    recording = opened(tmp_path, muse_xml(FirstSampleBaseline=-300))
    np.testing.assert_allclose(recording.signal_mv[0], (RHYTHM["I"] + 300.0) * 4.88e-3, atol=1e-6)


def test_muse_rate_with_an_exponent(tmp_path):
    assert opened(tmp_path, muse_xml(base=5, exponent=2)).fs_hz == 500


def test_muse_checksum(tmp_path):
    assert opened(tmp_path, muse_xml(LeadDataCRC32=0)).integrity[0] == "absent"
    assert opened(tmp_path, muse_xml(LeadDataCRC32=12345)).integrity[0] == "failed"


def test_muse_says_that_an_electrode_was_off(tmp_path):
    assert "off" in opened(tmp_path, muse_xml(LeadOff="TRUE")).warnings[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"LeadAmplitudeUnits": "MM"},
        {"LeadAmplitudeUnits": ""},
        {"LeadAmplitudeUnitsPerBit": "0"},
        {"LeadAmplitudeUnitsPerBit": "-1e400"},
        {"LeadAmplitudeUnitsPerBit": "nan"},
        {"LeadAmplitudeUnitsPerBit": None},
        {"LeadAmplitudeUnitsPerBit": "1e9"},
        {"LeadSampleSize": 4},
        {"LeadSampleCountTotal": 999},
        {"LeadByteCountTotal": 1},
        {"WaveFormData": "!!!"},
        {"WaveFormData": None},
        {"FirstSampleBaseline": "0.5"},
        {"LeadTimeOffset": "-1"},
        {"base": 0},
        {"base": -500},
        {"base": "1e3"},
        {"exponent": 99},
        {"kind": "Median"},
        {"sample_type": "COMPRESSED"},
    ],
)
def test_muse_refuses_what_no_ecg_has(tmp_path, changes):
    with pytest.raises(RecordingError):
        opened(tmp_path, muse_xml(**changes))


def test_muse_median_and_findings_of_a_real_export():
    recording = open_recording(archive("formats") / "ge-muse-xml" / "synthetic_muse.xml")
    info = recording.acquisition
    assert recording.n_samples == 5000  # the rhythm, although the median stands first
    assert info.median_beats.signal_mv.shape == (12, 600)
    assert ("QT interval", "402 ms") in info.measurements
    assert info.statements == ("Sinus rhythm (synthetic example)",)
    assert info.filters == ("high pass 0.56 Hz", "low pass 150 Hz", "mains filter 60 Hz")
    assert recording.start_time.isoformat() == "2025-08-17T09:15:11"  # month, day, year
    assert (recording.age_years, recording.sex) == (45, "M")


# ---- HL7 aECG ----


@pytest.mark.parametrize(
    ("changes", "mv", "zero"),
    [
        ({}, 2.5e-3, 0.0),
        ({"unit": "mV", "scale": "0.0025"}, 2.5e-3, 0.0),
        ({"unit": "nV", "scale": "2500"}, 2.5e-3, 0.0),
        ({"unit": "µV"}, 2.5e-3, 0.0),
        ({"origin": "100"}, 2.5e-3, 0.1),
        ({"origin": "0.1", "origin_unit": "mV"}, 2.5e-3, 0.1),
    ],
)
def test_aecg_scale_and_origin(tmp_path, changes, mv, zero):
    recording = opened(tmp_path, aecg_xml(aecg_set(RHYTHM, **changes)))
    assert recording.leads == ("I", "II", "V1")
    np.testing.assert_allclose(recording.signal_mv[0], RHYTHM["I"] * mv + zero, atol=1e-6)
    assert recording.start_time.isoformat() == "2002-11-22T09:10:00"


@pytest.mark.parametrize(
    ("increment", "unit", "fs_hz"),
    [("0.002", "s", 500), ("2", "ms", 500), ("2000", "us", 500), ("0.00390625", "s", 256)],
)
def test_aecg_rate(tmp_path, increment, unit, fs_hz):
    content = aecg_xml(aecg_set(RHYTHM, increment=increment, increment_unit=unit))
    assert opened(tmp_path, content).fs_hz == fs_hz


def test_aecg_sets_follow_each_other_in_time(tmp_path):
    sets = (
        aecg_set({"I": RHYTHM["I"]}),
        aecg_set({"V1": RHYTHM["V1"]}, head="20021122091002.500"),
    )
    recording = opened(tmp_path, aecg_xml(*sets))
    assert recording.n_samples == 2250
    assert np.isnan(recording.signal_mv[0, 1000:]).all()
    np.testing.assert_allclose(recording.signal_mv[1, 1250:], RHYTHM["V1"] * 2.5e-3, atol=1e-6)


@pytest.mark.parametrize(
    "content",
    [
        aecg_xml(aecg_set(RHYTHM, unit="")),
        aecg_xml(aecg_set(RHYTHM, unit="mmHg")),
        aecg_xml(aecg_set(RHYTHM, scale="0")),
        aecg_xml(aecg_set(RHYTHM, scale="1e400")),
        aecg_xml(aecg_set(RHYTHM, scale="")),
        aecg_xml(aecg_set(RHYTHM, origin="5", origin_unit="")),
        aecg_xml(aecg_set(RHYTHM, increment="0")),
        aecg_xml(aecg_set(RHYTHM, increment="-0.002")),
        aecg_xml(aecg_set(RHYTHM, increment="0.002", increment_unit="h")),
        aecg_xml(aecg_set(RHYTHM, increment="1e-9")),
        aecg_xml(aecg_set(RHYTHM, time_code="OTHER")),
        aecg_xml(aecg_set({"I": np.array(["1", "x"])})),
        aecg_xml(aecg_set({"I": np.array([2**40, 1])})),
        aecg_xml(aecg_set({"I": np.array([], int)})),
        aecg_xml(
            aecg_set({"I": RHYTHM["I"]}), aecg_set({"II": RHYTHM["II"]}, head="20991122091002.500")
        ),
        b"<AnnotatedECG xmlns='urn:hl7-org:v3'></AnnotatedECG>",
    ],
)
def test_aecg_refuses_what_no_ecg_has(tmp_path, content):
    with pytest.raises(RecordingError):
        opened(tmp_path, content)


def test_aecg_of_another_device_keeps_its_findings():
    recording = open_recording(archive("formats") / "hl7-aecg" / "example_aecg.xml")
    info = recording.acquisition
    assert (recording.age_years, recording.sex) == (46, "M")
    assert ("PR interval", "148 ms") in info.measurements
    assert info.median_beats.signal_mv.shape == (12, 599)
    assert "low pass 150 Hz" in info.filters
    assert recording.signal_mv[0, 0] == pytest.approx(-0.005)  # -2 digits of 2.5 uV


# ---- Philips Sierra ----


@pytest.mark.parametrize("compressed", [True, False])
def test_sierra_samples(tmp_path, compressed):
    recording = opened(tmp_path, sierra_xml(LIMBS, compressed=compressed))
    assert recording.leads == TWELVE
    for row, digits in enumerate(LIMBS.values()):
        np.testing.assert_allclose(recording.signal_mv[row], digits * 5e-3, atol=1e-6)


@pytest.mark.parametrize("name", ["129DYPRG.XML", "3191723_ZZDEMOPTONLY_1-04_orig.xml"])
def test_sierra_limb_leads_of_real_files_fit_their_equations(name):
    """Within two and a half digits of 5 uV, to which the recorder rounds."""
    recording = open_recording(archive("formats") / "philips-sierra-xml" / name)
    one, two, three, right, left, foot = recording.signal_mv[:6]
    assert 5000 <= recording.n_samples < 5350
    assert np.abs(one + three - two).max() <= 12.6e-3
    for lead, expected in ((right, -(one + two) / 2), (left, (one - three) / 2)):
        assert np.abs(lead - expected).max() <= 12.6e-3
    assert np.abs(foot - (two + three) / 2).max() <= 12.6e-3
    assert "calibration pulse" in recording.comments[0]


@pytest.mark.parametrize(("height", "doubt"), [(200, False), (100, True)])
def test_sierra_calibration_pulse_is_left_out_and_proves_the_resolution(tmp_path, height, doubt):
    pulse = np.concatenate([np.zeros(50), np.full(100, height), np.zeros(50)]).astype(int)
    leads = {
        name: np.concatenate([digits, [1 + n], pulse])
        for n, (name, digits) in enumerate(LIMBS.items())
    }
    recording = opened(tmp_path, sierra_xml(leads))
    assert recording.n_samples == 501
    assert bool(recording.warnings) == doubt


def test_sierra_representative_beats_and_findings():
    path = archive("formats") / "philips-sierra-xml" / "3191723_ZZDEMOPTONLY_1-04_orig.xml"
    recording = open_recording(path)
    info = recording.acquisition
    assert info.median_beats.signal_mv.shape == (12, 600)  # the filling behind it is left out
    assert np.isfinite(info.median_beats.signal_mv).all()
    assert info.statements[0] == "SINUS RHYTHM: normal P axis, V-rate 60-99"
    assert ("QRS duration", "84 ms") in info.measurements
    assert (recording.age_years, recording.sex) == (60, "M")


def test_sierra_of_an_unknown_version_is_not_guessed():
    with pytest.raises(RecordingError, match=r"1\.05"):
        open_recording(archive("formats") / "philips-sierra-xml" / "invalid-doc-version.xml")


@pytest.mark.parametrize(
    "changes",
    [
        {"samplespersecond": 0},
        {"samplespersecond": -500},
        {"resolution": 0},
        {"resolution": "x"},
        {"durationperchannel": 10**9},
        {"durationperchannel": 2000},
        {"durationperchannel": 500},
        {"bitspersample": 12},
        {"numberofleads": 0},
        {"numberofleads": 99},
        {"numberofleads": 13},
        {"compression": "ZIP"},
        {"signaloffset": 5},
        {"signalsigned": "False"},
        {"data": b""},
        {"data": b"\xff\xff\xff\x7f" + bytes(100)},
        {"data": xli_chunk(LIMBS["I"])[:200]},
        {"data": (4).to_bytes(4, "little") + bytes(4) + b"\x7f\xff\xff\xff"},
    ],
)
def test_sierra_refuses_what_does_not_fit(tmp_path, changes):
    with pytest.raises(RecordingError):
        opened(tmp_path, sierra_xml(LIMBS, **changes))


# ---- all XML ----


HOSTILE = {
    "laughs": '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
    "external": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    "external dtd with entities": '<!DOCTYPE x SYSTEM "y.dtd" [<!ENTITY % p SYSTEM "z"> %p;]>',
    "two declarations": '<!DOCTYPE x SYSTEM "a"><!DOCTYPE x [<!ENTITY a "ha">]>',
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("root", ["RestingECG", "AnnotatedECG", "restingecgdata"])
def test_entities_are_refused(tmp_path, kind, root):
    text = f'<?xml version="1.0"?>{HOSTILE[kind]}<{root}>&a;</{root}>'
    with pytest.raises(RecordingError) as refused:
        opened(tmp_path, text.encode())
    assert str(refused.value).count(". ") == 0


def test_a_million_nested_tags_are_refused(tmp_path):
    with pytest.raises(RecordingError, match="nests"):
        opened(tmp_path, b"<RestingECG>" + b"<a>" * 1_000_000)


def test_a_million_tags_in_a_row_are_refused(tmp_path):
    with pytest.raises(RecordingError, match="repeats"):
        opened(tmp_path, b"<RestingECG>" + b"<a/>" * 1_000_000)


def test_a_text_of_many_megabytes_is_refused(tmp_path):
    content = b"<RestingECG><a>" + b"x" * 50_000_000 + b"</a></RestingECG>"
    with pytest.raises(RecordingError, match="40 MB"):
        opened(tmp_path, content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_and_remarks_before_the_root(tmp_path, encoding):
    text = muse_xml(head="").decode()
    remarks = "".join(f"<!-- {'remark ' * 40} -->\n" for _ in range(30))
    assert opened(tmp_path, (remarks + text).encode(encoding)).format == "MUSE XML"


def test_other_xml_is_no_ecg(tmp_path):
    with pytest.raises(RecordingError, match="no format that is known"):
        opened(tmp_path, b"<?xml version='1.0'?><svg/>")
