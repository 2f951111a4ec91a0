"""The ST classifier as a service: probabilities, what supports them, and abstention.

Only `predict` loads torch. The network reads the median beat of a measurement, so raw and
cleaned signals are read at their own beats; it knows nothing that the reader cannot see.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inference.st_features import StInput, person, phases, st_input
from inference.st_report import StReport

if TYPE_CHECKING:
    from inference.models.st_classifier import StClassifier

MODELS = Path(__file__).resolve().parents[1] / "resources" / "models"
NAME = "st_classifier"
SHA256 = "1a45dbc833dab69c3df16b9b2fd3abbb6534bcb944ca992789b7fedc88450896"
KINDS = ("STE", "STD")
FEWEST_LEADS = 6
WIDE_QRS_MS = 120.0
NOISY_MV = 0.10  # beat-to-beat spread at J+60 of the median lead
SUPPORT_MV = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A lead that speaks for a verdict, with its level at J."""

    lead: str
    j_mv: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StPrediction:
    """Calibrated probabilities of ST elevation ("STE") and depression ("STD").

    probability   empty when abstained
    threshold     the probability above which validation records without the finding rarely
                  come (specificity 95 %)
    positive      kinds whose probability reaches the threshold
    support       per kind the leads with the largest deviation of that sign
    abstained     reasons; not empty means that no probability is given
    """

    probability: dict[str, float]
    threshold: dict[str, float]
    positive: tuple[str, ...]
    support: dict[str, tuple[Support, ...]]
    abstained: tuple[str, ...]
    weights_sha256: str


def predict(
    report: StReport,
    *,
    age_years: float | None = None,
    sex: str | None = None,
    grades: Mapping[str, str] | None = None,
) -> StPrediction:
    """Probabilities for a measured signal; age and sex may be unknown (None).

    Raises inference.weights.WeightsRefused when the weights are missing or not ours.
    """
    card = read_card()
    threshold = {kind: float(card["calibration"][kind]["threshold"]) for kind in KINDS}
    seen = st_input(report)
    reasons = abstentions(report, seen, grades or {})
    probability: dict[str, float] = {}
    if not reasons and seen is not None:
        probability = _probabilities(seen, age_years, sex, card["calibration"])
    return StPrediction(
        probability=probability,
        threshold=threshold,
        positive=tuple(k for k, p in probability.items() if p >= threshold[k]),
        support={kind: _support(report, kind) for kind in KINDS} if probability else {},
        abstained=reasons,
        weights_sha256=SHA256,
    )


def abstentions(
    report: StReport, seen: StInput | None, grades: Mapping[str, str]
) -> tuple[str, ...]:
    """Why the network should not be asked about this signal."""
    if seen is None or report.intervals is None:
        return report.reasons or ("Nothing could be measured.",)
    reasons = []
    if seen.present.sum() < FEWEST_LEADS:
        reasons.append(f"Only {int(seen.present.sum())} of the twelve leads are there.")
    bad = [lead for lead in report.leads if grades.get(lead) == "C"]
    if len(bad) > len(report.leads) // 2:
        reasons.append(f"{len(bad)} of {len(report.leads)} leads are of grade C (too noisy).")
    spread = float(np.median([row.spread_mv for row in report.st]))
    if spread > NOISY_MV:
        reasons.append(f"The ST level varies by {spread:.2f} mV from beat to beat: too noisy.")
    if report.intervals.qrs_ms > WIDE_QRS_MS:
        reasons.append(f"QRS {report.intervals.qrs_ms:.0f} ms: bundle branch block or pacing.")
    if any("pacing" in note for note in report.notes):
        reasons.append("Pacing spikes.")
    return tuple(reasons)


def disagreement(raw: StPrediction, cleaned: StPrediction) -> tuple[str, ...]:
    """Sentences to show first: raw and cleaned on different sides of a threshold."""
    words = {"STE": "elevation", "STD": "depression"}
    return tuple(
        f"ST {words[kind]}: raw {raw.probability[kind]:.0%}, cleaned "
        f"{cleaned.probability[kind]:.0%}, on different sides of the threshold "
        f"{raw.threshold[kind]:.0%}."
        for kind in KINDS
        if raw.probability
        and cleaned.probability
        and (kind in raw.positive) != (kind in cleaned.positive)
    )


def _support(report: StReport, kind: str) -> tuple[Support, ...]:
    sign = 1.0 if kind == "STE" else -1.0
    rows = [r for r in report.st if r.suppressed is None and sign * r.j_mv >= SUPPORT_MV]
    rows.sort(key=lambda row: -sign * row.j_mv)
    return tuple(Support(lead=row.lead, j_mv=row.j_mv) for row in rows[:4])


def _probabilities(
    seen: StInput, age_years: float | None, sex: str | None, calibration: dict[str, Any]
) -> dict[str, float]:
    logits = classify([seen], [person(age_years, sex)])[0]
    out = {}
    for kind, logit in zip(KINDS, logits, strict=True):
        z = calibration[kind]["slope"] * float(logit) + calibration[kind]["offset"]
        out[kind] = 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, z))))
    return out


def classify(seen: list[StInput], people: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """float64 [n, 2]: the network's logits of STE and STD, before calibration."""
    import torch

    extra = np.stack(
        [
            np.concatenate([s.present.astype(np.float32), p])
            for s, p in zip(seen, people, strict=True)
        ]
    )
    steps = phases(np.array([s.onset for s in seen]), np.array([s.j for s in seen]))
    with torch.inference_mode():
        logits, _ = _network()(
            torch.from_numpy(np.stack([s.beat for s in seen])),
            torch.from_numpy(steps),
            torch.from_numpy(extra.astype(np.float32)),
        )
    return np.asarray(logits.double().numpy())


@cache
def read_card() -> dict[str, Any]:
    """The card of the shipped weights: data, labels, measures, calibration."""
    from inference.weights import WeightsRefused

    path = MODELS / f"{NAME}.json"
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsRefused(
            f"The model card {path.name} cannot be read; install Leadlight again."
        ) from error
    return card


@cache
def _network() -> StClassifier:
    from inference.models.st_classifier import StClassifier
    from inference.weights import read_verified

    network = StClassifier()
    network.load_state_dict(read_verified(MODELS / f"{NAME}.safetensors", SHA256))
    return network.eval()
