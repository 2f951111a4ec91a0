"""Times as people type them."""

from __future__ import annotations

from datetime import datetime

import pytest

from viewer.state.places import parse_clock, parse_time_of_day, time_of_day

EVENING = datetime(2024, 3, 9, 22, 30, 0)
DAY_S = 86_400.0


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("1:30", 90), ("01:23:45", 5025), (" 1:01:40.5 ", 3700.5)]
)
def test_a_time_since_the_start(text, seconds):
    assert parse_clock(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "1:2:3:4", "-5", "nan", "inf"])
def test_nonsense_is_answered_with_an_example(text):
    with pytest.raises(ValueError, match=r"is no time; write 90"):
        parse_clock(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("22:30", 0),
        ("23:00:00", 1800),
        ("00:30", 7200),
        ("07:15:30.5", 31_530.5),
        ("22:29", 86_340),
    ],
)
def test_a_time_of_day_after_midnight_is_the_next_day(text, seconds):
    assert parse_time_of_day(text, EVENING, DAY_S) == seconds


def test_a_time_of_day_outside_the_recording_names_its_span():
    with pytest.raises(ValueError, match="runs from 22:30:00 to 23:30:00"):
        parse_time_of_day("12:00", EVENING, 3600.0)


@pytest.mark.parametrize("text", ["25:00", "12", "12:61", "noon", "1:2:3:4", "12:00:77"])
def test_what_is_no_time_of_day_is_answered_with_an_example(text):
    with pytest.raises(ValueError, match=r"no time of day; write 14:30"):
        parse_time_of_day(text, EVENING, DAY_S)


def test_the_day_is_said_from_the_second_one_on():
    assert time_of_day(EVENING, 60) == "22:31:00"
    assert time_of_day(EVENING, 7200) == "00:30:00 (+1 d)"
