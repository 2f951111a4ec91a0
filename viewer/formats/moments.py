"""Dates, times and ages as clinical formats write them; None for what makes no sense."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from viewer.formats.patient import OLDEST_YEARS

_COMPACT = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?"
    r"(?:[+-][0-9]{2}:?[0-9]{2}|Z)?"
)
_DAYS = {"Y": 365.25, "M": 30.4375, "W": 7.0, "D": 1.0, "H": 1 / 24}

FIRST_YEAR = 1902
"""The first ECG on a patient's bed; earlier years are the zero of somebody's clock."""


def compact_time(text: str) -> datetime | None:
    """ "20021122091000.000+0100" as HL7 and DICOM write it; the local time that is meant."""
    found = _COMPACT.fullmatch(text.strip())
    if not found or found[4] is None:  # a day without a time is no moment
        return None
    fraction = (found[7] or "").ljust(6, "0")[:6]
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    return moment(year, month, day, hour, minute, second, int(fraction))


def moment(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, us: int = 0
) -> datetime | None:
    try:
        found = datetime(year, month, day, hour, minute, second, us)
    except ValueError:
        return None
    return found if found.year >= FIRST_YEAR else None


def clock(date: str, time: str, order: Literal["ymd", "mdy"]) -> datetime | None:
    """A date and a time with any separators: "2011-12-01" "07:27:34", or "08-17-2025"."""
    days = re.fullmatch(r"([0-9]{1,4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,4})", date.strip())
    hours = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.([0-9]+))?", time.strip())
    if not days or not hours:
        return None
    first, second, third = (int(part) for part in days.groups())
    year, month, day = (first, second, third) if order == "ymd" else (third, first, second)
    us = int((hours[4] or "").ljust(6, "0")[:6])
    return moment(year, month, day, int(hours[1]), int(hours[2]), int(hours[3] or 0), us)


def years(value: float, unit: str) -> float | None:
    """An age in years, from years, months, weeks, days or hours (by their first letter)."""
    found = value * _DAYS.get(unit[:1].upper(), 0.0) / 365.25
    return found if value >= 0 and unit and 0 <= found <= OLDEST_YEARS else None


def age_between(birth: datetime | None, start: datetime | None) -> float | None:
    """Whole years of age at the recording."""
    if birth is None or start is None or birth > start:
        return None
    age = start.year - birth.year - ((start.month, start.day) < (birth.month, birth.day))
    return float(age) if age <= OLDEST_YEARS else None


def sex_of(text: str) -> Literal["F", "M"] | None:
    word = text.strip().upper()
    return "F" if word in ("F", "FEMALE") else "M" if word in ("M", "MALE") else None
