"""The order of stretches: grade first, then a typical rate, then the score."""

from __future__ import annotations

import math

import pytest

from viewer.state.best_stretch import Best, Stretch, choose


def stretch(start_s: float, grades: str, bpm: float = 70.0, psnr_db: float = 30.0) -> Stretch:
    return Stretch(start_s, start_s + 10, grades, psnr_db, bpm)


def test_the_grade_decides_before_everything_else():
    clean, typical = stretch(0, "AAA", bpm=140), stretch(10, "AAB", bpm=70)
    assert choose([typical, clean], 70.0) is clean
    assert choose([stretch(0, "BBB"), stretch(10, "AAC")], 70.0).grades == "BBB"


def test_of_equally_clean_ones_the_typical_heart_rate_wins():
    fast, usual = stretch(0, "AA", bpm=130, psnr_db=40), stretch(10, "AA", bpm=72)
    assert choose([fast, usual], 70.0) is usual


def test_of_equally_typical_ones_the_better_score_wins_and_then_the_earlier():
    better = stretch(20, "AA", bpm=73, psnr_db=33)
    assert choose([stretch(0, "AA", bpm=70), better], 70.0) is better
    assert choose([stretch(20, "AA"), stretch(0, "AA")], 70.0).start_s == 0


def test_a_stretch_without_beats_is_less_typical_than_any_with():
    assert choose([stretch(0, "AA", bpm=math.nan), stretch(10, "AA", bpm=120)], 70.0).start_s == 10


def test_without_any_stretch_there_is_no_best():
    with pytest.raises(ValueError, match="no stretch"):
        choose([], 70.0)


def test_it_says_why():
    best = Best(stretch(750, "AAAB", bpm=72.4), 70.2, 240, 8640)
    assert best.why == (
        "Best 10 s: 12:30 – 12:40. 3 of 4 leads grade A, 1 grade B, "
        "heart rate 72/min (typical here: 70/min); compared 240 of 8640."
    )
