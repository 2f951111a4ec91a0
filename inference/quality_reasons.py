"""Why a lead is graded as it is, in words: companions of the score, electrode, remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Companion:
    """One index with its limits: from `fair` on at best B, from `bad` on C.

    The limits lie above 99.9 % of the clean-labelled PTB-XL leads.
    """

    index: str
    name: str
    fair: float
    bad: float
    wording: str
    remedy: str


COMPANIONS = (
    Companion(
        "flat_share",
        "lead off",
        1e-6,
        0.15,
        "flat line for {share}",
        "connect the electrode and its cable again",
    ),
    Companion(
        "clipped_share",
        "clipping",
        0.001,
        0.02,
        "cut off at the amplifier's limit for {share}",
        "wait until the amplifier has settled, renew the electrode",
    ),
    Companion(
        "extreme_mv",
        "off scale",
        8.0,
        12.0,
        "excursions of {value:.1f} mV",
        "press the electrode on, keep its cable still",
    ),
    Companion(
        "mains_uv",
        "mains",
        40.0,
        200.0,
        "mains {hz:.0f} Hz, {value:.0f} µV",
        "check the electrode's contact, move mains devices and cables away",
    ),
    Companion(
        "high_frequency_uv",
        "muscle",
        50.0,
        150.0,
        "noise above 40 Hz, {value:.0f} µV",
        "let the patient relax and keep warm, support arms and legs",
    ),
    Companion(
        "motion_mv",
        "motion",
        1.5,
        4.0,
        "the baseline jumps by {value:.1f} mV within a second",
        "renew the electrode, keep its cable still",
    ),
    Companion(
        "drift_mv",
        "drift",
        2.5,
        6.0,
        "the baseline drifts by {value:.1f} mV",
        "clean the skin, renew the electrode, let the patient breathe calmly",
    ),
)
BY_NAME = {companion.name: companion for companion in COMPANIONS}
_LIMB = {"RA": ("I", "II", "aVR"), "LA": ("I", "III", "aVL"), "LL": ("II", "III", "aVF")}
ELECTRODE_NAMES = {"RA": "right arm", "LA": "left arm", "LL": "left leg"}
UNUSUAL = "unusual or noisy"


def exceeded(indices: Mapping[str, float]) -> list[Companion]:
    """Companions whose limit is reached, worst first; a flat line hides all others."""
    found = [c for c in COMPANIONS if indices[c.index] >= c.fair]
    if found and found[0].name == "lead off" and indices["flat_share"] >= found[0].bad:
        return found[:1]
    return sorted(found, key=lambda c: indices[c.index] < c.bad)


def describe(companion: Companion, indices: Mapping[str, float]) -> str:
    value = indices[companion.index]
    return companion.wording.format(
        value=value, hz=indices["mains_hz"], share=f"{100 * value:.0f} % of the time"
    )


def likely_electrode(companion: Companion, levels: Mapping[str, float]) -> str | None:
    """Which electrode explains the leads where `companion` is exceeded; None if unclear.

    A limb electrode disturbs two of I, II, III and spares the third; every chest electrode
    has a lead of its own. `levels` holds the companion's index for every lead.
    """
    hit = {lead for lead, level in levels.items() if level >= companion.fair}
    chest = sorted(lead for lead in hit if lead.startswith("V"))
    limb = {"I", "II", "III"} & hit
    if len(limb) == 3 and len(chest) >= 5:
        return "all leads: right leg (reference) electrode or the patient"
    if len(limb) == 3:
        quietest = min(limb, key=lambda lead: levels[lead])
        rest = [levels[lead] for lead in limb if lead != quietest]
        if levels[quietest] < 0.6 * min(rest):
            limb = limb - {quietest}
    for electrode, (first, second, _) in _LIMB.items():
        if limb == {first, second}:
            return f"{ELECTRODE_NAMES[electrode]} electrode ({electrode})"
    if chest and not limb and len(chest) <= 3:
        return ", ".join(chest) + (" electrode" if len(chest) == 1 else " electrodes")
    return None


def strip_hint(residual: NDArray[np.floating]) -> str:
    """Where most of a cell's residual [32, columns] lies; a hint, not a class.

    Rows run from 40 Hz down to 0.5 Hz.
    """
    f = np.linspace(40.0, 0.5, len(residual))
    strips = {
        "baseline, 0.5–3 Hz": f < 3,
        "motion or electrode, 3–15 Hz": (f >= 3) & (f < 15),
        "muscle, 15–40 Hz": f >= 15,
    }
    power = {name: float(np.mean(residual[rows] ** 2)) for name, rows in strips.items()}
    return max(power, key=power.__getitem__)


def reason_texts(
    indices: Mapping[str, float], grade: str, psnr_db: float, hint: str | None
) -> tuple[str, str]:
    """(kind, reason) of one lead and segment; both empty for a grade A without companion."""
    companions = exceeded(indices)
    if companions:
        return companions[0].name, "; ".join(describe(c, indices) for c in companions)
    if grade == "A":
        return "", ""
    where = f", mostly {hint}" if hint else ""
    score = f" (scalogram PSNR {psnr_db:.1f} dB{where})" if np.isfinite(psnr_db) else ""
    return UNUSUAL, f"{UNUSUAL}{score}: look at the trace; rare rhythms score low, too"


def remedies(
    kinds: Sequence[str], leads: Sequence[str], indices: Mapping[str, NDArray[np.floating]]
) -> tuple[str, ...]:
    """Sentences for one segment, one per kind of noise: where, what it is, what to do."""
    out = []
    for companion in COMPANIONS:
        hit = [lead for lead, kind in zip(leads, kinds, strict=True) if kind == companion.name]
        if not hit:
            continue
        values = dict(zip(leads, map(float, indices[companion.index]), strict=True))
        electrode = likely_electrode(companion, values)
        where = ", ".join(hit) if len(hit) < len(leads) else "all leads"
        source = f" (likely {electrode})" if electrode else ""
        out.append(f"{where}: {companion.name}{source}: {companion.remedy}.")
    return tuple(out)
