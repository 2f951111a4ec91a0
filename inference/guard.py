"""The fidelity guard: did cleaning move what a cardiologist measures?

Raw and cleaned signal are read at the same beats and the same fiducials, found on the
raw one. What noise alone can do to the raw value is known from the beats themselves: the
shift is taken beat by beat, and its standard error says what can be told. Where a shift
of the amber size would hide in that error, the answer is "cannot tell", never "ok"; where
a larger one could be chance, the answer is "cannot tell", never an alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.guard_limits import (
    AMBER_MV,
    CHANCE,
    MEDIAN_SE,
    POINTS,
    RED_MV,
    State,
    Verdict,
    baseline_verdicts,
    by_limits,
    point_name,
    standard_error,
)
from inference.signal.delineation import Fiducials, delineate, lead_t_ends, usual_rr_s
from inference.signal.median_beat import (
    align_beats,
    level_beats,
    recorded_part,
    rough_median,
)
from inference.signal.rpeaks import find_beats
from inference.st_levels import level_at, robust_sd, st_levels

Floats = NDArray[np.float64]

AMBER_SHARE, RED_SHARE = 0.05, 0.10  # of the QRS amplitude, where that is more
AMBER_QT_MS, RED_QT_MS = 20.0, 40.0
AMBER_R_MS, RED_R_MS = 5.0, 10.0
UNCHANGED_MV = 0.001  # a lead that differs nowhere by more is the same lead
FEWEST_BEATS = 3
HIDDEN = 2.5  # a shift of so many standard errors could go unnoticed
ERROR_FROM_J_MS = (10, 30, 50, 70, 90, 110, 130)  # where the spread of beats is pooled
T_PARTS = 8  # the T end must hold when any eighth of the beats is left out
RANK: dict[State, int] = {"ok": 0, "cannot_tell": 1, "warn": 2, "block": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadGuard:
    """One lead: cleaned minus raw.

    delta_st_mv            at "j", "j60", "j80"
    delta_qrs_amplitude_mv peak to peak within the QRS complex
    delta_qt_ms            None where a T end was not found on both
    delta_r_time_ms        of the largest deflection
    uncertainty_mv         standard error of delta_st_mv
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
    baselines = baseline_verdicts(raw_mv, cleaned_mv, beats, marks)
    ends = _TEnds(marks=marks, fs_hz=fs_hz, r_index=beats.before, rr_s=rr_s)
    rows = tuple(
        _unchanged(lead) if same[i] else _compare(lead, raw[:, i], clean[:, i], baselines[i], ends)
        for i, lead in enumerate(leads)
    )
    return _summary(rows, len(beats))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _TEnds:
    """How the T end of one lead moves, for any choice of its beats."""

    marks: Fiducials
    fs_hz: float
    r_index: int
    rr_s: float

    def shift_ms(self, raw: Floats, clean: Floats) -> float | None:
        """Clean minus raw of two sets of levelled beats [n_beats, n]; None without a T end."""
        medians = np.stack([np.median(raw, axis=0), np.median(clean, axis=0)])
        first, last = lead_t_ends(medians, self.fs_hz, self.marks, self.r_index, self.rr_s)
        return None if first < 0 or last < 0 else float(last - first) * 1000.0 / self.fs_hz

    def error_ms(self, raw: Floats, clean: Floats) -> float:
        """Standard error of that shift: what leaving out a part of the beats does to it."""
        parts = min(T_PARTS, len(raw))
        left = [np.arange(len(raw)) % parts != k for k in range(parts)]
        found = [self.shift_ms(raw[kept], clean[kept]) for kept in left]
        known = np.array([value for value in found if value is not None])
        if len(known) < parts:
            return float("inf")
        spread = ((known - known.mean()) ** 2).sum()
        return float(MEDIAN_SE * np.sqrt((parts - 1) / parts * spread))


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


