"""What the ST classifier is shown: one median beat of twelve leads, and who it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.st_report import StReport

Rows = NDArray[np.float32]

BEAT_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
BEAT_FS_HZ = 250.0
BEAT_FROM_S, BEAT_TO_S = -0.25, 0.50
BEAT_LENGTH = 188
LARGEST_MV = 5.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StInput:
    """The classifier's input.

    beat     float32 [12, 188], mV, 250 Hz, zero at the PR segment, absent leads zero
    present  bool [12]
    onset    sample of the QRS onset in beat; j likewise
    """

    beat: Rows
    present: NDArray[np.bool_]
    onset: float
    j: float


def st_input(report: StReport) -> StInput | None:
    """The input made from a measurement, None where there is none."""
    if report.median_mv is None or report.beats is None or report.fiducials is None:
        return None
    fs_hz, before = report.fs_hz, report.beats.before
    times = BEAT_FROM_S + np.arange(BEAT_LENGTH) / BEAT_FS_HZ
    own_times = (np.arange(report.median_mv.shape[1]) - before) / fs_hz
    step = max(1, round(fs_hz / BEAT_FS_HZ))
    rows = dict(zip(report.leads, report.median_mv, strict=True))
    _complete_limb_leads(rows)
    beat = np.zeros((12, BEAT_LENGTH), np.float32)
    for i, lead in enumerate(BEAT_LEADS):
        if lead in rows and np.isfinite(rows[lead]).all():
            smooth = np.convolve(rows[lead], np.full(step, 1.0 / step), mode="same")
            beat[i] = np.interp(times, own_times, smooth)
    present = np.array([bool(np.any(row)) for row in beat])

    def at(index: int) -> float:
        return ((index - before) / fs_hz - BEAT_FROM_S) * BEAT_FS_HZ

    return StInput(
        beat=np.clip(beat, -LARGEST_MV, LARGEST_MV),
        present=present,
        onset=at(report.fiducials.qrs_onset),
        j=at(report.fiducials.j),
    )


def _complete_limb_leads(rows: dict[str, NDArray[np.float64]]) -> None:
    """Limb leads that follow from I and II."""
    if "I" not in rows or "II" not in rows:
        return
    one, two = rows["I"], rows["II"]
    rows.setdefault("III", two - one)
    rows.setdefault("aVR", -(one + two) / 2)
    rows.setdefault("aVL", one - two / 2)
    rows.setdefault("aVF", two - one / 2)


def person(age_years: float | None, sex: str | None) -> Rows:
    """float32 [4]: age in centuries (0 if unknown), age unknown, male, female."""
    return np.array(
        [
            0.0 if age_years is None else min(age_years, 100.0) / 100.0,
            float(age_years is None),
            float(sex == "M"),
            float(sex == "F"),
        ],
        dtype=np.float32,
    )


def phases(onset: NDArray[np.floating], j: NDArray[np.floating]) -> Rows:
    """float32 [n, 2, 188]: within the QRS complex, and behind it."""
    at = np.arange(BEAT_LENGTH)[None]
    behind = np.clip(at - j[:, None] + 0.5, 0, 1)
    within = np.clip(at - onset[:, None] + 0.5, 0, 1) - behind
    return np.stack([within, behind], axis=1).astype(np.float32)
