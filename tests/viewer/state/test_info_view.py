"""What the information panel says, without a window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.viewer.formats.records import synthetic
from viewer.acquisition import AcquisitionInfo
from viewer.state.info_view import age_text, sections


def rows_of(recording, title):
    return dict(next(s.rows for s in sections(recording) if s.title == title))


def test_everything_stated_stands_in_its_section():
    info = AcquisitionInfo(
        patient=(("Name", "Doe Jane"),),
        device=(("Model", "X1"),),
        filters=("high pass 0.05 Hz",),
        measurements=(("QT interval", "402 ms"),),
        statements=("Sinus rhythm",),
    )
    recording = synthetic(acquisition=info, integrity=("ok", "ok", "failed"), step_mv=(0.001,) * 3)
    titles = [section.title for section in sections(recording)]
    assert titles == [
        *("Patient", "Recording", "Device", "Filters stated in the file"),
        *("Measurements of the recorder", "Interpretation in the file", "Remarks in the file"),
    ]
    assert rows_of(recording, "Patient") == {
        "Name": "Doe Jane",
        "Age": "61 years",
        "Sex": "female",
    }
    told = rows_of(recording, "Recording")
    assert told["Recorded"] == "2021-03-04 05:06:07"
    assert told["Step"] == "1 µV"
    assert "does not fit (V1)" in told["Integrity"]


def test_nothing_stated_leaves_only_the_recording():
    bare = replace(synthetic(), age_years=None, sex=None, comments=(), start_time=None)
    assert [section.title for section in sections(bare)] == ["Recording"]
    assert rows_of(bare, "Recording")["Recorded"] == "the file does not say"
    assert rows_of(bare, "Recording")["Integrity"] == "the format has no check"


@pytest.mark.parametrize(
    ("years", "text"),
    [(42.9, "42 years"), (1.5, "18 months"), (10 / 365.25, "10 days"), (0.0, "0 days")],
)
def test_ages_of_children_are_told_in_their_units(years, text):
    assert age_text(years) == text
