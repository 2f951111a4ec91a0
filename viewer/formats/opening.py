"""From a parsed header to a Recording: in memory when short, in the cache when long."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from viewer.formats.errors import ImportHints, RecordingError, too_large
from viewer.formats.files import shown
from viewer.formats.parsed import Decoding, Outcome, Parsed
from viewer.formats.sinks import ArraySink, Sink
from viewer.recording import Recording
from viewer.samples import ArraySamples, Samples, to_mv

log = logging.getLogger(__name__)

LONG_BYTES = 64 * 1024 * 1024
"""float32 millivolts; longer recordings live in the cache, not in memory."""


def open_recording(path: Path | str, *, hints: ImportHints | None = None) -> Recording:
    """Read a recording in this process. Raises RecordingError, NeedsHints.

    Windows and commands use ReaderProcess.open, which does this in a process of its own.
    """
    from viewer.formats.registry import parse  # every reader: not for who only asks a process

    parsed = parse(path, hints or ImportHints())
    if is_long(parsed):
        from viewer.formats.long_copy import open_long

        return open_long(parsed, hints or ImportHints())
    samples, outcome = in_memory(parsed)
    return recording_of(parsed, samples, outcome)


def is_long(parsed: Parsed) -> bool:
    return len(parsed.leads) * parsed.n_samples * 4 > LONG_BYTES


def in_memory(parsed: Parsed) -> tuple[ArraySamples, Outcome]:
    """Decode everything now."""
    sink = ArraySink(len(parsed.leads), parsed.n_samples, parsed.dtype)
    steps = guarded(parsed, sink)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            outcome: Outcome = done.value
            break
    signal = to_mv(sink.digital, np.array(parsed.step_mv), np.array(parsed.offset_mv))
    return ArraySamples(signal), outcome


def guarded(parsed: Parsed, sink: Sink) -> Decoding:
    """Decoding whose every failure is a RecordingError."""
    try:
        return (yield from parsed.decode(sink))
    except RecordingError:
        raise
    except MemoryError:
        raise too_large(parsed.path) from None
    except (OSError, ValueError, EOFError, OverflowError, IndexError):
        log.debug("cannot decode %s", parsed.path.name, exc_info=True)
        raise RecordingError(
            f"{shown(parsed.path)} is damaged and cannot be read: get it again from its source."
        ) from None


def recording_of(parsed: Parsed, samples: Samples, outcome: Outcome) -> Recording:
    return Recording(
        samples=samples,
        leads=parsed.leads,
        fs_hz=parsed.fs_hz,
        name=parsed.name,
        path=parsed.path,
        format=parsed.format,
        start_time=parsed.start_time,
        age_years=parsed.age_years,
        sex=parsed.sex,
        comments=parsed.comments,
        integrity=outcome.integrity,
        warnings=parsed.warnings + outcome.warnings,
        step_mv=parsed.step_mv,
        derived=parsed.derived,
        acquisition=parsed.acquisition,
        source_sha256=outcome.source_sha256,
    )
