"""Geometry of the noise map: every second of a recording in exactly one cell."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.quality_segments import (
    Segment,
    fine_cells_s,
    fine_means,
    psnr_db,
    quality_segments,
    scored_columns,
    segment_signal,
)


@given(st.integers(1, 200_000), st.sampled_from([100.0, 128.5, 257.0, 360.0, 500.0, 1000.0]))
def test_scored_parts_cover_the_recording_without_gap_or_overlap(n_samples, fs_hz):
    segments = quality_segments(n_samples, fs_hz)
    assert segments[0].new == 0
    assert segments[-1].stop == n_samples
    for before, after in pairwise(segments):
        assert after.new == before.stop
    length = round(10 * fs_hz)
    assert all(s.stop - s.start == length or s.short for s in segments)


@given(st.integers(1, 100_000), st.sampled_from([128.5, 257.0, 360.0, 500.0]))
def test_fine_cells_follow_each_other_and_none_is_shorter_than_half_a_second(n_samples, fs_hz):
    cells = np.concatenate([fine_cells_s(s, fs_hz) for s in quality_segments(n_samples, fs_hz)])
    assert cells[0, 0] == 0
    assert cells[-1, 1] == pytest.approx(n_samples / fs_hz)
    assert cells[1:, 0] == pytest.approx(cells[:-1, 1])
    lengths = np.diff(cells, axis=1)[:, 0]
    tail_s = (n_samples / fs_hz) % 10
    assert lengths.min() >= min(0.5, tail_s or 0.5) - 0.02
    assert lengths.max() < 1.52


def test_the_tail_is_the_last_ten_seconds_scored_on_its_new_part_only():
    tail = quality_segments(8000, 500.0)[1]
    assert tail == Segment(1, 3000, 8000, 5000)
    columns = scored_columns(tail)
    assert (columns.start, columns.stop) == (256 - int(256 * 0.6), 256)


def test_under_ten_seconds_the_recording_is_reflected():
    (segment,) = quality_segments(2000, 500.0)
    assert segment.short
    x = np.arange(2000, dtype=np.float32)[None]
    filled = segment_signal(x, segment, 500.0)
    assert filled.shape == (1, 5000)
    assert filled[0, 2000:2003].tolist() == [1998, 1997, 1996]


@pytest.mark.parametrize("fs_hz", [257.0, 360.0, 1000.0])
def test_a_segment_is_the_same_whatever_else_was_read(fs_hz):
    n = round(47.3 * fs_hz)
    signal_mv = np.cumsum(np.random.default_rng(4).standard_normal((2, n)), axis=1)
    signal_mv = signal_mv.astype(np.float32)
    for segment in quality_segments(n, fs_hz):
        low = max(segment.start - round(fs_hz), 0)
        part = signal_mv[:, low : segment.stop + round(fs_hz)]
        alone = segment_signal(part, segment, fs_hz, offset=low)
        assert np.array_equal(alone, segment_signal(signal_mv, segment, fs_hz))
        assert alone.shape == (2, 5000)


def test_a_fine_cell_takes_fractions_of_the_columns_at_its_edges():
    errors = np.zeros((1, 256))
    errors[0, 51] = 1.0  # 1.992–2.031 s
    segment = quality_segments(5000, 500.0)[0]
    means = fine_means(errors, segment, 500.0)[0]
    width = 2 * 25.6  # one second and half a second on both sides
    assert means[1] == pytest.approx(1 / width)
    assert means[2] == pytest.approx(1 / width)
    assert means[4] == 0
    even = fine_means(np.full((1, 256), 7.0), segment, 500.0)
    assert even == pytest.approx(np.full((1, 10), 7.0))


def test_psnr_is_capped_where_nothing_differs():
    assert psnr_db(np.array([0.0, 255.0**2])).tolist() == [45.0, 0.0]
