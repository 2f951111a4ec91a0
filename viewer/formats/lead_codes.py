"""Numbers of leads in SCP-ECG (EN 1064 table 5.6.3) and MDC part 2, which agree."""

from __future__ import annotations

import re

from viewer.formats.leads import clinical_name
from viewer.recording import CLINICAL_ORDER

_FIRST = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "V7", "V2R", "V3R", "V4R", "V5R", "V6R")
LEAD_NUMBERS = dict(enumerate((*_FIRST, "V7R", "X", "Y", "Z"), start=1))
LEAD_NUMBERS |= dict(enumerate(("III", "aVR", "aVL", "aVF", "-aVR"), start=61))
LEAD_NUMBERS |= dict(enumerate(("V8", "V9", "V8R", "V9R"), start=66))

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,4}")
_KNOWN = frozenset((*CLINICAL_ORDER, *LEAD_NUMBERS.values()))


def lead_of_number(number: int) -> str:
    """The clinical name; "lead 131" for the many special leads of the table."""
    return LEAD_NUMBERS.get(number, f"lead {number}")


def lead_in_words(meaning: str) -> str:
    """The lead in "Lead I (Einthoven)" or "aVR, augmented voltage, right"; "" when in doubt."""
    if meaning.strip().startswith("-") or "(-)" in meaning:
        return ""
    bare = re.sub(r"^\s*(?:ecg\s+)?lead\s+", "", meaning, flags=re.IGNORECASE)
    first = _WORD.match(bare.strip())
    name = clinical_name(first[0]) if first else ""
    return name if name in _KNOWN else ""
