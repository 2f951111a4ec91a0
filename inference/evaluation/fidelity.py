"""What cleaning does to the ST segment, measured at expert QRS limits.

The fiducials are the reference's own (LUDB), the same for raw, noisy and cleaned signals,
so only the change of level is seen, never a change of detection.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.sources import Reference

FS_HZ = 500.0
POINTS_MS = (0, 60, 80)
_REACH = 5  # ±10 ms
_CONTIGUOUS = (
    ("aVL", "I"), ("I", "aVR"), ("aVR", "II"), ("II", "aVF"), ("aVF", "III"),
    ("V1", "V2"), ("V2", "V3"), ("V3", "V4"), ("V4", "V5"), ("V5", "V6"),
)  # fmt: skip
_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Levels:
    """Per lead, NaN where fewer than 3 beats are marked: st_mv [12, 3] at J, J+60, J+80;
    qrs_mv [12] peak to peak in the QRS; t_mv [12] largest T deflection."""

    st_mv: Values
    qrs_mv: Values
    t_mv: Values


def levels(record: Reference, signal_mv: NDArray[np.floating]) -> Levels:
    """Medians over the marked beats of signal_mv [12, n], against the PR baseline."""
    st, qrs, t = np.full((12, 3), np.nan), np.full(12, np.nan), np.full(12, np.nan)
    n = signal_mv.shape[1]
    for lead, edges in record.edges.items():
        inside = (edges.onset >= 12) & (edges.offset + 180 < n)
        onset, offset = edges.onset[inside], edges.offset[inside]
        if onset.size < 3:
            continue
        x = signal_mv[lead].astype(np.float64)
        baseline = np.median(_windows(x, onset - 10, 9), axis=1)
        for k, ms in enumerate(POINTS_MS):
            centre = offset + ms // 2
            start = centre if ms == 0 else centre - _REACH
            level = _windows(x, start, _REACH + 1 if ms == 0 else 2 * _REACH + 1).mean(axis=1)
            st[lead, k] = np.median(level - baseline)
        spans = [np.ptp(x[a : b + 1]) for a, b in zip(onset, offset, strict=True)]
        qrs[lead] = np.median(spans)
        wave = _windows(x, offset + 40, 140) - baseline[:, None]
        t[lead] = np.median(wave[np.arange(len(wave)), np.abs(wave).argmax(axis=1)])
    return Levels(st, qrs, t)


def criteria(st_mv: Values) -> tuple[bool, bool]:
    """(STE, STD) amplitude criteria in two contiguous leads, thresholds for unknown sex:
    STE at J ≥ 0.1 mV (V2, V3: 0.2 mV), STD at J+60 ≤ −0.05 mV."""
    ste = {
        lead: st_mv[i, 0] * (-1 if lead == "aVR" else 1) >= (0.2 if lead in ("V2", "V3") else 0.1)
        for i, lead in enumerate(_LEADS)
    }
    std = {
        lead: st_mv[i, 1] * (-1 if lead == "aVR" else 1) <= -0.05 for i, lead in enumerate(_LEADS)
    }
    return tuple(any(met[a] and met[b] for a, b in _CONTIGUOUS) for met in (ste, std))  # type: ignore[return-value]


def _windows(x: Values, start: NDArray[np.int64], length: int) -> Values:
    return np.asarray(x[start[:, None] + np.arange(length)])
