"""The map stands under the page: the same seconds at the same pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.state.noise_map_cells import State
from viewer.state.noise_map_geometry import Rows, TimeAxis, columns, visiting_order


def segments(n: int, length_s: float = 10.0) -> np.ndarray:
    start_s = np.arange(n) * length_s
    return np.stack([start_s, start_s + length_s], axis=1)


@given(
    st.floats(0, 1e5),
    st.floats(0.5, 9e4),
    st.floats(0, 300),
    st.floats(100, 4000),
    st.floats(0, 1),
)
def test_pixels_and_seconds_are_each_others_inverse(start_s, span_s, left_px, width_px, where):
    axis = TimeAxis(start_s, start_s + span_s, left_px, left_px + width_px)
    time_s = start_s + where * span_s
    assert axis.time_s(axis.x_px(time_s)) == pytest.approx(time_s, abs=1e-6 * (1 + span_s))


def test_ten_seconds_on_a_wide_page_show_one_cell_per_second_and_ten_minutes_do_not():
    assert TimeAxis(0, 10, 60, 1060).shows_seconds
    assert not TimeAxis(0, 600, 60, 1060).shows_seconds


def test_a_segment_begins_and_ends_where_its_seconds_are_drawn():
    axis = TimeAxis(10, 40, 100, 700)
    shown = columns(segments(6), axis)
    assert list(shown.first) == [1, 2, 3]
    assert shown.left_px.tolist() == [axis.x_px(10), axis.x_px(20), axis.x_px(30)]
    assert shown.right_px.tolist() == [axis.x_px(20), axis.x_px(30), axis.x_px(40)]


def test_a_segment_that_leaves_the_page_is_cut_at_its_edge():
    shown = columns(segments(3), TimeAxis(5, 25, 0, 400))
    assert shown.left_px[0] == 0
    assert shown.right_px[-1] == 400


def test_a_day_on_a_small_page_keeps_every_bad_segment_visible():
    states = np.full((1, 8640), State.GOOD, np.uint8)
    states[0, 4321] = State.BAD
    shown = columns(segments(8640), TimeAxis(0, 86400, 0, 600))
    assert shown.n <= 200
    worst = shown.worst(states)[0]
    (where,) = np.flatnonzero(worst == State.BAD)
    assert shown.first[where] <= 4321 <= shown.last[where]


def test_columns_cover_the_page_without_gap_or_overlap():
    shown = columns(segments(8640), TimeAxis(1234, 54321, 60, 1260))
    assert np.allclose(shown.right_px[:-1], shown.left_px[1:])
    assert np.array_equal(shown.first[1:], shown.last[:-1] + 1)


def test_beside_the_recording_there_are_no_columns():
    shown = columns(segments(3), TimeAxis(100, 110, 0, 500))
    assert shown.n == 0
    assert shown.worst(np.ones((12, 3), np.uint8)).shape == (12, 0)


def test_every_pixel_row_belongs_to_the_row_painted_there():
    rows = Rows.fitting(("I", "II", "III"), ("Mains", "Drift"), 3, 120)
    for row in range(rows.n):
        assert rows.row_at(rows.y_px(row)) == row
        assert rows.row_at(rows.y_px(row) + rows.row_px - 1) == row
    assert rows.row_at(rows.top_px - 1) is None
    assert rows.row_at(rows.y_px(3) - 1) is None  # the gap between leads and companions
    assert rows.bottom_px <= 120


def test_the_page_is_analysed_first_then_outwards_and_everything_once():
    order = visiting_order(10, (4, 5))
    assert order == [4, 5, 6, 3, 7, 2, 8, 1, 9, 0]
    assert sorted(visiting_order(8640, (8639, 8700))) == list(range(8640))
    assert visiting_order(1, (0, 0)) == [0]
    assert visiting_order(0, (0, 0)) == []
