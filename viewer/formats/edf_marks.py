"""What Leadlight wrote into the annotations of its own EDF files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer import samples
from viewer.formats.about import About, about_from
from viewer.formats.edf_header import EdfHeader, is_annotation
from viewer.formats.files import open_regular
from viewer.formats.sinks import Sink

RECORDS = 60
MISSING = -32768
_HEAD = re.compile(rb"Leadlight leads ([0-9]{1,3}) samples ([0-9]{1,12}) gap -32768\x14")
_CHUNK = re.compile(rb"Leadlight ([0-9]{1,4})/([0-9]{1,4}) ([^\x14\x00]*)\x14")


@dataclass(frozen=True, slots=True, kw_only=True)
class EdfMarks:
    """n_samples: the true length; gap value: MISSING; about: what EDF has no field for."""

    n_samples: int
    leads: tuple[str, ...]
    about: About


class FittedSink:
    """Takes whole records, passes on the true length, with gaps marked as sinks know them."""

    def __init__(self, sink: Sink, n_samples: int) -> None:
        self._sink, self._n_samples = sink, n_samples

    def write(self, row: int, start: int, values: NDArray[Any]) -> None:
        inside = values[: max(self._n_samples - start, 0)]
        gap = samples.MISSING[np.dtype(np.int32)]
        self._sink.write(row, start, np.where(inside == MISSING, gap, inside).astype(np.int32))


def edf_marks(header: EdfHeader, records: int) -> EdfMarks | None:
    """None for a file of another program. Never raises but OSError."""
    if header.is_bdf or "Leadlight" not in header.recording:
        return None
    notes = _notes(header, min(records, RECORDS))
    head = _HEAD.search(notes)
    if head is None:
        return None
    n_leads, n_samples = int(head[1]), int(head[2])
    fastest = max((s.samples for s in header.signals if not is_annotation(s.label)), default=0)
    if not (records - 1) * fastest < n_samples <= records * fastest:
        return None  # cut or changed since: its records count
    parts = {int(number): text for number, _, text in _CHUNK.findall(notes)}
    try:
        told = json.loads(b"".join(parts[number] for number in sorted(parts)))
    except (ValueError, RecursionError):
        told = None
    leads = told.get("leads") if isinstance(told, dict) else None
    named = isinstance(leads, list) and len(leads) == n_leads
    return EdfMarks(
        n_samples=n_samples,
        leads=tuple(str(lead)[:40] for lead in leads) if named and leads else (),
        about=about_from(told, n_leads),
    )


def _notes(header: EdfHeader, records: int) -> bytes:
    """The annotation signals of the first records, one after the other."""
    spans, at = [], 0
    for signal in header.signals:
        if is_annotation(signal.label):
            spans.append((at * 2, (at + signal.samples) * 2))
        at += signal.samples
    notes = bytearray()
    with open_regular(header.path) as file:
        for index in range(records):
            for start, stop in spans:
                file.seek(header.header_bytes + index * header.record_bytes + start)
                notes += file.read(stop - start)
    return bytes(notes)
