"""How the signals of one or many segments become the leads of one recording."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viewer.formats.errors import RecordingError
from viewer.formats.files import shown
from viewer.formats.leads import clinical_name, clinical_order, distinct
from viewer.formats.wfdb_layout import Layout
from viewer.formats.wfdb_storage import dtype_of


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the recording: a segment at its first frame, and its name for messages."""

    start: int
    layout: Layout


@dataclass(frozen=True, slots=True)
class Rows:
    """Where every shown signal of every part goes.

    keys     per row, the lead's name in the file and its occurrence
    rows     per part, per shown signal, the row in clinical order
    """

    leads: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    warnings: tuple[str, ...]


def rows_of(parts: Sequence[Part]) -> Rows:
    """Match the signals of all parts by name and put them into clinical order."""
    keys: list[tuple[str, int]] = []
    per_part: list[list[tuple[str, int]]] = []
    for part in parts:
        seen: dict[str, int] = {}
        mine = []
        for name in part.layout.names:
            seen[name] = seen.get(name, 0) + 1
            mine.append((name, seen[name]))
        per_part.append(mine)
        keys += [key for key in mine if key not in keys]
    names, warnings = distinct([clinical_name(name) for name, _ in keys])
    order = clinical_order(names)
    row_of = {keys[index]: row for row, index in enumerate(order)}
    return Rows(
        leads=tuple(names[index] for index in order),
        rows=tuple(tuple(row_of[key] for key in mine) for mine in per_part),
        warnings=warnings,
    )


def slower_leads(parts: Sequence[Part], factor: int, fs_hz: float) -> list[str]:
    """Warnings for leads sampled more slowly than the fastest one."""
    slow: dict[str, float] = {}
    for part in parts:
        for index in part.layout.shown_signals:
            signal = part.layout.header.signals[index]
            if factor % signal.frame:
                raise RecordingError(
                    f"{shown(part.layout.header.path)} mixes sampling rates that do not divide "
                    "each other: export its leads separately."
                )
            if signal.frame != factor:
                slow[signal.lead] = fs_hz * signal.frame / factor
    return [
        f"{lead or 'A lead'} was sampled at {rate:g} Hz only; each of its samples is held."
        for lead, rate in slow.items()
    ]


def stored_as(parts: Sequence[Part]) -> np.dtype[Any]:
    """What holds the digits of every signal that is shown."""
    kinds = {
        dtype_of(part.layout.header.signals[i].format)
        for part in parts
        for i in part.layout.shown_signals
    }
    return np.dtype(np.int32) if np.dtype(np.int32) in kinds else np.dtype(np.int16)


def scales_of(parts: Sequence[Part], rows: Rows) -> tuple[tuple[tuple[float, float], ...], bool]:
    """(step_mv, offset_mv) per row, and whether millivolts must be stored instead of digits.

    They must when the segments of one lead have different gains; its step is NaN then.
    """
    found: list[set[tuple[float, float]]] = [set() for _ in rows.leads]
    for part, part_rows in zip(parts, rows.rows, strict=True):
        for row, scale in zip(part_rows, part.layout.scale, strict=True):
            found[row].add(scale)
    several = any(len(scales) > 1 for scales in found)
    return tuple(s.pop() if len(s) == 1 else (math.nan, 0.0) for s in found), several
