"""The ST service: measure the ST segment, and guard it against the cleaning.

`measure` answers for one signal, `guard` for a raw one and its cleaned copy. Both start
from the same beats and the same median beat. Torch is not needed here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.guard import GuardReport, LeadGuard, guard
from inference.signal.delineation import Fiducials, delineate, usual_rr_s
from inference.signal.median_beat import (
    AlignedBeats,
    align_beats,
    level_beats,
    recorded_part,
    rough_median,
)
from inference.signal.rpeaks import Beats, find_beats
from inference.st_criteria import criteria
from inference.st_levels import intervals, robust_sd, st_levels
from inference.st_report import Criterion, Intervals, LeadSt, StReport

__all__ = [
    "Criterion",
    "GuardReport",
    "Intervals",
    "LeadGuard",
    "LeadSt",
    "StReport",
    "guard",
    "measure",
]

Floats = NDArray[np.float64]

FEWEST_BEATS = 3
FLAT_MV = 0.005
DRIFT_MV_PER_BEAT = 0.1
FASTEST_BPM = 220.0
ALIKE_SHARE = 0.4  # of the beats must share one shape, else this is no regular ECG
ONE_LEAD = "One lead only"
PACED = "Spikes before the QRS look like pacing"
SPIKE_MV_PER_S = 150.0  # steeper than any QRS: a pacing spike


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What the first look gives: beats, their shape, their rhythm, or reasons against it."""

    signal_mv: NDArray[np.floating]
    recorded: NDArray[np.bool_]
    beats: Beats
    aligned: AlignedBeats | None
    rr_s: float
    short_rr_s: float
    reasons: tuple[str, ...]


def measure(
    signal_mv: NDArray[np.floating],
    fs_hz: float,
    leads: tuple[str, ...],
    *,
    age_years: float | None = None,
    sex: str | None = None,
    derived: Collection[str] = (),
    grades: Mapping[str, str] | None = None,
    r_samples: NDArray[np.int64] | None = None,
    fiducials: Fiducials | None = None,
) -> StReport:
    """ST levels, intervals and criteria of signal_mv, float [n_leads, n_samples] in mV.

    age_years, sex   "F" or "M"; None shows every threshold that may apply
    derived          leads computed from others: they support no criterion alone
    grades           use grade "A", "B", "C" per lead: those of grade C are suppressed
    r_samples        known beats, so that raw and cleaned signals share them
    fiducials        known (or dragged) marks: only levels and intervals are computed

    Where nothing can be measured, `reasons` says why and there are no numbers. Raises
    ValueError when signal and leads do not fit together.
    """
    if signal_mv.ndim != 2 or len(signal_mv) != len(leads):
        raise ValueError(f"{len(leads)} leads, but the signal is {signal_mv.shape}")
    found = _look(signal_mv, fs_hz, r_samples)
    signal_mv = found.signal_mv
    n_found = len(found.beats.samples)
    if found.aligned is None:
        return StReport(leads=leads, fs_hz=fs_hz, n_beats_found=n_found, reasons=found.reasons)
    beats, weight = found.aligned, found.beats.lead_weight
    marks = fiducials or delineate(
        rough_median(signal_mv, beats), fs_hz, beats.before, found.short_rr_s, weight
    )
    levelled = level_beats(signal_mv, beats, marks.reference(fs_hz))
    median = np.median(levelled, axis=0)
    notes = _notes(signal_mv, fs_hz, leads, beats, marks, n_found, age_years, sex)
    rows = _rows(found, levelled, median, marks, leads, grades or {}, _pointless(notes))
    return StReport(
        leads=leads,
        fs_hz=fs_hz,
        n_beats_found=n_found,
        notes=notes,
        st=rows,
        intervals=intervals(median, leads, fs_hz, marks, found.rr_s),
        criteria=criteria(rows, age_years=age_years, sex=sex, derived=derived),
        median_mv=median,
        beats=beats,
        fiducials=marks,
    )


def _look(
    signal_mv: NDArray[np.floating], fs_hz: float, r_samples: NDArray[np.int64] | None
) -> _Found:
    """Beats and their common shape, or the reasons why there is none."""
    beats = find_beats(signal_mv, fs_hz)
    if r_samples is not None:
        beats = Beats(samples=r_samples, lead_weight=beats.lead_weight)

    recorded = np.isfinite(signal_mv).mean(axis=1) > 0.5

    def none(reason: str, rr_s: float = 1.0) -> _Found:
        return _Found(signal_mv, recorded, beats, None, rr_s, rr_s, (reason,))

    if not np.isfinite(signal_mv).any():
        return none("Nothing was recorded: every sample is missing.")
    if all(_flat(row) for row in signal_mv):
        return none("Every lead is flat: electrodes off, or asystole.")
    if len(beats.samples) == 0:
        return none("No beats were found: asystole, ventricular fibrillation or noise.")
    if len(beats.samples) < FEWEST_BEATS:
        return none(f"Only {len(beats.samples)} beats were found; a median beat needs three.")
    rr_s, short_rr_s = usual_rr_s(beats.samples, fs_hz)
    if 60.0 / rr_s > FASTEST_BPM:
        return none(
            f"{60.0 / rr_s:.0f} deflections a minute: fibrillation, flutter or noise, "
            f"not beats with an ST segment.",
            rr_s,
        )
    if not beats.stand_out:
        return none(
            "No lead is quiet between its deflections: fibrillation, flutter or noise.", rr_s
        )
    filled, whole, recorded = recorded_part(signal_mv, fs_hz, beats.samples)
    aligned = align_beats(filled, fs_hz, whole, beats.lead_weight)
    if len(aligned) < FEWEST_BEATS:
        return none("Fewer than three whole beats share one shape.", rr_s)
    if len(aligned) < ALIKE_SHARE * min(len(beats.samples), 400):
        return none("The deflections do not resemble each other: no regular beats.", rr_s)
    return _Found(filled, recorded, beats, aligned, rr_s, short_rr_s, ())


