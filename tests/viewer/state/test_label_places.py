"""No trace runs through a lead's name where there is room beside it."""

import numpy as np
import pytest

from viewer.samples import ArraySamples
from viewer.state.curves import Source
from viewer.state.label_places import CAP_MM, FOOT_MM, Curve, LabelPlaces, usual_place
from viewer.state.layers import Trace
from viewer.state.layouts import STANDARD
from viewer.state.page import Sheet, lay_out
from viewer.state.paper import Paper

WIDTH_MM = 9.0


def page_and_curves(signal_mv, height_mm=120.0):
    sheet = Sheet(281.0, height_mm)
    page = lay_out(Paper(), STANDARD, duration_s=10.0, start_s=0.0, sheet=sheet)
    source = Source(ArraySamples(signal_mv.astype(np.float32)), 500.0)
    return page, {Trace.RAW: Curve(source, np.zeros(12))}


def crossed(page, places, number, signal_mv):
    """Whether any curve of the column runs through the label's rectangle."""
    cell = page.cells[number]
    x_mm, y_mm = places.get(number, usual_place(cell))
    for other in page.cells:
        if other.left_mm != cell.left_mm or other.first:
            continue
        first, last = (round(other.time_s(x) * 500) for x in (x_mm, x_mm + WIDTH_MM))
        y = other.y_mm(signal_mv[other.index, max(first, 0) : last])
        if ((y > y_mm - CAP_MM) & (y < y_mm + FOOT_MM)).any():
            return True
    return False


@pytest.fixture
def deep_s_waves():
    signal_mv = np.zeros((12, 5000))
    wave = -1.9 * (1 - np.abs(np.linspace(-1, 1, 60)))
    for beat in range(140, 4900, 400):  # one at the start of every column
        signal_mv[6:9, beat : beat + 60] = wave  # V1 to V3
    return signal_mv


def test_a_deep_s_wave_of_the_row_above_does_not_cross_a_label(deep_s_waves):
    page, curves = page_and_curves(deep_s_waves)
    numbers = [i for i, cell in enumerate(page.cells) if cell.lead in ("V2", "V3")]
    assert any(crossed(page, {}, i, deep_s_waves) for i in numbers)  # where it usually stands
    places = LabelPlaces()
    places.follow(page, curves, lambda cell: WIDTH_MM)
    assert not any(crossed(page, places.of(page), i, deep_s_waves) for i in numbers)


def test_a_label_without_a_trace_in_its_way_stays_where_readers_look_for_it():
    page, curves = page_and_curves(np.zeros((12, 5000)))
    places = LabelPlaces()
    places.follow(page, curves, lambda cell: WIDTH_MM)
    assert places.of(page) == {}


def test_a_label_that_stepped_aside_stays_while_its_place_is_free(deep_s_waves):
    page, curves = page_and_curves(deep_s_waves)
    places = LabelPlaces()
    places.follow(page, curves, lambda cell: WIDTH_MM)
    before = places.of(page)
    flat = Source(ArraySamples(np.zeros((12, 5000), np.float32)), 500.0)
    calm = {Trace.RAW: Curve(flat, np.zeros(12))}
    places.follow(page, calm, lambda cell: WIDTH_MM)
    assert before
    assert places.of(page) == before


def test_a_label_never_wanders_into_another_row(deep_s_waves):
    deep_s_waves[:, ::3] = 4.0
    deep_s_waves[:, 1::3] = -4.0  # nowhere is room
    page, curves = page_and_curves(deep_s_waves)
    places = LabelPlaces()
    places.follow(page, curves, lambda cell: WIDTH_MM)
    for number, (_, y_mm) in places.of(page).items():
        cell = page.cells[number]
        assert abs(y_mm - cell.baseline_mm) < cell.height_mm
