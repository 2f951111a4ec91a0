"""Overviews lose no spike, at any zoom, whatever is missing."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.samples import MISSING, ArraySamples, MappedSamples
from viewer.state.pyramid import CHUNK, FACTORS, Pyramid


def expected(signal_mv, edges):
    """Extremes by the slow and obvious way."""
    n = signal_mv.shape[1]
    low = np.full((len(signal_mv), len(edges) - 1), np.nan, np.float32)
    high = low.copy()
    for column, (start, stop) in enumerate(itertools.pairwise(edges)):
        for lead, values in enumerate(signal_mv[:, max(start, 0) : max(min(stop, n), 0)]):
            values = values[np.isfinite(values)]
            if len(values):
                low[lead, column], high[lead, column] = values.min(), values.max()
    return low, high


def mapped(tmp_path, digital, step_mv, offset_mv=(0.0, 0.0)):
    path = tmp_path / "samples"
    digital.tofile(path)
    return MappedSamples.open(
        path,
        dtype=digital.dtype,
        n_leads=len(digital),
        n_samples=digital.shape[1],
        step_mv=np.array(step_mv),
        offset_mv=np.array(offset_mv),
    )


@given(
    st.integers(1, 3000),
    st.lists(st.integers(-50, 3100), min_size=2, max_size=40),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=150, deadline=None)
def test_extremes_read_directly_are_exact(n, edges, seed):
    random = np.random.default_rng(seed)
    signal_mv = random.normal(size=(2, n)).astype(np.float32)
    signal_mv[:, random.random(n) < 0.2] = np.nan
    edges = np.sort(np.array(edges))
    low, high = Pyramid(ArraySamples(signal_mv)).extremes(edges)
    low_expected, high_expected = expected(signal_mv, edges)
    np.testing.assert_array_equal(low, low_expected)
    np.testing.assert_array_equal(high, high_expected)


@pytest.mark.parametrize("width", [2 * factor for factor in FACTORS])
def test_a_spike_of_one_sample_is_in_the_overview_of_every_zoom(width):
    random = np.random.default_rng(3)
    n = 20 * FACTORS[-1] + 77
    for position in [0, n - 1, *random.integers(0, n, 20)]:
        signal_mv = np.zeros((1, n), np.float32)
        signal_mv[0, position] = 4.0
        pyramid = Pyramid(ArraySamples(signal_mv)).build()
        edges = np.arange(0, n + width, width)
        _low, high = pyramid.extremes(edges)
        assert high[0, position // width] == 4.0
        assert np.nansum(high == 4.0) <= 2  # nor is it smeared over the page


def test_pyramid_extremes_contain_the_exact_ones_and_reach_at_most_one_bin_further():
    random = np.random.default_rng(4)
    signal_mv = np.cumsum(random.normal(size=(2, 70_000)), axis=1).astype(np.float32)
    signal_mv[1, 20_000:40_000] = np.nan
    pyramid = Pyramid(ArraySamples(signal_mv)).build()
    edges = np.arange(37, 70_000, 317)
    low, high = pyramid.extremes(edges)
    low_exact, high_exact = expected(signal_mv, edges)
    wide = np.stack([edges[:-1] - FACTORS[0], edges[1:] + FACTORS[0]], axis=1)
    for column, (start, stop) in enumerate(wide):
        low_wide, high_wide = expected(signal_mv, [start, stop])
        known = np.isfinite(low_exact[:, column])
        assert (low[known, column] <= low_exact[known, column]).all()
        assert (high[known, column] >= high_exact[known, column]).all()
        known = np.isfinite(low_wide[:, 0])
        assert (np.nan_to_num(low[known, column], nan=np.inf) >= low_wide[known, 0]).all()
        assert (np.nan_to_num(high[known, column], nan=-np.inf) <= high_wide[known, 0]).all()


@pytest.mark.parametrize("dtype", [np.int16, np.int32])
@pytest.mark.parametrize("step_mv", [0.005, -0.005])
def test_stored_integers_keep_gaps_offsets_and_inverted_steps(tmp_path, dtype, step_mv):
    random = np.random.default_rng(5)
    digital = random.integers(-2000, 2000, (2, 300_000)).astype(dtype)
    digital[0, 100_000:200_000] = MISSING[np.dtype(dtype)]
    digital[1, ::7] = MISSING[np.dtype(dtype)]
    samples = mapped(tmp_path, digital, (step_mv, 0.001), (0.0, 1.5))
    edges = np.arange(0, 300_001, 1280)
    low, high = Pyramid(samples).build().extremes(edges)
    low_expected, high_expected = expected(samples.read_mv(0, 300_000), edges)
    np.testing.assert_array_equal(low, low_expected)
    np.testing.assert_array_equal(high, high_expected)


def test_a_recording_still_loading_is_summarised_as_far_as_it_can_be_read(tmp_path):
    n = 2 * CHUNK + 5
    ready = [CHUNK + 10]
    digital = np.full((2, n), 100, np.int16)
    full = mapped(tmp_path, digital, (0.01, 0.01))
    samples = MappedSamples(
        path=full.path,
        digital=full.digital,
        step_mv=full.step_mv,
        offset_mv=full.offset_mv,
        progress=lambda: ready[0],
    )
    pyramid = Pyramid(samples).build()
    assert pyramid.covered == CHUNK
    edges = np.linspace(0, n, 21).astype(np.int64)
    _low, high = pyramid.extremes(edges)
    assert high[0, :10] == pytest.approx(1.0)
    assert not pyramid.settled(0, n)
    ready[0] = n
    assert pyramid.build().complete
    assert np.isfinite(pyramid.extremes(edges)[1]).all()
    assert pyramid.settled(0, n)


def test_cancelling_the_build_leaves_a_usable_pyramid():
    class Cancel(Exception):
        pass

    def stop_halfway(fraction):
        if fraction > 0.5:
            raise Cancel

    signal_mv = np.ones((1, 3 * CHUNK), np.float32)
    pyramid = Pyramid(ArraySamples(signal_mv))
    with pytest.raises(Cancel):
        pyramid.build(stop_halfway)
    assert pyramid.covered == CHUNK
    assert pyramid.extremes(np.arange(0, CHUNK + 1, 4096))[1] == pytest.approx(1.0)
    assert pyramid.build().complete


def test_infinite_values_are_gaps_not_the_height_of_the_page():
    signal_mv = np.zeros((1, 100_000), np.float32)
    signal_mv[0, 500:600] = [np.inf, -np.inf] * 50
    low, high = Pyramid(ArraySamples(signal_mv)).build().extremes(np.arange(0, 100_001, 200))
    assert np.nanmax(np.abs([low, high])) == 0.0
