"""The ST map's geometry: lead directions, outlines, scale. Qt-free.

Frontal plane: hexaxial angles, 0° to the patient's left, 90° to the feet. Horizontal
plane: 0° to the left, 90° to the front. Every lead also stands, inverted, on the opposite
side, so that an outline is closed. The zero ring lies between elevation (outside) and
depression (inside).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

FRONTAL_DEG = {"aVL": -30.0, "I": 0.0, "II": 60.0, "aVF": 90.0, "III": 120.0, "aVR": -150.0}
HORIZONTAL_DEG = {"V1": 120.0, "V2": 90.0, "V3": 75.0, "V4": 60.0, "V5": 30.0, "V6": 0.0}
SCALES_MV = (0.2, 0.4, 1.0, 2.0)
ZERO_RING = 0.5
"""The zero ring's share of the plot's radius."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """One direction of a plane: a lead, or the same lead inverted."""

    lead: str
    sign: int
    angle_deg: float

    @property
    def label(self) -> str:
        return self.lead if self.sign > 0 else f"−{self.lead}"


def spokes(angles_deg: Mapping[str, float]) -> tuple[Spoke, ...]:
    """All directions around a plane, by angle from 0° to 360°."""
    both = [Spoke(lead, 1, angle % 360) for lead, angle in angles_deg.items()]
    both += [Spoke(lead, -1, (angle + 180) % 360) for lead, angle in angles_deg.items()]
    return tuple(sorted(both, key=lambda spoke: spoke.angle_deg))


FRONTAL = spokes(FRONTAL_DEG)
HORIZONTAL = spokes(HORIZONTAL_DEG)


def scale_mv(*levels_mv: Mapping[str, float]) -> float:
    """The smallest round full scale that holds every level; the largest one clips."""
    largest = max((abs(v) for levels in levels_mv for v in levels.values()), default=0.0)
    return next((scale for scale in SCALES_MV if largest <= scale), SCALES_MV[-1])


def radius(level_mv: float, full_mv: float) -> float:
    """Share of the plot's radius: 0 the centre (−full), ZERO_RING at 0 mV, 1 at +full."""
    return ZERO_RING + (1 - ZERO_RING) * min(max(level_mv / full_mv, -1.0), 1.0)


@dataclass(frozen=True, slots=True)
class Corner:
    """One point of an outline, in shares of the radius; y down, as on paper."""

    spoke: Spoke
    x: float
    y: float


def outline(
    plane: tuple[Spoke, ...], levels_mv: Mapping[str, float], full_mv: float, *, front_down: bool
) -> tuple[Corner | None, ...]:
    """The outline's corners by angle; None where a lead has no value.

    front_down  the angle grows downwards on the page: to the feet in the frontal plane,
                to the front of the chest in the horizontal one, seen from above
    """
    corners: list[Corner | None] = []
    for spoke in plane:
        level_mv = levels_mv.get(spoke.lead, math.nan)
        if not math.isfinite(level_mv):
            corners.append(None)
            continue
        r = radius(spoke.sign * level_mv, full_mv)
        x, y = direction(spoke.angle_deg, front_down=front_down)
        corners.append(Corner(spoke, r * x, r * y))
    return tuple(corners)


def direction(angle_deg: float, *, front_down: bool) -> tuple[float, float]:
    """The unit vector of an angle on the page."""
    angle = math.radians(angle_deg)
    return math.cos(angle), math.sin(angle) if front_down else -math.sin(angle)


def frontal_direction_deg(levels_mv: Mapping[str, float]) -> float | None:
    """Where the frontal ST vector points, from leads I and aVF; None when it is near zero.

    aVF is an augmented lead: 2/√3 of it measures on the scale of lead I.
    """
    x, y = levels_mv.get("I", math.nan), levels_mv.get("aVF", math.nan) * 2 / math.sqrt(3)
    if not (math.isfinite(x) and math.isfinite(y)) or math.hypot(x, y) < 0.05:
        return None
    return math.degrees(math.atan2(y, x))
