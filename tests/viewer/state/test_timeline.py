"""Scrolling through a recording."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.state.timeline import Timeline


@given(
    st.floats(0, 90_000),
    st.lists(st.tuples(st.sampled_from(["page", "step", "to", "span"]), st.floats(-1e5, 1e5))),
)
def test_no_gesture_leaves_the_recording(duration_s, gestures):
    timeline = Timeline()
    timeline.open(duration_s)
    for name, value in gestures:
        if name == "page":
            timeline.page(value)
        elif name == "step":
            timeline.step(value)
        elif name == "to":
            timeline.scroll_to(value)
        else:
            timeline.set_span(abs(value) + 0.1)
        assert 0.0 <= timeline.start_s <= timeline.last_start_s
        assert timeline.stop_s <= duration_s


def test_listeners_hear_a_change_once_and_nothing_when_nothing_moved():
    timeline, heard = Timeline(), []
    timeline.open(60.0)
    timeline.changed.connect(lambda: heard.append(timeline.start_s))
    timeline.page(1)
    timeline.page(-1)
    timeline.page(-1)
    assert heard == [10.0, 0.0]


def test_zooming_keeps_the_second_under_the_cursor_in_place():
    timeline = Timeline(duration_s=600.0, start_s=100.0, span_s=10.0)
    timeline.set_span(20.0, keep_s=105.0)
    assert (105.0 - timeline.start_s) / timeline.span_s == pytest.approx(0.5)


@pytest.mark.parametrize("span_s", [0.0, -1.0, float("nan"), float("inf")])
def test_a_page_without_seconds_is_refused(span_s):
    with pytest.raises(ValueError, match="seconds"):
        Timeline().set_span(span_s)


def test_a_scroll_to_nowhere_moves_nothing():
    timeline = Timeline(duration_s=60.0, start_s=5.0)
    timeline.scroll_to(float("nan"))
    assert timeline.start_s == 5.0
