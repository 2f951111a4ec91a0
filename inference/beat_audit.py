"""Which beats did cleaning change most? Ectopic ones first.

The guard reads the usual beat; this looks at every beat by itself, so that a flattened
ventricular beat is found even where the median beat is untouched. A change counts only
where it stands out from what was removed in the pause before the beat: noise removed
everywhere is not a change of shape.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.signal.median_beat import align_beats, recorded_part
from inference.signal.rpeaks import find_beats

Floats = NDArray[np.float64]

FROM_S, TO_S = -0.10, 0.20  # QRS complex, also a wide one, and the early ST segment
PAUSE_FROM_S, PAUSE_TO_S = -0.36, -0.22
ALIKE = 0.98  # correlation of raw and cleaned beat: figure A21
SCALED = 0.10  # or a tenth of its height
LEAST_MV = 0.025  # rms of the change
OUT_OF_NOISE = 2.0
SAME_S = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatChange:
    """What cleaning did to one beat, in the lead where it did most.

    time_s       of its R peak
    ectopic      not of the shape that most beats share
    correlation  of raw and cleaned beat
    gain         relative change of its height, -0.2 for a fifth lower
    change_mv    rms of cleaned minus raw within the beat
    changed      beyond the limits, and beyond what was removed in the pause before it
    """

    time_s: float
    lead: str
    ectopic: bool
    correlation: float
    gain: float
    change_mv: float
    changed: bool


def audit(
    raw_mv: NDArray[np.floating],
    cleaned_mv: NDArray[np.floating],
    fs_hz: float,
    leads: tuple[str, ...],
) -> tuple[BeatChange, ...]:
    """Every beat of raw_mv [n_leads, n_samples]: changed ectopic beats first, then by size.

    Beats next to a gap or an end are left out. Raises ValueError for shapes that differ.
    """
    if raw_mv.shape != cleaned_mv.shape or len(raw_mv) != len(leads):
        raise ValueError(f"{len(leads)} leads, raw {raw_mv.shape}, cleaned {cleaned_mv.shape}")
    found = find_beats(raw_mv, fs_hz)
    both, whole, recorded = recorded_part(
        np.concatenate([raw_mv, cleaned_mv]), fs_hz, found.samples
    )
    raw, clean = both[: len(leads)], both[len(leads) :]
    usual = align_beats(raw, fs_hz, whole, found.lead_weight).samples
    first, last = round(PAUSE_FROM_S * fs_hz), round(TO_S * fs_hz)
    inside = whole[(whole + first >= 0) & (whole + last < raw.shape[1])]
    changes = [
        _change(raw, clean, fs_hz, leads, int(r), recorded[: len(leads)], usual) for r in inside
    ]
    return tuple(
        sorted(changes, key=lambda c: (not (c.changed and c.ectopic), not c.changed, -c.change_mv))
    )


def _change(
    raw: NDArray[np.floating],
    clean: NDArray[np.floating],
    fs_hz: float,
    leads: tuple[str, ...],
    r: int,
    recorded: NDArray[np.bool_],
    usual: NDArray[np.int64],
) -> BeatChange:
    def cut(rows: NDArray[np.floating], from_s: float, to_s: float) -> Floats:
        part = rows[:, r + round(from_s * fs_hz) : r + round(to_s * fs_hz)].astype(np.float64)
        centred: Floats = part - part.mean(axis=1, keepdims=True)
        return centred

    x, y = cut(raw, FROM_S, TO_S), cut(clean, FROM_S, TO_S)
    pause = cut(clean - raw, PAUSE_FROM_S, PAUSE_TO_S)
    power = np.maximum((x * x).sum(axis=1), 1e-9)
    likeness = (x * y).sum(axis=1) / np.sqrt(power * np.maximum((y * y).sum(axis=1), 1e-9))
    gain = (x * y).sum(axis=1) / power - 1.0
    size = np.sqrt(np.square(y - x).mean(axis=1))
    beyond = (size >= LEAST_MV) & (size > OUT_OF_NOISE * np.sqrt(np.square(pause).mean(axis=1)))
    changed = recorded & beyond & ((likeness < ALIKE) | (np.abs(gain) > SCALED))
    worst = int(np.argmax(np.where(changed, size + 1e3, size)))
    near = bool(len(usual)) and int(np.abs(usual - r).min()) <= SAME_S * fs_hz
    return BeatChange(
        time_s=r / fs_hz,
        lead=leads[worst],
        ectopic=not near,
        correlation=float(likeness[worst]),
        gain=float(gain[worst]),
        change_mv=float(size[worst]),
        changed=bool(changed[worst]),
    )
