"""What the file says about itself, in sections and in the words of a reader. Qt-free."""

from __future__ import annotations

import math
from dataclasses import dataclass

from viewer.recording import Recording

INTEGRITY = {
    "ok": "the file's checksum fits",
    "absent": "the format has no check",
    "failed": "the checksum does not fit",
    "pending": "still being read",
}


@dataclass(frozen=True, slots=True)
class Section:
    """rows: (what, value); a row without "what" is a line of text."""

    title: str
    rows: tuple[tuple[str, str], ...]


def sections(recording: Recording) -> tuple[Section, ...]:
    """Everything there is to say; empty sections are left out."""
    info = recording.acquisition
    found = (
        Section("Patient", (*info.patient, *_person(recording))),
        Section("Recording", _recording(recording)),
        Section("Device", info.device),
        Section("Filters stated in the file", tuple(("", text) for text in info.filters)),
        Section("Measurements of the recorder", info.measurements),
        Section("Interpretation in the file", tuple(("", text) for text in info.statements)),
        Section("Remarks in the file", tuple(("", text) for text in recording.comments)),
        Section("To be noted", tuple(("", text) for text in recording.warnings)),
    )
    return tuple(section for section in found if section.rows)


def _person(recording: Recording) -> tuple[tuple[str, str], ...]:
    rows = []
    if recording.age_years is not None:
        rows.append(("Age", age_text(recording.age_years)))
    if recording.sex:
        rows.append(("Sex", {"F": "female", "M": "male"}[recording.sex]))
    return tuple(rows)


def age_text(years: float) -> str:
    """ "42 years"; months below two years, days in the first month."""
    if years >= 2:
        return f"{math.floor(years):d} years"
    if years * 12 >= 1:
        return f"{math.floor(years * 12 + 1e-6):d} months"
    return f"{round(years * 365.25):d} days"


def _recording(recording: Recording) -> tuple[tuple[str, str], ...]:
    start = recording.start_time
    steps = sorted({round(step * 1000, 4) for step in recording.step_mv if step == step})
    rows = [
        ("Name", recording.name),
        ("Format", recording.format),
        ("Recorded", f"{start:%Y-%m-%d %H:%M:%S}" if start else "the file does not say"),
        ("Length", f"{recording.duration_s:.2f} s at {recording.fs_hz:g} Hz"),
        ("Leads", " ".join(recording.leads)),
    ]
    if recording.derived:
        computed = [lead for lead in recording.leads if lead in recording.derived]
        rows.append(("Computed leads", " ".join(computed)))
    if steps:
        told = f"{steps[0]:g}" if len(steps) == 1 else f"{steps[0]:g} to {steps[-1]:g}"
        rows.append(("Step", f"{told} µV"))
    rows.append(("Integrity", _integrity(recording)))
    if recording.source_sha256:
        rows.append(("SHA-256", recording.source_sha256))
    return tuple((what, value) for what, value in rows if value)


def _integrity(recording: Recording) -> str:
    states = dict.fromkeys(recording.integrity) or {"absent": None}
    if len(states) == 1:
        return INTEGRITY[next(iter(states))]
    parts = []
    for state in states:
        pairs = zip(recording.leads, recording.integrity, strict=True)
        leads = [lead for lead, own in pairs if own == state]
        parts.append(f"{INTEGRITY[state]} ({' '.join(leads)})")
    return "; ".join(parts)
