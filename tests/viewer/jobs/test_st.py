"""ST measurement in the background: it follows recording, cleaning, person and marks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.jobs.st import Measuring, StRequest, measure_st
from viewer.recording import Recording
from viewer.samples import ArraySamples
from viewer.state.cleaned import Cleaned, GrowingSamples
from viewer.state.residual import Verdict
from viewer.state.session import Session
from viewer.state.st_view import StResult, fiducials_ms


@pytest.fixture(scope="module")
def clean() -> Recording:
    return open_recording(sample("ptbxl_clean.hea"))


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def measuring(qtbot, session) -> Iterator[Measuring]:
    measuring = Measuring(session)
    yield measuring
    measuring.close()


def whole(recording: Recording, **changes: object) -> StRequest:
    values: dict = {"recording": recording, "start": 0, "stop": recording.n_samples}
    return StRequest(**(values | changes))


def complete(result: StResult) -> bool:
    """The second report of a measurement, with its predictions or the reason against them."""
    return bool(result.predictions or result.prediction_note)


def no_report(fraction: float) -> None:
    assert 0 <= fraction <= 1


def test_raw_and_cleaned_are_measured_at_the_same_beats_and_marks(clean):
    shifted = ArraySamples(clean.signal_mv + np.float32(0.0))
    result = measure_st(whole(clean, cleaned=shifted), no_report)
    assert result.cleaned is not None
    assert result.cleaned.fiducials.j == result.raw.fiducials.j
    assert result.guard.state == "ok"
    assert result.cleaned.intervals.rr_ms == result.raw.intervals.rr_ms
    for raw, cleaned in zip(result.raw.st, result.cleaned.st, strict=True):
        assert cleaned.j60_mv == pytest.approx(raw.j60_mv, abs=1e-6)


def test_half_a_signal_is_blocked_by_the_guard_and_seen_in_the_residual(clean):
    result = measure_st(whole(clean, cleaned=ArraySamples(0.5 * clean.signal_mv)), no_report)
    assert result.guard.state == "block"
    assert Verdict.LOCKED in result.residual.verdicts


def test_moved_marks_are_used_and_the_guard_is_not_asked_again(clean):
    cleaned = ArraySamples(0.9 * clean.signal_mv)
    before = measure_st(whole(clean, cleaned=cleaned), no_report)
    found = fiducials_ms(before.raw)
    moved = dataclasses.replace(found, qrs_offset=found.qrs_offset + 30)
    after = measure_st(whole(clean, cleaned=cleaned, moved=moved, before=before), no_report)
    assert after.dragged
    assert after.raw.intervals.qrs_ms == pytest.approx(before.raw.intervals.qrs_ms + 30)
    assert after.cleaned.fiducials.j == after.raw.fiducials.j
    assert after.guard is before.guard
    assert len(after.raw.beats) == len(before.raw.beats)


def test_a_flat_recording_gives_a_reason_and_no_page(clean):
    flat = Recording.from_array(np.zeros((12, 5000), np.float32), clean.leads, 500.0, "asystole")
    result = measure_st(whole(flat, cleaned=flat.samples), no_report)
    assert "flat" in result.raw.reasons[0]
    assert result.cleaned is None
    assert result.beats.leads == ()


def test_nothing_is_measured_for_closed_panels(measuring, session, clean, qtbot):
    session.open(clean, "3x4+1")
    assert not measuring.job.running
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        measuring.set_active(True)
    assert measuring.result.raw.leads == clean.leads


def test_the_numbers_do_not_wait_for_the_classifier(measuring, session, clean, qtbot):
    reports: list[StResult] = []
    measuring.measured.connect(reports.append)
    measuring.set_active(True)
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        session.open(clean, "3x4+1")
    assert [complete(report) for report in reports] == [False, True]
    assert reports[0].raw.st == reports[1].raw.st


def test_age_and_sex_come_from_the_file_and_can_be_corrected(measuring, session, clean, qtbot):
    measuring.set_active(True)
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        session.open(clean, "3x4+1")
    assert (measuring.age_years, measuring.sex) == (18, "F")
    unknown = "Age or sex is not known"
    assert not any(unknown in note for note in measuring.result.raw.notes)
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        measuring.set_person(None, None)
    assert any(unknown in note for note in measuring.result.raw.notes)


def test_a_lead_of_grade_c_is_suppressed(measuring, session, clean, qtbot):
    measuring.set_active(True)
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        session.open(clean, "3x4+1")
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        measuring.set_grades({"V3": "C"})
    assert "grade C" in measuring.result.raw.lead("V3").suppressed
    assert measuring.result.raw.lead("V2").suppressed is None


def test_a_cleaned_signal_is_measured_when_it_is_there(measuring, session, clean, qtbot, tmp_path):
    measuring.set_active(True)
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        session.open(clean, "3x4+1")
    samples = GrowingSamples(12, clean.n_samples, tmp_path)
    cleaned = Cleaned(samples=samples, method="test", title="Test")
    session.set_cleaned(cleaned)
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        samples.put(0, 0.9 * clean.signal_mv)
        session.set_cleaned(cleaned)
    assert measuring.result.cleaned is not None
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        session.drop_cleaned()
    assert measuring.result.cleaned is None


def test_dragged_marks_are_forgotten_with_their_recording(measuring, session, clean, qtbot):
    measuring.set_active(True)
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        session.open(clean, "3x4+1")
    found = fiducials_ms(measuring.result.raw)
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        measuring.move(dataclasses.replace(found, t_end=found.t_end + 40))
    assert measuring.result.dragged
    noisy = open_recording(sample("ptbxl_noisy.hea"))
    with qtbot.waitSignal(measuring.measured, check_params_cb=complete, timeout=120_000):
        session.open(noisy, "3x4+1")
    assert not measuring.result.dragged
