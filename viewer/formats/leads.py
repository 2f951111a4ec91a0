"""Names of leads: as many spellings as there are devices, one clinical name each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from viewer.recording import CLINICAL_ORDER

_SPELLINGS = {name.casefold(): name for name in CLINICAL_ORDER if name not in ("X", "Y", "Z")}
_SPELLINGS |= {"di": "I", "dii": "II", "diii": "III", "x": "X", "y": "Y", "z": "Z"}
_SPELLINGS |= {"vx": "X", "vy": "Y", "vz": "Z", "v8r": "V8R", "v5r": "V5R", "v6r": "V6R"}
_SPELLINGS |= {"v9": "V9", "v7r": "V7R", "v1r": "V1R", "v2r": "V2R"}

_LEAD_WORD = "lead|ableitung|derivation"
_BETWEEN = r"(?:[\s_:]+|-)"  # never more than one minus: "ECG -aVR" is another lead than aVR
_PREFIX = re.compile(
    rf"^(?:(?:ecg|ekg){_BETWEEN}(?:(?:{_LEAD_WORD}){_BETWEEN})?|(?:{_LEAD_WORD}){_BETWEEN})",
    re.IGNORECASE,
)
_CODED = re.compile(r"^MDC_ECG_LEAD_", re.IGNORECASE)

_BESIDE = {"MLI": "I", "MLII": "II", "MLIII": "III"} | {f"MCL{n}": f"V{n}" for n in range(1, 7)}
"""Modified leads keep their own name and stand beside the lead they resemble."""

_NOT_ECG = re.compile(
    r"^(?:resp|pleth|ppg|abp|art\b|pap\b|cvp|icp|spo2|nbp|co2|gsr|foot gsr|hand gsr|emg|eeg|eog"
    r"|hr\b|hrv|pulse|marker|acc|edf annotations|temp|o2|uc$|imp)",
    re.IGNORECASE,
)

NAME_LIMIT = 40


def clinical_name(written: str) -> str:
    """The clinical name of a lead: "Lead I" is I, "AVR" is aVR; unknown names stay.

    "-aVR" is another lead than aVR and "ECG 1" is not lead I: both stay as written.
    """
    tidy = " ".join("".join(c if c.isprintable() else " " for c in written).split())
    bare = _CODED.sub("", tidy)
    shortened = _PREFIX.sub("", bare) if _PREFIX.match(bare) else bare
    for candidate in (bare, shortened):
        found = _SPELLINGS.get(candidate.casefold())
        if found:
            return found
    return tidy[:NAME_LIMIT]


def is_other_signal(written: str) -> bool:
    """True for breathing, pressure and the like, which monitors store beside the ECG."""
    return bool(_NOT_ECG.match(written.strip()))


def distinct(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names made unique ("I", "I (2)"), and one warning sentence per repeated name."""
    result: list[str] = []
    repeated: list[str] = []
    for index, name in enumerate(names):
        name = name or f"lead {index + 1}"
        if name in result:
            repeated.append(name)
            n = 2
            while f"{name} ({n})" in result or f"{name} ({n})" in names:
                n += 1
            name = f"{name} ({n})"
        result.append(name)
    warnings = tuple(
        f"The file names lead {name} more than once; the later ones are numbered."
        for name in dict.fromkeys(repeated)
    )
    return tuple(result), warnings


def clinical_order(names: Sequence[str]) -> tuple[int, ...]:
    """Indices that put the names into clinical order; unknown ones last, in file order."""

    def rank(index: int) -> tuple[float, int]:
        name = names[index].partition(" (")[0]
        if name in CLINICAL_ORDER:
            return CLINICAL_ORDER.index(name), index
        beside = _BESIDE.get(name.upper())
        if beside:
            return CLINICAL_ORDER.index(beside) + 0.5, index
        return float(len(CLINICAL_ORDER)), index

    return tuple(sorted(range(len(names)), key=rank))
