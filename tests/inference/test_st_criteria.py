from __future__ import annotations

from dataclasses import replace

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


def t_row(lead: str, t_mv: float, *, r=0.8, s=-0.2, j80=0.0) -> LeadSt:
    return replace(row(lead, 0.0), t_mv=t_mv, j80_mv=j80, r_mv=r, s_mv=s)


@pytest.mark.parametrize(
    ("t_mv", "r", "s", "j80", "meets"),
    [
        (-0.15, 0.8, -0.2, 0.0, True),
        (-0.10, 0.8, -0.2, 0.0, False),  # "more than 0.1 mV"
        (-0.15, 0.2, -0.9, 0.0, False),  # no prominent R, R/S below 1
        (-0.15, 0.2, -0.1, 0.0, True),  # R/S above 1
        (-0.15, 0.8, -0.2, -0.14, False),  # a low ST segment, not a T wave
    ],
)
def test_t_inversion_needs_depth_and_a_prominent_r_wave(t_mv, r, s, j80, meets):
    rows = [t_row(lead, t_mv, r=r, s=s, j80=j80) for lead in ("V4", "V5")]

    assert found(rows) == ([("TWI", ("V4", "V5"))] if meets else [])


def test_t_inversion_says_the_level_of_the_t_wave_and_no_disease():
    (only,) = criteria([t_row("I", -0.2), t_row("aVL", -0.3)], age_years=60.0, sex="M")

    assert only.text.startswith("meets the amplitude criterion for T wave inversion")
    assert "aVL -0.30" in only.text
    assert "mV at the T wave" in only.text


def test_an_upright_t_wave_in_avr_counts_as_inverted_for_its_neighbours():
    rows = [t_row("II", -0.2), t_row("aVR", 0.2, r=0.1, s=-0.7)]

    assert found(rows) == [("TWI", ("-aVR", "II"))]


def test_every_criterion_is_worded_as_an_amplitude_criterion():
    rows = [row("II", 0.2), row("aVF", 0.2), row("V5", -0.1), row("V6", -0.1)]
    rows += [t_row("V3", -0.3), t_row("V4", -0.3)]

    met = criteria(rows, age_years=None, sex=None)

    assert {c.kind for c in met} == {"STE", "STD", "TWI"}
    assert all(c.text.startswith("meets the amplitude criterion for ") for c in met)
