"""Layouts that the reader made: checked, kept in the settings, found by name. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from viewer.state import layouts
from viewer.state.layouts import Layout

PREFIX = "own-"
MOST_COLUMNS, MOST_LEADS, LONGEST_NAME = 6, 32, 40


def make(name: str, leads: Sequence[str], n_columns: int, rhythm: Sequence[str] = ()) -> Layout:
    """The layout of a reader's choice. Raises ValueError with a sentence that says what to do."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise ValueError(f"Give the layout a name of at most {LONGEST_NAME} letters.")
    if not leads:
        raise ValueError("Choose at least one lead.")
    if len(leads) > MOST_LEADS or len(rhythm) > MOST_LEADS:
        raise ValueError(f"A page holds at most {MOST_LEADS} leads.")
    if not 1 <= n_columns <= MOST_COLUMNS or len(leads) % n_columns:
        fitting = [n for n in range(1, MOST_COLUMNS + 1) if len(leads) % n == 0]
        choices = ", ".join(map(str, fitting))
        raise ValueError(
            f"{len(leads)} leads do not fill {n_columns} columns; choose {choices} columns."
        )
    n_rows = len(leads) // n_columns
    columns = tuple(tuple(leads[i * n_rows : (i + 1) * n_rows]) for i in range(n_columns))
    return Layout(f"{PREFIX}{name}", name, columns, tuple(rhythm))


def is_own(layout: Layout) -> bool:
    return layout.name.startswith(PREFIX)


def use(stored: Iterable[Any]) -> tuple[Layout, ...]:
    """Make the stored layouts known to every room; those that no longer hold are left out."""
    layouts.OWN.clear()
    for document in stored:
        layout = read(document)
        if layout is not None:
            layouts.OWN[layout.name] = layout
    return tuple(layouts.OWN.values())


def read(document: Any) -> Layout | None:
    """A layout from the settings; None when it is none."""
    try:
        return make(
            str(document["name"]),
            [str(lead) for lead in document["leads"]],
            int(document["columns"]),
            [str(lead) for lead in document.get("rhythm", ())],
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def written(layout: Layout) -> dict[str, Any]:
    """A layout for the settings."""
    return {
        "name": layout.title,
        "leads": [lead for column in layout.columns for lead in column],
        "columns": len(layout.columns),
        "rhythm": list(layout.rhythm),
    }


def are_layouts(value: object) -> bool:
    """Whether the settings may hold this."""
    return isinstance(value, list) and all(read(item) is not None for item in value)
