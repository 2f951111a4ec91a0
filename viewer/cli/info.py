"""leadlight info: what a recording is, without looking at the signal."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

from viewer.acquisition import AcquisitionInfo
from viewer.batch.task import Entry
from viewer.cli.batch import for_each
from viewer.recording import Recording


def run(options: Namespace) -> int:
    return for_each(options, about, describe)


def about(recording: Recording, progress: Callable[[float], None]) -> Entry:
    """The keys of `info`, see design: lengths in samples, times in ISO 8601."""
    start = recording.start_time
    integrity = recording.integrity or ("absent",) * len(recording.leads)
    return {
        "name": recording.name,
        "n_samples": recording.n_samples,
        "start_time": start.isoformat() if start else None,
        "age": recording.age_years,
        "sex": recording.sex,
        "format": recording.format,
        "integrity": dict(zip(recording.leads, integrity, strict=True)),
        "comments": list(recording.comments),
        "derived": sorted(recording.derived),
        "warnings": list(recording.warnings),
        "source_sha256": recording.source_sha256,
        **stated(recording.acquisition),
    }


def stated(info: AcquisitionInfo) -> Entry:
    """What a clinical file says besides its signal; empty where it says nothing."""
    return {
        "patient": dict(info.patient),
        "device": dict(info.device),
        "filters": list(info.filters),
        "measurements": dict(info.measurements),
        "statements": list(info.statements),
        "median_beats": None if info.median_beats is None else list(info.median_beats.leads),
    }


def describe(entry: Entry) -> str:
    """The entry in lines for a person."""
    failed = [lead for lead, state in entry["integrity"].items() if state == "failed"]
    lines = [
        f"{entry['path']}",
        f"  {entry['format']}, {len(entry['leads'])} leads: {' '.join(entry['leads'])}",
        f"  {entry['duration_s']:.3f} s at {entry['fs_hz']:g} Hz, {entry['n_samples']} samples",
    ]
    person = [f"age {entry['age']:g}" if entry["age"] is not None else ""]
    person += [f"sex {entry['sex']}" if entry["sex"] else ""]
    person += [f"recorded {entry['start_time']}" if entry["start_time"] else ""]
    if any(person):
        lines.append("  " + ", ".join(part for part in person if part))
    facts = {**entry["patient"], **entry["device"], **entry["measurements"]}
    lines += [f"  {what}: {value}" for what, value in facts.items()]
    lines += [f"  filter: {text}" for text in entry["filters"]]
    lines += [f"  interpretation: {text}" for text in entry["statements"]]
    lines += [f"  the checksum does not fit the signal: {' '.join(failed)}"] if failed else []
    lines += [f"  note: {warning}" for warning in entry["warnings"]]
    return "\n".join(lines)
