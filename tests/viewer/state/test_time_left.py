"""How long work will still take."""

from __future__ import annotations

import math

import pytest

from viewer.state.time_left import Forecast, left_words


def test_nothing_is_forecast_in_the_first_half_second_or_without_progress():
    forecast = Forecast(100.0)
    assert math.isnan(forecast.left_s(100.4, 0.9))
    assert math.isnan(forecast.left_s(130.0, 0.0))


def test_what_is_left_follows_from_the_speed_so_far():
    forecast = Forecast(100.0)
    assert forecast.left_s(110.0, 0.25) == pytest.approx(30.0)
    assert forecast.left_s(140.0, 1.0) == 0.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (math.nan, ""),
        (0.4, "almost done"),
        (4.2, "about 5 s left"),
        (31.0, "about 35 s left"),
        (100.0, "about 2 min left"),
        (7200.0, "about 2.0 h left"),
    ],
)
def test_words_are_no_more_exact_than_the_forecast(seconds, words):
    assert left_words(seconds) == words
