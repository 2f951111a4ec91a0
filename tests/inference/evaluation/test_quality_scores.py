"""The figures of the noise-map table, against values worked out by hand."""

import numpy as np
import pytest

from inference.evaluation.quality_scores import auprc, auroc, spearman, wasserstein


def test_auroc_counts_ties_half():
    score = np.array([0.1, 0.4, 0.4, 0.9])
    assert auroc(score, np.array([False, False, True, True])) == pytest.approx(3.5 / 4)


def test_auroc_of_one_class_is_unknown():
    assert np.isnan(auroc(np.array([1.0, 2.0]), np.array([True, True])))


def test_auprc_is_the_mean_precision_at_the_hits():
    score = np.array([4.0, 3.0, 2.0, 1.0])
    assert auprc(score, np.array([True, False, True, False])) == pytest.approx((1 + 2 / 3) / 2)


def test_rank_correlation_ignores_the_scale():
    a = np.array([1.0, 2.0, 3.0, 4.0])
    assert spearman(a, np.exp(a)) == pytest.approx(1.0)
    assert spearman(a, -(a**3)) == pytest.approx(-1.0)


def test_the_distance_of_shifted_distributions_is_the_shift_in_pooled_deviations():
    clean, noisy = np.array([0.0, 1.0]), np.array([2.0, 3.0])
    assert wasserstein(clean, noisy) == pytest.approx(2 / np.std([0, 1, 2, 3]))
