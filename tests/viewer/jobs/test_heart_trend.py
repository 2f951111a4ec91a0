"""Beats of a real long recording, searched in pieces, kept in the cache."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.signal.rpeaks import find_beats
from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.jobs import heart_trend
from viewer.jobs.heart_trend import rows_of, search
from viewer.state.heart_trend import HeartTrend


class Collected:
    """A Progress that keeps what was produced."""

    def __init__(self) -> None:
        self.found: list[heart_trend.Found] = []
        self.shares: list[float] = []

    def __call__(self, fraction: float) -> None:
        self.shares.append(fraction)

    def produce(self, part: object) -> None:
        assert isinstance(part, heart_trend.Found)
        self.found.append(part)


@pytest.fixture
def recording():
    return open_recording(sample("incart_i06.hea"))


def searched(recording, folder: Path) -> Collected:
    told = Collected()
    search(recording, folder, told)
    return told


def test_pieces_give_the_beats_of_the_whole(recording, tmp_path, monkeypatch):
    monkeypatch.setattr(heart_trend, "PIECE_S", 40.0)
    beats_s = np.concatenate([one.beats_s for one in searched(recording, tmp_path).found])
    rows = rows_of(recording.leads)
    whole = find_beats(recording.signal_mv[rows], recording.fs_hz).samples / recording.fs_hz
    assert len(beats_s) == pytest.approx(len(whole), abs=1)
    nearest_s = np.abs(beats_s[:, None] - whole[None]).min(axis=1)
    assert np.quantile(nearest_s, 0.98) < 0.02


def test_the_second_time_nothing_is_searched_again(recording, tmp_path, monkeypatch):
    first = searched(recording, tmp_path)
    monkeypatch.setattr(heart_trend, "_piece", None)
    again = searched(recording, tmp_path)
    assert np.array_equal(
        np.concatenate([one.beats_s for one in first.found]),
        np.concatenate([one.beats_s for one in again.found]),
    )
    assert again.shares[-1] == 1.0


def test_a_damaged_cache_file_costs_only_the_time_to_search_again(recording, tmp_path):
    first = searched(recording, tmp_path)
    for path in tmp_path.glob("*.npy"):
        path.write_bytes(b"\x93NUMPY rubbish")
    again = searched(recording, tmp_path)
    assert len(again.found[0].beats_s) == len(first.found[0].beats_s) > 100


def test_the_trend_of_a_real_recording_is_a_plausible_heart_rate(recording, tmp_path):
    trend = HeartTrend(recording.duration_s)
    for one in searched(recording, tmp_path).found:
        trend.put(one.start_s, one.stop_s, one.beats_s)
    assert trend.share_known == 1
    assert 60 < trend.typical_bpm < 110


def test_at_most_four_leads_are_searched_and_the_rhythm_lead_is_among_them():
    leads = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
    assert {leads[row] for row in rows_of(leads)} == {"I", "II", "V2", "V5"}
    assert rows_of(("ECG1", "ECG2")) == [0, 1]
