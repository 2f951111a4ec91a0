"""What the ST panel says: rows, intervals, findings, as text. Qt-free."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.beat_audit import BeatChange
from inference.signal.delineation import Fiducials as Marks
from inference.signal.median_beat import level_beats
from inference.st import GuardReport, LeadSt, StReport
from inference.st_prediction import StPrediction
from viewer.state.beat_page import Beats, Fiducials
from viewer.state.residual import LockedAverage

Unit = Literal["mV", "mm"]
Kind = Literal["raw", "cleaned", "Δ"]
MM_PER_MV = 10.0
RESEARCH = "Research and education use only. Not for diagnosis."
POINTS = ("j_mv", "j20_mv", "j60_mv", "j80_mv")
COLUMNS = ("J", "J+20", "J+60", "J+80", "Slope", "SD", "Beats")
GUARD_MARKS = {"ok": "✓", "warn": "⚠", "block": "⊗", "cannot_tell": "?"}
GUARD_WORDS = {"ok": "ok", "warn": "look", "block": "shifted", "cannot_tell": "cannot tell"}
WHOLE_S, SPAN_S = 120.0, 60.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StResult:
    """All that was measured on one span of a recording.

    start_s, stop_s   the span
    raw, cleaned      the reports; cleaned is None without a cleaned signal
    guard             what cleaning changed, None without a cleaned signal
    beats             the median-beat page
    residual          QRS-locked average of raw minus cleaned
    audit             what cleaning did to every single beat, the worst first
    predictions       "raw" and "cleaned", as far as the classifier was there
    prediction_note   why there is no prediction at all
    dragged           whether the reader moved a fiducial
    """

    start_s: float
    stop_s: float
    raw: StReport
    cleaned: StReport | None = None
    guard: GuardReport | None = None
    beats: Beats = dataclasses.field(default_factory=Beats)
    residual: LockedAverage | None = None
    audit: tuple[BeatChange, ...] = ()
    predictions: Mapping[str, StPrediction] = dataclasses.field(default_factory=dict)
    prediction_note: str = ""
    dragged: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ST table.

    cells   one text per column; empty where there is nothing to say
    reason  why there are no numbers; it then stands across the columns
    guard   the guard's state of this lead, on the Δ line
    """

    lead: str
    kind: Kind
    cells: tuple[str, ...]
    reason: str = ""
    guard: str = ""
    guard_reason: str = ""


