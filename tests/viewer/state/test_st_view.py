"""The ST panel's words and numbers, on real recordings and known reports."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from inference.st import Criterion, GuardReport, LeadGuard, measure
from inference.st_prediction import StPrediction, Support
from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.recording import Recording
from viewer.state.st_text import (
    as_tsv,
    criteria_change,
    disagreements,
    guard_sentence,
    predictions,
)
from viewer.state.st_view import (
    RESEARCH,
    StResult,
    beats_of,
    fiducials_ms,
    intervals,
    level_text,
    levels,
    marks_from,
    span_to_measure,
    table,
    worst_grades,
)


@pytest.fixture(scope="module")
def clean() -> Recording:
    return open_recording(sample("ptbxl_clean.hea"))


def result_of(recording: Recording, **changes: object) -> StResult:
    raw = measure(
        recording.signal_mv,
        recording.fs_hz,
        recording.leads,
        age_years=recording.age_years,
        sex=recording.sex,
    )
    return StResult(start_s=0.0, stop_s=10.0, raw=raw, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("level_mv", "unit", "text"),
    [
        (0.1239, "mV", "+0.124"),
        (-0.1239, "mV", "−0.124"),
        (0.1239, "mm", "+1.2"),
        (-0.0001, "mV", "+0.000"),
        (-0.004, "mm", "+0.0"),
        (float("nan"), "mV", "–"),
    ],
)
def test_levels_have_a_sign_and_their_own_precision(level_mv, unit, text):
    assert level_text(level_mv, unit) == text


def test_without_a_cleaned_signal_every_lead_has_one_line(clean):
    rows = table(result_of(clean), "mV")
    assert [row.lead for row in rows] == list(clean.leads)
    assert {row.kind for row in rows} == {"raw"}
    assert all(len(row.cells) == 7 for row in rows)


def test_with_a_cleaned_signal_raw_cleaned_and_difference_follow_each_other(clean):
    result = result_of(clean)
    shifted = [dataclasses.replace(row, j60_mv=row.j60_mv + 0.03) for row in result.raw.st]
    cleaned = dataclasses.replace(result.raw, st=tuple(shifted))
    rows = table(dataclasses.replace(result, cleaned=cleaned), "mV")
    assert [row.kind for row in rows[:3]] == ["raw", "cleaned", "Δ"]
    assert rows[2].cells[2] == "+0.030"
    assert rows[2].cells[0] == "+0.000"


def test_a_suppressed_lead_shows_its_reason_and_no_number_cleaned_or_not(clean):
    result = result_of(clean)
    bad = [
        dataclasses.replace(row, suppressed="grade C: too noisy for the ST segment")
        if row.lead == "V3"
        else row
        for row in result.raw.st
    ]
    raw = dataclasses.replace(result.raw, st=tuple(bad))
    rows = table(dataclasses.replace(result, raw=raw, cleaned=result.raw), "mV")
    of_v3 = [row for row in rows if row.lead == "V3"]
    assert [row.cells for row in of_v3] == [(), (), ()]
    assert "grade C" in of_v3[0].reason
    assert "unusable" in of_v3[1].reason
    assert "V3" not in levels(raw, "j60_mv")


def test_the_intervals_name_four_qtc_formulas_and_the_rr_they_used(clean):
    names = [name for name, _, _ in intervals(result_of(clean))]
    assert names == [
        *("Heart rate", "RR", "PR", "QRS", "QT"),
        *("QTc Bazett", "QTc Fridericia", "QTc Framingham", "QTc Hodges", "QRS axis"),
    ]


def test_moved_fiducials_change_the_interval_by_what_they_were_moved(clean):
    result = result_of(clean)
    found = fiducials_ms(result.raw)
    assert found.qrs_offset is not None
    moved = dataclasses.replace(found, qrs_offset=found.qrs_offset + 20)
    marks = marks_from(result.raw, moved)
    again = measure(clean.signal_mv, clean.fs_hz, clean.leads, fiducials=marks)
    assert again.intervals is not None
    assert result.raw.intervals is not None
    assert again.intervals.qrs_ms == pytest.approx(result.raw.intervals.qrs_ms + 20)
    assert again.intervals.qt_ms == result.raw.intervals.qt_ms


def test_fiducials_survive_the_way_to_milliseconds_and_back(clean):
    raw = result_of(clean).raw
    marks = marks_from(raw, fiducials_ms(raw))
    assert marks is not None
    assert raw.fiducials is not None
    for name in ("p_onset", "qrs_onset", "j", "t_end"):
        assert getattr(marks, name) == getattr(raw.fiducials, name)


def test_the_beats_behind_the_median_lie_around_it(clean):
    raw = result_of(clean).raw
    beats = beats_of(clean.signal_mv, raw, None)
    assert beats.beats_mv.shape[1:] == beats.raw_mv.shape
    assert np.abs(np.median(beats.beats_mv, axis=0) - beats.raw_mv).max() < 1e-6
    assert beats.time_ms[0] < -300
    assert beats.time_ms[-1] > 450


def test_when_raw_and_cleaned_disagree_that_is_said_first(clean):
    result = result_of(clean)
    ste = Criterion(
        kind="STE", leads=("II", "aVF"), levels_mv=(0.12, 0.11), population="", text="meets it"
    )
    elevated = dataclasses.replace(result.raw, criteria=(ste,))
    plain = dataclasses.replace(result.raw, criteria=())
    both = dataclasses.replace(result, raw=elevated, cleaned=plain)
    assert disagreements(both)[0] == (
        "Raw and cleaned disagree: only the raw trace meets ST elevation."
    )
    same = dataclasses.replace(result, raw=elevated, cleaned=elevated)
    assert criteria_change(same) == []


def prediction(ste: float, std: float, abstained: tuple[str, ...] = ()) -> StPrediction:
    threshold = {"STE": 0.3, "STD": 0.4}
    probability = {} if abstained else {"STE": ste, "STD": std}
    return StPrediction(
        probability=probability,
        threshold=threshold,
        positive=tuple(k for k, p in probability.items() if p >= threshold[k]),
        support={"STE": (Support(lead="V2", j_mv=0.21),), "STD": ()} if probability else {},
        abstained=abstained,
        weights_sha256="",
    )


def test_probabilities_stand_side_by_side_with_the_leads_that_support_them(clean):
    result = result_of(
        clean, predictions={"raw": prediction(0.6, 0.1), "cleaned": prediction(0.5, 0.2)}
    )
    lines = predictions(result)
    assert lines[0] == (
        "Probability of ST elevation: 60% raw, 50% cleaned (threshold 30%), "
        "supported by V2 +0.210 mV at J."
    )
    assert lines[1] == "Probability of ST depression: 10% raw, 20% cleaned (threshold 40%)."
    assert disagreements(result) == []


def test_probabilities_on_different_sides_of_the_threshold_are_said_first(clean):
    result = result_of(
        clean, predictions={"raw": prediction(0.6, 0.1), "cleaned": prediction(0.2, 0.1)}
    )
    assert disagreements(result)[0].startswith("Raw and cleaned disagree: ST elevation: raw 60%")


def test_an_abstention_says_why_and_a_missing_model_too(clean):
    abstained = result_of(clean, predictions={"raw": prediction(0, 0, ("Pacing spikes.",))})
    assert predictions(abstained) == ["No prediction from the raw trace: Pacing spikes."]
    missing = result_of(clean, prediction_note="The model card cannot be read.")
    assert predictions(missing) == ["No prediction: The model card cannot be read."]


def guard_of(*states: tuple[str, str, str]) -> GuardReport:
    rows = tuple(
        LeadGuard(
            lead=lead,
            state=state,  # type: ignore[arg-type]
            reason=reason,
            delta_st_mv={"j": 0.0, "j60": 0.0, "j80": 0.0},
            delta_qrs_amplitude_mv=0.0,
            delta_qt_ms=0.0,
            delta_r_time_ms=0.0,
            uncertainty_mv=0.0,
        )
        for lead, state, reason in states
    )
    order = ["ok", "cannot_tell", "warn", "block"]
    worst = max((row.state for row in rows), key=order.index)
    return GuardReport(state=worst, reason="", leads=rows, n_beats=8)


def test_the_guard_names_the_worst_leads_and_never_calls_blindness_fine():
    assert "within the limits" in guard_sentence(guard_of(("I", "ok", "within limits")))
    block = guard_sentence(
        guard_of(("I", "warn", "T end"), ("V2", "block", "ST at J+60 -0.080 mV"))
    )
    assert "diagnosable amount" in block
    assert "V2: ST at J+60" in block
    assert "T end" not in block
    blind = guard_sentence(guard_of(("I", "ok", ""), ("V1", "cannot_tell", "too noisy")))
    assert blind.startswith("Cannot tell")
    assert guard_sentence(None) == ""


def test_the_copied_text_holds_both_units_the_findings_and_the_sentence(clean):
    text = as_tsv(result_of(clean))
    lines = text.splitlines()
    assert sum(line.startswith("Lead\tTrace") for line in lines) == 2
    assert lines[-1] == RESEARCH
    assert "−" not in text  # spreadsheets read "-0.1" as a number
    v2 = [line.split("\t") for line in lines if line.startswith("V2\traw")]
    in_mv, in_mm = (float(row[2]) for row in v2)
    assert in_mm == pytest.approx(10 * in_mv, abs=0.06)


@pytest.mark.parametrize(
    ("duration_s", "middle_s", "span_s"),
    [(10, 5, (0, 10)), (120, 90, (0, 120)), (600, 5, (0, 60)), (600, 200, (180, 240))],
)
def test_a_short_recording_is_measured_whole_a_long_one_by_the_minute(duration_s, middle_s, span_s):
    start, stop = span_to_measure(duration_s * 500, 500.0, middle_s)
    assert (start / 500, stop / 500) == span_s


def test_the_last_minute_takes_the_rest_of_the_recording():
    start, stop = span_to_measure(190 * 250, 250.0, 189.0)
    assert (start, stop) == (120 * 250, 190 * 250)


def test_a_lead_that_is_bad_most_of_the_time_counts_as_bad():
    grades = {"I": ["A", "A", "C"], "II": ["C", "A", "C"], "III": [], "V1": ["B"]}
    assert worst_grades(grades) == {"I": "A", "II": "C", "V1": "B"}
