"""The best ten seconds of a recording in which only one stretch was left alone."""

from __future__ import annotations

import numpy as np
import pytest

from inference.quality import quality_segment, quality_segments
from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.jobs import best_stretch
from viewer.jobs.best_stretch import Request, find, roughness
from viewer.recording import Recording

CLEAN = 7
"""The segment that stays as recorded."""


@pytest.fixture(scope="module")
def spoiled() -> Recording:
    """Two minutes of a clean ECG with 0.3 mV noise and hum in every stretch but one."""
    source = open_recording(sample("ptbxl_clean.hea"))
    random = np.random.default_rng(5)
    signal_mv = np.tile(source.signal_mv, (1, 12))
    times_s = np.arange(signal_mv.shape[1]) / source.fs_hz
    noise = 0.3 * random.standard_normal(signal_mv.shape) + 0.2 * np.sin(314.159 * times_s)
    keep = (times_s >= CLEAN * 10 - 1) & (times_s < CLEAN * 10 + 11)
    noise[:, keep] = 0.0
    return Recording.from_array(
        (signal_mv + noise).astype(np.float32), source.leads, source.fs_hz, "spoiled"
    )


def test_the_stretch_that_was_left_alone_is_found_and_graded(spoiled, monkeypatch):
    monkeypatch.setattr(best_stretch, "GRADED", 2)
    told: list[float] = []
    best = find(Request(spoiled, "cpu", {}, None), told.append)
    assert best.stretch.start_s == CLEAN * 10
    assert best.stretch.grades == "A" * 12
    assert "12 of 12 leads grade A, heart rate" in best.why
    assert (best.n_compared, best.n_stretches) == (12, 12)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_what_the_noise_map_knows_is_not_computed_again(spoiled, monkeypatch):
    segments = quality_segments(spoiled.n_samples, spoiled.fs_hz)
    one = quality_segment(spoiled.signal_mv, segments[CLEAN], spoiled.fs_hz, spoiled.leads)
    monkeypatch.setattr(best_stretch, "quality_segment", None)
    monkeypatch.setattr(best_stretch, "MOST_LOOKED_AT", 0)
    best = find(Request(spoiled, "cpu", {CLEAN: one}, None), lambda fraction: None)
    assert best.stretch.start_s == CLEAN * 10
    assert best.n_compared == 1


def test_noise_gaps_and_flat_leads_are_rougher_than_a_clean_ecg(spoiled):
    clean = spoiled.signal_mv[:, 35_000:40_000]
    gap, flat = clean.copy(), clean.copy()
    gap[3, :2500] = np.nan
    flat[5] = 0.0
    reference = roughness(clean)
    for worse in (gap, flat, spoiled.signal_mv[:, :5000]):
        assert roughness(worse) > reference + 0.5


def test_more_segments_than_can_be_looked_at_are_taken_evenly(spoiled):
    segments = quality_segments(spoiled.n_samples, spoiled.fs_hz)
    taken = best_stretch._spread(segments, 4)
    assert [s.index for s in taken] == [0, 4, 7, 11]
