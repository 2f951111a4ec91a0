"""ST segments of known height: a clean median beat bent as ischaemia bends it.

A dipole of ST injury points somewhere in the chest; the lead vectors of Dower's matrix say
what each of the twelve leads sees of it, reciprocal changes included. The shift begins in
the last part of the QRS complex, runs level, rising or sagging, and fades into the T wave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.st_features import BEAT_FS_HZ, BEAT_LEADS, BEAT_LENGTH

Floats = NDArray[np.float64]

# x to the left, y to the feet, z to the back (Dower 1968, as used for derived ECGs)
_DOWER = {
    "I": (0.632, -0.235, 0.059),
    "II": (0.235, 1.066, -0.132),
    "V1": (-0.515, 0.157, -0.917),
    "V2": (0.044, 0.164, -1.387),
    "V3": (0.882, 0.098, -1.277),
    "V4": (1.213, 0.127, -0.601),
    "V5": (1.125, 0.127, -0.086),
    "V6": (0.831, 0.076, 0.230),
}
ELEVATION = {
    "anterior": (0.3, 0.0, -1.0),
    "anteroseptal": (-0.2, -0.1, -1.0),
    "anterolateral": (0.8, -0.4, -0.7),
    "lateral": (1.0, -0.7, 0.1),
    "inferior": (-0.25, 1.0, 0.1),
    "inferolateral": (0.6, 0.9, 0.3),
    "inferoposterior": (0.0, 0.8, 0.7),
}
DEPRESSION = {
    "subendocardial": (-0.8, -0.6, 0.3),
    "posterior": (0.1, 0.1, 1.0),
    "anterior": (-0.3, 0.0, 1.0),
    "inferior": (0.1, -1.0, 0.0),
    "lateral": (-1.0, 0.1, 0.2),
}
CONTIGUOUS = (
    *(("aVL", "I"), ("I", "-aVR"), ("-aVR", "II"), ("II", "aVF"), ("aVF", "III")),
    *(("V1", "V2"), ("V2", "V3"), ("V3", "V4"), ("V4", "V5"), ("V5", "V6")),
)
STD_MV = -0.05


def lead_matrix() -> Floats:
    """float64 [12, 3]: what each lead sees of a dipole."""
    rows = {name: np.array(vector) for name, vector in _DOWER.items()}
    rows["III"] = rows["II"] - rows["I"]
    rows["aVR"] = -(rows["I"] + rows["II"]) / 2
    rows["aVL"] = rows["I"] - rows["II"] / 2
    rows["aVF"] = rows["II"] - rows["I"] / 2
    return np.stack([rows[lead] for lead in BEAT_LEADS])


@dataclass(frozen=True)
class Morphed:
    """beat [n, 12, 188]; shift_mv [n, 12] at J; ste and std 1, 0 or -1 (borderline)."""

    beat: Floats
    shift_mv: Floats
    ste: NDArray[np.int8]
    std: NDArray[np.int8]


def morph(
    beat: NDArray[np.floating],
    j: Floats,
    t_end: Floats,
    thresholds_mv: Floats,
    rng: np.random.Generator,
) -> Morphed:
    """Bend each of beat [n, 12, 188] once; thresholds_mv [n, 12] are those of elevation.

    Half of the dipoles elevate and half depress; the labels follow from the levels that
    result, as the amplitude criteria read them.
    """
    n = len(beat)
    kinds = [*ELEVATION.values(), *DEPRESSION.values()]
    odds = np.array(
        [0.5 / len(ELEVATION)] * len(ELEVATION) + [0.5 / len(DEPRESSION)] * len(DEPRESSION)
    )
    picks = rng.choice(len(kinds), n, p=odds)
    dipole = np.array(kinds)[picks] + rng.normal(0, 0.2, (n, 3))
    seen = dipole @ lead_matrix().T
    seen *= 1 + rng.normal(0, 0.12, seen.shape)
    seen[:, 2:6] = _limb(seen[:, 0], seen[:, 1])
    height = np.exp(rng.uniform(np.log(0.08), np.log(0.7), n))
    shift = seen / np.abs(seen).max(axis=1, keepdims=True) * height[:, None]
    depress = picks >= len(ELEVATION)
    bent = beat + shift[:, :, None] * _course(j, t_end, depress, rng)[:, None]
    level = level_at_j(bent, j)
    return Morphed(
        beat=bent,
        shift_mv=shift,
        ste=_label(level, shift, thresholds_mv, +1.0),
        std=_label(level, shift, np.full_like(level, -STD_MV), -1.0),
    )


def _limb(one: Floats, two: Floats) -> Floats:
    return np.stack([two - one, -(one + two) / 2, one - two / 2, two - one / 2], axis=1)


def _course(
    j: Floats, t_end: Floats, depress: NDArray[np.bool_], rng: np.random.Generator
) -> Floats:
    """[n, 188]: 0 before the QRS complex ends, 1 at J, its slope, and back to 0 within T."""
    n = len(j)
    ms = (np.arange(BEAT_LENGTH)[None] - j[:, None]) * 1000 / BEAT_FS_HZ
    rise = _smoothstep((ms + rng.uniform(15, 45, (n, 1))) / rng.uniform(20, 45, (n, 1)))
    per_80 = np.where(depress, rng.uniform(-0.1, 0.6, n), rng.uniform(-0.3, 0.8, n))
    run = np.clip(1 + per_80[:, None] * np.clip(ms, 0, 160) / 80, 0.2, 2.2)
    end_ms = np.clip((t_end - j) * 1000 / BEAT_FS_HZ, 160, 420)[:, None]
    fall_ms = rng.uniform(60, 160, (n, 1))
    fall = 1 - _smoothstep((ms - (end_ms - fall_ms) + 20) / fall_ms)
    return rise * run * fall


def _smoothstep(x: Floats) -> Floats:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def level_at_j(beat: NDArray[np.floating], j: Floats) -> Floats:
    """[n, 12]: mean of J…J+10 ms."""
    first = np.round(j).astype(int)
    columns = np.clip(first[:, None] + np.arange(3)[None], 0, BEAT_LENGTH - 1)
    levels: Floats = np.take_along_axis(beat, columns[:, None], axis=2).mean(axis=2)
    return levels


def _label(level: Floats, shift: Floats, limit_mv: Floats, sign: float) -> NDArray[np.int8]:
    """1: two contiguous shifted leads reach the limit; 0: none near it; -1: between."""
    reached = sign * level / limit_mv
    moved = sign * shift > 0.03
    best = np.full(len(level), -np.inf)
    for pair in CONTIGUOUS:
        values = []
        for name in pair:
            i = BEAT_LEADS.index(name.removeprefix("-"))
            flip = name.startswith("-")
            # only a lead that was bent counts: the rest is the person's own ST segment
            value = (
                np.where(sign * (-shift[:, i]) > 0.03, -reached[:, i], -np.inf)
                if flip
                else (np.where(moved[:, i], reached[:, i], -np.inf))
            )
            values.append(value)
        best = np.maximum(best, np.minimum(*values))
    return np.where(best >= 1.0, 1, np.where(best > 0.5, -1, 0)).astype(np.int8)


def thresholds_of(person: NDArray[np.floating]) -> Floats:
    """[n, 12] elevation thresholds at J from the person vector; 0.2 mV if unknown."""
    age, unknown, male, female = person.T
    v23 = np.full(len(person), 0.20)
    v23[female > 0] = 0.15
    v23[(male > 0) & (unknown == 0) & (age < 0.40)] = 0.25
    limits = np.full((len(person), 12), 0.10)
    limits[:, [BEAT_LEADS.index("V2"), BEAT_LEADS.index("V3")]] = v23[:, None]
    return limits


def disturb(beat: Floats, rng: np.random.Generator) -> Floats:
    """What noise leaves in a median beat: slow bends, muscle, hum, a wrong zero."""
    n, leads, length = beat.shape
    t = np.linspace(-1, 1, length)
    size = rng.exponential(0.012, (n, 1, 1)) * (rng.random((n, 1, 1)) < 0.7)
    slow = rng.normal(0, 1, (n, leads, 3)) @ np.stack([t, t * t, np.sin(4 * t)])
    rough = rng.normal(0, 1, beat.shape)
    rough[..., 1:] += 0.6 * rough[..., :-1]
    phase = rng.uniform(0, 2 * np.pi, (n, 1, 1))
    hum = np.sin(2 * np.pi * 50 * np.arange(length) / BEAT_FS_HZ + phase)
    disturbed: Floats = (
        beat
        + size * slow
        + rng.exponential(0.006, (n, 1, 1)) * rough
        + rng.exponential(0.004, (n, leads, 1)) * hum
        + rng.normal(0, 0.006, (n, leads, 1))
    )
    return disturbed
