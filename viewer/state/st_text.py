"""What the ST panel says in sentences, and as text for a spreadsheet. Qt-free."""

from __future__ import annotations

from inference.st import GuardReport, LeadGuard
from inference.st_prediction import disagreement
from viewer.state.st_view import (
    COLUMNS,
    RESEARCH,
    StResult,
    heading,
    intervals,
    level_text,
    table,
)

MOST_BEATS = 4
"""Changed beats that are named; the others are counted."""


def as_tsv(result: StResult) -> str:
    """The whole panel as text for a spreadsheet: both units, intervals, findings, the sentence."""
    lines = [f"ST, {result.start_s:.1f}–{result.stop_s:.1f} s"]
    for unit in ("mV", "mm"):
        titles = [heading(column, unit) for column in COLUMNS]  # type: ignore[arg-type]
        lines.append("\t".join(("Lead", "Trace", *titles, "Guard", "Reason")))
        for row in table(result, unit):  # type: ignore[arg-type]
            cells = row.cells or ("",) * len(COLUMNS)
            reason = row.reason or row.guard_reason
            lines.append("\t".join((row.lead, row.kind, *cells, row.guard, reason)))
    lines += ["\t".join(line) for line in intervals(result)]
    lines += [*disagreements(result), *findings(result), *predictions(result)]
    lines += [said] if (said := beat_changes(result)) else []
    lines.append(RESEARCH)
    return "\n".join(lines).replace("−", "-")


def intervals_line(result: StResult) -> str:
    """All intervals of the raw trace in two lines of text, as the median-beat page shows them."""
    found = {name: raw for name, raw, _ in intervals(result)}
    if not found:
        return ""
    first = [f"{name} {found[name]}" for name in ("Heart rate", "PR", "QRS", "QT", "QRS axis")]
    formulas = [
        f"{name.removeprefix('QTc ')} {value}"
        for name, value in found.items()
        if name.startswith("QTc ")
    ]
    return " · ".join(first) + "\nQTc " + " · ".join(formulas)


def disagreements(result: StResult) -> list[str]:
    """What raw and cleaned disagree about; it stands before everything else."""
    raw, cleaned = result.predictions.get("raw"), result.predictions.get("cleaned")
    lines = criteria_change(result)
    if raw is not None and cleaned is not None:
        lines += [f"Raw and cleaned disagree: {line}" for line in disagreement(raw, cleaned)]
    return lines


def predictions(result: StResult) -> list[str]:
    """The classifier's probabilities with what supports them, or why there are none."""
    if result.prediction_note:
        return [f"No prediction: {result.prediction_note}"]
    lines = []
    for kind, words in (("STE", "elevation"), ("STD", "depression")):
        told = {n: p for n, p in result.predictions.items() if p.probability}
        if told:
            values = ", ".join(f"{p.probability[kind]:.0%} {name}" for name, p in told.items())
            threshold = next(iter(told.values())).threshold[kind]
            line = f"Probability of ST {words}: {values} (threshold {threshold:.0%})"
            support = [s for p in told.values() for s in p.support.get(kind, ())]
            leads = {s.lead: level_text(s.j_mv, "mV") for s in reversed(support)}
            if leads and any(kind in p.positive for p in told.values()):
                named = ", ".join(f"{lead} {level}" for lead, level in leads.items())
                line += f", supported by {named} mV at J"
            lines.append(f"{line}.")
    for name, prediction in result.predictions.items():
        if prediction.abstained:
            lines.append(f"No prediction from the {name} trace: {' '.join(prediction.abstained)}")
    return lines


def findings(result: StResult) -> list[str]:
    """Criteria that are met, trace by trace."""
    lines: list[str] = []
    both = result.cleaned is not None
    for name, report in (("Raw", result.raw), ("Cleaned", result.cleaned)):
        if report is None or report.reasons:
            continue
        which = f"{name} trace" if both else "The trace"
        texts = [f"{which} {criterion.text}." for criterion in report.criteria]
        lines += texts or [f"{which} meets no amplitude criterion in contiguous leads."]
    return lines


def criteria_change(result: StResult) -> list[str]:
    """A sentence for every kind of criterion that only one of the two traces meets."""
    if result.cleaned is None or result.cleaned.reasons or result.raw.reasons:
        return []
    lines = []
    named = (("STE", "ST elevation"), ("STD", "ST depression"), ("TWI", "T wave inversion"))
    for kind, words in named:
        raw = any(c.kind == kind for c in result.raw.criteria)
        cleaned = any(c.kind == kind for c in result.cleaned.criteria)
        if raw != cleaned:
            only = "raw" if raw else "cleaned"
            lines.append(f"Raw and cleaned disagree: only the {only} trace meets {words}.")
    return lines


def guard_sentence(guard: GuardReport | None) -> str:
    """The guard's verdict on the whole recording, in words beside its icon."""
    if guard is None:
        return ""
    said = {
        "ok": "Cleaning kept ST, QRS and QT within the limits.",
        "warn": "Cleaning moved a measurement",
        "block": "Cleaning moved a measurement by a diagnosable amount",
        "cannot_tell": "Cannot tell whether cleaning moved a measurement",
    }[guard.state]
    return said if guard.state == "ok" else f"{said}. {_worst(guard)}"


def beat_changes(result: StResult) -> str:
    """Which single beats cleaning changed, ectopic ones first; empty where it changed none."""
    changed = [change for change in result.audit if change.changed]
    if not changed:
        return ""
    named = []
    for change in changed[:MOST_BEATS]:
        minutes, seconds = divmod(result.start_s + change.time_s, 60.0)
        kind = ", ectopic" if change.ectopic else ""
        how = f"r {change.correlation:.2f}, height {change.gain:+.0%}".replace("-", "−")
        named.append(f"{minutes:.0f}:{seconds:04.1f} {change.lead} ({how}{kind})")
    more = "; …" if len(changed) > MOST_BEATS else ""
    return f"Changed shape: {len(changed)} of {len(result.audit)} beats. {'; '.join(named)}{more}"


def _worst(guard: GuardReport) -> str:
    rows: list[LeadGuard] = [row for row in guard.leads if row.state == guard.state]
    if len(rows) > 3:
        reasons = {row.reason for row in rows}
        names = ", ".join(row.lead for row in rows)
        return f"{names}: {reasons.pop() if len(reasons) == 1 else 'see the table'}."
    return "; ".join(f"{row.lead}: {row.reason}" for row in rows) + "."
