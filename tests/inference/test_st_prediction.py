from __future__ import annotations

import json

import numpy as np
import pytest

from inference import st_prediction
from inference.evaluation.st_sweep import analytic
from inference.st import measure
from inference.st_prediction import StPrediction, disagreement, predict, read_card
from inference.weights import WeightsRefused
from tests.inference.ecg import LEADS, ludb

FS = 500.0


def prediction(ste: float, std: float) -> StPrediction:
    positive = tuple(k for k, p in (("STE", ste), ("STD", std)) if p >= 0.5)
    return StPrediction(
        probability={"STE": ste, "STD": std}, threshold={"STE": 0.5, "STD": 0.5},
        positive=positive, support={}, abstained=(), weights_sha256="",
    )  # fmt: skip


def test_raised_chest_leads_raise_the_probability_of_elevation():
    signal_mv, fs_hz = ludb(5)
    beats = measure(signal_mv, fs_hz, LEADS).beats
    raised = signal_mv.copy()
    for r in beats.samples:
        raised[6:10, r + 25 : r + 130] += 0.4

    before = predict(measure(signal_mv, fs_hz, LEADS), age_years=60, sex="M")
    after = predict(measure(raised, fs_hz, LEADS), age_years=60, sex="M")

    assert after.probability["STE"] > before.probability["STE"]
    assert "STE" in after.positive
    assert {s.lead for s in after.support["STE"]} <= {"V1", "V2", "V3", "V4"}


def test_probabilities_are_the_same_each_time_and_within_0_and_1():
    signal_mv, fs_hz = ludb(1)
    report = measure(signal_mv, fs_hz, LEADS)

    one, two = predict(report), predict(report)

    assert one.probability == two.probability
    assert all(0.0 <= p <= 1.0 for p in one.probability.values())


def test_it_abstains_on_wide_qrs_complexes():
    report = measure(analytic(0.0, 70, 160).signal_mv, FS, LEADS)

    answer = predict(report)

    assert answer.probability == {}
    assert any("QRS" in reason for reason in answer.abstained)


def test_it_abstains_where_nothing_was_measured():
    answer = predict(measure(np.zeros((12, 5000), np.float32), FS, LEADS))

    assert answer.probability == {}
    assert "flat" in answer.abstained[0]


def test_it_abstains_when_most_leads_are_noisy():
    signal_mv, fs_hz = ludb(1)

    answer = predict(measure(signal_mv, fs_hz, LEADS), grades=dict.fromkeys(LEADS[:8], "C"))

    assert "grade C" in answer.abstained[0]


def test_sides_of_a_threshold_are_compared():
    (only,) = disagreement(prediction(0.7, 0.1), prediction(0.3, 0.1))

    assert "elevation" in only
    assert disagreement(prediction(0.7, 0.1), prediction(0.9, 0.2)) == ()


def test_the_card_pins_the_weights_and_says_what_the_labels_are():
    card = read_card()

    assert card["sha256"] == st_prediction.SHA256
    assert "no recording at hand has a statement" in card["labels"]
    assert card["parameters"] < 1_000_000


def test_other_weights_are_refused(tmp_path, monkeypatch):
    card = read_card()
    (tmp_path / "st_classifier.json").write_text(json.dumps(card))
    data = bytearray((st_prediction.MODELS / "st_classifier.safetensors").read_bytes())
    data[-1] ^= 1
    (tmp_path / "st_classifier.safetensors").write_bytes(bytes(data))
    monkeypatch.setattr(st_prediction, "MODELS", tmp_path)
    st_prediction._network.cache_clear()
    signal_mv, fs_hz = ludb(1)

    with pytest.raises(WeightsRefused):
        predict(measure(signal_mv, fs_hz, LEADS))
    st_prediction._network.cache_clear()
