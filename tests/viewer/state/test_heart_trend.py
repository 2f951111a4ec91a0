"""Heart rate per ten seconds, from beats that arrive in stretches."""

from __future__ import annotations

import numpy as np
import pytest

from viewer.state.heart_trend import HeartTrend


def steady(bpm: float, start_s: float, stop_s: float) -> np.ndarray:
    return np.arange(start_s, stop_s, 60 / bpm)


def test_nothing_is_known_before_anybody_looked():
    trend = HeartTrend(100.0)
    assert len(trend.bpm) == 10
    assert trend.share_known == 0
    assert np.isnan(trend.typical_bpm)
    assert np.isnan(trend.at(5.0))


def test_every_cell_has_the_rate_of_its_own_intervals():
    trend = HeartTrend(40.0)
    trend.put(0.0, 20.0, steady(60, 0.3, 20))
    trend.put(20.0, 40.0, steady(120, 20.1, 40))
    assert trend.at(5.0) == pytest.approx(60)
    assert trend.at(35.0) == pytest.approx(120)
    assert trend.share_known == 1


def test_one_ectopic_beat_does_not_move_the_rate_of_its_cell():
    beats_s = np.sort(np.append(steady(75, 0.1, 10), 4.5))
    trend = HeartTrend(10.0)
    trend.put(0.0, 10.0, beats_s)
    assert trend.at(5.0) == pytest.approx(75, rel=0.02)


def test_a_pause_or_a_double_detection_is_no_heart_rate():
    trend = HeartTrend(20.0)
    trend.put(0.0, 20.0, np.array([1.0, 1.05, 9.0]))
    assert np.isnan(trend.bpm).all()
    assert trend.share_known == 1


def test_columns_keep_the_slowest_and_the_fastest_of_what_they_cover():
    trend = HeartTrend(200.0)
    trend.put(0.0, 100.0, steady(60, 0.1, 100))
    trend.put(100.0, 200.0, steady(90, 100.1, 200))
    low, high = trend.columns(1)
    assert (low[0], high[0]) == pytest.approx((60, 90))
    low, _ = trend.columns(400)
    assert np.isfinite(low).sum() == np.isfinite(trend.bpm).sum()
