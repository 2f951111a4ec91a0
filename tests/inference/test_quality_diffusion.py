"""The diffusion score of real leads: repeatable, the same alone and in company, shown as images."""

import numpy as np
import pytest

from inference.quality import quality, quality_segments, side_by_side
from inference.quality_diffusion import seed_of
from inference.quality_weights import load_scorer
from tests.inference.samples import bundled


@pytest.fixture(scope="module")
def clean():
    return bundled("ptbxl_clean")


@pytest.fixture(scope="module")
def clean_map(clean):
    return quality(*clean)


def test_the_shipped_weights_score_every_lead(clean_map):
    assert clean_map.diffusion
    assert clean_map.notes == ()
    assert np.all((clean_map.psnr_db > 20) & (clean_map.psnr_db < 45))
    assert clean_map.fine_psnr_db.shape == (12, 10)


def test_a_second_run_gives_the_same_numbers(clean, clean_map):
    again = quality(*clean)
    assert np.array_equal(again.psnr_db, clean_map.psnr_db)
    assert np.array_equal(again.fine_psnr_db, clean_map.fine_psnr_db)


def test_a_lead_scores_alone_as_it_does_among_twelve(clean, clean_map):
    signal_mv, fs_hz, leads = clean
    alone = quality(signal_mv[6:7], fs_hz, leads[6:7])
    assert alone.psnr_db[0, 0] == pytest.approx(clean_map.psnr_db[6, 0], abs=0.01)


def test_an_offset_hardly_moves_the_score(clean, clean_map):
    signal_mv, fs_hz, leads = clean
    raised = quality(signal_mv + np.float32(0.5), fs_hz, leads)
    assert np.abs(raised.psnr_db - clean_map.psnr_db).max() < 0.1


def test_an_artefact_of_four_seconds_is_found_where_it_is(clean, clean_map):
    signal_mv, fs_hz, leads = clean
    bad = signal_mv.copy()
    rng = np.random.default_rng(10)
    bad[7, 2500:4500] += (
        np.float32(0.4) * np.cumsum(rng.standard_normal(2000)).astype(np.float32) * np.float32(0.2)
    )
    found = quality(bad, fs_hz, leads)
    loss = clean_map.fine_psnr_db[7] - found.fine_psnr_db[7]
    assert loss[5:9].mean() > loss[:4].mean() + 0.5


def test_original_and_reconstruction_of_a_cell_are_two_images(clean):
    signal_mv, fs_hz, leads = clean
    segment = quality_segments(signal_mv.shape[1], fs_hz)[0]
    original, rebuilt = side_by_side(signal_mv, segment, fs_hz, 1, leads)
    assert original.shape == rebuilt.shape == (32, 256)
    assert original.dtype == np.uint8
    assert np.corrcoef(original.ravel(), rebuilt.ravel())[0, 1] > 0.8


def test_seeds_belong_to_a_place():
    first = seed_of("V1", 3, 0).standard_normal(4)
    assert np.array_equal(first, seed_of("V1", 3, 0).standard_normal(4))
    for other in (seed_of("V2", 3, 0), seed_of("V1", 4, 0), seed_of("V1", 3, 1)):
        assert not np.array_equal(first, other.standard_normal(4))


def test_the_weights_are_small_enough_to_ship():
    scorer = load_scorer("cpu")
    networks = (scorer.coder, scorer.unet)
    assert sum(p.numel() for net in networks for p in net.parameters()) < 3_000_000
