"""Marks on the page as plain lines, areas and words in millimetres. Qt-free.

The one painter draws them on screen, in pictures and in print; who made them does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LETTER_SHARE = 0.58
"""Width of an average letter over the size of its font, generously: for room, not for text."""

Ink = int | str
"""A caliper's number, or the name of a colour: "beat", "normal", "note", "noise"."""


@dataclass(frozen=True, slots=True)
class Rect:
    """left, top, width, height in millimetres."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Rect) -> bool:
        """Whether the two overlap."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class Stroke:
    """A thin straight line; dotted for repetitions."""

    x1: float
    y1: float
    x2: float
    y2: float
    ink: Ink
    heavy: bool = False
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A hatched stretch, so that it can be told from paper without its colour."""

    rect: Rect
    ink: Ink


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text on a plate of paper; the first is the bold one.

    rect  the plate; None for bare words that start at x, y (their baseline)
    """

    lines: tuple[str, ...]
    x: float
    y: float
    size_mm: float
    ink: Ink
    rect: Rect | None = None
    bold: bool = True


Figure = Stroke | Area | Words


def text_width_mm(text: str, size_mm: float) -> float:
    """About how wide a line of text is."""
    return len(text) * size_mm * LETTER_SHARE


class Room:
    """Remembers which places of the page are taken by words."""

    def __init__(self, taken: Iterable[Rect] = ()) -> None:
        self._taken = list(taken)

    def is_free(self, rect: Rect) -> bool:
        return not any(rect.meets(other) for other in self._taken)

    def take(self, rect: Rect) -> None:
        self._taken.append(rect)

    def find(self, wanted: Rect, bounds: Rect) -> Rect:
        """The free place nearest to the wanted one, above or below it, inside the bounds.

        Where everything is taken, the wanted place: a read-out is never left out.
        """
        x = min(max(wanted.x, bounds.x), max(bounds.x + bounds.width - wanted.width, bounds.x))
        lowest = bounds.y + bounds.height - wanted.height
        inside = Rect(x, min(max(wanted.y, bounds.y), lowest), wanted.width, wanted.height)
        for steps in range(60):
            for sign in (1, -1):
                place = Rect(x, inside.y + sign * steps, wanted.width, wanted.height)
                if bounds.y <= place.y <= lowest and self.is_free(place):
                    self.take(place)
                    return place
        self.take(inside)
        return inside
