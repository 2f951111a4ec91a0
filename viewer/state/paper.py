"""The reader's paper: layout, speed, gain, column timing. Qt-free; page.py turns it into mm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from psygnal import Signal

from viewer.state.layouts import CHEST, DEFAULT, Layout

SPEEDS_MM_S = (6.25, 12.5, 25.0, 50.0, 100.0, 200.0)
GAINS_MM_MV = (2.5, 5.0, 10.0, 20.0, 40.0)
SLOWEST_MM_S, FASTEST_MM_S = 1e-4, 400.0
"""Beyond the presets the page is an overview, and its footer says so."""

Timing = Literal["continuous", "simultaneous"]
"""Do columns follow each other in time (the default), or show the same seconds?"""


@dataclass(eq=False)
class Paper:
    """How the page is ruled. Every change is announced once.

    speed_mm_s        paper speed
    gain_mm_mv        of every lead, so that leads can be compared
    half_chest_gain   V leads at half that gain; the calibration pulse shows the step
    px_per_mm         of this screen, logical pixels; None while nobody confirmed it:
                      the page is then scaled to the window and says "not calibrated"
    """

    changed: ClassVar[Signal] = Signal()

    layout: Layout = DEFAULT
    speed_mm_s: float = 25.0
    gain_mm_mv: float = 10.0
    timing: Timing = "continuous"
    half_chest_gain: bool = False
    px_per_mm: float | None = None

    @property
    def is_preset_speed(self) -> bool:
        """Whether this is a paper speed, or an overview."""
        return self.speed_mm_s in SPEEDS_MM_S

    @property
    def is_free_zoom(self) -> bool:
        """Whether speed or gain is none that a reader of paper knows; the page says so."""
        return not self.is_preset_speed or self.gain_mm_mv not in GAINS_MM_MV

    def lead_gain_mm_mv(self, lead: str) -> float:
        """The gain of one lead."""
        halved = self.half_chest_gain and lead in CHEST
        return self.gain_mm_mv / 2 if halved else self.gain_mm_mv

    def set_layout(self, layout: Layout) -> None:
        """Arrange the leads anew."""
        self._apply(layout=layout)

    def set_speed(self, speed_mm_s: float) -> None:
        """Any speed; presets are paper speeds, others an overview. Raises ValueError."""
        if not (math.isfinite(speed_mm_s) and speed_mm_s > 0):
            raise ValueError(f"a paper speed of {speed_mm_s} mm/s")
        self._apply(speed_mm_s=min(max(speed_mm_s, SLOWEST_MM_S), FASTEST_MM_S))

    def step_speed(self, steps: int) -> None:
        """The next faster (+1) or slower (-1) preset."""
        self._apply(speed_mm_s=_preset(SPEEDS_MM_S, self.speed_mm_s, steps))

    def set_gain(self, gain_mm_mv: float) -> None:
        """Any gain. Raises ValueError."""
        if not (math.isfinite(gain_mm_mv) and gain_mm_mv > 0):
            raise ValueError(f"a gain of {gain_mm_mv} mm/mV")
        self._apply(gain_mm_mv=gain_mm_mv)

    def step_gain(self, steps: int) -> None:
        """The next higher (+1) or lower (-1) preset."""
        self._apply(gain_mm_mv=_preset(GAINS_MM_MV, self.gain_mm_mv, steps))

    def set_view(self, layout: Layout, speed_mm_s: float, gain_mm_mv: float) -> None:
        """Layout, speed and gain at once: one page change. Raises ValueError."""
        if not all(math.isfinite(value) and value > 0 for value in (speed_mm_s, gain_mm_mv)):
            raise ValueError(f"a scale of {speed_mm_s} mm/s and {gain_mm_mv} mm/mV")
        speed_mm_s = min(max(speed_mm_s, SLOWEST_MM_S), FASTEST_MM_S)
        self._apply(layout=layout, speed_mm_s=speed_mm_s, gain_mm_mv=gain_mm_mv)

    def set_timing(self, timing: Timing) -> None:
        """Continuous or simultaneous columns."""
        self._apply(timing=timing)

    def set_half_chest_gain(self, half: bool) -> None:
        """V leads at half gain."""
        self._apply(half_chest_gain=half)

    def set_screen(self, px_per_mm: float | None) -> None:
        """The screen's confirmed scale, or None. Raises ValueError when it is not a scale."""
        if px_per_mm is not None and not (math.isfinite(px_per_mm) and px_per_mm > 0):
            raise ValueError(f"a screen of {px_per_mm} pixels per millimetre")
        self._apply(px_per_mm=px_per_mm)

    def _apply(self, **values: object) -> None:
        if any(getattr(self, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(self, name, value)
            self.changed.emit()


def _preset(presets: Sequence[float], value: float, steps: int) -> float:
    """steps presets above (below) value, which may lie between two of them."""
    if steps > 0:
        above = [preset for preset in presets if preset > value * (1 + 1e-9)]
        return above[min(steps, len(above)) - 1] if above else presets[-1]
    below = [preset for preset in reversed(presets) if preset < value * (1 - 1e-9)]
    return below[min(-steps, len(below)) - 1] if steps < 0 and below else presets[0]
