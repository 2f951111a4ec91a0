"""The median-beat page in millimetres, and fiducials that stay in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.state.beat_page import HANDLES, Beats, Fiducials, best_page, lay_out

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
FOUND = Fiducials(-160.0, -40.0, 50.0, 380.0)


def beats(leads: tuple[str, ...] = LEADS) -> Beats:
    time_ms = np.arange(-350.0, 500.0, 2.0)
    shape = np.exp(-((time_ms / 20) ** 2)) + 0.3 * np.exp(-(((time_ms - 250) / 50) ** 2))
    raw_mv = np.outer(np.linspace(-1.5, 1.5, len(leads)), shape)
    return Beats(leads=leads, time_ms=time_ms, raw_mv=raw_mv, fiducials=FOUND)


def test_limb_leads_stand_left_chest_leads_right_as_on_the_page():
    page = lay_out(beats(), 4)
    lefts = {cell.lead: cell.left_mm for cell in page.cells}
    assert lefts["I"] == lefts["III"] == 0
    assert lefts["aVR"] < lefts["V1"] < lefts["V4"]


def test_cells_do_not_overlap_and_hold_their_own_beat():
    shown = beats()
    page = lay_out(shown, 3)
    for cell in page.cells:
        values = shown.raw_mv[cell.index] * page.gain_mm_mv
        assert cell.baseline_mm - values.max() >= cell.top_mm
        assert cell.baseline_mm - values.min() <= cell.top_mm + cell.height_mm
        assert page.cell_at(cell.left_mm + 1, cell.top_mm + 1) is cell


def test_fifty_millimetres_are_a_second_on_this_page():
    page = lay_out(beats(), 4)
    cell = page.cells[5]
    assert page.x_mm(cell, 200.0) - page.x_mm(cell, 0.0) == pytest.approx(10.0)
    assert page.time_ms(cell, page.x_mm(cell, 123.0)) == pytest.approx(123.0)


@pytest.mark.parametrize(("width_px", "height_px"), [(1200, 500), (430, 800), (700, 700)])
def test_the_arrangement_fits_the_room_without_scrolling(width_px, height_px):
    page, px_per_mm = best_page(beats(), width_px, height_px)
    assert page.width_mm * px_per_mm <= width_px + 1e-6
    assert page.height_mm * px_per_mm <= height_px + 1e-6


def test_one_lead_and_no_lead_make_a_page_too():
    page, px_per_mm = best_page(beats(("II",)), 400, 300)
    assert len(page.cells) == 1
    assert px_per_mm > 0
    assert best_page(Beats(), 400, 300)[0].cells == ()


@given(st.sampled_from(HANDLES), st.floats(-1000, 1000))
def test_a_moved_fiducial_never_passes_its_neighbours(name, to_ms):
    moved = FOUND.moved(name, to_ms, (-350.0, 498.0))
    times = [moved.get(handle) for handle in HANDLES]
    assert times == sorted(times)
    assert -350 <= times[0] <= times[-1] <= 498
    unmoved = [handle for handle in HANDLES if handle != name]
    assert all(moved.get(handle) == FOUND.get(handle) for handle in unmoved)


def test_a_wave_that_was_not_found_is_no_obstacle():
    moved = Fiducials(None, -40.0, 50.0, None).moved("qrs_onset", -300.0, (-350.0, 498.0))
    assert moved.qrs_onset == -300.0
    assert moved.p_onset is None