def span_to_measure(n_samples: int, fs_hz: float, middle_s: float) -> tuple[int, int]:
    """The samples that the panel measures: all of a short recording, else the minute of the page.

    Minutes lie on a fixed grid, so that scrolling inside one changes nothing.
    """
    if n_samples <= WHOLE_S * fs_hz:
        return 0, n_samples
    minutes = max(int(n_samples / (SPAN_S * fs_hz)), 1)
    minute = min(max(int(middle_s // SPAN_S), 0), minutes - 1)
    start = round(minute * SPAN_S * fs_hz)
    stop = n_samples if minute == minutes - 1 else round((minute + 1) * SPAN_S * fs_hz)
    return start, stop


# ---- the table ----


def table(result: StResult, unit: Unit) -> list[Row]:
    """Raw, cleaned and Δ of every lead; raw alone without a cleaned signal."""
    rows: list[Row] = []
    for lead in result.raw.leads:
        raw = result.raw.lead(lead)
        if raw is None:
            continue
        rows.append(_row(raw, "raw", unit))
        cleaned = None if result.cleaned is None else result.cleaned.lead(lead)
        if cleaned is None:
            continue
        if raw.suppressed:  # the cleaned trace of a useless lead is no better founded
            rows.append(Row(lead, "cleaned", (), reason="not shown: the raw lead is unusable"))
        else:
            rows.append(_row(cleaned, "cleaned", unit))
        rows.append(_difference(raw, cleaned, unit, result.guard))
    return rows


def _row(st: LeadSt, kind: Kind, unit: Unit) -> Row:
    if st.suppressed:
        return Row(st.lead, kind, (), reason=st.suppressed)
    levels = [level_text(getattr(st, point), unit) for point in POINTS]
    slope = level_text(st.slope_mv_per_s, unit)
    spread = level_text(st.spread_mv, unit).removeprefix("+")
    return Row(st.lead, kind, (*levels, slope, spread, f"{st.n_beats}"))


def _difference(raw: LeadSt, cleaned: LeadSt, unit: Unit, guard: GuardReport | None) -> Row:
    found = None if guard is None else guard.lead(raw.lead)
    state, reason = ("", "") if found is None else (found.state, found.reason)
    if raw.suppressed:
        return Row(raw.lead, "Δ", (), guard=state, guard_reason=reason)
    cells = [
        level_text(getattr(cleaned, point) - getattr(raw, point), unit)
        for point in (*POINTS, "slope_mv_per_s")
    ]
    return Row(raw.lead, "Δ", (*cells, "", ""), guard=state, guard_reason=reason)


def level_text(level_mv: float, unit: Unit) -> str:
    """ "+0.124" mV, "+1.2" mm; a true minus sign; "–" for no value."""
    if not math.isfinite(level_mv):
        return "–"
    text = f"{level_mv:+.3f}" if unit == "mV" else f"{level_mv * MM_PER_MV:+.1f}"
    if float(text) == 0.0:
        text = text.replace("-", "+")
    return text.replace("-", "−")


def heading(column: str, unit: Unit) -> str:
    """The table's column title with its unit."""
    if column == "Beats":
        return column
    return f"{column} {unit}/s" if column == "Slope" else f"{column} {unit}"


# ---- intervals ----


def intervals(result: StResult) -> list[tuple[str, str, str]]:
    """(name, raw, cleaned) with units; the cleaned column is empty without a cleaned signal."""
    raw = _interval_texts(result.raw)
    cleaned = {} if result.cleaned is None else _interval_texts(result.cleaned)
    return [(name, text, cleaned.get(name, "")) for name, text in raw.items()]


def _interval_texts(report: StReport) -> dict[str, str]:
    found = report.intervals
    if found is None:
        return {}
    texts = {
        "Heart rate": f"{found.heart_rate_bpm:.0f} /min",
        "RR": _ms(found.rr_ms),
        "PR": _ms(found.pr_ms),
        "QRS": _ms(found.qrs_ms),
        "QT": _ms(found.qt_ms),
    }
    for formula in ("Bazett", "Fridericia", "Framingham", "Hodges"):
        texts[f"QTc {formula}"] = _ms(found.qtc_ms.get(formula))
    axis = found.axis_deg
    texts["QRS axis"] = "–" if axis is None else f"{axis:+.0f}°".replace("-", "−")
    return texts


def _ms(value: float | None) -> str:
    return "–" if value is None or not math.isfinite(value) else f"{value:.0f} ms"


def levels(report: StReport | None, point: str) -> dict[str, float]:
    """ST level per lead at "j_mv", "j60_mv", …; suppressed leads are left out."""
    if report is None:
        return {}
    return {row.lead: getattr(row, point) for row in report.st if row.suppressed is None}


# ---- the median beat ----


def fiducials_ms(report: StReport) -> Fiducials:
    """The report's marks in milliseconds from R."""
    marks, beats = report.fiducials, report.beats
    if marks is None or beats is None:
        return Fiducials()

    def at(index: int) -> float | None:
        return None if index < 0 else (index - beats.before) * 1000.0 / beats.fs_hz

    return Fiducials(
        p_onset=at(marks.p_onset),
        qrs_onset=at(marks.qrs_onset),
        qrs_offset=at(marks.j),
        t_end=at(marks.t_end),
    )


def marks_from(report: StReport, moved: Fiducials) -> Marks | None:
    """The report's marks with the reader's changes, as indices into the median beat."""
    marks, beats = report.fiducials, report.beats
    if marks is None or beats is None:
        return None

    def index(time_ms: float | None, known: int) -> int:
        if time_ms is None:
            return known
        return beats.before + round(time_ms * beats.fs_hz / 1000.0)

    return dataclasses.replace(
        marks,
        p_onset=index(moved.p_onset, marks.p_onset),
        qrs_onset=index(moved.qrs_onset, marks.qrs_onset),
        j=index(moved.qrs_offset, marks.j),
        t_end=index(moved.t_end, marks.t_end),
    )


def beats_of(
    raw_mv: NDArray[np.floating], raw: StReport, cleaned: StReport | None, most: int = 40
) -> Beats:
    """The median-beat page of a measured span; raw_mv float [n_leads, n] of that span."""
    if raw.beats is None or raw.fiducials is None or raw.median_mv is None:
        return Beats()
    every = max(len(raw.beats) // most, 1)
    shown = level_beats(raw_mv, raw.beats, raw.fiducials.qrs_onset)[::every]
    index = np.arange(raw.median_mv.shape[1], dtype=np.float64)
    return Beats(
        leads=raw.leads,
        time_ms=(index - raw.beats.before) * 1000.0 / raw.fs_hz,
        raw_mv=raw.median_mv,
        cleaned_mv=None if cleaned is None else cleaned.median_mv,
        beats_mv=shown,
        fiducials=fiducials_ms(raw),
        suppressed={row.lead: row.suppressed for row in raw.st if row.suppressed},
    )


def worst_grades(grades: Mapping[str, list[str]]) -> dict[str, str]:
    """One grade per lead from those of its segments: the one that most of them reach.

    A lead that is bad for more than half of the span is bad for its median beat.
    """
    result = {}
    for lead, letters in grades.items():
        if letters:
            result[lead] = sorted(letters)[len(letters) // 2]
    return result
