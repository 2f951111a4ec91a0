"""How long work will still take, from how far it has come. Qt-free."""

from __future__ import annotations

import math

SHOWN_AFTER_S = 0.5
"""Work that is over sooner needs no forecast."""
LEAST_SHARE = 0.02
"""Of the work must be done before a forecast means anything."""


class Forecast:
    """Follows one piece of work.

    start_s  seconds on the caller's clock when the work began; all calls use that clock
    """

    def __init__(self, start_s: float) -> None:
        self._start_s = start_s

    def left_s(self, now_s: float, fraction: float) -> float:
        """Seconds to the end, NaN as long as nobody can tell."""
        spent_s = now_s - self._start_s
        if spent_s < SHOWN_AFTER_S or fraction < LEAST_SHARE:
            return math.nan
        return spent_s * (1.0 - min(fraction, 1.0)) / fraction


def left_words(left_s: float) -> str:
    """ "about 20 s left"; empty where nobody can tell."""
    if not math.isfinite(left_s):
        return ""
    if left_s < 2:
        return "almost done"
    if left_s < 10:
        return f"about {math.ceil(left_s)} s left"
    if left_s < 90:
        return f"about {math.ceil(left_s / 5) * 5} s left"
    if left_s < 5400:
        return f"about {math.ceil(left_s / 60)} min left"
    return f"about {left_s / 3600:.1f} h left"
