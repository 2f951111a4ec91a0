"""Wave boundaries and ST levels against the experts of LUDB."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from inference.evaluation.st import Lines, table
from inference.signal.delineation import Fiducials, delineate, usual_rr_s
from inference.signal.lead_algebra import STANDARD_LEADS
from inference.signal.median_beat import AlignedBeats, align_beats, level_beats, rough_median
from inference.signal.rpeaks import find_beats
from inference.st import has_spikes
from inference.st_levels import st_levels
from inference.training.prepare import reference_leads

FS_HZ = 500.0
NEAR_S = 0.08
WITHIN_MV = 0.025
MARKS = ("QRS onset", "QRS offset", "T end", "P onset", "P end")
POINTS = ("j", "j60", "j80")
HUMAN = "experts' in every other lead, experts' in the rest"
Floats = NDArray[np.float64]


@dataclass
class Found:
    """Differences, ours minus the experts'."""

    common: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    own: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    levels: dict[str, list[Floats]] = field(default_factory=lambda: defaultdict(list))
    waves: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))


def boundaries(folder: Path) -> Lines:
    """Tables for the half on which thresholds were chosen, and for the other half."""
    chosen, other, paced = Found(), Found(), Found()
    for path in sorted((folder / "data").glob("*.hea"), key=lambda p: int(p.stem)):
        stem = path.with_suffix("")
        signal_mv, experts = _read(stem)
        found = find_beats(signal_mv, FS_HZ)
        beats = align_beats(signal_mv, FS_HZ, found.samples, found.lead_weight)
        if len(beats) < 3:
            continue
        spikes = has_spikes(signal_mv, beats)
        into = paced if spikes else (chosen if int(stem.name) % 4 == 1 else other)
        _, short_s = usual_rr_s(found.samples, FS_HZ)
        marks = delineate(
            rough_median(signal_mv, beats), FS_HZ, beats.before, short_s, found.lead_weight
        )
        _compare(into, signal_mv, beats, marks, _expert_marks(experts, beats, short_s))
    lines = [
        "LUDB, 100 records, ours minus the experts' in ms, every annotated beat of the common "
        "shape. *Common*: our mark for all leads against the median of the experts' marks over "
        "the leads. *Own*: our mark in each lead against the expert's in that lead. Thresholds "
        "were chosen on records whose number leaves 1 when divided by 4.",
        "",
    ]
    rows = []
    for title, part in (("chosen on", chosen), ("not looked at", other), ("paced", paced)):
        for mark in MARKS:
            if part.common[mark]:
                cells = [_spread(part.common[mark]), _spread(part.own[mark])]
                rows.append((title, mark, *cells, len(part.common[mark])))
    lines += table(("records", "boundary", "common", "own lead", "beats"), rows)
    rows = [(w, f"{100 * np.mean(v):.1f} %", len(v)) for w, v in other.waves.items()]
    lines += table(("wave in records not looked at", "found", "records with it"), rows)
    return lines + _level_table(chosen, other)


def _spread(values: list[float]) -> str:
    return f"{np.mean(values):+.1f} ± {np.std(values):.1f}" if values else "–"


def _level_table(chosen: Found, other: Found) -> Lines:
    rows = []
    for title, part in (("chosen on", chosen), ("not looked at", other)):
        for how, diffs in part.levels.items():
            apart = np.array(diffs)
            apart = apart[np.isfinite(apart).all(axis=1)]
            inside = np.mean(np.abs(apart) <= WITHIN_MV, axis=0)
            rows.append((title, how, *(f"{100 * share:.1f} %" for share in inside), len(apart)))
    return [
        "ST level of the median beat with our marks against the same beat with the experts' "
        "marks, clean leads: share within 0.025 mV. The last row of each half says how far the "
        "experts' own marks in half of the leads agree with those in the other half.",
        "",
        *table(("records", "marks", "J", "J+60", "J+80", "leads"), rows),
    ]


def _read(stem: Path) -> tuple[NDArray[np.float32], list[dict[str, NDArray[np.int64]]]]:
    """Signal [12, n] in mV and per lead the (onset, peak, end) rows of "p", "N" and "t"."""
    record = wfdb.rdrecord(str(stem), physical=False)
    names = [name.lower() for name in record.sig_name]
    rows = [names.index(lead.lower()) for lead in STANDARD_LEADS]
    experts = []
    for lead in STANDARD_LEADS:
        notes = wfdb.rdann(str(stem), lead.lower())
        waves: dict[str, list[tuple[int, int, int]]] = {"p": [], "N": [], "t": []}
        symbols = [*notes.symbol, ""]
        for k, symbol in enumerate(notes.symbol):
            if symbol in waves and k and symbols[k - 1] == "(" and symbols[k + 1] == ")":
                waves[symbol].append(tuple(notes.sample[k - 1 : k + 2].tolist()))
        experts.append({w: np.array(v, np.int64).reshape(-1, 3) for w, v in waves.items()})
    return record.d_signal.T[rows].astype(np.float32) / 1000, experts


