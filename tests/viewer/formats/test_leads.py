"""Leads by any spelling, in clinical order; derived ones only when asked, and marked."""

from __future__ import annotations

import numpy as np
import pytest

from tests.shared_data import archive
from viewer.formats import RecordingError, derive_limb_leads, open_recording
from viewer.formats.leads import clinical_name, clinical_order, distinct, is_other_signal
from viewer.formats.patient import age_and_sex
from viewer.formats.units import millivolts_per, millivolts_per_digit
from viewer.recording import Recording


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *(("i", "I"), ("I", "I"), ("Lead I", "I"), ("lead_II", "II"), ("ECG lead II", "II")),
        *(("AVR", "aVR"), ("avl", "aVL"), ("aVF ", "aVF"), ("Lead aVR", "aVR"), ("v1", "V1")),
        *(("V3R", "V3R"), ("v4r", "V4R"), ("ECG V5", "V5"), ("MDC_ECG_LEAD_V6", "V6")),
        *(("MDC_ECG_LEAD_AVR", "aVR"), ("vx", "X"), ("DII", "II"), ("ecg-V2", "V2")),
        *(("MLII", "MLII"), ("MCL1", "MCL1"), ("V", "V"), ("ECG 1", "ECG 1"), ("-aVR", "-aVR")),
        *(
            ("I-II", "I-II"),
            ("ECG -aVR", "ECG -aVR"),
            ("ECG: V1", "V1"),
            ("ECG", "ECG"),
            ("", ""),
            ("VI", "VI"),
            ("lead 1", "lead 1"),
        ),
    ],
)
def test_a_lead_gets_its_clinical_name_or_keeps_its_own(written, name):
    assert clinical_name(written) == name


def test_names_are_short_and_printable():
    assert clinical_name("V1\x00\x1b[31m\u202e") == "V1 [31m"
    assert len(clinical_name("x" * 1000)) <= 40


def test_clinical_order_with_modified_leads_beside_their_like():
    names = ["V5", "MLII", "Z", "aVF", "other", "I", "II (2)", "II", "V3R", "V1"]
    assert [names[i] for i in clinical_order(names)] == [
        *("I", "II (2)", "II", "MLII", "aVF", "V1", "V5", "V3R", "Z", "other"),
    ]


def test_repeated_and_missing_names_become_distinct():
    names, warnings = distinct(["I", "I", "", "I (2)", "I"])
    assert len(set(names)) == 5
    assert names[0] == "I"
    assert len(warnings) == 1


@pytest.mark.parametrize("name", ["RESP", "Pleth", "ABP", "SpO2", "EDF Annotations", "HR"])
def test_signals_beside_the_ecg_are_recognised(name):
    assert is_other_signal(name)


@pytest.mark.parametrize("name", ["I", "V", "ECG", "MCL1", "CM5", "Abdomen_1", "Thorax"])
def test_leads_are_not_taken_for_other_signals(name):
    assert not is_other_signal(name)


@pytest.mark.parametrize(
    ("comments", "age", "sex"),
    [
        (("<age>: 25  <sex>: M  <diagnoses>: (none)",), 25, "M"),
        (("Age: 56", "Sex: Female"), 56, "F"),
        (("age: 81", "sex: female"), 81, "F"),
        (("69 M 1085 1629 x1",), 69, "M"),
        (("Age: NaN", "Sex: Unknown"), None, None),
        (("<age>: ?? <sex>: ?",), None, None),
        (("-1 M 742 1629 x1",), None, "M"),
        (("Age: 300", "Gender: f"), None, "F"),
        (("average rate 60", "message: male pattern"), None, None),
        ((), None, None),
    ],
)
def test_age_and_sex_from_remarks(comments, age, sex):
    assert age_and_sex(comments) == (age, sex)


def test_units_that_are_no_voltage_are_none():
    for unit in ("mmHg", "", "v", "mA", "uVolt/s", "%"):
        assert millivolts_per(unit) is None
    assert millivolts_per_digit("200/mV") == pytest.approx(1 / 200)
    assert millivolts_per_digit("4/uV") == pytest.approx(1 / 4000)
    for unit in ("0/mV", "x/mV", "inf/mV", "nan/mV", "200/mmHg", "200"):
        assert millivolts_per_digit(unit) is None


def two_leads() -> Recording:
    signal = np.random.default_rng(0).normal(0, 1, (3, 500)).astype(np.float32)
    signal[2, 100:200] = np.nan
    return Recording.from_array(signal, ("I", "II", "V1"), 500.0, "rec")


def test_derived_limb_leads_follow_einthoven_and_goldberger():
    recording = derive_limb_leads(two_leads())
    assert recording.leads == ("I", "II", "III", "aVR", "aVL", "aVF", "V1")
    assert recording.derived == {"III", "aVR", "aVL", "aVF"}
    one, two, three, right, left, foot, _ = recording.signal_mv
    for derived, expected in (
        (three, two - one),
        (right, -(one + two) / 2),
        (left, one - two / 2),
        (foot, two - one / 2),
    ):
        np.testing.assert_allclose(derived, expected, atol=1e-6)


def test_recorded_leads_stay_as_they_are():
    original = two_leads()
    recording = derive_limb_leads(original)
    for lead in original.leads:
        np.testing.assert_array_equal(
            recording.signal_mv[recording.leads.index(lead)],
            original.signal_mv[original.leads.index(lead)],
        )


def test_a_gap_elsewhere_does_not_spread_into_derived_leads():
    recording = derive_limb_leads(two_leads())
    assert np.isfinite(recording.signal_mv[:6]).all()
    assert np.isnan(recording.signal_mv[6, 100:200]).all()


def test_derived_leads_equal_recorded_ones_on_a_real_recording():
    """I and II of a recorder that keeps Einthoven's law: the derived III is the recorded one."""
    recording = open_recording(archive("ptb-xl-500") / "records500/00000/00017_hr.hea")
    two = Recording.from_array(recording.signal_mv[:2].copy(), ("I", "II"), 500.0, "rec")
    derived = derive_limb_leads(two)
    for lead in ("III", "aVR", "aVL", "aVF"):
        difference = (
            derived.signal_mv[derived.leads.index(lead)]
            - recording.signal_mv[recording.leads.index(lead)]
        )
        assert np.abs(difference).max() < 2e-3


def test_without_both_limb_leads_nothing_is_derived():
    alone = Recording.from_array(np.zeros((1, 500), np.float32), ("II",), 500.0, "rec")
    with pytest.raises(RecordingError, match="no lead I"):
        derive_limb_leads(alone)


def test_a_complete_recording_is_returned_as_it_is():
    recording = open_recording(archive("ptb-xl-500") / "records500/00000/00017_hr.hea")
    assert derive_limb_leads(recording) is recording
