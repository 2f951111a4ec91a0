"""What the fidelity guard counts as a shift, and what may be chance.

Amber at 0.025 mV and red at 0.05 mV come from the depression criterion of 0.05 mV. The
factors were chosen on LUDB records whose number leaves 1 when divided by 4 and on PTB-XL
fold 9.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.signal.delineation import Fiducials
from inference.signal.median_beat import AlignedBeats, pr_levels
from inference.st_levels import robust_sd, st_levels

Floats = NDArray[np.float64]
State = Literal["ok", "warn", "block", "cannot_tell"]
Verdict = tuple[State, str]
POINTS = ("j", "j60", "j80")

AMBER_MV, RED_MV = 0.025, 0.05
MEDIAN_SE = 1.2533  # standard error of a median over that of a mean
CHANCE = 4.0  # so many standard errors can be chance: few beats estimate them poorly
STILL_MV = 0.02  # from beat to beat: such a baseline has nothing to be straightened


def standard_error(per_beat: Floats) -> float:
    """Of the median of one value per beat; never zero."""
    return float(MEDIAN_SE * max(float(robust_sd(per_beat)), 1e-6) / np.sqrt(len(per_beat)))


def by_limits(value: float, error: float, amber: float, red: float, what: str) -> Verdict:
    """ok, warn or block; cannot_tell where noise alone reaches the limit."""
    if abs(value) < amber:
        return "ok", what
    if abs(value) < CHANCE * error:
        return "cannot_tell", f"{what}, but noise in the raw lead alone could do this"
    return ("block" if abs(value) >= red else "warn"), what


def point_name(name: str) -> str:
    """ "J" or "J+60"."""
    return "J" if name == "j" else f"J+{name[1:]}"


def baseline_verdicts(
    raw_mv: NDArray[np.floating],
    cleaned_mv: NDArray[np.floating],
    beats: AlignedBeats,
    marks: Fiducials,
) -> list[list[Verdict]]:
    """Per lead, what cleaning did to a baseline that lay still: levelled beats hide it.

    Where the raw baseline moves there is nothing to say: drift that was taken away changes
    every such reading.
    """
    onset = marks.qrs_onset
    raw, clean = (pr_levels(beats.cut(x), beats.fs_hz, onset) for x in (raw_mv, cleaned_mv))
    removed = beats.cut(cleaned_mv - raw_mv)
    removed -= pr_levels(removed, beats.fs_hz, onset)[:, :, None]
    moves = np.median(np.abs(np.diff(np.stack([raw, clean]), axis=1)), axis=1)
    return [
        [*_bent(st_levels(removed[:, lead], beats.fs_hz, marks.j)), _wanders(after)]
        if before < STILL_MV
        else []
        for lead, (before, after) in enumerate(moves.T.tolist())
    ]


def _bent(per_beat: dict[str, Floats]) -> list[Verdict]:
    """The same bend in every beat; what differs from beat to beat is left to _wanders."""
    verdicts: list[Verdict] = []
    for name in POINTS:
        value, error = float(np.median(per_beat[name])), standard_error(per_beat[name])
        what = f"ST at {point_name(name)} {value:+.3f} mV with its baseline"
        if abs(value) >= CHANCE * error:
            verdicts.append(by_limits(value, error, AMBER_MV, RED_MV, what))
    return verdicts


def _wanders(move_mv: float) -> Verdict:
    what = f"the cleaned baseline moves {move_mv:.3f} mV from beat to beat, the raw one lies still"
    return by_limits(max(0.0, move_mv - STILL_MV), 0.0, AMBER_MV, RED_MV, what)
