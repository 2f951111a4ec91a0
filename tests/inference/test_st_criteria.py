from __future__ import annotations

import pytest

from inference.st_criteria import criteria
from inference.st_report import LeadSt


def row(lead: str, j_mv: float, *, slope: float = 0.0, suppressed: str | None = None) -> LeadSt:
    return LeadSt(
        lead=lead, j_mv=j_mv, j20_mv=j_mv, j60_mv=j_mv, j80_mv=j_mv, slope_mv_per_s=slope,
        t_mv=0.2, n_beats=8, spread_mv=0.01, suppressed=suppressed,
    )  # fmt: skip


def found(rows, **person):
    person = {"age_years": 60.0, "sex": "M"} | person
    return [(c.kind, c.leads) for c in criteria(rows, **person)]


def test_two_contiguous_leads_of_a_tenth_of_a_millivolt_meet_elevation():
    assert found([row("II", 0.10), row("aVF", 0.12)]) == [("STE", ("II", "aVF"))]


def test_leads_that_are_not_neighbours_do_not_count_together():
    assert found([row("aVL", 0.2), row("III", 0.2), row("V6", 0.2)]) == []


@pytest.mark.parametrize(
    ("age", "sex", "j_mv", "meets"),
    [
        (60, "M", 0.19, False),
        (60, "M", 0.20, True),
        (30, "M", 0.24, False),
        (30, "M", 0.25, True),
        (60, "F", 0.14, False),
        (60, "F", 0.15, True),
    ],
)
def test_v2_and_v3_have_thresholds_by_age_and_sex(age, sex, j_mv, meets):
    rows = [row("V2", j_mv), row("V3", j_mv)]

    assert bool(found(rows, age_years=age, sex=sex)) is meets


def test_unknown_age_and_sex_name_everybody_whose_threshold_is_met():
    rows = [row("V2", 0.22), row("V3", 0.22)]

    (only,) = criteria(rows, age_years=None, sex=None)

    assert "women" in only.population
    assert "40 years and over" in only.population
    assert "under 40" not in only.population


def test_a_depression_must_be_level_or_falling():
    assert found([row("V5", -0.06), row("V6", -0.06)]) == [("STD", ("V5", "V6"))]
    assert found([row("V5", -0.06, slope=1.0), row("V6", -0.06, slope=1.0)]) == []


def test_avr_counts_upside_down():
    assert found([row("I", 0.12), row("aVR", -0.12)]) == [("STE", ("I", "-aVR"))]


def test_a_suppressed_lead_does_not_count():
    assert found([row("II", 0.2), row("aVF", 0.2, suppressed="flat")]) == []


def test_derived_leads_alone_support_nothing():
    rows = [row("aVF", 0.2), row("III", 0.2)]

    assert criteria(rows, age_years=60, sex="M", derived={"aVF", "III"}) == ()
    assert len(criteria(rows, age_years=60, sex="M", derived={"aVF"})) == 1


def test_the_sentence_says_criterion_and_no_disease():
    (only,) = criteria([row("V1", 0.2), row("V2", 0.3)], age_years=60, sex="M")

    assert only.text.startswith("meets the amplitude criterion")
    assert "STEMI" not in only.text
    assert "V2 +0.30" in only.text
