"""A box fills the page, says that it is no paper scale, and leads back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.state.layouts import STANDARD
from viewer.state.page import Sheet, lay_out
from viewer.state.paper import Paper
from viewer.state.timeline import Timeline
from viewer.state.zoom import Box, Zoom

SHEET = Sheet(281.0, 180.0)


def page_of(paper, timeline):
    return lay_out(paper, STANDARD, duration_s=60.0, start_s=timeline.start_s, sheet=SHEET)


@pytest.fixture
def view():
    paper, timeline = Paper(), Timeline(duration_s=60.0)
    return Zoom(paper, timeline), paper, timeline


def cell_of(page, lead):
    return next(cell for cell in page.cells if cell.lead == lead)


@given(st.floats(0.0, 0.8), st.floats(0.15, 0.6), st.floats(0.2, 1.5), st.floats(0.1, 0.8))
@settings(max_examples=100, deadline=None)
def test_what_the_box_held_is_on_the_page_after_it(offset, part, above_mv, below_mv):
    paper, timeline = Paper(), Timeline(duration_s=60.0)
    zoom = Zoom(paper, timeline)
    page = page_of(paper, timeline)
    cell = cell_of(page, "V2")
    left_mm = cell.left_mm + offset * cell.width_mm * 0.3
    width_mm = part * cell.width_mm
    top_mm, bottom_mm = cell.y_mm(above_mv), cell.y_mm(-below_mv)
    box = Box(left_mm, top_mm, width_mm, bottom_mm - top_mm)
    start_s, stop_s = cell.time_s(left_mm), cell.time_s(left_mm + width_mm)
    assert zoom.into(page, box)
    timeline.set_span(page_of(paper, timeline).span_s)
    timeline.scroll_to(start_s)
    (shown,) = page_of(paper, timeline).cells
    assert shown.lead == "V2"
    assert shown.start_s == pytest.approx(start_s, abs=1e-6)
    assert shown.stop_s >= min(stop_s, start_s + 0.3) - 1e-6
    row_top, row_bottom = shown.top_mm, shown.top_mm + shown.height_mm
    assert shown.y_mm(above_mv) >= row_top - 1.0
    assert shown.y_mm(-below_mv) <= row_bottom + 1.0
    assert paper.is_free_zoom


def test_a_box_over_several_rows_shows_those_leads_of_that_column(view):
    zoom, paper, timeline = view
    page = page_of(paper, timeline)
    first, second = cell_of(page, "V4"), cell_of(page, "V5")
    box = Box(
        first.left_mm + 5, first.baseline_mm - 8, 20, second.baseline_mm - first.baseline_mm + 12
    )
    assert zoom.into(page, box)
    assert [cell.lead for cell in page_of(paper, timeline).cells if cell.lead in ("V4", "V5")] == [
        *("V4", "V5")
    ]


def test_every_box_has_its_way_back(view):
    zoom, paper, timeline = view
    timeline.scroll_to(12.0)
    before = (paper.layout, paper.speed_mm_s, paper.gain_mm_mv, timeline.start_s)
    for _ in range(2):
        page = page_of(paper, timeline)
        cell = page.cells[-1]
        assert zoom.into(page, Box(cell.left_mm + 10, cell.baseline_mm - 8, 40, 12))
    zoom.back()
    zoom.back()
    assert (paper.layout, paper.speed_mm_s, paper.gain_mm_mv, timeline.start_s) == before
    assert not zoom.can_go_back


@pytest.mark.parametrize("box", [Box(100, 40, 2, 30), Box(100, 40, 30, 1), Box(-50, -50, 10, 10)])
def test_a_slip_of_the_hand_or_a_box_beside_the_traces_does_nothing(view, box):
    zoom, paper, timeline = view
    assert not zoom.into(page_of(paper, timeline), box)
    assert not paper.is_free_zoom
