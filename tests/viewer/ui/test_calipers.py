"""Calipers in the real window: drawn, dragged, nudged, read, marched, deleted, undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from tests.shared_data import sample
from tests.viewer.ui.marks_helpers import (
    CTRL,
    PLAIN,
    SHIFT,
    at,
    cell_of,
    click,
    drag,
    move,
    press,
    read_out,
    wait_landmarks,
)
from tests.viewer.ui.paper_helpers import ink
from viewer.state.calipers import Kind
from viewer.state.layers import Show
from viewer.ui.mark_inks import CALIPERS

Key = Qt.Key


@pytest.fixture
def clean(opened):
    return opened(sample("ptbxl_clean.hea"))


def time_caliper(window, lead="II", start_s=0.8, stop_s=1.6, *, modifiers=SHIFT):
    """Drawn by key and mouse; Shift: where it was drawn, not on a fiducial."""
    press(window, Key.Key_T)
    drag(window, at(window, lead, start_s), at(window, lead, stop_s), modifiers)
    return window.marking.marks.calipers[-1]


def test_t_and_a_drag_measure_milliseconds_rate_and_millimetres(clean):
    caliper = time_caliper(clean)
    view = clean.trace_view
    pixel_s = 1 / (view.px_per_mm * view.page.speed_mm_s)
    assert caliper.span_s == pytest.approx(0.8, abs=2 * pixel_s)
    ms = round(caliper.span_s * 1000)
    first, source = read_out(clean, 1)
    assert f"{ms} ±" in first
    assert f"{60000 / ms:.0f} bpm" in first
    assert f"{caliper.span_s * 25:.1f} mm" in first
    assert source == "raw"


def test_bars_stand_on_whole_samples(clean):
    caliper = time_caliper(clean, start_s=0.8013, stop_s=1.6027)
    for bar in (caliper.start, caliper.stop):
        assert bar.time_s * 500 == pytest.approx(round(bar.time_s * 500), abs=1e-6)


def test_two_clicks_measure_like_a_drag(clean):
    press(clean, Key.Key_T)
    click(clean, at(clean, "II", 0.8), SHIFT)
    assert clean.marking.marks.calipers == ()
    move(clean, at(clean, "II", 1.2))
    assert clean.marking.hand.draft.span_s == pytest.approx(0.4, abs=0.02)
    click(clean, at(clean, "II", 1.6), SHIFT)
    assert clean.marking.marks.calipers[0].span_s == pytest.approx(0.8, abs=0.02)
    assert clean.marking.hand.draft is None


def test_the_bars_run_through_all_leads_of_the_column_and_the_rhythm_row(clean):
    caliper = time_caliper(clean)
    view = clean.trace_view
    colour = CALIPERS["paper"][0]
    seen = ink(view.snapshot(), colour, 60)
    rows = [c for c in view.page.cells if c.start_s <= caliper.first_s <= c.stop_s]
    assert len({c.top_mm for c in rows}) == 4  # I, II, III and the rhythm row
    for cell in rows:
        x = round(cell.x_mm(caliper.first_s) * view.px_per_mm)
        top, bottom = (
            round((cell.top_mm + 2) * view.px_per_mm),
            round((cell.top_mm + cell.height_mm - 2) * view.px_per_mm),
        )
        assert seen[top:bottom, x - 1 : x + 2].any(axis=1).mean() > 0.7
    other = cell_of(clean, "V1")
    x = round(other.x_mm(other.start_s + caliper.first_s) * view.px_per_mm)
    assert not seen[:, x - 1 : x + 2].any(axis=1).mean() > 0.3


def test_a_measures_millivolts_and_millimetres_of_one_lead(clean):
    press(clean, Key.Key_A)
    drag(clean, at(clean, "V3", 6.2, 0.0), at(clean, "V3", 6.3, 1.0))
    caliper = clean.marking.marks.calipers[0]
    assert (caliper.kind, caliper.lead) == (Kind.AMPLITUDE, "V3")
    assert caliper.span_mv == pytest.approx(1.0, abs=0.06)
    assert f"{caliper.span_mv:.2f} ±" in read_out(clean, 1)[0]
    assert f"{caliper.span_mv * 10:.1f} mm" in read_out(clean, 1)[0]


def test_g_measures_the_angle_of_two_arms_whatever_the_zoom(clean, qtbot):
    press(clean, Key.Key_G)
    click(clean, at(clean, "II", 1.0, 0.0))
    click(clean, at(clean, "II", 1.4, 0.0))
    click(clean, at(clean, "II", 1.4, 1.0))
    first = read_out(clean, 1)[0]
    degrees = float(first.split()[1].rstrip("°"))
    assert degrees == pytest.approx(45.0, abs=2.0)
    qtbot.keyClick(clean, Key.Key_Plus)
    qtbot.keyClick(clean, Key.Key_Plus, CTRL)
    assert read_out(clean, 1)[0] == first


def test_a_bar_is_dragged_and_the_crossbar_takes_both(clean):
    before = time_caliper(clean)
    drag(clean, at(clean, "I", before.stop.time_s), at(clean, "I", 2.0), SHIFT)
    longer = clean.marking.marks.calipers[0]
    assert longer.start == before.start
    assert longer.stop.time_s == pytest.approx(2.0, abs=0.02)
    middle_s = (longer.first_s + longer.last_s) / 2
    drag(clean, at(clean, "II", middle_s, 0.5), at(clean, "II", middle_s - 0.3, 0.8), SHIFT)
    moved = clean.marking.marks.calipers[0]
    assert moved.span_s == pytest.approx(longer.span_s)
    assert moved.start.time_s == pytest.approx(longer.start.time_s - 0.3, abs=0.02)
    assert moved.start.value_mv == pytest.approx(0.8, abs=0.05)


def test_arrows_nudge_by_ten_milliseconds_and_ctrl_by_one_sample(clean):
    stop_s = time_caliper(clean).stop.time_s
    press(clean, Key.Key_Right)
    assert clean.marking.held.stop.time_s == pytest.approx(stop_s + 0.010)
    press(clean, Key.Key_Left, CTRL)
    assert clean.marking.held.stop.time_s == pytest.approx(stop_s + 0.008)
    press(clean, Key.Key_Tab)
    start_s = clean.marking.held.start.time_s
    press(clean, Key.Key_Left)
    assert clean.marking.held.start.time_s == pytest.approx(start_s - 0.010)
    assert clean.marking.held.stop.time_s == pytest.approx(stop_s + 0.008)


def test_up_and_down_move_a_level_and_the_height_of_a_crossbar(clean):
    press(clean, Key.Key_A)
    drag(clean, at(clean, "II", 1.0, 0.0), at(clean, "II", 1.0, 1.0))
    span_mv = clean.marking.held.span_mv
    press(clean, Key.Key_Up)
    assert clean.marking.held.span_mv == pytest.approx(span_mv + 0.05)
    press(clean, Key.Key_Down, CTRL)
    assert clean.marking.held.span_mv == pytest.approx(span_mv + 0.045)


def test_arrows_scroll_when_no_caliper_is_chosen(opened):
    window = opened(sample("incart_i06.hea"))
    time_caliper(window)
    press(window, Key.Key_Right)
    assert window.session.timeline.start_s == 0.0
    press(window, Key.Key_Escape)
    assert window.marking.held is None
    press(window, Key.Key_Right)
    assert window.session.timeline.start_s > 0.0


def test_a_bar_snaps_to_a_fiducial_names_it_and_shift_prevents_that(clean, qtbot):
    press(clean, Key.Key_T)
    wait_landmarks(clean, qtbot)
    found = clean.marking.finder.landmarks
    ends = [t for t, name in zip(found.times_s, found.names, strict=True) if name == "T end"]
    onsets = [t for t, name in zip(found.times_s, found.names, strict=True) if name == "QRS onset"]
    onset_s = next(t for t in onsets if t > 0.3)
    end_s = next(t for t in ends if t > onset_s)
    drag(clean, at(clean, "II", onset_s + 0.004), at(clean, "II", end_s - 0.004))
    caliper = clean.marking.marks.calipers[0]
    assert caliper.snapped == ("QRS onset", "T end")
    assert caliper.span_s == pytest.approx(end_s - onset_s, abs=0.0011)
    assert read_out(clean, 1)[1] == "raw · snapped: QRS onset, T end"
    time_caliper(clean, start_s=onset_s + 0.004, stop_s=end_s - 0.004)
    assert clean.marking.marks.calipers[1].snapped == ("", "")


def test_q_and_two_clicks_give_the_corrected_qt_by_four_formulas_with_its_rr(clean, qtbot):
    press(clean, Key.Key_Q)
    wait_landmarks(clean, qtbot)
    found = clean.marking.finder.landmarks
    second = found.r_s[1]
    onset_s = max(
        t
        for t, name in zip(found.times_s, found.names, strict=True)
        if name == "QRS onset" and t < second
    )
    end_s = min(
        t
        for t, name in zip(found.times_s, found.names, strict=True)
        if name == "T end" and t > second
    )
    click(clean, at(clean, "II", onset_s))
    click(clean, at(clean, "II", end_s))
    caliper = clean.marking.marks.calipers[0]
    assert caliper.rr_s == pytest.approx(second - found.r_s[0])
    qt_ms, rr_s = caliper.span_s * 1000, caliper.rr_s
    value, *corrected, rr, _ = read_out(clean, 1)
    corrected = " ".join(corrected)
    assert value.startswith(f"1  QT {qt_ms:.0f} ±")
    assert f"Bazett {qt_ms / rr_s**0.5:.0f}" in corrected
    assert f"Fridericia {qt_ms / rr_s ** (1 / 3):.0f}" in corrected
    assert f"Framingham {qt_ms + 154 * (1 - rr_s):.0f}" in corrected
    assert f"Hodges {qt_ms + 1.75 * (60 / rr_s - 60):.0f}" in corrected
    assert rr == f"RR {rr_s * 1000:.0f} ms, the RR before it"


def test_m_marches_the_interval_both_ways(clean):
    time_caliper(clean, start_s=0.9, stop_s=1.3)
    figures = clean.trace_view._sheet._figures
    assert not [f for f in figures if getattr(f, "dotted", False)]
    press(clean, Key.Key_M)
    page = clean.trace_view.page
    dotted = [f for f in clean.trace_view._sheet._figures if getattr(f, "dotted", False)]
    wide = next(c for c in page.cells if c.span_s > page.column_s * 1.5)
    caliper = clean.marking.marks.calipers[0]
    expected = [
        wide.x_mm(caliper.first_s + k * caliper.span_s)
        for k in range(-3, 30)
        if k not in (0, 1) and 0 <= caliper.first_s + k * caliper.span_s <= wide.stop_s
    ]
    in_rhythm = sorted(f.x1 for f in dotted if f.y1 == wide.top_mm)
    assert in_rhythm == pytest.approx(sorted(expected))
    press(clean, Key.Key_M)
    assert not clean.marking.marks.calipers[0].marching


def test_ctrl_i_names_the_rate_first(clean):
    caliper = time_caliper(clean)
    rate = f"1  {60 / caliper.span_s:.0f} ±"
    assert not read_out(clean, 1)[0].startswith(rate)
    press(clean, Key.Key_I, CTRL)
    assert read_out(clean, 1)[0].startswith(rate)


def test_the_mean_rr_counts_the_beats_between_and_brackets_change_them(clean, qtbot):
    press(clean, Key.Key_T)
    wait_landmarks(clean, qtbot)
    r_s = clean.marking.finder.landmarks.r_s
    stop_s = r_s[3] if r_s[3] < 9.9 else r_s[2]
    beats = 3 if r_s[3] < 9.9 else 2
    rhythm = next(c for c in clean.trace_view.page.cells if c.span_s > 5 and c.lead == "II")
    view = clean.trace_view
    places = [
        QPoint(round(rhythm.x_mm(t) * view.px_per_mm), round(rhythm.y_mm(0.6) * view.px_per_mm))
        for t in (r_s[0], stop_s)
    ]
    drag(clean, *places)
    press(clean, Key.Key_M, SHIFT)
    caliper = clean.marking.marks.calipers[0]
    assert caliper.intervals == beats
    assert f"{caliper.span_s / beats * 1000:.0f} ±" in read_out(clean, 1)[0]
    assert f"mean of {beats}" in read_out(clean, 1)[0]
    press(clean, Key.Key_BracketRight)
    assert clean.marking.marks.calipers[0].intervals == beats + 1
    press(clean, Key.Key_BracketLeft)
    press(clean, Key.Key_M, SHIFT)
    assert clean.marking.marks.calipers[0].intervals == 1


def test_several_calipers_have_their_own_numbers_and_colours_and_can_be_hidden(clean):
    time_caliper(clean)
    time_caliper(clean, lead="V5", start_s=8.0, stop_s=8.6)
    press(clean, Key.Key_Escape)
    image = clean.trace_view.snapshot()
    for colour in CALIPERS["paper"][:2]:
        assert ink(image, colour, 40).sum() > 200
    press(clean, Key.Key_H)
    image = clean.trace_view.snapshot()
    for colour in CALIPERS["paper"][:2]:
        assert ink(image, colour, 40).sum() < 20
    assert len(clean.marking.marks.calipers) == 2
    press(clean, Key.Key_T, SHIFT)
    assert clean.marking.held.number == 1
    press(clean, Key.Key_T, SHIFT)
    assert clean.marking.held.number == 2


def test_del_removes_the_chosen_one_and_shift_del_all(clean):
    time_caliper(clean)
    time_caliper(clean, start_s=0.3, stop_s=0.6)
    press(clean, Key.Key_Delete)
    assert [c.number for c in clean.marking.marks.calipers] == [1]
    time_caliper(clean, start_s=0.3, stop_s=0.6)
    press(clean, Key.Key_Delete, SHIFT)
    assert clean.marking.marks.calipers == ()
    press(clean, Key.Key_Z, CTRL)
    assert [c.number for c in clean.marking.marks.calipers] == [1, 2]


def test_undo_takes_back_a_drag_as_one_step_and_its_name_stands_in_the_menu(clean, qtbot):
    drawn = time_caliper(clean)
    drag(clean, at(clean, "I", drawn.stop.time_s), at(clean, "I", 2.0), SHIFT)
    for _ in range(3):
        press(clean, Key.Key_Right)
    undo = clean.commands.actions["edit.undo"]
    assert undo.text() == "Undo: Move time caliper 1"
    qtbot.keyClick(clean, Key.Key_Z, CTRL)  # three nudges are one
    qtbot.keyClick(clean, Key.Key_Z, CTRL)
    assert clean.marking.marks.calipers == (drawn,)
    assert undo.text() == "Undo: Add time caliper 1"
    qtbot.keyClick(clean, Key.Key_Z, CTRL)
    assert clean.marking.marks.calipers == ()
    assert not undo.isEnabled()
    for _ in range(2):
        qtbot.keyClick(clean, Key.Key_Z, CTRL | SHIFT)
    assert clean.marking.marks.calipers[0].stop.time_s == pytest.approx(2.0, abs=0.02)


def test_esc_leaves_measuring_step_by_step(clean):
    press(clean, Key.Key_T)
    viewport = clean.trace_view.paper.viewport()
    assert viewport.cursor().shape() == Qt.CursorShape.CrossCursor
    press(clean, Key.Key_Escape)
    assert clean.marking.hand.placing is None
    drag(clean, at(clean, "II", 0.8), at(clean, "II", 1.6))
    assert clean.marking.marks.calipers == ()


def test_without_a_mouse_enter_places_a_caliper_for_the_arrows(clean):
    for key, kind in ((Key.Key_T, Kind.TIME), (Key.Key_A, Kind.AMPLITUDE), (Key.Key_G, Kind.ANGLE)):
        press(clean, key)
        press(clean, Key.Key_Return)
        assert clean.marking.held.kind is kind
    press(clean, Key.Key_Tab)
    press(clean, Key.Key_Up)
    assert clean.marking.marks.undo.undo_name == "Move angle caliper 3"


def test_calipers_survive_zoom_layout_and_another_recording(clean, opened, qtbot):
    before = time_caliper(clean)
    for key, modifiers in ((Key.Key_F7, PLAIN), (Key.Key_Plus, CTRL), (Key.Key_Plus, PLAIN)):
        qtbot.keyClick(clean, key, modifiers)
        assert clean.marking.marks.calipers == (before,)
        assert len([f for f in clean.trace_view._sheet._figures if hasattr(f, "lines")]) == 1
    opened(sample("ptbxl_noisy.hea"))
    assert clean.marking.marks.calipers == ()
    opened(sample("ptbxl_clean.hea"))
    assert clean.marking.marks.calipers == (before,)
    assert clean.commands.actions["edit.undo"].text() == "Undo: Add time caliper 1"


def test_a_caliper_on_the_cleaned_trace_says_denoised(noisy, qtbot):
    with qtbot.waitSignal(noisy.cleaning.finished, timeout=30_000):
        qtbot.keyClick(noisy, Key.Key_D, CTRL)
    time_caliper(noisy)
    assert read_out(noisy, 1)[1] == "raw"  # both are visible: the raw one is measured
    noisy.session.layers.set_show(Show.DENOISED)
    time_caliper(noisy, start_s=0.3, stop_s=0.7)
    assert read_out(noisy, 2)[1] == "denoised"
    raw, denoised = noisy.marking.marks.calipers
    assert denoised.trace == "denoised"
    assert raw.trace == "raw"


def test_the_table_shows_every_caliper_and_copies_it(clean, qtbot):
    first = time_caliper(clean)
    press(clean, Key.Key_A)
    drag(clean, at(clean, "V3", 6.2, 0.0), at(clean, "V3", 6.3, 1.0))
    qtbot.keyClick(clean, Key.Key_T, CTRL | SHIFT)
    table = clean.marking.table
    assert table.isVisible()
    assert table.table.rowCount() == 2
    qtbot.mouseClick(table.copy, Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()
    header = lines[0].split("\t")
    row = dict(zip(header, lines[1].split("\t"), strict=True))
    assert (row["Kind"], row["Lead"], row["Trace"]) == ("time", "II", "raw")
    assert row["ms"] == f"{first.span_s * 1000:.1f}"
    assert dict(zip(header, lines[2].split("\t"), strict=True))["Kind"] == "amplitude"
    table.close()


def test_read_outs_stay_on_the_page_and_off_each_other_and_the_lead_names(clean):
    for number in range(5):
        time_caliper(clean, lead="III", start_s=0.2 + 0.05 * number, stop_s=0.9)
    page = clean.trace_view.page
    plates = [f.rect for f in clean.trace_view._sheet._figures if getattr(f, "rect", None)]
    plates = [rect for rect in plates if rect.height > 5]
    assert len(plates) == 5
    for index, rect in enumerate(plates):
        assert rect.x >= page.strip_left_mm
        assert rect.x + rect.width <= page.width_mm
        assert rect.y >= page.rows_top_mm
        assert rect.y + rect.height <= page.rows_bottom_mm
        assert not any(rect.meets(other) for other in plates[index + 1 :])
