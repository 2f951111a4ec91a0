"""What the guard found, in words."""

from __future__ import annotations

from inference.guard import GuardReport, LeadGuard
from viewer.state.guard_view import badge, merged, rows


def lead(name: str, state: str, st_mv: float, reason: str = "ST at J+60 moved") -> LeadGuard:
    return LeadGuard(
        lead=name,
        state=state,
        reason=reason,
        delta_st_mv={"j": 0.0, "j60": st_mv, "j80": st_mv / 2},
        delta_qrs_amplitude_mv=-0.0001,
        delta_qt_ms=None,
        delta_r_time_ms=2.0,
        uncertainty_mv=0.001,
    )


def report(state: str, *leads: LeadGuard, reason: str = "because") -> GuardReport:
    return GuardReport(state=state, reason=reason, leads=leads, n_beats=10)


def test_the_badge_names_the_lead_whose_st_moved_most_and_by_how_much():
    found = report("block", lead("V2", "block", 0.06), lead("V3", "block", -0.071))
    assert badge(found).text == "ST moved 0.07 mV in V3"
    assert badge(found).icon == "block"


def test_an_acknowledged_block_says_so():
    found = report("block", lead("V3", "block", 0.07))
    assert badge(found, acknowledged=True).text.endswith("(seen)")


def test_every_state_has_its_own_icon_and_words():
    states = ("ok", "warn", "block", "cannot_tell")
    badges = [badge(report(state, lead("I", state, 0.03))) for state in states]
    assert len({b.icon for b in badges}) == 4
    assert len({b.text for b in badges}) >= 3


def test_a_change_of_another_kind_is_told_in_its_own_words():
    found = report("warn", lead("II", "warn", 0.01, "QRS moved +6 ms"))
    assert badge(found).text == "II: QRS moved +6 ms"


def test_two_stretches_merge_into_the_worse_of_each_lead():
    calm = report("ok", lead("I", "ok", 0.001), lead("II", "ok", 0.002))
    bad = report("block", lead("I", "ok", 0.004), lead("II", "block", 0.09), reason="II")
    for both in (merged(calm, bad), merged(bad, calm)):
        assert (both.state, both.reason, both.n_beats) == ("block", "II", 20)
        assert both.lead("I").delta_st_mv["j60"] == 0.004
        assert both.lead("II").state == "block"


def test_the_table_puts_the_worst_lead_first_and_marks_what_is_unknown():
    table = rows(report("block", lead("I", "ok", 0.0), lead("II", "block", -0.09)))
    assert [row[0] for row in table] == ["II", "I"]
    assert table[0][2] == "−0.090"
    assert table[0][4] == "+0.000"  # no minus before nothing
    assert table[0][5] == "–"