def _compare(
    lead: str, raw: Floats, clean: Floats, baseline: list[Verdict], ends: _TEnds
) -> LeadGuard:
    """One changed lead: raw and clean are its levelled beats, [n_beats, n].

    baseline holds the verdicts on its baseline.
    """
    marks, fs_hz = ends.marks, ends.fs_hz
    raw_median, clean_median = np.median(raw, axis=0), np.median(clean, axis=0)
    before, after = st_levels(raw_median, fs_hz, marks.j), st_levels(clean_median, fs_hz, marks.j)
    shift = {name: float(after[name] - before[name]) for name in POINTS}
    error = _st_error(clean - raw, fs_hz, marks.j)
    qrs = slice(marks.qrs_onset, marks.j + 1)
    amplitude = float(np.ptp(raw_median[qrs]))
    d_amplitude = float(np.ptp(clean_median[qrs])) - amplitude
    noise = standard_error((clean - raw)[:, qrs].std(axis=1)) + _slack(clean, raw, qrs)
    d_r = _lag(raw_median[qrs], clean_median[qrs]) * 1000.0 / fs_hz
    qt = ends.shift_ms(raw, clean)
    verdicts = [
        *_st_verdicts(shift, error),
        *baseline,
        _qrs_verdict(d_amplitude, noise, amplitude),
        _r_verdict(d_r),
        _t_verdict(qt, raw, clean, ends, error),
    ]
    state, reason = max(verdicts, key=lambda v: RANK[v[0]])
    return LeadGuard(
        lead=lead,
        state=state,
        reason=reason,
        delta_st_mv=shift,
        delta_qrs_amplitude_mv=d_amplitude,
        delta_qt_ms=qt,
        delta_r_time_ms=d_r,
        uncertainty_mv=error,
    )


def _st_error(difference: Floats, fs_hz: float, j: int) -> float:
    """Standard error in mV of an ST shift, from levelled clean minus raw [n_beats, n].

    The spread over the beats at one point is itself known badly from ten beats, so it is
    pooled over the ST segment; the least a single point tells still counts.
    """
    points = [level_at(difference, fs_hz, j + round(ms * fs_hz / 1000)) for ms in ERROR_FROM_J_MS]
    pooled = float(np.sqrt(np.mean([np.square(robust_sd(values)) for values in points])))
    n = len(difference)
    single = max(standard_error(values) for values in st_levels(difference, fs_hz, j).values())
    small = 1.0 + 0.9 / n  # the median absolute deviation of few values is too small
    return max(single, MEDIAN_SE * small * max(pooled, 1e-6) / float(np.sqrt(n)))


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


def _st_verdicts(shift: dict[str, float], error: float) -> list[Verdict]:
    verdicts: list[Verdict] = [("ok", "within limits")]
    if HIDDEN * error > AMBER_MV:
        verdicts.append(("cannot_tell", "the raw lead is too noisy to compare its ST segment"))
    for name, value in shift.items():
        what = f"ST at {point_name(name)} {value:+.3f} mV"
        verdicts.append(by_limits(value, error, AMBER_MV, RED_MV, what))
    return verdicts


def _qrs_verdict(change_mv: float, noise: float, amplitude_mv: float) -> Verdict:
    amber, red = max(AMBER_MV, AMBER_SHARE * amplitude_mv), max(RED_MV, RED_SHARE * amplitude_mv)
    return by_limits(change_mv, noise, amber, red, f"QRS amplitude {change_mv:+.3f} mV")


def _r_verdict(moved_ms: float) -> Verdict:
    if abs(moved_ms) < AMBER_R_MS:
        return "ok", ""
    return ("block" if abs(moved_ms) >= RED_R_MS else "warn"), f"QRS moved {moved_ms:+.0f} ms"


def _t_verdict(
    moved_ms: float | None, raw: Floats, clean: Floats, ends: _TEnds, error_mv: float
) -> Verdict:
    """A T end moves only where the T wave itself changed by more than noise can."""
    if moved_ms is None or abs(moved_ms) < AMBER_QT_MS:
        return "ok", ""
    what = f"T end moved {moved_ms:+.0f} ms"
    wave = (np.median(clean, axis=0) - np.median(raw, axis=0))[ends.marks.j :]
    if float(np.abs(wave).max()) < CHANCE * error_mv:
        return "cannot_tell", f"{what}, but noise in the raw lead alone could do this"
    return by_limits(moved_ms, ends.error_ms(raw, clean), AMBER_QT_MS, RED_QT_MS, what)


def _summary(rows: tuple[LeadGuard, ...], n_beats: int) -> GuardReport:
    worst: State = max((row.state for row in rows), key=lambda s: RANK[s], default="ok")
    named = [f"{row.lead}: {row.reason}" for row in rows if row.state == worst]
    reason = "no lead was changed beyond the limits" if worst == "ok" else "; ".join(named)
    return GuardReport(state=worst, reason=reason, leads=rows, n_beats=n_beats)
