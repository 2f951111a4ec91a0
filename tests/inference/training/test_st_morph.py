from __future__ import annotations

import numpy as np
import pytest

from inference.st_features import BEAT_LEADS, BEAT_LENGTH, person
from inference.training.st_morph import lead_matrix, level_at_j, morph, thresholds_of

N = 200
J = np.full(N, 75.0)


def bent(seed: int = 1):
    limits = np.full((N, 12), 0.1)
    return morph(np.zeros((N, 12, BEAT_LENGTH)), J, J + 60, limits, np.random.default_rng(seed))


def test_leads_keep_the_laws_of_einthoven_and_goldberger():
    level = level_at_j(bent().beat, J)
    by_name = dict(zip(BEAT_LEADS, level.T, strict=True))

    assert by_name["I"] + by_name["III"] == pytest.approx(by_name["II"], abs=1e-9)
    augmented = by_name["aVR"] + by_name["aVL"] + by_name["aVF"]
    assert augmented == pytest.approx(np.zeros(N), abs=1e-9)


def test_the_level_at_j_is_the_shift_that_was_asked_for():
    result = bent()

    size = np.abs(result.shift_mv) > 0.05
    ratio = level_at_j(result.beat, J)[size] / result.shift_mv[size]

    assert np.median(ratio) == pytest.approx(1.0, abs=0.15)


def test_nothing_changes_before_the_qrs_complex_ends():
    assert not bent().beat[:, :, :60].any()


def test_inferior_elevation_is_mirrored_in_avl():
    seen = dict(zip(BEAT_LEADS, lead_matrix() @ np.array([-0.25, 1.0, 0.1]), strict=True))

    assert seen["III"] > seen["II"] > 0 > seen["aVL"]


def test_labels_say_whether_two_neighbours_reach_the_threshold():
    result = bent()
    v = level_at_j(result.beat, J)[:, 6:]
    pairs = np.minimum(v[:, 1:], v[:, :-1]).max(axis=1)

    assert {0, 1} <= set(result.ste.tolist())
    assert (result.ste[pairs >= 0.1] == 1).all()


def test_thresholds_follow_age_and_sex():
    people = np.stack([person(30, "M"), person(60, "M"), person(60, "F"), person(None, None)])

    assert thresholds_of(people)[:, 7].tolist() == [0.25, 0.20, 0.15, 0.20]