def _expert_marks(
    experts: list[dict[str, NDArray[np.int64]]], beats: AlignedBeats, rr_s: float
) -> dict[str, Floats]:
    """Per mark float64 [12, n_beats]: index into our window, NaN where not annotated."""
    marks = {mark: np.full((12, len(beats)), np.nan) for mark in MARKS}
    for lead, waves in enumerate(experts):
        for k, r in enumerate(beats.samples.tolist()):
            zero = r - beats.before
            qrs = waves["N"][np.abs(waves["N"][:, 1] - r) < NEAR_S * FS_HZ]
            reach = min(0.6, 0.8 * rr_s) * FS_HZ
            t = waves["t"][(waves["t"][:, 1] > r) & (waves["t"][:, 1] < r + reach)]
            p = waves["p"][(waves["p"][:, 1] < r) & (waves["p"][:, 1] > r - 0.35 * FS_HZ)]
            if len(qrs):
                marks["QRS onset"][lead, k] = qrs[0, 0] - zero
                marks["QRS offset"][lead, k] = qrs[0, 2] - zero
            if len(t):
                marks["T end"][lead, k] = t[0, 2] - zero
            if len(p):
                marks["P onset"][lead, k] = p[-1, 0] - zero
                marks["P end"][lead, k] = p[-1, 2] - zero
    return marks


def _compare(
    into: Found,
    signal_mv: NDArray[np.float32],
    beats: AlignedBeats,
    marks: Fiducials,
    experts: dict[str, Floats],
) -> None:
    common = dict(
        zip(
            MARKS,
            (marks.qrs_onset, marks.j, marks.t_end, marks.p_onset, marks.p_end),
            strict=True,
        )
    )
    own = {"QRS onset": marks.lead_qrs_onset, "QRS offset": marks.lead_j, "T end": marks.lead_t_end}
    for mark, theirs in experts.items():
        known = np.isfinite(theirs)
        enough = known.sum(axis=0) >= 6
        if mark in ("P onset", "T end", "QRS onset") and enough.any():
            into.waves[mark.split()[0]].append(common[mark] >= 0)
        if common[mark] < 0:
            continue
        middle = np.array([np.median(c[np.isfinite(c)]) for c in theirs.T[enough]])
        into.common[mark] += ((common[mark] - middle) * 1000 / FS_HZ).tolist()
        if mark in own:
            apart = (own[mark][:, None] - theirs) * 1000 / FS_HZ
            into.own[mark] += apart[known].tolist()
    _levels(into, signal_mv, beats, marks, experts)


def _levels(
    into: Found,
    signal_mv: NDArray[np.float32],
    beats: AlignedBeats,
    marks: Fiducials,
    experts: dict[str, Floats],
) -> None:
    onset, offset = experts["QRS onset"], experts["QRS offset"]
    known = np.isfinite(onset) & np.isfinite(offset)
    clean = reference_leads(signal_mv) & known.any(axis=1)
    if not clean.any():
        return
    middle_on, middle_off = np.median(onset[known]), np.median(offset[known])
    for lead in np.flatnonzero(clean).tolist():
        row = signal_mv[lead : lead + 1]
        own = known[lead]
        theirs = _level(row, beats, np.median(onset[lead, own]), np.median(offset[lead, own]))
        all_theirs = _level(row, beats, middle_on, middle_off)
        ours = _level(row, beats, marks.qrs_onset, marks.j)
        into.levels["ours for all leads, experts' for all leads"].append(ours - all_theirs)
        into.levels["ours for all leads, the expert's in that lead"].append(ours - theirs)
        into.levels[HUMAN].append(_between_halves(row, beats, onset, offset, known))


def _between_halves(
    row: NDArray[np.float32],
    beats: AlignedBeats,
    onset: Floats,
    offset: Floats,
    known: NDArray[np.bool_],
) -> Floats:
    """Level by the experts' marks in every other lead minus that by their marks in the rest."""
    halves = []
    for first in (0, 1):
        half = np.zeros_like(known)
        half[first::2] = known[first::2]
        if not half.any():
            return np.full(len(POINTS), np.nan)
        halves.append(_level(row, beats, np.median(onset[half]), np.median(offset[half])))
    return halves[0] - halves[1]


def _level(row: NDArray[np.float32], beats: AlignedBeats, onset: float, j: float) -> Floats:
    median = np.median(level_beats(row, beats, round(onset)), axis=0)
    levels = st_levels(median, FS_HZ, round(j))
    return np.array([levels[point][0] for point in POINTS])
