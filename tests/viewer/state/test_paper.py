"""Speed and gain presets."""

import pytest

from viewer.state.paper import GAINS_MM_MV, SPEEDS_MM_S, Paper


def test_stepping_walks_every_speed_and_gain_preset_and_stops_at_the_ends():
    paper = Paper(speed_mm_s=SPEEDS_MM_S[0], gain_mm_mv=GAINS_MM_MV[0])
    speeds, gains = [paper.speed_mm_s], [paper.gain_mm_mv]
    for _ in range(10):
        paper.step_speed(+1)
        paper.step_gain(+1)
        speeds.append(paper.speed_mm_s)
        gains.append(paper.gain_mm_mv)
    assert tuple(dict.fromkeys(speeds)) == SPEEDS_MM_S
    assert tuple(dict.fromkeys(gains)) == GAINS_MM_MV
    for _ in range(10):
        paper.step_speed(-1)
        paper.step_gain(-1)
    assert (paper.speed_mm_s, paper.gain_mm_mv) == (SPEEDS_MM_S[0], GAINS_MM_MV[0])


def test_from_an_overview_a_step_returns_to_the_nearest_paper_speed():
    paper = Paper(speed_mm_s=0.4)
    paper.step_speed(+1)
    assert paper.speed_mm_s == 6.25
    paper.set_speed(30.0)
    paper.step_speed(-1)
    assert paper.speed_mm_s == 25.0


@pytest.mark.parametrize("value", [0.0, -5.0, float("nan"), float("inf")])
def test_speeds_gains_and_screens_that_are_none_are_refused(value):
    paper = Paper()
    for change in (paper.set_speed, paper.set_gain, paper.set_screen):
        with pytest.raises(ValueError, match=r"a (paper speed|gain|screen) of"):
            change(value)
    assert paper.speed_mm_s == 25.0


def test_a_change_is_heard_once_and_no_change_is_not():
    paper, heard = Paper(), []
    paper.changed.connect(lambda: heard.append(paper.gain_mm_mv))
    paper.step_gain(+1)
    paper.set_gain(20.0)
    assert heard == [20.0]
