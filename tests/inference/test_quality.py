"""The noise map of real recordings: grades, companions, reasons and bad input."""

import json

import numpy as np
import pytest

import inference.quality_weights as weights
from inference.quality import (
    QualityMap,
    assemble,
    quality,
    quality_segment,
    quality_segments,
    side_by_side,
)
from inference.quality_weights import ScorerMissing
from tests.inference.samples import bundled

T = np.arange(5000) / 500


@pytest.fixture(scope="module")
def clean():
    return bundled("ptbxl_clean")


@pytest.fixture(scope="module")
def clean_map(clean) -> QualityMap:
    return quality(*clean)


@pytest.fixture
def without_diffusion(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "DIFFUSION_FILE", tmp_path / "absent.safetensors")
    weights.load_scorer.cache_clear()
    yield
    weights.load_scorer.cache_clear()


def test_a_clean_recording_is_good_for_morphology_in_every_lead_and_says_nothing(clean_map):
    assert clean_map.grade.shape == (12, 1)
    assert (clean_map.grade == "A").sum() >= 11
    assert clean_map.remedies == ((),)
    assert clean_map.unit_alarm == ("",)
    assert np.all(clean_map.probability_noisy < 0.5)


def test_the_noisy_recording_is_worse_than_the_clean_one(clean_map):
    noisy = quality(*bundled("ptbxl_noisy"))
    assert np.median(noisy.score) > np.median(clean_map.score)
    assert (noisy.grade != "A").sum() > (clean_map.grade != "A").sum()


@pytest.mark.parametrize(
    ("disturb", "kind"),
    [
        (lambda x: x + 0.25 * np.sin(2 * np.pi * 50 * T), "mains"),
        (lambda x: np.zeros_like(x), "lead off"),
        (lambda x: np.clip(x, -0.2 * np.ptp(x), 0.3 * x.max()), "clipping"),
        (lambda x: x + 4.0 * np.sin(2 * np.pi * 0.15 * T), "drift"),
    ],
)
def test_each_companion_lowers_the_grade_of_the_disturbed_lead_and_names_it(clean, disturb, kind):
    signal_mv, fs_hz, leads = clean
    bad = signal_mv.copy()
    bad[9] = disturb(bad[9])
    found = quality(bad, fs_hz, leads)
    assert found.kinds[9][0] == kind
    assert found.grade[9, 0] != "A"
    assert any(s.startswith(f"V4: {kind}") for s in found.remedies[0])
    assert all(found.kinds[lead][0] != kind for lead in range(12) if lead != 9)


def test_an_offset_of_half_a_millivolt_changes_no_grade(clean, clean_map):
    signal_mv, fs_hz, leads = clean
    raised = quality(signal_mv + np.float32(0.5), fs_hz, leads)
    assert np.array_equal(raised.grade, clean_map.grade)
    assert raised.score == pytest.approx(clean_map.score, abs=0.5)


def test_any_order_of_the_segments_gives_the_same_map():
    signal_mv, fs_hz, leads = bundled("incart_i06")
    signal_mv = signal_mv[:, : round(27 * fs_hz)]
    whole = quality(signal_mv, fs_hz, leads)
    segments = quality_segments(signal_mv.shape[1], fs_hz)
    pieces = []
    for segment in reversed(segments):
        low = max(segment.start - round(fs_hz), 0)
        part = signal_mv[:, low : segment.stop + round(fs_hz)]
        pieces.append(quality_segment(part, segment, fs_hz, leads, offset=low))
    again = assemble(pieces, fs_hz, leads, signal_mv.shape[1])
    assert again.as_json() == whole.as_json()
    assert np.array_equal(again.score, whole.score)
    assert whole.segments[-1].tolist() == pytest.approx([20.0, 27.0], abs=0.01)


def test_a_missing_lead_is_grey_and_its_neighbours_are_graded(clean):
    signal_mv, fs_hz, leads = clean
    holed = signal_mv.copy()
    holed[2] = np.nan
    found = quality(holed, fs_hz, leads)
    assert found.no_signal[:, 0].tolist() == [i == 2 for i in range(12)]
    assert found.kinds[2] == ("no signal",)
    assert found.grade[2, 0] == "C"
    assert np.isfinite(np.delete(found.score, 2)).all()
    assert found.as_json()["probability_noisy"][2] == [None]


def test_a_gap_costs_a_grade(clean):
    signal_mv, fs_hz, leads = clean
    holed = signal_mv.copy()
    holed[1, 1000:1250] = np.nan
    found = quality(holed, fs_hz, leads)
    assert found.grade[1, 0] in "BC"
    assert not found.no_signal[1, 0]


def test_a_short_recording_is_scored_and_marked(clean):
    signal_mv, fs_hz, leads = clean
    found = quality(signal_mv[:, :2100], fs_hz, leads)
    assert found.short
    assert found.segments.tolist() == [[0.0, 4.2]]
    assert len(found.fine_segments) == 4
    assert any("shorter than 10 s" in note for note in found.notes)


def test_an_empty_recording_is_refused(clean):
    _, fs_hz, leads = clean
    with pytest.raises(ValueError, match="no samples"):
        quality(np.zeros((12, 0), np.float32), fs_hz, leads)


@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_amplitudes_that_are_no_millivolts_raise_the_unit_alarm(clean, factor):
    signal_mv, fs_hz, leads = clean
    found = quality(signal_mv * np.float32(factor), fs_hz, leads)
    assert "unit or gain" in found.unit_alarm[0]


def test_without_the_diffusion_weights_the_indices_grade_and_the_map_says_so(
    clean, without_diffusion
):
    found = quality(*clean)
    assert not found.diffusion
    assert found.weights_sha256 is None
    assert np.isnan(found.psnr_db).all()
    assert np.isfinite(found.score).all()
    assert any("absent.safetensors" in note for note in found.notes)
    signal_mv, fs_hz, leads = clean
    with pytest.raises(ScorerMissing):
        side_by_side(signal_mv, quality_segments(5000, fs_hz)[0], fs_hz, 1, leads)


def test_a_tampered_grade_model_is_refused_and_the_limits_still_grade(
    clean, monkeypatch, tmp_path, without_diffusion
):
    altered = bytearray(weights.GRADE_FILE.read_bytes())
    altered[-1] ^= 1
    (tmp_path / "noise_grade.safetensors").write_bytes(altered)
    monkeypatch.setattr(weights, "GRADE_FILE", tmp_path / "noise_grade.safetensors")
    signal_mv, fs_hz, leads = clean
    bad = signal_mv.copy()
    bad[9] = 0.0
    found = quality(bad, fs_hz, leads)
    assert any("not the file this version was published with" in n for n in found.notes)
    assert np.isnan(found.score).all()
    assert found.kinds[9] == ("lead off",)
    assert found.grade[9, 0] == "C"


def test_the_document_holds_only_what_json_can_say(clean_map):
    document = json.loads(json.dumps(clean_map.as_json(), allow_nan=False))
    assert {
        "segments",
        "psnr_db",
        "fine_segments",
        "fine_psnr_db",
        "indices",
        "grade",
        "probability_noisy",
    } <= document.keys()
    assert len(document["fine_psnr_db"][0]) == len(document["fine_segments"]) == 10


def test_progress_can_cancel_the_work(clean):
    signal_mv, fs_hz, leads = clean

    class Stop(Exception):
        pass

    def progress(fraction):
        raise Stop

    with pytest.raises(Stop):
        quality(signal_mv, fs_hz, leads, progress=progress)
