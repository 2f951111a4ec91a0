"""Millimetres measured on pictures, as a cardiologist would with a ruler."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.viewer.ui.paper_helpers import (
    flat,
    ink,
    line_places,
    page_for,
    picture,
    pixels,
    recording_of,
)
from viewer.state.curves import ENVELOPE_FROM, Source
from viewer.state.layers import Trace
from viewer.state.layouts import LAYOUTS, single
from viewer.state.paper import Paper
from viewer.ui.inks import PAPER

SCALES = [3.7795, 4.0, 4.6, 5.8, 7.559, 11.811]
"""Pixels per mm: 96 dpi, fitted windows, 192 dpi, 300 dpi."""

pytestmark = pytest.mark.usefixtures("qapp")


def test_grid_lines_are_five_millimetres_apart_within_half_a_percent():
    recording = recording_of(flat())
    page = page_for(recording, Paper())
    for px_per_mm in SCALES:
        image = picture(recording, page, px_per_mm)
        y, x = int(12.5 * px_per_mm), int(272.5 * px_per_mm)  # nothing else stands there
        row = ink(image.copy(0, y, image.width(), 1), PAPER.bold, 6)[0]
        column = ink(image.copy(x, 0, 1, image.height()), PAPER.bold, 6)[:, 0]
        for places in (line_places(row), line_places(column)):
            steps = np.diff(places)
            assert len(places) >= 30
            assert steps.mean() / (5 * px_per_mm) == pytest.approx(1.0, abs=0.005)
            assert np.abs(steps - 5 * px_per_mm).max() <= 1.0  # snapped to whole pixels
            total_mm = (places[-1] - places[0]) / px_per_mm
            assert total_mm == pytest.approx(5 * (len(places) - 1), abs=1 / px_per_mm)


def test_fine_lines_are_one_millimetre_apart_and_paler_than_bold_ones():
    recording = recording_of(flat())
    image = picture(recording, page_for(recording, Paper()), 6.0)
    row = pixels(image)[round(40 * 6.0) + 3].astype(int).sum(axis=1)
    paper, lines = row.max(), line_places(row < row.max())
    assert np.diff(lines) == pytest.approx(6.0)
    depth = paper - row[lines.astype(int)]
    bold = np.arange(len(lines)) % 5 == 0
    assert depth[bold].min() > 2 * depth[~bold].max()


def pulse_size_mm(recording, paper, px_per_mm):
    page = page_for(recording, paper, sheet=(60.0, 60.0))
    black = ink(picture(recording, page, px_per_mm))
    pulse = page.pulses[0]
    left = round((pulse.left_mm - 1.4) * px_per_mm)
    right = round((pulse.left_mm + pulse.width_mm + 1.4) * px_per_mm)
    below = round((pulse.baseline_mm + 1) * px_per_mm)
    above = round((pulse.baseline_mm - pulse.heights_mm[0] - 1) * px_per_mm)
    foot = line_places(black[above:below, round((pulse.left_mm - 1) * px_per_mm)]).mean()
    roof_x = round((pulse.left_mm + pulse.width_mm / 2) * px_per_mm)
    roof = line_places(black[above:below, roof_x]).mean()
    height_mm = (foot - roof) / px_per_mm
    middle = round((pulse.baseline_mm - pulse.heights_mm[0] / 2) * px_per_mm)
    sides = line_places(black[middle, left:right])
    return height_mm, (sides[-1] - sides[0]) / px_per_mm


@pytest.mark.parametrize(("speed_mm_s", "gain_mm_mv"), [(25.0, 10.0), (50.0, 20.0), (100.0, 5.0)])
def test_the_calibration_pulse_measures_one_millivolt_and_a_fifth_of_a_second(
    speed_mm_s, gain_mm_mv
):
    paper = Paper(layout=single("I"), speed_mm_s=speed_mm_s, gain_mm_mv=gain_mm_mv)
    px_per_mm = 20.0
    height_mm, width_mm = pulse_size_mm(recording_of(flat()), paper, px_per_mm)
    assert height_mm == pytest.approx(gain_mm_mv, abs=max(0.005 * gain_mm_mv, 1 / px_per_mm))
    assert width_mm == pytest.approx(0.2 * speed_mm_s, abs=max(0.001 * speed_mm_s, 1 / px_per_mm))


@pytest.mark.parametrize("px_per_mm", SCALES)
def test_a_step_of_one_millivolt_in_the_signal_is_as_high_as_the_pulse(px_per_mm):
    signal_mv = flat()
    signal_mv[:, 2500:] = 1.0
    recording = recording_of(signal_mv)
    page = page_for(recording, Paper(layout=single("V2")), sheet=(277.0, 70.0))
    black = ink(picture(recording, page, px_per_mm, curves_only=True))
    cell = page.cells[0]
    heights = []
    for time_s in (1.0, 9.0):
        column = black[:, round(cell.x_mm(time_s) * px_per_mm)]
        heights.append(line_places(column).mean())
    step_mm = (heights[0] - heights[1]) / px_per_mm
    assert step_mm == pytest.approx(10.0, abs=max(0.05, 1.0 / px_per_mm))


@pytest.mark.parametrize("px_per_mm", SCALES)
def test_every_spike_of_the_signal_stands_at_its_second_on_the_paper(px_per_mm):
    signal_mv = flat()
    times_s = np.arange(0.5, 10.0, 0.5)
    signal_mv[:, (times_s * 500).astype(int)] = 1.5
    recording = recording_of(signal_mv)
    page = page_for(recording, Paper(layout=single("I")), sheet=(277.0, 70.0))
    black = ink(picture(recording, page, px_per_mm, curves_only=True), tolerance=140)
    cell = page.cells[0]
    row = round(cell.y_mm(1.2) * px_per_mm)
    places = line_places(black[row])
    expected = np.array([cell.x_mm(time_s) * px_per_mm for time_s in times_s])
    assert len(places) == len(expected)
    assert np.abs(places - expected - 0.5).max() <= 1.0


def test_gaps_stay_empty_and_a_lone_sample_between_gaps_is_a_dot():
    signal_mv = flat()
    signal_mv[:, 1000:2000] = np.nan
    signal_mv[:, 1500] = 0.0
    recording = recording_of(signal_mv)
    page = page_for(recording, Paper(layout=single("I")), sheet=(277.0, 70.0))
    black = ink(picture(recording, page, 6.0, curves_only=True), tolerance=200).any(axis=0)
    cell = page.cells[0]
    places = [round(cell.x_mm(time_s) * 6.0) for time_s in (1.0, 2.1, 2.9, 3.1, 3.9, 5.0)]
    assert [bool(black[x]) for x in places] == [True, False, False, False, False, True]
    dot = round(cell.x_mm(3.0) * 6.0)
    assert black[dot - 2 : dot + 3].any()


@given(
    st.lists(
        st.sampled_from([0.0, 1.0, -2.0, np.nan, np.inf, -np.inf, 3e38, -1e30, 1e-40]),
        min_size=1,
        max_size=200,
    )
)
@settings(max_examples=40, deadline=None)
def test_no_value_whatsoever_stops_the_page_from_being_drawn(values):
    signal_mv = np.tile(np.array(values, np.float32), (12, 1))
    recording = recording_of(signal_mv)
    page = page_for(recording, Paper())
    image = picture(recording, page, 3.0)
    assert image.width() == round(page.width_mm * 3.0)


def test_an_absurd_value_leaves_the_rest_of_the_trace_in_place():
    signal_mv = flat()
    signal_mv[:, 2500] = 3e38
    recording = recording_of(signal_mv)
    page = page_for(recording, Paper(layout=single("I")), sheet=(277.0, 70.0))
    black = ink(picture(recording, page, 5.0, curves_only=True))
    cell = page.cells[0]
    baseline = round(cell.baseline_mm * 5.0)
    for time_s in (1.0, 4.0, 6.0, 9.0):
        assert black[baseline - 1 : baseline + 2, round(cell.x_mm(time_s) * 5.0)].any()


@pytest.mark.parametrize("span_s", [10.0, 60.0, 600.0, 3000.0])
def test_a_spike_of_one_sample_is_visible_at_every_zoom(span_s):
    n = 3000 * 500
    signal_mv = np.zeros((1, n), np.float32)
    spikes_s = np.array([0.3, 0.45, 0.8]) * span_s
    signal_mv[0, (spikes_s * 500).astype(int)] = 2.0
    recording = recording_of(signal_mv, leads=("II",))
    paper = Paper(layout=single("II"), speed_mm_s=250.0 / span_s)
    page = page_for(recording, paper)
    px_per_mm = 4.0
    dark = ink(picture(recording, page, px_per_mm, curves_only=True), tolerance=150)
    cell = page.cells[0]
    row = dark[round(cell.y_mm(1.0) * px_per_mm)]
    expected = [cell.x_mm(time_s) * px_per_mm for time_s in spikes_s]
    assert line_places(row) == pytest.approx(expected, abs=1.5)


@given(st.integers(0, 2**32 - 1), st.floats(8.5, 300.0))
@settings(max_examples=25, deadline=None)
def test_an_overview_reaches_exactly_as_far_as_the_samples_of_each_pixel(seed, per_px):
    """Never every n-th sample: the stroke of a pixel spans all its samples."""
    random = np.random.default_rng(seed)
    signal_mv = random.normal(size=(1, 40_000)).astype(np.float32)
    source = Source(recording_of(signal_mv, leads=("I",)).samples, 500.0)
    curve = source.curve(0, 100, 500.0 / per_px)
    assert per_px > ENVELOPE_FROM
    for column in range(100):
        first, last = int(np.ceil(column * per_px)), int(np.ceil((column + 1) * per_px))
        stretch = signal_mv[0, first:last]
        assert curve.low_mv[0, column] == stretch.min()
        assert curve.high_mv[0, column] == stretch.max()


def test_overlay_shows_both_traces_in_their_own_colour_and_weight():
    raw, denoised = flat(), flat() + np.float32(0.5)
    recording = recording_of(raw)
    page = page_for(recording, Paper(layout=single("I")), sheet=(277.0, 70.0))
    both = (Trace.RAW, Trace.DENOISED)
    image = picture(recording, page, 10.0, traces=both, denoised=denoised, curves_only=True)
    cell = page.cells[0]
    x = round(cell.x_mm(5.0) * 10.0)
    black, blue = ink(image, "#000000", 60)[:, x], ink(image, PAPER.denoised, 60)[:, x]
    assert line_places(black) == pytest.approx([cell.y_mm(0.0) * 10.0 + 0.5], abs=1.0)
    assert line_places(blue) == pytest.approx([cell.y_mm(0.5) * 10.0 + 0.5], abs=1.0)
    assert blue.sum() > black.sum()  # tells them apart in greyscale


def test_the_residual_is_raw_minus_denoised_at_the_same_gain():
    raw, denoised = flat() + np.float32(1.0), flat() + np.float32(0.25)
    recording = recording_of(raw)
    page = page_for(recording, Paper(layout=single("I")), sheet=(277.0, 70.0))
    residual = (Trace.RESIDUAL,)
    image = picture(recording, page, 6.0, traces=residual, denoised=denoised, curves_only=True)
    cell = page.cells[0]
    column = ink(image, PAPER.residual, 80)[:, round(cell.x_mm(5.0) * 6.0)]
    assert line_places(column) == pytest.approx([cell.y_mm(0.75) * 6.0 + 0.5], abs=1.0)


@pytest.mark.parametrize("name", [*LAYOUTS])
def test_lead_labels_never_lie_under_a_trace_of_ordinary_height(name):
    """The label's place of every lead stays free of traces within ±0.8 mV of the baseline."""
    t = np.arange(5000) / 500
    signal_mv = np.tile((0.8 * np.sin(2 * np.pi * 1.3 * t)).astype(np.float32), (12, 1))
    recording = recording_of(signal_mv)
    page = page_for(recording, Paper(layout=LAYOUTS[name]))
    black = ink(picture(recording, page, 4.0, curves_only=True), tolerance=200)
    for cell in page.cells:
        if cell.first:
            assert not black[:, : round((cell.left_mm - 1) * 4.0)].any()
        elif cell.height_mm >= 20:
            y = round((cell.baseline_mm - 14.0) * 4.0)
            x = round((cell.left_mm + 1) * 4.0)
            assert not black[y - 12 : y, x : x + 36].any()


def test_a_missing_lead_is_named_and_left_empty():
    recording = recording_of(flat(n_leads=6), leads=("I", "II", "III", "aVR", "aVL", "aVF"))
    page = page_for(recording, Paper(layout=LAYOUTS["6x2"]))
    curves = ink(picture(recording, page, 4.0, curves_only=True), tolerance=200)
    whole = picture(recording, page, 4.0)
    for cell in page.cells:
        box = np.s_[
            round((cell.baseline_mm - 4) * 4) : round((cell.baseline_mm + 2) * 4),
            round((cell.left_mm + 2) * 4) : round((cell.left_mm + 30) * 4),
        ]
        assert curves[box].any() == (cell.index is not None)
        if cell.index is None:  # the words "not recorded"
            assert ink(whole, PAPER.quiet, 60)[box].any()