def _rows(
    found: _Found,
    levelled: Floats,
    median: Floats,
    marks: Fiducials,
    leads: tuple[str, ...],
    grades: Mapping[str, str],
    pointless: str | None,
) -> tuple[LeadSt, ...]:
    """One row per lead; `pointless` says why no lead's ST segment means anything."""
    assert found.aligned is not None
    signal_mv, beats = found.signal_mv, found.aligned
    fs_hz = beats.fs_hz
    levels = st_levels(median, fs_hz, marks.j)
    spread = robust_sd(st_levels(levelled, fs_hz, marks.j)["j60"])
    t_from = marks.j + round(0.08 * fs_hz)
    t_to = marks.t_end if marks.t_end > t_from else median.shape[1]
    drift = _drift_mv(signal_mv, beats, marks.reference(fs_hz))
    rows = []
    for i, lead in enumerate(leads):
        wave = median[i, t_from:t_to]
        values = {f"{name}_mv": float(level[i]) for name, level in levels.items()}
        rows.append(
            LeadSt(
                lead=lead,
                **values,
                slope_mv_per_s=(values["j80_mv"] - values["j_mv"]) / 0.08,
                t_mv=float(wave[np.argmax(np.abs(wave))]) if len(wave) else float("nan"),
                n_beats=len(beats),
                spread_mv=float(spread[i]),
                suppressed=pointless
                or _suppressed(
                    signal_mv[i], bool(found.recorded[i]), grades.get(lead), float(drift[i])
                ),
                **_qrs_waves(median[i, marks.qrs_onset : marks.j + 1]),
            )
        )
    return tuple(rows)


def _qrs_waves(qrs_mv: Floats) -> dict[str, float]:
    """Q, R and S of one lead's QRS complex in mV, 0 where a wave is missing."""
    peak = int(np.argmax(qrs_mv))
    return {
        "q_mv": min(0.0, float(qrs_mv[: peak + 1].min())),
        "r_mv": max(0.0, float(qrs_mv[peak])),
        "s_mv": min(0.0, float(qrs_mv[peak:].min())),
    }


def _drift_mv(signal_mv: NDArray[np.floating], beats: AlignedBeats, onset: int) -> Floats:
    """Per lead, the usual change of the baseline from one beat to the next, in mV."""
    at = beats.samples - beats.before + onset
    reach = max(1, round(0.016 * beats.fs_hz))
    knots = np.median(signal_mv[:, at[:, None] - np.arange(reach)[None]], axis=2)
    gaps = np.diff(beats.samples)
    near = gaps <= 1.5 * np.median(gaps)  # not across beats that were left aside
    change: Floats = np.median(np.abs(np.diff(knots, axis=1)[:, near]), axis=1)
    return change


def _flat(row_mv: NDArray[np.floating]) -> bool:
    known = row_mv[np.isfinite(row_mv)]
    return known.size == 0 or float(np.ptp(known)) < FLAT_MV


def _suppressed(
    row_mv: NDArray[np.floating], recorded: bool, grade: str | None, drift_mv: float
) -> str | None:
    if not recorded:
        return "most of this lead was not recorded"
    if _flat(row_mv):
        return "flat: electrode off or lead not recorded"
    if grade == "C":
        return "grade C: too noisy for the ST segment"
    if drift_mv > DRIFT_MV_PER_BEAT:
        return f"the baseline moves {drift_mv:.2f} mV from beat to beat"
    return None


def _notes(
    signal_mv: NDArray[np.floating],
    fs_hz: float,
    leads: tuple[str, ...],
    beats: AlignedBeats,
    marks: Fiducials,
    n_found: int,
    age_years: float | None,
    sex: str | None,
) -> tuple[str, ...]:
    """What limits the numbers, one sentence each."""
    notes = []
    if sex is None or (sex == "M" and age_years is None):
        notes.append("Age or sex is not known: every V2-V3 threshold that may apply is shown.")
    if len(leads) == 1:
        notes.append(f"{ONE_LEAD}: contiguity cannot be judged, so no criterion is.")
    if len(beats) < n_found:
        notes.append(f"{len(beats)} of {n_found} beats share the shape that was measured.")
    qrs_ms = (marks.j - marks.qrs_onset) * 1000 / fs_hz
    if qrs_ms > 120:
        notes.append(f"QRS {qrs_ms:.0f} ms: in conduction delay the criteria do not apply as such.")
    if has_spikes(signal_mv, beats):
        notes.append(f"{PACED}: the criteria do not apply.")
    if fs_hz < 250:
        notes.append(
            f"{fs_hz:g} samples a second: the J point is uncertain by {500 / fs_hz:.0f} ms."
        )
    return tuple(notes)


def _pointless(notes: tuple[str, ...]) -> str | None:
    """Why the ST level of no lead may be read, one of the notes, or None."""
    return next((n.rstrip(".") for n in notes if n.startswith((ONE_LEAD, PACED))), None)


def has_spikes(signal_mv: NDArray[np.floating], beats: AlignedBeats) -> bool:
    """Whether most beats begin with a deflection of one or two samples, as pacing does."""
    windows = beats.cut(signal_mv)[:, :, : beats.before]
    first = beats.before - round(0.20 * beats.fs_hz)
    steps = np.diff(windows[:, :, first:], axis=2) * beats.fs_hz
    there_and_back = (steps.max(axis=2) > SPIKE_MV_PER_S) & (steps.min(axis=2) < -SPIKE_MV_PER_S)
    return bool((there_and_back.sum(axis=1) >= 1).mean() > 0.5)
