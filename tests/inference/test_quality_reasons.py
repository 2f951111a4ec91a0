"""Words for noise: what it is, whose electrode it likely is, what to do."""

import numpy as np
import pytest

from inference.quality_reasons import (
    BY_NAME,
    COMPANIONS,
    exceeded,
    likely_electrode,
    reason_texts,
    remedies,
    strip_hint,
)

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
QUIET = {c.index: 0.0 for c in COMPANIONS} | {"mains_hz": 50.0, "gap_share": 0.0}


def mains_on(electrode, amplitude_uv=300.0):
    """Mains amplitude of each lead when one electrode picks it up (lead equations)."""
    at = dict.fromkeys(("RA", "LA", "LL", *LEADS[6:]), 0.0) | {electrode: amplitude_uv}
    wct = (at["RA"] + at["LA"] + at["LL"]) / 3
    limb = {
        "I": at["LA"] - at["RA"],
        "II": at["LL"] - at["RA"],
        "III": at["LL"] - at["LA"],
        "aVR": at["RA"] - (at["LA"] + at["LL"]) / 2,
        "aVL": at["LA"] - (at["RA"] + at["LL"]) / 2,
        "aVF": at["LL"] - (at["RA"] + at["LA"]) / 2,
    }
    return {k: abs(v) for k, v in (limb | {v: at[v] - wct for v in LEADS[6:]}).items()}


@pytest.mark.parametrize(
    ("electrode", "name"),
    [("RA", "right arm"), ("LA", "left arm"), ("LL", "left leg"), ("V4", "V4 electrode")],
)
def test_the_electrode_behind_disturbed_leads_is_named(electrode, name):
    assert name in str(likely_electrode(BY_NAME["mains"], mains_on(electrode)))


def test_mains_in_every_lead_points_to_the_reference_electrode():
    levels = dict.fromkeys(LEADS, 300.0)
    assert "reference" in str(likely_electrode(BY_NAME["mains"], levels))


def test_a_remedy_names_the_lead_the_kind_and_what_to_do():
    kinds = ["mains" if lead == "V4" else "" for lead in LEADS]
    indices = {c.index: np.zeros(12) for c in COMPANIONS}
    indices["mains_uv"] = np.array([300.0 if lead == "V4" else 0.0 for lead in LEADS])
    (sentence,) = remedies(kinds, LEADS, indices)
    assert sentence.startswith("V4: mains (likely V4 electrode): check the electrode")


def test_a_flat_line_hides_what_follows_from_it():
    over = exceeded(QUIET | {"flat_share": 1.0, "mains_uv": 500.0, "drift_mv": 9.0})
    assert [c.name for c in over] == ["lead off"]


def test_the_worst_companion_names_the_kind():
    kind, reason = reason_texts(QUIET | {"mains_uv": 60.0, "drift_mv": 7.0}, "C", 30.0, None)
    assert kind == "drift"
    assert "7.0 mV" in reason
    assert "mains 50 Hz, 60 µV" in reason


def test_a_low_score_without_companion_is_called_unusual_not_noise():
    kind, reason = reason_texts(QUIET, "C", 21.3, "motion or electrode, 3–15 Hz")
    assert kind == "unusual or noisy"
    assert "21.3 dB" in reason
    assert "rare rhythms" in reason


def test_good_leads_stay_without_words():
    assert reason_texts(QUIET, "A", 33.0, None) == ("", "")


@pytest.mark.parametrize(("rows", "word"), [(slice(0, 15), "muscle"), (slice(30, 32), "baseline")])
def test_the_strip_with_most_residual_is_the_hint(rows, word):
    residual = np.zeros((32, 256))
    residual[rows] = 5.0
    assert word in strip_hint(residual)
