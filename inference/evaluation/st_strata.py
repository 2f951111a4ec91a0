"""Errors of ST, Q, T and intervals under noise and after cleaning, by diagnosis.

Every measurement is made at the beats and fiducials of the clean recording, so only the
change of the signal is seen; QRS and QT are found anew, as a reader would.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.noise import Condition, Noise, corrupt
from inference.evaluation.sources import Reference, ludb
from inference.evaluation.st import Lines, table
from inference.evaluation.st_methods import FS_HZ, Signal, cleaned_by
from inference.registry import default_denoiser
from inference.signal.lead_algebra import STANDARD_LEADS
from inference.st import StReport, measure

GROUPS = {
    "STEMI": r"(?<!N)STEMI",
    "ischaemia, NSTEMI, scar": r"[Ii]schemia|NSTEMI|scar",
    "bundle branch block": r"(?i)bundle branch",
    "none of these": "",
}
EVERY = 2  # records: the table is of shares, and a laptop should make it in a minute
Floats = NDArray[np.float64]


def strata(folder: Path, noise: Noise) -> Lines:
    """One row per group and signal; noisy leads of LUDB recordings with three or more beats."""
    errors: dict[str, dict[str, list[Floats]]] = {g: {"noisy": [], "cleaned": []} for g in GROUPS}
    counts = dict.fromkeys(GROUPS, 0)
    for record in ludb(folder)[::EVERY]:
        found = _errors(record, noise)
        if found is None:
            continue
        text = (folder / "data" / f"{record.name.removeprefix('ludb-')}.hea").read_text(
            encoding="utf-8", errors="replace"
        )
        group = next(g for g, pattern in GROUPS.items() if re.search(pattern, text))
        counts[group] += 1
        for signal, values in found.items():
            errors[group][signal].append(values)
    rows = [
        (group if signal == "noisy" else "", signal, counts[group], *_cells(np.concatenate(parts)))
        for group, signals in errors.items()
        for signal, parts in signals.items()
        if parts
    ]
    header = (
        "diagnosis", "signal", "recordings", "leads", "J+60 µV", "> 50 µV", "Q µV", "T µV",
        "QRS ms", "QT ms",
    )  # fmt: skip
    return [
        "Every other LUDB record, recorded noise on electrodes (relative level, held-out NSTDB), "
        "noisy leads only, "
        f"cleaned by `{default_denoiser()}`. Absolute errors against the clean recording: median / "
        "95th percentile. The groups exclude each other in the order of the table.",
        "",
        *table(header, rows),
    ]


def _errors(record: Reference, noise: Noise) -> dict[str, Floats] | None:
    """Per signal float64 [n_leads, 5]: J+60, Q, T in µV, QRS and QT in ms."""
    injected = corrupt(record, Condition("mix", "electrodes", None, 102), noise)
    leads = np.flatnonzero(injected.noisy & record.trusted)
    clean = measure(record.signal_mv, FS_HZ, STANDARD_LEADS)
    if not len(leads) or clean.reasons:
        return None
    cleaned = cleaned_by(default_denoiser(), injected.signal_mv)
    return {
        "noisy": _against(clean, injected.signal_mv, leads),
        "cleaned": _against(clean, cleaned, leads),
    }


def _against(clean: StReport, signal_mv: Signal, leads: NDArray[np.intp]) -> Floats:
    assert clean.beats is not None
    same = measure(
        signal_mv,
        FS_HZ,
        STANDARD_LEADS,
        r_samples=clean.beats.samples,
        fiducials=clean.fiducials,
    )
    if same.reasons:
        return np.full((len(leads), 5), np.nan)
    anew = measure(signal_mv, FS_HZ, STANDARD_LEADS).intervals
    spans = [np.nan, np.nan]
    if anew is not None and clean.intervals is not None:
        spans[0] = abs(anew.qrs_ms - clean.intervals.qrs_ms)
        if anew.qt_ms is not None and clean.intervals.qt_ms is not None:
            spans[1] = abs(anew.qt_ms - clean.intervals.qt_ms)
    rows = []
    for lead in leads.tolist():
        a, b = clean.st[lead], same.st[lead]
        uv = [
            1000 * abs(getattr(b, name) - getattr(a, name)) for name in ("j60_mv", "q_mv", "t_mv")
        ]
        rows.append([*uv, *spans])
    return np.array(rows)


def _cells(errors: Floats) -> list[str]:
    def cell(column: Floats) -> str:
        known = column[np.isfinite(column)]
        return f"{np.median(known):.0f} / {np.quantile(known, 0.95):.0f}" if len(known) else "–"

    over = float(np.nanmean(errors[:, 0] > 50.0)) * 100
    return [
        str(len(errors)),
        cell(errors[:, 0]),
        f"{over:.1f} %",
        *(cell(column) for column in errors.T[1:]),
    ]
