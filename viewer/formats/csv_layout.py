"""What the first lines of a text file say: separator, columns, rate, unit, lead names."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.formats.units import millivolts_per

SEPARATORS = ("\t", ";", ",", " ")
LOOK_LINES, HEAD_LINES = 60, 40
REMARK = ("#", "%", "//")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?|nan|NaN|NA|-")
_TIME = re.compile(
    r"(?:(?:time|t|zeit|elapsed(?:[ _]time)?|timestamp|seconds|secs?|millis(?:econds)?)"
    r"[ _]*[(\[]?(?P<unit>s|ms|us|sec|secs|seconds|msec|milliseconds)?[)\]]?)",
    re.IGNORECASE,
)
_INDEX = re.compile(
    r"(?:sample(?: ?#|s| ?(?:no|number|index)\.?)?|index|idx|n|nr|#|)", re.IGNORECASE
)
_UNIT = re.compile(r"[ _]*[(\[]\s*([^()\[\]]{1,12})\s*[)\]]\s*$|_(mV|uV|µV|μV|nV|V)$")
_RATE = re.compile(
    r"(?:sampl(?:ing|e)[ _]?(?:rate|frequency)|fs|frequency)(?:[ _]?\(?hz\)?)?\s*[:=,;\t]\s*"
    r"([0-9]+(?:\.[0-9]+)?)",
    re.IGNORECASE,
)
_STATED_UNIT = re.compile(r"\bunits?\s*[:=,;\t]\s*([A-Za-zµμ]{1,12})", re.IGNORECASE)
SECONDS = {"s": 1.0, "sec": 1.0, "secs": 1.0, "seconds": 1.0, "ms": 1e-3, "msec": 1e-3}
SECONDS |= {"milliseconds": 1e-3, "us": 1e-6}
LIKELY_HZ = (30.0, 20_000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """skip: lines before the numbers; names: one per column, () without a heading."""

    separator: str
    decimal_comma: bool
    skip: int
    n_columns: int
    names: tuple[str, ...]
    fs_hz: float | None
    unit: str | None


def layout_of(lines: list[str]) -> Layout | None:
    """None when the lines are no table of numbers."""
    for separator in SEPARATORS:
        found = _with(separator, lines)
        if found is not None:
            return found
    return None


def fields_of(line: str, separator: str) -> list[str]:
    """The fields of one line; runs of spaces are one separator."""
    parts = line.split() if separator == " " else line.rstrip("\r\n").split(separator)
    return [part.strip().strip('"').strip() for part in parts]


def _with(separator: str, lines: list[str]) -> Layout | None:
    rows = [fields_of(line, separator) for line in lines[:LOOK_LINES]]
    first = next((i for i, row in enumerate(rows[:HEAD_LINES]) if _numeric(row)), None)
    if first is None:
        return None
    body = [row for row in rows[first:] if row != [""]]
    width = len(body[0])
    if len(body) < 3 or any(len(row) != width or not _numeric(row, gaps=True) for row in body):
        return None
    if separator == "," and width == 1:
        return None  # one column has no separator: the last choice covers it
    heading = next((row for row in reversed(rows[:first]) if row != [""]), [])
    heading = [heading[0].lstrip("#% "), *heading[1:]] if heading else []
    named = len(heading) == width and not _numeric(heading)
    told = "\n".join(lines[:first])
    rate, unit = _RATE.search(told), _STATED_UNIT.search(told)
    return Layout(
        separator=separator,
        decimal_comma=separator != "," and any("," in field for row in body for field in row),
        skip=first,
        n_columns=width,
        names=tuple(heading) if named else (),
        fs_hz=float(rate[1]) if rate else None,
        unit=unit[1] if unit and millivolts_per(unit[1]) else None,
    )


def _numeric(row: list[str], *, gaps: bool = False) -> bool:
    filled = [field for field in row if field]
    enough = bool(filled) and (gaps or len(filled) == len(row))
    return enough and all(_NUMBER.fullmatch(field) for field in filled)


def lead_and_unit(name: str) -> tuple[str, str | None]:
    """ "I (mV)" is lead I in mV; "V1_uV" likewise; a unit that is no voltage stays in the name."""
    found = _UNIT.search(name)
    unit = (found[1] or found[2]) if found else None
    if unit and millivolts_per(unit):
        return name[: found.start()].strip() or name, unit  # type: ignore[union-attr]
    return name, None


def is_index(name: str) -> bool:
    return bool(name) and bool(_INDEX.fullmatch(name.strip()))


def time_unit(name: str) -> tuple[bool, float | None]:
    """(whether a heading names a time, seconds in its unit or None)."""
    found = _TIME.fullmatch(name.strip().replace("time_s", "time s").replace("time_ms", "time ms"))
    unit = (found["unit"] or "").lower() if found else ""
    return bool(found), SECONDS.get(unit)


def rate_of_times(times: NDArray[np.float64], unit_s: float | None) -> float | None:
    """Samples per second of even times; None when they cannot be one. Raises ValueError.

    Without a unit it is the one that gives a rate that an ECG has; a plain count is no time.
    ValueError: the times are times, but not evenly spaced.
    """
    step = (times[-1] - times[0]) / (len(times) - 1)
    if not np.isfinite(step) or step <= 0:
        return None
    if unit_s is None:
        if step == 1.0:
            return None
        fits = [u for u in (1.0, 1e-3) if LIKELY_HZ[0] <= 1 / (step * u) <= LIKELY_HZ[1]]
        if len(fits) != 1:
            return None
        unit_s = fits[0]
    expected = times[0] + step * np.arange(len(times))
    if np.abs(times - expected).max() > 0.5 * step:
        raise ValueError("uneven")
    rate = 1.0 / (step * unit_s)
    return float(round(rate)) if abs(rate - round(rate)) < 1e-4 * rate else float(rate)
