"""Colours of calipers and annotations, per theme. Numbers and letters say the same in words."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QColor

from viewer.state.figures import Ink

CALIPERS = {
    "paper": ("#8a1c7c", "#00695c", "#b23c00", "#3949ab", "#6d5200", "#ad1457"),
    "dark": ("#f2a6e8", "#66d9c6", "#ffa270", "#a9b6ff", "#e6cf73", "#ff9fc0"),
    "grey": ("#303030", "#585858", "#303030", "#585858", "#303030", "#585858"),
}
"""Dark on paper, light on dark, apart from the traces' black and blue; six, then again."""

NAMED = {
    "paper": {"normal": "#5d5d5d", "beat": "#8a1c1c", "note": "#214d8a", "noise": "#7a5200"},
    "dark": {"normal": "#a4abb3", "beat": "#ff9d8a", "note": "#9cc7ff", "noise": "#e8c26a"},
    "grey": {"normal": "#5a5a5a", "beat": "#000000", "note": "#303030", "noise": "#404040"},
}


@cache
def mark_colour(theme: str, ink: Ink) -> QColor:
    """The colour of a caliper's number, or of a named kind of mark."""
    if isinstance(ink, int):
        colours = CALIPERS.get(theme, CALIPERS["paper"])
        return QColor(colours[(ink - 1) % len(colours)])
    return QColor(NAMED.get(theme, NAMED["paper"])[ink])
