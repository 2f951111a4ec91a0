"""A cleaned signal arrives in pieces, in any order."""

from __future__ import annotations

import numpy as np
import pytest

from viewer.samples import Samples
from viewer.state import cleaned
from viewer.state.cleaned import GrowingSamples, merged


@pytest.fixture(params=["memory", "file"])
def growing(request, tmp_path, monkeypatch) -> GrowingSamples:
    if request.param == "file":
        monkeypatch.setattr(cleaned, "IN_MEMORY_BYTES", 0)
    return GrowingSamples(2, 100, tmp_path / "cache")


def test_what_has_not_arrived_is_nan(growing):
    growing.put(40, np.ones((2, 20), np.float32))
    signal = growing.read_mv(30, 70)
    assert np.isnan(signal[:, :10]).all()
    assert (signal[:, 10:30] == 1).all()
    assert np.isnan(signal[:, 30:]).all()


def test_pieces_in_any_order_make_the_whole(growing):
    whole = np.arange(200, dtype=np.float32).reshape(2, 100)
    for start in (50, 0, 75, 25):
        assert not growing.complete
        growing.put(start, whole[:, start : start + 25])
    assert growing.complete
    assert growing.spans == ((0, 100),)
    np.testing.assert_array_equal(growing.read_mv(0, 100), whole)


def test_it_says_how_far_it_is_ready(growing):
    growing.put(60, np.zeros((2, 40), np.float32))
    assert growing.ready_until == 0
    growing.put(0, np.zeros((2, 10), np.float32))
    assert growing.ready_until == 10
    assert growing.has(60, 100)
    assert not growing.has(5, 65)


def test_a_piece_outside_the_recording_is_refused(growing):
    with pytest.raises(ValueError, match="samples 90 to 110 asked of 100"):
        growing.put(90, np.zeros((2, 20), np.float32))


def test_it_is_samples_like_any_other(growing):
    assert isinstance(growing, Samples)
    with pytest.raises(ValueError, match="asked of 100"):
        growing.read_mv(5, 101)


def test_spans_that_touch_or_overlap_become_one():
    assert merged([(5, 7), (0, 5), (10, 12), (11, 20)]) == [(0, 7), (10, 20)]
