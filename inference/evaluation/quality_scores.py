"""What every system of the comparison says about the leads of one segment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.quality import QualityMap
from inference.quality_diffusion import ScalogramScorer, column_errors
from inference.quality_score import features
from inference.quality_segments import psnr_db
from inference.quality_weights import grader
from inference.signal.noise_indices import noise_indices
from inference.signal.superlet import scalograms
from inference.training.quality_data import LEADS, FloatArray, LabelledRecord

SYSTEMS = {
    "indices": "classical indices alone",
    "autoencoder": "autoencoder PSNR alone",
    "latent": "latent diffusion PSNR alone",
    "grade": "combination (the grade's score)",
}
Scores = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Judge:
    """All systems behind one call; larger scores are noisier."""

    scorer: ScalogramScorer

    def __call__(self, signal_mv: FloatArray) -> Scores:
        """{system: [n]} of leads [n, 5000]; seeds as in the product for twelve leads."""
        indices = noise_indices(signal_mv).as_dict()
        images = scalograms(signal_mv)
        names = (LEADS * (1 + len(signal_mv) // 12))[: len(signal_mv)]
        cleaned = self.scorer.reconstructions(images, names)
        latent = psnr_db(column_errors(images, cleaned).mean(axis=1))
        coded = self.scorer.encoded_only(images)[None]
        scores = {
            "indices": grader(with_psnr=False).score(features(indices)),
            "autoencoder": -psnr_db(column_errors(images, coded).mean(axis=1)),
            "latent": -latent,
            "grade": grader(with_psnr=True).score(features(indices, latent)),
            "flat_share": indices["flat_share"],
            "extreme_mv": indices["extreme_mv"],
        }
        return {name: np.asarray(values, dtype=np.float64) for name, values in scores.items()}

    def maps(self, maps: Iterable[tuple[QualityMap, LabelledRecord]]) -> Scores:
        """{system: [n_records, 12]} of recordings whose maps are there already."""
        found = [self._of_map(found, record.signal_mv) for found, record in maps]
        return {name: np.stack([f[name] for f in found]) for name in found[0]}

    def _of_map(self, found: QualityMap, signal_mv: FloatArray) -> Scores:
        indices = {name: values[:, 0] for name, values in found.indices.items()}
        images = scalograms(signal_mv)
        coded = self.scorer.encoded_only(images)[None]
        scores = {
            "indices": grader(with_psnr=False).score(features(indices)),
            "autoencoder": -psnr_db(column_errors(images, coded).mean(axis=1)),
            "latent": -found.psnr_db[:, 0],
            "grade": found.score[:, 0],
            "flat_share": indices["flat_share"],
            "extreme_mv": indices["extreme_mv"],
        }
        return {name: np.asarray(values, dtype=np.float64) for name, values in scores.items()}


def auroc(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative, ties count half."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n, m = int(positive.sum()), int((~positive).sum())
    if n == 0 or m == 0:
        return float("nan")
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))


def auprc(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Average precision."""
    order = np.argsort(-score, kind="stable")
    hits = positive[order]
    if not hits.any():
        return float("nan")
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


def spearman(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Rank correlation with average ranks for ties."""
    return float(np.corrcoef(_ranks(a), _ranks(b))[0, 1])


def _ranks(x: NDArray[np.float64]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[inverse])


def wasserstein(clean: NDArray[np.float64], noisy: NDArray[np.float64]) -> float:
    """Distance of the two distributions after standardising them together."""
    from scipy.stats import wasserstein_distance

    pooled = np.concatenate([clean, noisy])
    return float(wasserstein_distance(clean / pooled.std(), noisy / pooled.std()))
