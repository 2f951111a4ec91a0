"""The growing noise map: what a segment's findings look like and how they are said."""

from __future__ import annotations

import numpy as np
import pytest

from inference.quality import quality_segment
from viewer.state.noise_map_cells import State
from viewer.state.noise_map_view import ROWS, NoiseMapView

FS_HZ = 500.0
LEADS = ("I", "II", "III")


def ecg_mv(seconds: int = 30) -> np.ndarray:
    """Three leads of simple beats; II carries 0.3 mV of mains, III is flat from 10 s on."""
    time_s = np.arange(round(seconds * FS_HZ)) / FS_HZ
    phase = (time_s % 0.8) - 0.4
    beat = np.exp(-((phase / 0.012) ** 2)) + 0.25 * np.exp(-(((phase - 0.25) / 0.05) ** 2))
    random = np.random.default_rng(6)
    signal = np.stack([beat, beat, 0.5 * beat]) + random.normal(0, 0.004, (3, len(time_s)))
    signal[1] += 0.3 * np.sin(2 * np.pi * 50 * time_s)
    signal[2, round(10 * FS_HZ) :] = 0.0
    return signal.astype(np.float32)


@pytest.fixture(scope="module")
def view() -> NoiseMapView:
    signal_mv = ecg_mv()
    view = NoiseMapView(LEADS, FS_HZ, signal_mv.shape[1])
    for index in (1, 2):  # the first segment is not analysed yet
        view.put(quality_segment(signal_mv, view.segments[index], FS_HZ, LEADS))
    return view


def row_of(title: str) -> int:
    return [name for name, _ in ROWS].index(title)


def test_the_five_companions_of_the_issue_have_a_row():
    assert [name for name, _ in ROWS] == ["Mains", "> 40 Hz", "Drift", "Lead off", "Clipping"]


def test_segments_that_were_not_analysed_are_pending_and_say_so(view):
    assert (view.cells.grade[:, 0] == State.PENDING).all()
    assert (view.cells.grade[:, 1] > State.PENDING).all()
    assert not view.complete
    assert "not analysed yet" in view.describe_lead(0, 5.0)[0]


def test_mains_and_a_flat_lead_are_marked_in_their_rows_and_leads(view):
    mains, off = row_of("Mains"), row_of("Lead off")
    assert view.cells.companion[mains, :, 1].tolist() == [State.GOOD, State.BAD, State.GOOD]
    assert view.cells.companion[off, 2, 1] == State.BAD
    assert view.cells.grade[1, 1] in (State.POOR, State.BAD)
    assert view.cells.grade[2, 1] == State.BAD


def test_the_seconds_of_a_flat_lead_are_grey(view):
    seconds = view.cells.fine[2, 10:20]
    assert (seconds == State.NO_SIGNAL).all()
    assert (view.cells.fine[0, 10:20] < State.NO_SIGNAL).all()


def test_a_lead_says_grade_reason_and_remedy(view):
    text = " ".join(view.describe_lead(1, 15.0))
    assert "II 10–20 s" in text
    assert "grade C: neither morphology nor rhythm" in text
    assert "mains 50 Hz" in text
    assert "electrode" in text


def test_a_companion_names_the_leads_beyond_its_limit_or_the_highest_value(view):
    over = view.describe_companion(row_of("Mains"), None, 15.0)
    assert "II" in over[0]
    assert "µV at 50 Hz" in over[0]
    within = view.describe_companion(row_of("Mains"), 0, 15.0)
    assert "within limits, highest I" in within[0]


def test_grades_are_told_for_a_span(view):
    letters = view.grades(0.0, 30.0)
    assert letters["II"] == ["C", "C"]
    assert len(letters["I"]) == 2
    assert view.grades(0.0, 10.0) == {"I": [], "II": [], "III": []}


def test_a_recording_shorter_than_ten_seconds_is_one_hatched_segment():
    signal_mv = ecg_mv(6)
    view = NoiseMapView(LEADS, FS_HZ, signal_mv.shape[1])
    view.put(quality_segment(signal_mv, view.segments[0], FS_HZ, LEADS))
    assert view.cells.short.tolist() == [True]
    assert view.cells.segments_s.tolist() == [[0.0, 6.0]]
    assert len(view.cells.seconds_s) == 6
    assert "shorter than 10 s" in " ".join(view.describe_lead(0, 3.0))


def test_a_lead_that_was_never_recorded_is_no_signal():
    signal_mv = ecg_mv(10)
    signal_mv[0] = np.nan
    view = NoiseMapView(LEADS, FS_HZ, signal_mv.shape[1])
    view.put(quality_segment(signal_mv, view.segments[0], FS_HZ, LEADS))
    assert view.cells.grade[0, 0] == State.NO_SIGNAL
    assert (view.cells.fine[0] == State.NO_SIGNAL).all()
    assert "no signal" in view.describe_lead(0, 5.0)[1]


def test_a_recording_in_microvolts_raises_the_unit_alarm_first():
    signal_mv = 1000 * ecg_mv(10)
    view = NoiseMapView(LEADS, FS_HZ, signal_mv.shape[1])
    view.put(quality_segment(signal_mv, view.segments[0], FS_HZ, LEADS))
    assert "unit or gain is probably wrong" in view.notes[0]
