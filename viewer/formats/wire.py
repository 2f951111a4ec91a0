"""What the reader process and the program say to each other: JSON texts and raw arrays.

Never pickles: a reader that a hostile file has taken over can send wrong numbers,
but nothing that runs.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import numpy as np

from viewer import acquisition
from viewer.formats.errors import ImportHints, NeedsHints, Question, RecordingError
from viewer.formats.parsed import Decoding, Outcome, Parsed
from viewer.formats.sinks import Sink
from viewer.recording import Integrity

Message = dict[str, Any]


def send(connection: Connection, message: Message) -> None:
    connection.send_bytes(json.dumps(message).encode())


def receive(connection: Connection) -> Message:
    message = json.loads(connection.recv_bytes())
    if not isinstance(message, dict):
        raise ValueError("a message is an object")
    return cast(Message, message)


def hints_to(hints: ImportHints) -> Message:
    return asdict(hints)


def hints_from(message: Message) -> ImportHints:
    leads = message["leads"]
    return ImportHints(**{**message, "leads": None if leads is None else tuple(leads)})


def error_to(error: RecordingError) -> Message:
    questions, arrays = (
        (list(error.questions), list(error.arrays)) if isinstance(error, NeedsHints) else (None, [])
    )
    return {"kind": "error", "sentence": str(error), "questions": questions, "arrays": arrays}


def error_from(message: Message) -> RecordingError:
    if message["questions"]:
        return NeedsHints(
            message["sentence"],
            cast(tuple[Question, ...], tuple(message["questions"])),
            tuple(message["arrays"]),
        )
    return RecordingError(message["sentence"])


def outcome_to(outcome: Outcome) -> Message:
    return asdict(outcome)


def outcome_from(message: Message) -> Outcome:
    return Outcome(
        integrity=cast(tuple[Integrity, ...], tuple(message["integrity"])),
        warnings=tuple(message["warnings"]),
        source_sha256=message["source_sha256"],
    )


def parsed_to(parsed: Parsed) -> Message:
    """Everything but decode(), which stays in the reader process."""
    return {
        "leads": parsed.leads,
        "fs_hz": parsed.fs_hz,
        "n_samples": parsed.n_samples,
        "dtype": parsed.dtype.str,
        "step_mv": parsed.step_mv,
        "offset_mv": parsed.offset_mv,
        "name": parsed.name,
        "path": str(parsed.path),
        "format": parsed.format,
        "sources": [str(path) for path in parsed.sources],
        "source_bytes": parsed.source_bytes,
        "start_time": parsed.start_time.isoformat() if parsed.start_time else None,
        "age_years": parsed.age_years,
        "sex": parsed.sex,
        "comments": parsed.comments,
        "warnings": parsed.warnings,
        "derived": sorted(parsed.derived),
        "acquisition": acquisition.to_json(parsed.acquisition),
    }


def parsed_from(message: Message) -> Parsed:
    start = message["start_time"]
    return Parsed(
        leads=tuple(message["leads"]),
        fs_hz=message["fs_hz"],
        n_samples=message["n_samples"],
        dtype=np.dtype(message["dtype"]),
        step_mv=tuple(message["step_mv"]),
        offset_mv=tuple(message["offset_mv"]),
        decode=_decoded_elsewhere,
        name=message["name"],
        path=Path(message["path"]),
        format=message["format"],
        sources=tuple(Path(p) for p in message["sources"]),
        source_bytes=message["source_bytes"],
        start_time=datetime.fromisoformat(start) if start else None,
        age_years=message["age_years"],
        sex=message["sex"],
        comments=tuple(message["comments"]),
        warnings=tuple(message["warnings"]),
        derived=frozenset(message["derived"]),
        acquisition=acquisition.from_json(message["acquisition"]),
    )


def _decoded_elsewhere(sink: Sink) -> Decoding:
    raise RuntimeError("the samples of this recording are decoded in the reader process")
    yield
