"""Which annotations go into an exported file. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from viewer.annotation import NOTE, RHYTHM, Annotation


def exported(
    annotations: Iterable[Annotation], start: int, stop: int, *, deidentify: bool = False
) -> tuple[Annotation, ...]:
    """Those between two samples, counted from the first.

    deidentify  free text may name somebody: notes are left out, labels keep only what
                rhythm annotations say, "(AFIB" for example
    """
    found = []
    for one in annotations:
        last = one.sample if one.stop is None else one.stop
        if last < start or one.sample >= stop or (deidentify and one.symbol == NOTE):
            continue
        note = "" if deidentify and one.symbol != RHYTHM else one.note
        end = None if one.stop is None else min(one.stop, stop - 1) - start
        found.append(replace(one, sample=max(one.sample - start, 0), stop=end, note=note))
    return tuple(found)
