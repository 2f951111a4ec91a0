"""The page layouts a reader of ECGs knows, as data. A new one is one line here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

LIMB = ("I", "II", "III", "aVR", "aVL", "aVF")
CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")
STANDARD = LIMB + CHEST
RIGHT_AND_BACK = ("V3R", "V4R", "V7", "V8", "V9")
CABRERA_LIMB = ("aVL", "I", "-aVR", "II", "aVF", "III")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each lead stands on the page.

    name      what the command line and the settings call it: "3x4+1"
    title     what menus call it
    columns   lead names from top to bottom, one tuple per column of equal length;
              a leading "-" turns the lead upside down, as aVR in the Cabrera order
    rhythm    leads that run over the whole width below the columns
    """

    name: str
    title: str
    columns: tuple[tuple[str, ...], ...]
    rhythm: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.columns or len({len(column) for column in self.columns}) != 1:
            raise ValueError(f"layout {self.name}: its columns differ in length")

    @property
    def n_rows(self) -> int:
        return len(self.columns[0]) + len(self.rhythm)

    @property
    def leads(self) -> frozenset[str]:
        """Every lead that has a place, without signs."""
        cells = [lead for column in self.columns for lead in column]
        return frozenset(lead.removeprefix("-") for lead in (*cells, *self.rhythm))

    def with_rhythm(self, rhythm: Sequence[str]) -> Layout:
        """The same layout with other rhythm leads."""
        return replace(self, rhythm=tuple(rhythm))


def _columns(leads: Sequence[str], n_columns: int) -> tuple[tuple[str, ...], ...]:
    rows = len(leads) // n_columns
    return tuple(tuple(leads[i * rows : (i + 1) * rows]) for i in range(n_columns))


LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("3x4+1", "3 × 4 + rhythm lead", _columns(STANDARD, 4), ("II",)),
        Layout("3x4", "3 × 4", _columns(STANDARD, 4)),
        Layout("3x4+3", "3 × 4 + 3 rhythm leads", _columns(STANDARD, 4), ("V1", "II", "V5")),
        Layout("6x2", "6 × 2: limb, chest", _columns(STANDARD, 2)),
        Layout("2x6", "2 × 6", _columns(STANDARD, 6)),
        Layout("12x1", "12 × 1", _columns(STANDARD, 1)),
        Layout("cabrera", "Cabrera 6 × 2, −aVR", (CABRERA_LIMB, CHEST)),
        Layout("cabrera-12x1", "Cabrera 12 × 1, −aVR", ((*CABRERA_LIMB, *CHEST),)),
        Layout("3x5", "3 × 5: 15 leads", _columns((*STANDARD, "V7", "V8", "V9"), 5), ("II",)),
    )
}
"""By name; the first is the one a new user sees."""

OWN: dict[str, Layout] = {}
"""The reader's own, as the settings hold them (see state.own_layouts)."""

DEFAULT = LAYOUTS["3x4+1"]
AS_RECORDED = "as-recorded"
ENOUGH_FOR_COLUMNS = 6


def as_recorded(leads: Sequence[str]) -> Layout:
    """Every recorded lead in its own row, nothing else: Holter strips, odd lead names."""
    return Layout(AS_RECORDED, "As recorded", (tuple(leads) or STANDARD,))


def single(lead: str) -> Layout:
    """One lead alone."""
    return Layout(f"lead-{lead}", f"Lead {lead}", ((lead,),))


def suggest(leads: Sequence[str]) -> Layout:
    """What to open a recording with when the reader has not chosen: columns need their leads."""
    present = sum(lead in STANDARD for lead in leads)
    return DEFAULT if present >= ENOUGH_FOR_COLUMNS else as_recorded(leads)


def find(name: str, leads: Sequence[str] = ()) -> Layout:
    """The layout called name. Raises ValueError naming the known ones."""
    if name == AS_RECORDED:
        return as_recorded(leads)
    if name in LAYOUTS:
        return LAYOUTS[name]
    if name in OWN:
        return OWN[name]
    known = ", ".join((*LAYOUTS, *OWN, AS_RECORDED))
    raise ValueError(f"There is no layout {name!r}; choose one of {known}.")
