"""Means over patients with bootstrap intervals, and paired tests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % interval over patients; n is the number of records."""

    mean: float
    low: float
    high: float
    n: int

    def text(self, digits: int = 1) -> str:
        """Mean (low…high)."""
        if self.n == 0:
            return "–"
        return f"{self.mean:.{digits}f} ({self.low:.{digits}f}…{self.high:.{digits}f})"


def by_patient(values: NDArray[np.float64], patients: NDArray[np.str_], seed: int = 7) -> Interval:
    """Mean of one value per record; patients are drawn with replacement.

    Records whose value is NaN (nothing to score) do not count.
    """
    known = np.isfinite(values)
    values, patients = values[known], patients[known]
    if values.size == 0:
        return Interval(np.nan, np.nan, np.nan, 0)
    _, index = np.unique(patients, return_inverse=True)
    sums, counts = np.bincount(index, values), np.bincount(index)
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(sums), size=(DRAWS, len(sums)))
    means = sums[draws].sum(1) / counts[draws].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(values.mean()), float(low), float(high), int(values.size))


def holm(p_values: dict[str, float]) -> dict[str, float]:
    """Holm-adjusted p-values, same keys."""
    adjusted, worst = {}, 0.0
    ordered = sorted(p_values.items(), key=lambda item: item[1])
    for rank, (name, p) in enumerate(ordered):
        worst = max(worst, min(1.0, (len(ordered) - rank) * p))
        adjusted[name] = worst
    return adjusted


def paired_p(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Wilcoxon signed-rank p of paired values; 1 when they are identical."""
    from scipy.stats import wilcoxon

    known = np.isfinite(a) & np.isfinite(b)
    if not known.any() or np.array_equal(a[known], b[known]):
        return 1.0
    return float(wilcoxon(a[known], b[known]).pvalue)
