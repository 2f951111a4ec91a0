"""What the page says is what was done: nothing of it is a literal."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from viewer.recording import Recording
from viewer.report import page as report
from viewer.report.page import NOT_CALIBRATED, RESEARCH_USE, TRUE_SIZE, Cleaning, clock, page_text
from viewer.samples import ArraySamples
from viewer.state.layers import Trace
from viewer.state.layouts import STANDARD
from viewer.state.page import Sheet, lay_out
from viewer.state.paper import Paper

FILTER = Cleaning("iir", "IIR band-pass", "2", None, (0.67, 150.0))
NETWORK = Cleaning("cd_small", "Contender", "1.3", "3fa9c21b" + "0" * 56, learned=True)
OVERLAY = (Trace.RAW, Trace.DENOISED)


def text_of(traces=(Trace.RAW,), cleaning=None, paper=None, fs_hz=500.0, scale=TRUE_SIZE, **said):
    samples = ArraySamples(np.zeros((12, int(20 * fs_hz)), np.float32))
    recording = Recording(samples=samples, leads=STANDARD, fs_hz=fs_hz, name="A17", **said)
    page = lay_out(
        paper or Paper(),
        STANDARD,
        duration_s=20.0,
        start_s=3.0,
        sheet=Sheet(277.0, 190.0),
        derived=recording.derived,
    )
    return page_text(recording, page, traces, cleaning=cleaning, scale=scale)


def test_an_untouched_page_says_that_nothing_was_done():
    text = text_of()
    for words in ("25 mm/s", "10 mm/mV", "band: as recorded", "display filter: none"):
        assert words in text.footer
    assert "denoise: off" in text.footer
    assert "fs 500 Hz" in text.footer
    assert text.warnings == ()
    assert text.watermark == ""
    assert text.research == RESEARCH_USE


def test_the_footer_follows_every_setting():
    paper = Paper(speed_mm_s=50.0, gain_mm_mv=20.0, timing="simultaneous", half_chest_gain=True)
    footer = text_of(paper=paper, scale=NOT_CALIBRATED, fs_hz=1000.0).footer
    for words in ("50 mm/s", "20 mm/mV (V leads 10)", "fs 1000 Hz", "simultaneous"):
        assert words in footer
    assert "scale: not calibrated" in footer


def test_no_number_of_the_page_is_written_in_the_source():
    source = Path(report.__file__).read_text(encoding="utf-8")
    assert not re.search(r"\d+ ?(mm/s|mm/mV)", source)
    assert not re.search(r"fs \d", source)


def test_a_filtered_trace_names_filter_band_and_both_warnings():
    text = text_of(OVERLAY, FILTER)
    assert "display filter: IIR band-pass 2" in text.footer
    assert "band: 0.67–150 Hz" in text.footer
    assert "denoise: off" in text.footer
    band, display = text.warnings
    assert band.startswith("Band 0.67–150 Hz, narrower than 0.05–150 Hz")
    assert display == "Filtered display (IIR band-pass 2). Raw signal unchanged."


def test_a_network_is_named_with_version_and_hash_and_called_ai():
    text = text_of((Trace.DENOISED,), NETWORK)
    assert "denoise: Contender 1.3 [3fa9c21b]" in text.footer
    assert "display filter: none" in text.footer
    assert text.warnings == (
        "AI-denoised display (Contender 1.3 [3fa9c21b]). Raw signal unchanged.",
    )
    assert all("den." in mark for marks in text.marks.values() for mark in marks)


def test_what_is_computed_but_not_shown_is_not_claimed():
    text = text_of((Trace.RAW,), NETWORK)
    assert "denoise: off" in text.footer
    assert text.warnings == ()


@pytest.mark.parametrize(("fs_hz", "warned"), [(100.0, True), (250.0, True), (360.0, False)])
def test_a_low_sampling_rate_is_a_narrow_band_and_says_so(fs_hz, warned):
    text = text_of(fs_hz=fs_hz)
    assert len(text.warnings) == warned
    if warned:
        assert f"below {fs_hz / 2:g} Hz (sampled at {fs_hz:g} Hz)" in text.warnings[0]


def test_identity_comes_from_the_file_or_is_said_to_be_missing():
    assert text_of().identity == "no identity in the file"
    assert text_of(age_years=63.0, sex="F").identity == "63 years, female"


def test_derived_leads_and_failed_checksums_are_marked_at_the_lead():
    integrity = ("failed",) + ("ok",) * 11
    text = text_of(derived=frozenset({"III"}), integrity=integrity)
    assert text.marks["I"] == ("checksum failed",)
    assert text.marks["III"] == ("derived",)
    assert text.marks["V1"] == ()


def test_a_cleaned_result_describes_itself():
    made = SimpleNamespace(
        method="iir",
        version="1",
        weights_sha256=None,
        parameters={"high_pass_hz": 0.67, "low_pass_hz": 40.0, "strength": 0.5},
    )
    cleaning = Cleaning.of(made, "IIR band-pass")
    assert cleaning.band_hz == (0.67, 40.0)
    assert cleaning.label == "IIR band-pass 1 at 50%"
    assert not cleaning.learned


def test_times_read_as_on_a_clock():
    assert [clock(0), clock(2.5, 1), clock(90), clock(3600 * 13 + 5)] == [
        "0:00",
        "0:02.5",
        "1:30",
        "13:00:05",
    ]
    assert clock(59.96, 1) == "1:00.0"
