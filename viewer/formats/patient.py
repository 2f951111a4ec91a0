"""Age and sex from free remarks, in the spellings of the public databases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

_AGE = re.compile(r"<?\bage\b>?\s*[:=]?\s*([0-9]{1,3}(?:\.[0-9]+)?)\b", re.IGNORECASE)
_SEX = re.compile(r"<?\b(?:sex|gender)\b>?\s*[:=]?\s*(female|male|f|m|w)\b", re.IGNORECASE)
_MITDB = re.compile(r"^\s*(-?[0-9]{1,3})\s+([MF])\s+[0-9]+\s+(?:[0-9]+\s+)?x[0-9]")
# as in "69 M 1085 1629 x1"

OLDEST_YEARS = 120.0


def age_and_sex(
    comments: Iterable[str],
) -> tuple[float | None, Literal["F", "M"] | None]:
    """Years and "F" or "M"; None where the remarks do not say or make no sense."""
    age: float | None = None
    sex: Literal["F", "M"] | None = None
    for comment in comments:
        compact = _MITDB.match(comment)
        if compact:
            age = age if age is not None else _plausible(float(compact.group(1)))
            sex = sex or ("F" if compact.group(2) == "F" else "M")
        if age is None and (found := _AGE.search(comment)):
            age = _plausible(float(found.group(1)))
        if sex is None and (found := _SEX.search(comment)):
            sex = "M" if found.group(1).casefold() in ("m", "male") else "F"
    return age, sex


def _plausible(years: float) -> float | None:
    return years if 0 <= years <= OLDEST_YEARS else None
