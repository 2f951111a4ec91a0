"""The page's geometry: millimetres are what a cardiologist measures with."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.state.layers import Trace
from viewer.state.layouts import LAYOUTS, STANDARD, as_recorded, find, single, suggest
from viewer.state.page import LEAST_LEFT_MM, MIN_ROW_MM, RIGHT_MM, Sheet, lay_out, speed_for_span
from viewer.state.paper import GAINS_MM_MV, SPEEDS_MM_S, Paper

layouts = st.sampled_from([*LAYOUTS.values(), as_recorded(("MLII", "V5")), single("V2")])
sheets = st.builds(Sheet, st.floats(60, 900), st.floats(40, 600), st.integers(0, 2))


@st.composite
def papers(draw):
    return Paper(
        layout=draw(layouts),
        speed_mm_s=draw(st.sampled_from(SPEEDS_MM_S)),
        gain_mm_mv=draw(st.sampled_from(GAINS_MM_MV)),
        timing=draw(st.sampled_from(["continuous", "simultaneous"])),
        half_chest_gain=draw(st.booleans()),
    )


A4_INSIDE_MARGINS = Sheet(277.0, 190.0)


def page_of(paper, sheet=A4_INSIDE_MARGINS, leads=STANDARD, duration_s=10.0, start_s=0.0):
    return lay_out(paper, leads, duration_s=duration_s, start_s=start_s, sheet=sheet)


@given(papers(), sheets, st.floats(1, 86_400), st.floats(0, 1000))
@settings(max_examples=300, deadline=None)
def test_a_second_and_a_millivolt_have_the_length_the_paper_says(paper, sheet, duration_s, start_s):
    page = page_of(paper, sheet, duration_s=duration_s, start_s=start_s)
    for cell in page.cells:
        second_mm = cell.x_mm(cell.start_s + 1) - cell.x_mm(cell.start_s)
        assert second_mm == pytest.approx(paper.speed_mm_s, rel=1e-9)
        millivolt_mm = cell.y_mm(0) - cell.y_mm(1)
        assert abs(millivolt_mm) == pytest.approx(paper.lead_gain_mm_mv(cell.lead))
        assert cell.time_s(cell.x_mm(3.21)) == pytest.approx(3.21, abs=1e-6)
        assert cell.value_mv(cell.y_mm(-0.7)) == pytest.approx(-0.7)


@given(papers(), sheets, st.floats(1, 86_400))
@settings(max_examples=300, deadline=None)
def test_cells_stay_on_the_sheet_and_never_overlap(paper, sheet, duration_s):
    page = page_of(paper, sheet, duration_s=duration_s)
    assert page.strip_right_mm <= max(sheet.width_mm - RIGHT_MM, page.strip_left_mm + 10) + 1e-6
    assert page.rows_bottom_mm < page.height_mm
    for i, a in enumerate(page.cells):
        assert a.height_mm >= MIN_ROW_MM
        assert a.baseline_mm == round(a.baseline_mm)
        for b in page.cells[i + 1 :]:
            apart_x = a.right_mm <= b.left_mm + 1e-9 or b.right_mm <= a.left_mm + 1e-9
            assert apart_x or a.top_mm != b.top_mm


@given(papers(), sheets, st.sets(st.sampled_from([*STANDARD, "V7", "MLII", "X"]), min_size=1))
@settings(max_examples=200, deadline=None)
def test_no_recorded_lead_is_skipped_and_none_stands_twice_outside_rhythm_rows(
    paper, sheet, present
):
    page = page_of(paper, sheet, leads=tuple(sorted(present)))
    if len(paper.layout.leads) > 1:
        assert present <= {cell.lead for cell in page.cells}
    columns = [cell for cell in page.cells if cell.lead not in paper.layout.rhythm]
    assert len({cell.lead for cell in columns}) == len(columns)
    for cell in page.cells:
        assert (cell.index is not None) == (cell.lead in present)


def test_the_classic_page_is_four_columns_of_two_and_a_half_seconds():
    page = page_of(Paper(), duration_s=60.0, start_s=7.0)
    assert page.strip_right_mm - page.strip_left_mm == pytest.approx(250.0)
    assert (page.n_columns, page.column_s, page.span_s) == (4, 2.5, 10.0)
    starts_s = {cell.lead: cell.start_s for cell in page.cells if cell.lead != "II"}
    assert [starts_s[lead] for lead in ("I", "aVR", "V1", "V4")] == [7.0, 9.5, 12.0, 14.5]
    rhythm = page.cells[-1]
    assert (rhythm.lead, rhythm.start_s, rhythm.span_s) == ("II", 7.0, 10.0)


def test_simultaneous_columns_all_begin_at_the_same_second():
    page = page_of(Paper(timing="simultaneous"), duration_s=60.0, start_s=7.0)
    assert {cell.start_s for cell in page.cells} == {7.0}
    assert (page.timing, page.span_s) == ("simultaneous", 2.5)


def test_a_recording_too_short_for_columns_in_sequence_shows_them_at_once_and_says_so():
    page = page_of(Paper(), duration_s=2.0)
    assert (page.timing, page.column_s) == ("simultaneous", 2.0)


def test_one_row_per_lead_uses_the_whole_width_of_a_long_recording():
    sheet = Sheet(423.0, 220.0)
    page = page_of(Paper(layout=LAYOUTS["12x1"]), sheet, duration_s=600.0)
    assert page.strip_right_mm == pytest.approx(sheet.width_mm - RIGHT_MM)
    assert page.span_s == pytest.approx((423 - LEAST_LEFT_MM - RIGHT_MM) / 25)


def test_a_page_higher_than_the_window_keeps_readable_rows():
    page = page_of(Paper(layout=LAYOUTS["12x1"]), Sheet(277.0, 60.0))
    assert page.height_mm > 60.0
    assert {cell.height_mm for cell in page.cells} == {MIN_ROW_MM}


def test_cabrera_turns_avr_upside_down_and_says_so():
    page = page_of(Paper(layout=LAYOUTS["cabrera"]))
    labels = [cell.label for cell in page.cells[:6]]
    assert labels == ["aVL", "I", "-aVR", "II", "aVF", "III"]
    avr = page.cells[2]
    assert avr.y_mm(-1.0) == avr.baseline_mm - 10.0


def test_each_row_has_a_pulse_of_one_millivolt_and_a_fifth_of_a_second():
    for speed_mm_s in SPEEDS_MM_S:
        for gain_mm_mv in GAINS_MM_MV:
            page = page_of(Paper(speed_mm_s=speed_mm_s, gain_mm_mv=gain_mm_mv))
            assert len(page.pulses) == 4
            for pulse in page.pulses:
                assert pulse.heights_mm == (gain_mm_mv,)
                assert pulse.width_mm == pytest.approx(0.2 * speed_mm_s)
                assert pulse.left_mm >= 0
                assert pulse.left_mm + pulse.width_mm < page.strip_left_mm


def test_half_gain_of_chest_leads_shows_as_a_step_in_the_pulse():
    page = page_of(Paper(layout=LAYOUTS["6x2"], half_chest_gain=True))
    assert {pulse.heights_mm for pulse in page.pulses} == {(10.0, 5.0)}
    assert {cell.gain_mm_mv for cell in page.cells if cell.lead == "V1"} == {5.0}


def test_an_overview_shows_the_asked_for_span():
    sheet = Sheet(320.0, 200.0)
    paper = Paper(layout=LAYOUTS["12x1"])
    paper.set_speed(speed_for_span(86_400.0, sheet))
    page = page_of(paper, sheet, duration_s=86_400.0)
    assert page.span_s == pytest.approx(86_400.0)
    assert not paper.is_preset_speed
    assert all(pulse.width_mm == 0 for pulse in page.pulses)


@given(st.floats(0.001, 200), st.floats(1, 86_400), st.floats(0, 80_000))
@settings(max_examples=200, deadline=None)
def test_time_ticks_are_round_ordered_and_apart(speed_mm_s, duration_s, start_s):
    paper = Paper(layout=LAYOUTS["12x1"], speed_mm_s=speed_mm_s)
    ticks = page_of(paper, duration_s=duration_s, start_s=start_s).ticks
    places_mm = [tick.x_mm for tick in ticks]
    assert all(b - a >= 20.0 for a, b in itertools.pairwise(places_mm))
    assert all(math.isclose(t.time_s * 10, round(t.time_s * 10), abs_tol=1e-6) for t in ticks)


def test_the_lead_under_a_point_is_found_and_a_missing_one_is_not():
    page = page_of(Paper(), leads=STANDARD[:6])
    first = page.cells[0]
    assert page.cell_at(first.left_mm + 1, first.baseline_mm) is first
    chest = next(cell for cell in page.cells if cell.lead == "V1")
    assert page.cell_at(chest.left_mm + 1, chest.baseline_mm) is None
    assert page.cell_at(1.0, 1.0) is None


def test_a_holter_strip_opens_with_its_own_leads_and_a_twelve_lead_with_columns():
    assert suggest(("MLII", "V5")).columns == (("MLII", "V5"),)
    assert suggest(STANDARD).name == "3x4+1"


def test_an_unknown_layout_is_refused_with_the_known_names():
    with pytest.raises(ValueError, match=r"3x4\+1, .*as-recorded"):
        find("7x7")


BOTH = (Trace.RAW, Trace.DENOISED)


def split_page(paper, sheet, duration_s=10.0, start_s=0.0):
    return lay_out(paper, STANDARD, duration_s=duration_s, start_s=start_s, sheet=sheet, split=BOTH)


@given(papers(), sheets, st.floats(1, 3600), st.floats(0, 100))
@settings(max_examples=200, deadline=None)
def test_side_by_side_every_raw_row_has_its_cleaned_row_at_the_same_scale_and_phase(
    paper, sheet, duration_s, start_s
):
    page = split_page(paper, sheet, duration_s, start_s)
    raw, cleaned = ([c for c in page.cells if c.trace is trace] for trace in BOTH)
    assert len(raw) == len(cleaned)
    for one, other in zip(raw, cleaned, strict=True):
        assert (one.label, one.start_s, one.span_s) == (other.label, other.start_s, other.span_s)
        assert (one.width_mm, one.gain_mm_mv) == (other.width_mm, other.gain_mm_mv)
        below = other.left_mm == one.left_mm and other.top_mm > one.top_mm
        beside = other.top_mm == one.top_mm and other.left_mm > one.right_mm
        assert below or beside
    assert len(page.pulses) == sum(cell.first for cell in page.cells)


def test_side_by_side_stands_beside_each_other_only_where_two_whole_pages_fit():
    narrow = split_page(Paper(), Sheet(281.0, 190.0))
    wide = split_page(Paper(), Sheet(560.0, 190.0))
    assert {cell.left_mm for cell in narrow.cells if cell.first} == {narrow.strip_left_mm}
    assert wide.column_s == 2.5
    assert len({cell.left_mm for cell in wide.cells if cell.first}) == 2
    assert wide.strip_right_mm - wide.strip_left_mm == pytest.approx(250.0)  # of the raw page


@pytest.mark.parametrize("width_mm", [300.0, 360.0, 423.0])
def test_a_page_narrower_than_its_sheet_stands_in_the_middle_on_bold_lines(width_mm):
    page = page_of(Paper(), Sheet(width_mm, 200.0))
    left_mm, right_mm = page.label_left_mm, width_mm - page.strip_right_mm
    assert abs(left_mm - right_mm) < 10.0  # a box of 5 mm is the step
    assert page.strip_left_mm % 5.0 == 0.0
    assert page.strip_right_mm - page.strip_left_mm == pytest.approx(250.0)


def test_ten_seconds_fit_a_sheet_of_letter():
    assert page_of(Paper(), Sheet(279.4 - 2 * 4.2, 195.0)).column_s == 2.5


@given(papers(), sheets)
@settings(max_examples=100, deadline=None)
def test_labels_in_the_margin_have_room_before_the_pulse(paper, sheet):
    page = page_of(paper, sheet)
    assert page.label_room_mm >= 7.5
    for pulse in page.pulses:
        assert page.label_left_mm + page.label_room_mm < pulse.left_mm
