"""Two recordings of one person beside each other: beats aligned at R, and what differs. Qt-free.

Differences are now minus prior. They say how much, never why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viewer.recording import Recording

if TYPE_CHECKING:  # scipy must not delay the first paint
    from inference.st import StReport

Floats = NDArray[np.float64]
POINTS = (("J", "j_mv"), ("J+60", "j60_mv"), ("J+80", "j80_mv"))
NOTE = (
    "Differences are now − prior, of median beats aligned at R. Electrode places, position and "
    "heart rate differ between recordings, too. Research and education use only. Not for diagnosis."
)
STEP_MS = 2.0
MINUS = "−"


class NotComparable(ValueError):
    """Shown to the user as it is."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BeatPair:
    """Median beats of the leads that both have, in mV [n_leads, n], time from R in ms [n]."""

    leads: tuple[str, ...]
    time_ms: Floats
    now_mv: Floats
    prior_mv: Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Comparison:
    """What two measurements give.

    beats     superimposed median beats
    levels    one row per lead: lead, then now, prior and Δ at J, J+60, J+80, as text
    intervals name, now, prior, Δ
    cautions  sentences the reader should know before comparing
    """

    beats: BeatPair
    levels: tuple[tuple[str, ...], ...]
    intervals: tuple[tuple[str, str, str, str], ...]
    cautions: tuple[str, ...] = ()


def cautions(now: Recording, prior: Recording) -> tuple[str, ...]:
    """What speaks against comparing. Raises NotComparable when no lead is in both."""
    common = [lead for lead in now.leads if lead in prior.leads]
    if not common:
        raise NotComparable(
            f"{prior.name} has none of the leads of {now.name}; choose a recording with the "
            "same leads."
        )
    found = []
    for what, one, other in zip(
        ("patient", "sex", "leads"), _identity(now), _identity(prior), strict=True
    ):
        if one and other and one != other:
            found.append(f"The {what} of the two files differ: {_said(one)} and {_said(other)}.")
    times = now.start_time, prior.start_time
    if all(times) and times[1] > times[0]:  # type: ignore[operator]
        found.append(f"{prior.name} was recorded after {now.name}.")
    return tuple(found)


def _identity(recording: Recording) -> tuple[object, object, object]:
    people = {name.casefold(): value for name, value in recording.acquisition.patient}
    named = [value for key, value in people.items() if "name" in key or key.endswith("id")]
    return tuple(named), recording.sex, recording.leads


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def compare(now: StReport, prior: StReport, said: tuple[str, ...] = ()) -> Comparison:
    """Raises NotComparable where one of them cannot be measured."""
    for report, which in ((now, "this recording"), (prior, "the prior one")):
        if report.median_mv is None or report.beats is None:
            reason = report.reasons[0] if report.reasons else "no median beat was found."
            raise NotComparable(f"There is nothing to compare in {which}: {reason}")
    leads = tuple(lead for lead in now.leads if lead in prior.leads)
    return Comparison(
        beats=_pair(now, prior, leads),
        levels=tuple(_level_row(now, prior, lead) for lead in leads),
        intervals=tuple(_interval_rows(now, prior)),
        cautions=said,
    )


def _pair(now: StReport, prior: StReport, leads: tuple[str, ...]) -> BeatPair:
    starts, stops = zip(*(_reach_ms(report) for report in (now, prior)), strict=True)
    time_ms = np.arange(max(starts), min(stops), STEP_MS)
    return BeatPair(
        leads=leads,
        time_ms=time_ms,
        now_mv=_resampled(now, leads, time_ms),
        prior_mv=_resampled(prior, leads, time_ms),
    )


def _reach_ms(report: StReport) -> tuple[float, float]:
    assert report.beats is not None
    ms = 1000.0 / report.fs_hz
    return -report.beats.before * ms, (report.beats.after - 1) * ms


def _resampled(report: StReport, leads: tuple[str, ...], time_ms: Floats) -> Floats:
    """Median beats on another time axis, both zero at R."""
    assert report.median_mv is not None
    assert report.beats is not None
    own_ms = (np.arange(report.median_mv.shape[1]) - report.beats.before) * 1000.0 / report.fs_hz
    rows = [report.median_mv[report.leads.index(lead)] for lead in leads]
    return np.array([np.interp(time_ms, own_ms, row) for row in rows])


def _level_row(now: StReport, prior: StReport, lead: str) -> tuple[str, ...]:
    one, other = (next((r for r in rep.st if r.lead == lead), None) for rep in (now, prior))
    cells = [lead]
    for _, name in POINTS:
        values = [
            math.nan if row is None or row.suppressed else float(getattr(row, name))
            for row in (one, other)
        ]
        cells += [_mv(values[0]), _mv(values[1]), _mv(values[0] - values[1])]
    return tuple(cells)


def _interval_rows(now: StReport, prior: StReport) -> list[tuple[str, str, str, str]]:
    one, other = now.intervals, prior.intervals
    if one is None or other is None:
        return []
    pairs = [
        ("Heart rate", one.heart_rate_bpm, other.heart_rate_bpm, "bpm"),
        ("PR", one.pr_ms, other.pr_ms, "ms"),
        ("QRS", one.qrs_ms, other.qrs_ms, "ms"),
        ("QT", one.qt_ms, other.qt_ms, "ms"),
        *(
            (f"QTc {name}", one.qtc_ms.get(name), other.qtc_ms.get(name), "ms")
            for name in one.qtc_ms
        ),
        ("QRS axis", one.axis_deg, other.axis_deg, "°"),
    ]
    return [_interval_row(*pair) for pair in pairs]


def _interval_row(
    name: str, now: float | None, prior: float | None, unit: str
) -> tuple[str, str, str, str]:
    delta = None if now is None or prior is None else now - prior
    if unit == "°" and delta is not None:
        delta = (delta + 180.0) % 360.0 - 180.0  # the short way round
    return name, _number(now, unit), _number(prior, unit), _number(delta, unit, sign=True)


def _number(value: float | None, unit: str, *, sign: bool = False) -> str:
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:+.0f}" if sign else f"{value:.0f}"
    return f"{text} {unit}".replace("-", MINUS).replace(" °", "°")


def _mv(value: float) -> str:
    return f"{value:+.2f}".replace("-", MINUS) if math.isfinite(value) else "–"
