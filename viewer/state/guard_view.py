"""What the fidelity guard found, in the words and the order a reader needs. Qt-free."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # scipy must not delay the first paint
    from inference.guard import GuardReport, LeadGuard

Kind = Literal["ok", "warn", "block", "cannot_tell"]
RANK: dict[Kind, int] = {"ok": 0, "cannot_tell": 1, "warn": 2, "block": 3}
WORDS: dict[Kind, str] = {
    "ok": "ok",
    "warn": "changed",
    "block": "changed too much",
    "cannot_tell": "cannot tell",
}
COLUMNS = ("Lead", "ΔST J", "ΔST J+60", "ΔST J+80", "ΔQRS", "ΔQT", "ΔR", "Verdict")
UNITS = "ΔST and ΔQRS in mV, ΔQT and ΔR in ms; cleaned minus raw"


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as icon and text, never colour alone."""

    icon: str
    text: str
    tip: str


def merged(first: GuardReport | None, second: GuardReport) -> GuardReport:
    """One report for two stretches of the recording: the worse of each lead."""
    from inference.guard import GuardReport

    if first is None or not first.leads:
        return second
    by_lead = {row.lead: row for row in second.leads}
    rows = tuple(_worse(row, by_lead.get(row.lead, row)) for row in first.leads)
    worse = first if RANK[first.state] >= RANK[second.state] else second
    return GuardReport(
        state=worse.state,
        reason=worse.reason,
        leads=rows,
        n_beats=first.n_beats + second.n_beats,
    )


def badge(report: GuardReport, *, acknowledged: bool = False) -> Badge:
    """What stands in the tool bar: "ST moved 0.07 mV in V3"."""
    icons = {"ok": "ok", "warn": "warn", "block": "block", "cannot_tell": "question"}
    text = {"ok": "ST kept", "cannot_tell": "ST: cannot tell"}.get(report.state, "")
    if not text:
        text = _headline(report)
    if report.state == "block" and acknowledged:
        text += " (seen)"
    return Badge(icons[report.state], text, f"Fidelity guard: {report.reason}")


def rows(report: GuardReport) -> list[tuple[str, ...]]:
    """One row per lead under COLUMNS, the worst first."""
    ordered = sorted(report.leads, key=lambda row: -RANK[row.state])
    return [_row(lead) for lead in ordered]


def _worse(a: LeadGuard, b: LeadGuard) -> LeadGuard:
    return max(a, b, key=lambda row: (RANK[row.state], _largest_mv(row)))


def _largest_mv(row: LeadGuard) -> float:
    values = [abs(value) for value in row.delta_st_mv.values() if math.isfinite(value)]
    return max(values, default=0.0)


def _headline(report: GuardReport) -> str:
    """The lead that decides: its ST where that moved most, else its own reason."""
    deciding = [row for row in report.leads if row.state == report.state]
    if not deciding:
        return report.reason
    row = max(deciding, key=_largest_mv)
    if row.reason.startswith("ST"):
        return f"ST moved {_largest_mv(row):.2f} mV in {row.lead}"
    return f"{row.lead}: {row.reason}"


def _row(lead: LeadGuard) -> tuple[str, ...]:
    st = lead.delta_st_mv
    return (
        lead.lead,
        *(_signed(st.get(point), 3) for point in ("j", "j60", "j80")),
        _signed(lead.delta_qrs_amplitude_mv, 3),
        _signed(lead.delta_qt_ms, 0),
        _signed(lead.delta_r_time_ms, 0),
        f"{WORDS[lead.state]}: {lead.reason}",
    )


def _signed(value: float | None, decimals: int) -> str:
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:+.{decimals}f}"
    return text.replace("-", "−") if float(text) else text.replace("-", "+")
