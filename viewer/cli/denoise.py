"""leadlight denoise: clean recordings and write them with proof of what was done."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from viewer.cli.batch import Entry, Unfinished, for_each
from viewer.cli.cleaning import clean, guard_entry, guard_of, method_of
from viewer.cli.failures import FAILED, REFUSED, CommandError
from viewer.formats import RecordingError
from viewer.recording import Recording
from viewer.report.provenance import provenance
from viewer.writable import FORMATS


def run(options: Namespace) -> int:
    method = method_of(options)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{options.out} cannot be made: {error.strerror}.") from None

    def work(recording: Recording, report: Callable[[float], None]) -> Entry:
        cleaned = clean(recording, method, options.device, report)
        guard = guard_of(recording, cleaned)
        entry: Entry = {
            "method": cleaned.method,
            "version": cleaned.version,
            "weights_sha256": cleaned.weights_sha256,
            "device": cleaned.device,
            "output": None,
            "guard": guard_entry(guard),
            "seconds": cleaned.seconds,
            "notes": list(cleaned.notes),
        }
        if options.strict and guard.state == "block":
            sentence = f"{recording.name} was not written, the guard refused it: {guard.reason}"
            raise Unfinished(sentence, REFUSED, entry)
        document = provenance(recording, cleaned=cleaned, guard=guard)
        written = replace(recording, samples=cleaned.samples)
        try:
            return entry | write(written, recording.path, document, options)
        except RecordingError as error:
            raise Unfinished(str(error), FAILED, entry) from None

    return for_each(options, work, describe)


def write(
    recording: Recording, source: Path | None, document: dict[str, object], options: Namespace
) -> Entry:
    """Export, and say where the result lies. Raises RecordingError."""
    from viewer.formats.export import export_recording

    path = options.out / f"{stem(recording.name)}_cleaned{FORMATS[options.format].suffix}"
    proof = export_recording(
        recording, path, options.format, document, overwrite=options.overwrite, source=source
    )
    return {
        "output": str(proof.path),
        "sidecar": str(proof.sidecar),
        "sha256": proof.sha256,
        "max_error_uv": proof.max_error_uv,
    }


def stem(name: str) -> str:
    """The recording's name as a file name every format can have."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "recording"


def describe(entry: Entry) -> str:
    """The entry in lines for a person."""
    guard = entry["guard"]
    lines = [
        f"{entry['path']} -> {entry['output']}",
        f"  {entry['method']} {entry['version']} on {entry['device']}, {entry['seconds']:.2f} s",
        f"  guard: {guard['state']}: {guard['reason']}",
        f"  what was done: {entry['sidecar']}",
    ]
    return "\n".join(lines + [f"  note: {note}" for note in entry["notes"]])
