"""Bars stand on samples and fiducials, and say how sure they are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from viewer.samples import ArraySamples
from viewer.state.calipers import Caliper, Kind, Spot
from viewer.state.ruler import Landmarks, Ruler

FS_HZ = 500.0


def ruler_of(signal_mv, landmarks=None, **more):
    samples = ArraySamples(np.atleast_2d(np.asarray(signal_mv, np.float32)))
    known = {} if landmarks is None else {"landmarks": landmarks}
    return Ruler(samples, FS_HZ, ("II",), **known, **more)


def time_caliper(start_s, stop_s, **more):
    return Caliper(
        number=1, kind=Kind.TIME, lead="II", start=Spot(start_s, 0), stop=Spot(stop_s, 0), **more
    )


def humps(noise_mv, *, rise_s, seed=1):
    """A wave of 1 mV every second whose flanks last rise_s."""
    t = np.arange(int(10 * FS_HZ)) / FS_HZ % 1.0
    wave = np.clip((t - 0.3) / rise_s, 0, 1) - np.clip((t - 0.6) / rise_s, 0, 1)
    return wave + np.random.default_rng(seed).normal(0, noise_mv, len(t))


LANDMARKS = Landmarks(
    np.array([0.50, 0.512, 0.90]),
    ("QRS onset", "R peak", "T end"),
    np.array([0.512, 1.312, 2.412, 3.012]),
)


@pytest.mark.parametrize(
    ("time_s", "placed"),
    [
        (0.497, (0.50, "QRS onset")),
        (0.508, (0.512, "R peak")),
        (0.909, (0.90, "T end")),
        (0.9113, (0.912, "")),
        (-3.0, (0.0, "")),
        (99.0, (9.998, "")),
    ],
)
def test_a_place_snaps_within_ten_milliseconds_and_always_lies_on_a_sample(time_s, placed):
    found = ruler_of(np.zeros(5000), LANDMARKS).place(time_s)
    assert found == (pytest.approx(placed[0]), placed[1])


def test_without_snapping_it_is_the_nearest_sample():
    assert ruler_of(np.zeros(5000), LANDMARKS).place(0.497, snap=False) == (0.496, "")


def test_a_page_of_coarse_pixels_snaps_farther_but_never_beyond_twenty_milliseconds():
    coarse = ruler_of(np.zeros(5000), LANDMARKS, pixel_s=0.1)
    assert coarse.place(0.918)[1] == "T end"
    assert coarse.place(0.922)[1] == ""


@pytest.mark.parametrize("noise_mv", [0.005, 0.02, 0.05])
def test_the_noise_is_found_within_a_quarter_beside_steep_waves(noise_mv):
    found = ruler_of(humps(noise_mv, rise_s=0.02)).noise_mv("II", 5.0)
    assert found == pytest.approx(noise_mv, rel=0.25)


def test_a_bar_on_a_steep_edge_is_surer_than_on_a_flat_one_and_noise_costs():
    def spread_ms(noise_mv, rise_s):
        one = ruler_of(humps(noise_mv, rise_s=rise_s))
        return 1000 * one.finished(time_caliper(2.3 + rise_s / 2, 2.6 + rise_s / 2)).spread_s

    steep, flat, noisy = spread_ms(0.005, 0.02), spread_ms(0.005, 0.2), spread_ms(0.05, 0.2)
    assert 2 <= steep <= 6
    assert steep < flat < noisy
    assert flat == pytest.approx(1000 * math.sqrt(2) * 1.96 * 0.005 * 0.2, abs=4)


def test_on_a_flat_line_a_bar_has_no_bounds():
    noise = np.random.default_rng(2).normal(0, 0.02, 5000)
    assert ruler_of(noise).finished(time_caliper(2.0, 2.4)).spread_s == math.inf


def test_a_noiseless_trace_is_never_finer_than_one_sample():
    found = ruler_of(humps(0.0, rise_s=0.01)).finished(time_caliper(2.304, 2.604))
    assert found.spread_s >= 1 / FS_HZ


def test_the_spread_of_an_amplitude_is_that_of_two_readings():
    one = ruler_of(humps(0.02, rise_s=0.02))
    caliper = Caliper(
        number=1, kind=Kind.AMPLITUDE, lead="II", start=Spot(5.0, 0.0), stop=Spot(5.0, 1.0)
    )
    assert one.finished(caliper).spread_mv == pytest.approx(1.96 * math.sqrt(2) * 0.02, rel=0.25)


def test_gaps_are_no_noise():
    signal = humps(0.01, rise_s=0.02)
    signal[2300:2700] = np.nan
    found = ruler_of(signal).finished(time_caliper(4.7, 5.1))
    assert found.spread_s is not None


def test_beats_are_counted_in_an_irregular_rhythm():
    assert LANDMARKS.beats_between(0.512, 3.012) == 3
    assert LANDMARKS.beats_between(0.52, 1.30) == 1
    assert LANDMARKS.beats_between(0.60, 0.70) == 1


def test_a_qt_takes_the_rr_before_it_else_the_one_after_else_a_caliper_else_none():
    one = ruler_of(np.zeros(5000), LANDMARKS)
    assert one.rr_of(time_caliper(1.28, 1.7, qt=True), ()) == (
        pytest.approx(0.8),
        "the RR before it",
    )
    assert one.rr_of(time_caliper(0.48, 0.9, qt=True), ()) == (
        pytest.approx(0.8),
        "the RR after it",
    )
    alone = ruler_of(np.zeros(5000))
    other = time_caliper(1.0, 1.9)
    assert alone.rr_of(time_caliper(2.0, 2.4, qt=True), (other,)) == (
        pytest.approx(0.9),
        "caliper 1",
    )
    assert alone.rr_of(time_caliper(2.0, 2.4, qt=True), ()) == (None, "")
