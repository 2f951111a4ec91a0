"""Offsets of electrodes move a lead's place on the page, never its values, and are told."""

import numpy as np
import pytest

from tests.viewer.ui.paper_helpers import flat, page_for, recording_of
from viewer.report.page import TRUE_SIZE, page_text
from viewer.state.centring import Centring
from viewer.state.curves import Source
from viewer.state.layers import Trace
from viewer.state.layouts import LAYOUTS
from viewer.state.paper import Paper

RAW = (Trace.RAW,)


def centred(signal_mv, layout="12x1", start_s=0.0):
    recording = recording_of(signal_mv)
    page = page_for(recording, Paper(layout=LAYOUTS[layout]), start_s=start_s)
    centring = Centring()
    centring.follow(page, Trace.RAW, Source(recording.samples, recording.fs_hz))
    return centring, recording, page


def test_leads_in_their_rows_stay_exactly_where_they_are():
    signal_mv = flat() + np.linspace(-0.5, 0.5, 12, dtype=np.float32)[:, None]
    centring, _recording, _page = centred(signal_mv)
    assert not centring.offsets_mv(Trace.RAW, 12).any()


@pytest.mark.parametrize("layout", ["12x1", "3x4+1", "6x2"])
def test_a_lead_carried_away_comes_back_to_its_row_and_the_others_do_not_move(layout):
    signal_mv = flat()
    signal_mv[3] += 300.0
    signal_mv[8] -= 3.04
    centring, _recording, _page = centred(signal_mv, layout)
    offsets = centring.offsets_mv(Trace.RAW, 12)
    assert offsets[3] == pytest.approx(300.0)
    assert offsets[8] == pytest.approx(-3.0)  # whole tenths: the rest stays visible
    assert np.count_nonzero(offsets) == 2


def test_beats_do_not_count_as_an_offset():
    signal_mv = flat()
    signal_mv[:, ::10] = 5.0
    centring, _recording, _page = centred(signal_mv)
    assert not centring.offsets_mv(Trace.RAW, 12).any()


def test_a_drift_is_followed_only_when_it_leaves_the_row():
    signal_mv = np.tile(np.linspace(0, 6, 30_000, dtype=np.float32), (12, 1))
    recording = recording_of(signal_mv)
    source, centring, seen = Source(recording.samples, 500.0), Centring(), set()
    paper = Paper(layout=LAYOUTS["12x1"])
    for start_s in np.arange(0.0, 50.0, 0.5):
        page = page_for(recording, paper, start_s=float(start_s))
        centring.follow(page, Trace.RAW, source)
        offset = centring.offsets_mv(Trace.RAW, 12)[0]
        seen.add(float(offset))
        level = np.median(signal_mv[0, int(start_s * 500) : int(start_s * 500) + 5000])
        assert abs(level - offset) * 10.0 <= 0.5 * page.cells[0].height_mm + 1.0
    assert len(seen) <= 10  # a hundred pages, a few moves


def test_missing_and_infinite_samples_move_nothing():
    signal_mv = flat()
    signal_mv[0] = np.nan
    signal_mv[1] = np.inf
    signal_mv[2, ::2] = np.nan
    centring, _recording, _page = centred(signal_mv)
    assert not centring.offsets_mv(Trace.RAW, 12).any()


def test_the_page_says_which_lead_was_moved_and_by_how_much():
    signal_mv = flat()
    signal_mv[5] -= 2.5
    centring, recording, page = centred(signal_mv)
    text = page_text(
        recording,
        page,
        RAW,
        cleaning=None,
        scale=TRUE_SIZE,
        shifts_mv=centring.shifts_mv(RAW),
    )
    assert text.marks["aVF"] == ("offset −2.5 mV",)
    assert text.marks["I"] == ()


def test_a_move_that_another_stretch_needed_is_taken_back_where_the_lead_lies_well():
    signal_mv = np.zeros((12, 10_000), np.float32)
    signal_mv[6, :5_000] = 1.5  # an electrode moves in the middle of the recording
    recording = recording_of(signal_mv)
    source, centring = Source(recording.samples, 500.0), Centring()
    for layout, start_s, expected_mv in (("12x1", 0.0, 1.5), ("3x4+1", 10.0, 0.0)):
        page = page_for(recording, Paper(layout=LAYOUTS[layout]), start_s=start_s)
        centring.follow(page, Trace.RAW, source)
        assert centring.offsets_mv(Trace.RAW, 12)[6] == pytest.approx(expected_mv)


def test_an_offset_that_needs_no_move_in_taller_rows_is_not_kept_from_lower_ones():
    signal_mv = flat()
    signal_mv[6] += 0.7
    recording = recording_of(signal_mv)
    source, centring = Source(recording.samples, recording.fs_hz), Centring()
    for layout, n_moved in (("12x1", 1), ("3x4", 0)):
        page = page_for(recording, Paper(layout=LAYOUTS[layout]))
        centring.follow(page, Trace.RAW, source)
        assert np.count_nonzero(centring.offsets_mv(Trace.RAW, 12)) == n_moved
