"""The fidelity guard: did cleaning move what a cardiologist measures?

Raw and cleaned signal are read at the same beats and the same fiducials, found on the
raw one. What noise alone can do to the raw value is known from the beats themselves: the
shift is taken beat by beat, and its standard error says what can be told. Where a shift
of the amber size would hide in that error, the answer is "cannot tell", never "ok".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.signal.delineation import Fiducials, delineate, lead_t_ends, usual_rr_s
from inference.signal.median_beat import (
    AlignedBeats,
    align_beats,
    level_beats,
    recorded_part,
    rough_median,
)
from inference.signal.rpeaks import find_beats
from inference.st_levels import robust_sd, st_levels

Floats = NDArray[np.float64]
State = Literal["ok", "warn", "block", "cannot_tell"]
POINTS = ("j", "j60", "j80")

AMBER_MV, RED_MV = 0.025, 0.05
AMBER_SHARE, RED_SHARE = 0.05, 0.10  # of the QRS amplitude, where that is more
AMBER_QT_MS, RED_QT_MS = 20.0, 40.0
AMBER_R_MS, RED_R_MS = 5.0, 10.0
UNCHANGED_MV = 0.001  # a lead that differs nowhere by more is the same lead
FEWEST_BEATS = 3
MEDIAN_SE = 1.2533  # standard error of a median over that of a mean
SURE = 2.5  # standard errors between chance and a shift
RANK: dict[State, int] = {"ok": 0, "cannot_tell": 1, "warn": 2, "block": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadGuard:
    """One lead: cleaned minus raw.

    delta_st_mv            at "j", "j60", "j80"
    delta_qrs_amplitude_mv peak to peak within the QRS complex
    delta_qt_ms            None where a T end was not found on both
    delta_r_time_ms        of the largest deflection
    uncertainty_mv         standard error of delta_st_mv, the largest of the three
    """

    lead: str
    state: State
    reason: str
    delta_st_mv: dict[str, float]
    delta_qrs_amplitude_mv: float
    delta_qt_ms: float | None
    delta_r_time_ms: float
    uncertainty_mv: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardReport:
    """The worst of all leads decides: block, then warn, then cannot_tell, then ok."""

    state: State
    reason: str
    leads: tuple[LeadGuard, ...]
    n_beats: int

    def lead(self, name: str) -> LeadGuard | None:
        return next((row for row in self.leads if row.lead == name), None)


def guard(
    raw_mv: NDArray[np.floating],
    cleaned_mv: NDArray[np.floating],
    fs_hz: float,
    leads: tuple[str, ...],
) -> GuardReport:
    """Compare raw_mv and cleaned_mv, both float [n_leads, n_samples] in mV.

    Raises ValueError when the two do not have the shape that leads asks for.
    """
    if raw_mv.shape != cleaned_mv.shape or raw_mv.ndim != 2 or len(raw_mv) != len(leads):
        raise ValueError(f"{len(leads)} leads, raw {raw_mv.shape}, cleaned {cleaned_mv.shape}")
    found = find_beats(raw_mv, fs_hz)
    same = [_same(raw, clean) for raw, clean in zip(raw_mv, cleaned_mv, strict=True)]
    both = np.concatenate([raw_mv, cleaned_mv])
    filled, whole, _ = recorded_part(both, fs_hz, found.samples)
    raw_mv, cleaned_mv = filled[: len(leads)], filled[len(leads) :]
    beats = align_beats(raw_mv, fs_hz, whole, found.lead_weight)
    if len(beats) < FEWEST_BEATS or not found.stand_out:
        rows = tuple(_blind(lead, is_same) for lead, is_same in zip(leads, same, strict=True))
        return _summary(rows, len(beats))
    _, rr_s = usual_rr_s(found.samples, fs_hz)
    marks = delineate(rough_median(raw_mv, beats), fs_hz, beats.before, rr_s, found.lead_weight)
    reference = marks.reference(fs_hz)
    raw = level_beats(raw_mv, beats, reference)
    clean = level_beats(cleaned_mv, beats, reference)
    qt = _qt_shifts(raw, clean, marks, beats, rr_s)
    rows = tuple(
        _unchanged(lead) if same[i] else _compare(lead, raw[:, i], clean[:, i], fs_hz, marks, qt[i])
        for i, lead in enumerate(leads)
    )
    return _summary(rows, len(beats))


def _same(raw: NDArray[np.floating], clean: NDArray[np.floating]) -> bool:
    """Whether a lead was left alone; a new or a lost gap is a change."""
    known = np.isfinite(raw)
    if not np.array_equal(known, np.isfinite(clean)):
        return False
    return bool(np.all(np.abs(raw[known] - clean[known]) <= UNCHANGED_MV))


def _row(lead: str, state: State, reason: str) -> LeadGuard:
    return LeadGuard(
        lead=lead,
        state=state,
        reason=reason,
        delta_st_mv=dict.fromkeys(POINTS, 0.0),
        delta_qrs_amplitude_mv=0.0,
        delta_qt_ms=0.0,
        delta_r_time_ms=0.0,
        uncertainty_mv=0.0,
    )


def _unchanged(lead: str) -> LeadGuard:
    return _row(lead, "ok", "unchanged")


def _blind(lead: str, same: bool) -> LeadGuard:
    if same:
        return _unchanged(lead)
    row = _row(lead, "cannot_tell", "no three beats of one shape stand out in the raw recording")
    nan = float("nan")
    return LeadGuard(
        lead=row.lead,
        state=row.state,
        reason=row.reason,
        delta_st_mv=dict.fromkeys(POINTS, nan),
        delta_qrs_amplitude_mv=nan,
        delta_qt_ms=None,
        delta_r_time_ms=nan,
        uncertainty_mv=nan,
    )


def _qt_shifts(
    raw: Floats, clean: Floats, marks: Fiducials, beats: AlignedBeats, rr_s: float
) -> list[tuple[float, ...] | None]:
    """Per lead: how the T end moved in ms, in all beats, every other beat, and the rest."""
    columns = []
    for part in (slice(None), slice(0, None, 2), slice(1, None, 2)):
        ends = [
            lead_t_ends(np.median(x[part], axis=0), beats.fs_hz, marks, beats.before, rr_s)
            for x in (raw, clean)
        ]
        moved = (ends[1] - ends[0]) * 1000.0 / beats.fs_hz
        columns.append(np.where((ends[0] < 0) | (ends[1] < 0), np.nan, moved))
    rows = np.stack(columns, axis=1)
    return [tuple(row.tolist()) if np.isfinite(row).all() else None for row in rows]


def _compare(
    lead: str,
    raw: Floats,
    clean: Floats,
    fs_hz: float,
    marks: Fiducials,
    qt: tuple[float, ...] | None,
) -> LeadGuard:
    """One changed lead: raw and clean are its levelled beats, [n_beats, n]."""
    raw_median, clean_median = np.median(raw, axis=0), np.median(clean, axis=0)
    before, after = st_levels(raw_median, fs_hz, marks.j), st_levels(clean_median, fs_hz, marks.j)
    shift = {name: float(after[name] - before[name]) for name in POINTS}
    per_beat = st_levels(clean - raw, fs_hz, marks.j)
    error = {name: _standard_error(per_beat[name]) for name in POINTS}
    qrs = slice(marks.qrs_onset, marks.j + 1)
    amplitude = float(np.ptp(raw_median[qrs]))
    d_amplitude = float(np.ptp(clean_median[qrs])) - amplitude
    noise = _standard_error((clean - raw)[:, qrs].std(axis=1)) + _slack(clean, raw, qrs)
    d_r = _lag(raw_median[qrs], clean_median[qrs]) * 1000.0 / fs_hz
    state, reason = _judge(shift, error, d_amplitude, amplitude, noise, qt, d_r)
    return LeadGuard(
        lead=lead,
        state=state,
        reason=reason,
        delta_st_mv=shift,
        delta_qrs_amplitude_mv=d_amplitude,
        delta_qt_ms=None if qt is None else qt[0],
        delta_r_time_ms=d_r,
        uncertainty_mv=max(error.values()),
    )


def _standard_error(per_beat: Floats) -> float:
    return float(MEDIAN_SE * max(float(robust_sd(per_beat)), 1e-6) / np.sqrt(len(per_beat)))


def _slack(clean: Floats, raw: Floats, qrs: slice) -> float:
    """How far noise alone may change the peak-to-peak value of the raw median beat."""
    sd = float(np.median(robust_sd((clean - raw)[:, qrs])))
    return float(2.0 * MEDIAN_SE * sd / np.sqrt(len(raw)))


def _lag(raw: Floats, clean: Floats) -> float:
    """By how many samples the QRS complex moved: the shift of best correlation."""
    reach = min(len(raw) // 3, 12)
    a, b = raw - raw.mean(), clean - clean.mean()
    lags = range(-reach, reach + 1)
    fits = [
        float(np.dot(a[max(0, -k) : len(a) - max(0, k)], b[max(0, k) : len(b) + min(0, k)]))
        for k in lags
    ]
    return float(lags[int(np.argmax(fits))])


def _judge(
    shift: dict[str, float],
    error: dict[str, float],
    d_amplitude: float,
    amplitude: float,
    noise: float,
    qt: tuple[float, ...] | None,
    d_r: float,
) -> tuple[State, str]:
    """The worst of the single verdicts, with its reason."""
    verdicts: list[tuple[State, str]] = [("ok", "within limits")]
    for name, value in shift.items():
        what = f"ST at {name.upper().replace('J', 'J+') if name != 'j' else 'J'} {value:+.3f} mV"
        verdicts.append(_by_limits(value, error[name], AMBER_MV, RED_MV, what))
        if SURE * error[name] > AMBER_MV and verdicts[-1][0] == "ok":
            verdicts.append(("cannot_tell", "the raw lead is too noisy to compare its ST segment"))
    amber, red = max(AMBER_MV, AMBER_SHARE * amplitude), max(RED_MV, RED_SHARE * amplitude)
    what = f"QRS amplitude {d_amplitude:+.3f} mV"
    verdicts.append(_by_limits(d_amplitude, noise, amber, red, what))
    if abs(d_r) >= AMBER_R_MS:
        verdicts.append(("block" if abs(d_r) >= RED_R_MS else "warn", f"QRS moved {d_r:+.0f} ms"))
    if qt is not None and (min(qt) >= AMBER_QT_MS or max(qt) <= -AMBER_QT_MS):
        red = abs(qt[0]) >= RED_QT_MS  # every half of the beats agrees on the direction
        verdicts.append(("block" if red else "warn", f"T end moved {qt[0]:+.0f} ms"))
    return max(verdicts, key=lambda v: RANK[v[0]])


def _by_limits(
    value: float, error: float, amber: float, red: float, what: str
) -> tuple[State, str]:
    if abs(value) < amber:
        return "ok", what
    if abs(value) < SURE * error:
        return "cannot_tell", f"{what}, but noise in the raw lead alone could do this"
    return ("block" if abs(value) >= red else "warn"), what


def _summary(rows: tuple[LeadGuard, ...], n_beats: int) -> GuardReport:
    worst: State = max((row.state for row in rows), key=lambda s: RANK[s], default="ok")
    named = [f"{row.lead}: {row.reason}" for row in rows if row.state == worst]
    reason = "no lead was changed beyond the limits" if worst == "ok" else "; ".join(named)
    return GuardReport(state=worst, reason=reason, leads=rows, n_beats=n_beats)
