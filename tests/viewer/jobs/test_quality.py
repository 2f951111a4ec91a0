"""The noise map's work: visible first, from the cache when it was computed before."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from inference.quality import SegmentQuality, quality_segment, quality_segments
from viewer.jobs import quality as job
from viewer.jobs import quality_cache
from viewer.jobs.quality import NoiseAnalysis, QualityRequest, analyse
from viewer.recording import Recording
from viewer.state.session import Session

FS_HZ = 250.0
LEADS = ("I", "II")


class Reports:
    """A Progress that keeps what it is told."""

    def __init__(self) -> None:
        self.found: list[SegmentQuality] = []

    def __call__(self, fraction: float) -> None:
        assert 0.0 <= fraction <= 1.0

    def produce(self, part: object) -> None:
        assert isinstance(part, SegmentQuality)
        self.found.append(part)

    @property
    def order(self) -> list[int]:
        return [quality.segment.index for quality in self.found]


def recording(seconds: int = 130) -> Recording:
    random = np.random.default_rng(7)
    signal_mv = random.normal(0, 0.1, (2, round(seconds * FS_HZ))).astype(np.float32)
    return Recording.from_array(signal_mv, LEADS, FS_HZ, "noise")


@pytest.fixture(scope="module")
def one() -> SegmentQuality:
    """A real result; the tests below only need something that is shaped like one."""
    shown = recording(10)
    segment = quality_segments(shown.n_samples, FS_HZ)[0]
    found = quality_segment(shown.signal_mv, segment, FS_HZ, LEADS)
    return dataclasses.replace(found, notes=())


@pytest.fixture
def counted(monkeypatch, one) -> list[int]:
    """Segments that were really computed, in order; the computing itself is skipped."""
    computed: list[int] = []

    def fake(signal_mv, segment, fs_hz, leads, *, offset, device):
        computed.append(segment.index)
        assert offset <= segment.start
        assert offset + signal_mv.shape[1] >= segment.stop
        return dataclasses.replace(one, segment=segment)

    monkeypatch.setattr(job, "quality_segment", fake)
    return computed


def test_the_segment_in_the_middle_of_the_page_comes_first_and_all_come_once(tmp_path, counted):
    reports = Reports()
    analyse(QualityRequest(recording(), "cpu", tmp_path), lambda: 8, reports)
    assert reports.order[0] == 8
    assert sorted(reports.order) == list(range(13))
    assert counted == reports.order


def test_when_the_page_moves_the_analysis_follows_it(tmp_path, counted):
    reports = Reports()
    analyse(
        QualityRequest(recording(240), "cpu", tmp_path),
        lambda: 0 if len(reports.found) < 2 else 20,
        reports,
    )
    assert reports.order[:3] == [0, 1, 20]
    assert sorted(reports.order) == list(range(24))


def test_what_was_computed_before_comes_from_the_disk(tmp_path, counted, one):
    request = QualityRequest(recording(), "cpu", tmp_path)
    first, again = Reports(), Reports()
    analyse(request, lambda: 0, first)
    n_computed = len(counted)
    analyse(request, lambda: 0, again)
    assert len(counted) == n_computed == 13
    by_index = {quality.segment.index: quality for quality in again.found}
    for quality in first.found:
        kept = by_index[quality.segment.index]
        assert kept.segment == quality.segment
        assert kept.reasons == quality.reasons
        assert np.array_equal(kept.grade, quality.grade)
        assert np.array_equal(kept.psnr_db, quality.psnr_db, equal_nan=True)
        assert kept.indices.keys() == quality.indices.keys()
        assert all(np.array_equal(kept.indices[k], v) for k, v in quality.indices.items())


def test_other_samples_are_not_taken_for_known_ones(tmp_path, counted):
    shown = recording(60)
    analyse(QualityRequest(shown, "cpu", tmp_path), lambda: 0, Reports())
    other = shown.signal_mv.copy()
    other[1, 7000] += 0.001
    changed = Recording.from_array(other, LEADS, FS_HZ, "noise")
    counted.clear()
    analyse(QualityRequest(changed, "cpu", tmp_path), lambda: 0, Reports())
    assert len(counted) == 6


def test_a_result_without_its_models_is_not_kept(tmp_path, monkeypatch, one):
    noted = dataclasses.replace(one, notes=("The model is missing.",))
    monkeypatch.setattr(
        job,
        "quality_segment",
        lambda signal_mv, segment, *_, **__: dataclasses.replace(noted, segment=segment),
    )
    analyse(QualityRequest(recording(20), "cpu", tmp_path), lambda: 0, Reports())
    assert list(tmp_path.glob("*.npz")) == []


@pytest.mark.parametrize("damage", [b"", b"not a zip file", None])
def test_a_damaged_entry_is_computed_again(tmp_path, counted, damage):
    request = QualityRequest(recording(20), "cpu", tmp_path)
    analyse(request, lambda: 0, Reports())
    (entry,) = tmp_path.glob("*.npz")
    entry.write_bytes(entry.read_bytes()[:200] if damage is None else damage)
    counted.clear()
    analyse(request, lambda: 0, Reports())
    assert counted == [0, 1]


def test_the_cache_does_not_grow_without_end(tmp_path):
    for number in range(12):
        (tmp_path / f"{number}.npz").write_bytes(b"x")
    quality_cache.prune(tmp_path, most=5)
    assert len(list(tmp_path.glob("*.npz"))) == 5
    quality_cache.prune(tmp_path / "nowhere")


def test_nothing_is_analysed_while_nobody_looks(qtbot, monkeypatch, tmp_path, counted):
    monkeypatch.setattr(job, "cache_folder", lambda: Path(tmp_path))
    session = Session()
    analysis = NoiseAnalysis(session, lambda: "cpu", lambda: False)
    session.open(recording(30), "3x4+1")
    assert counted == []
    with qtbot.waitSignal(analysis.finished):
        analysis.set_active(True)
    assert analysis.view is not None
    assert analysis.view.complete
    analysis.set_active(False)
    session.open(recording(20), "3x4+1")
    assert analysis.view is None
    analysis.close()
