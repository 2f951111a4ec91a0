"""Voltage units as files write them, and how many millivolts they are."""

from __future__ import annotations

_MILLIVOLTS = {
    "V": 1e3,
    "volt": 1e3,
    "volts": 1e3,
    "mV": 1.0,
    "mv": 1.0,
    "MV": 1.0,
    "millivolt": 1.0,
    "millivolts": 1.0,
    "uV": 1e-3,
    "uv": 1e-3,
    "UV": 1e-3,
    "\u00b5V": 1e-3,  # micro sign
    "\u03bcV": 1e-3,  # Greek mu
    "\u00b5v": 1e-3,
    "\u03bcv": 1e-3,
    "microvolt": 1e-3,
    "microvolts": 1e-3,
    "nV": 1e-6,
    "nv": 1e-6,
    "nanovolt": 1e-6,
}
# "MV" is read as millivolts: no electrode ever saw a megavolt.


def millivolts_per(unit: str) -> float | None:
    """Millivolts in one unit; None when it is no voltage that we know.

    Lower-case "v" alone is refused: it is as often a label as a unit.
    """
    unit = unit.strip().strip("[]()")
    return _MILLIVOLTS.get(unit) or _MILLIVOLTS.get(unit.casefold() if len(unit) > 3 else unit)


def millivolts_per_digit(unit: str) -> float | None:
    """The same for "mV", and for a gain written "200/mV" (digital units per unit)."""
    digits, slash, name = unit.rpartition("/")
    scale = millivolts_per(name)
    if not slash:
        return scale
    try:
        per_unit = float(digits)
    except ValueError:
        return None
    if scale is None or not 1e-6 < abs(per_unit) < 1e12:
        return None
    return scale / per_unit
