"""Removing identifiers from what is written: the DICOM basic profile (PS3.15 annex E), and
the 18 identifiers of HIPAA's Safe Harbor for every other format.

Nothing free-form survives: remarks, names of files, names of leads that no standard knows,
dates, hashes of files that hold identity. What stays: samples, rate, standard lead names,
sex, and age up to 89 (older is written as 90). The waveform itself may still identify a
person, so the wording is "identifiers removed", never "anonymous".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from viewer.recording import CLINICAL_ORDER, Recording

OLDEST_YEARS = 89.0
OLDER_YEARS = 90.0
NEUTRAL_NAME = "ecg"
_KNOWN = frozenset(CLINICAL_ORDER) | {"MLI", "MLII", "MLIII", "V5R", "V6R", "V7R", "V8R"}
_KNOWN |= {f"MCL{n}" for n in range(1, 7)} | {f"MV{n}" for n in range(1, 7)}
_NUMBERED = re.compile(r"(?:ECG|lead|channel) ?[0-9]{1,3}", re.IGNORECASE)


def without_identity(recording: Recording, name: str = NEUTRAL_NAME) -> Recording:
    """The same samples under another name, with nothing that tells whose they are."""
    renamed = lead_names(recording)
    age = recording.age_years
    return Recording(  # made anew: what is not named here does not survive
        samples=recording.samples,
        leads=tuple(renamed[lead] for lead in recording.leads),
        fs_hz=recording.fs_hz,
        name=name,
        format=recording.format,
        age_years=OLDER_YEARS if age is not None and age > OLDEST_YEARS else age,
        sex=recording.sex,
        integrity=recording.integrity,
        derived=frozenset(renamed[lead] for lead in recording.derived if lead in renamed),
        step_mv=recording.step_mv,
    )


def lead_names(recording: Recording) -> dict[str, str]:
    """What every lead is called without identity: standard names stay, others get a number."""
    names: dict[str, str] = {}
    for number, lead in enumerate(recording.leads, 1):
        stays = lead in _KNOWN or _NUMBERED.fullmatch(lead)
        names[lead] = lead if stays else _free(f"lead {number}", recording.leads)
    return names


def _free(name: str, taken: tuple[str, ...]) -> str:
    return name if name not in taken else f"{name} (2)"


def prepared(
    recording: Recording, document: Mapping[str, Any], opened: Recording, *, deidentify: bool
) -> tuple[Recording, dict[str, Any]]:
    """What is written: recording and document, without identity where that is asked.

    opened: the recording as it came from its file.
    """
    if not deidentify:
        return recording, dict(document)
    return without_identity(recording), without_identity_in(document, opened)


def without_identity_in(document: Mapping[str, Any], recording: Recording) -> dict[str, Any]:
    """A provenance document that names no file, date, hash of a file, or odd lead.

    recording: as it was opened, for the lead names that may occur in sentences.
    """
    renamed = {old: new for old, new in lead_names(recording).items() if old != new}
    words = {**renamed, **dict.fromkeys(_names_of(recording), NEUTRAL_NAME)}
    cleared: dict[str, Any] = _replaced(document, words)
    cleared["deidentified"] = True
    cleared["made_at"] = None
    if isinstance(cleared.get("source"), dict):
        cleared["source"] |= {"file": None, "sha256": None}
    return cleared


def _names_of(recording: Recording) -> list[str]:
    names = [recording.name, recording.path.name if recording.path else ""]
    return [name for name in names if len(name) > 1 and name not in _KNOWN]


def _replaced(value: Any, words: Mapping[str, str]) -> Any:
    """value with every word replaced, in keys too."""
    if isinstance(value, str):
        for word in sorted(words, key=len, reverse=True):
            whole = rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])"
            value = words[word].join(re.split(whole, value))
        return value
    if isinstance(value, Mapping):
        return {_replaced(key, words): _replaced(item, words) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(item, words) for item in value]
    return value
