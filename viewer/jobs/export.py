"""Writing recordings off the GUI thread, and what a request to do so means."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from viewer.annotation import Annotation
from viewer.formats.loading import settled
from viewer.jobs.runner import Progress
from viewer.jobs.watched import Watched, export_passes
from viewer.recording import Recording
from viewer.report.deidentify import NEUTRAL_NAME, prepared
from viewer.report.provenance import Provenance, provenance
from viewer.state.annotation_export import exported
from viewer.state.cut import cut
from viewer.state.reopened import session_state
from viewer.state.session import Session
from viewer.writable import FORMATS as WRITABLE

if TYPE_CHECKING:
    from viewer.formats.export import ExportProof

TraceName = Literal["raw", "cleaned"]

FORMATS = {one.name: (one.title, one.suffix) for one in WRITABLE.values()}
"""Per format: what the dialog calls it, and how its file name ends."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is written, where and how."""

    trace: TraceName
    whole: bool
    format: str
    path: Path
    overwrite: bool = False
    deidentify: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """All that the worker needs."""

    recording: Recording
    provenance: Provenance
    choice: Choice
    source: Path | None
    annotations: tuple[Annotation, ...] = ()

    def __call__(self, progress: Progress) -> ExportProof:
        """Write, re-read, compare. Raises RecordingError with one sentence."""
        from viewer.formats.export import export_recording
        from viewer.formats.verify import WHOLE_BYTES
        from viewer.formats.wfdb_annotations import encode

        samples = self.recording.samples
        passes = export_passes(samples.n_leads, samples.n_samples, WHOLE_BYTES)
        watched = replace(self.recording, samples=Watched(samples, passes, progress))
        beside = {}
        if self.annotations and self.choice.format == "wfdb":
            beside[".atr"] = encode(self.annotations, self.recording.leads)
        return export_recording(
            watched,
            self.choice.path,
            self.choice.format,
            self.provenance,
            overwrite=self.choice.overwrite,
            source=self.source,
            beside=beside,
        )


def obstacle(session: Session, choice: Choice) -> str | None:
    """Why this cannot be written now, as a sentence; None when it can."""
    recording, cleaned = session.recording, session.cleaned
    if recording is None:
        return "No recording is open."
    start, stop = _samples(session, choice.whole)
    if recording.samples.ready_until < stop:
        return "The recording is still being read; try again in a moment."
    if choice.trace == "raw":
        return None
    if cleaned is None:
        return "There is no cleaned trace; press Denoise first."
    if not cleaned.samples.has(start, stop):
        return "This stretch is not cleaned yet; wait until cleaning is done."
    if session.guard is None or not session.guard_complete:
        return "What cleaning changed is still being checked; wait a moment."
    if session.export_blocked:
        return "Cleaning changed the ST segment or the QRS too much; take note of it first."
    return None


def job(session: Session, choice: Choice) -> Job:
    """The work for a choice without obstacle."""
    assert session.recording is not None
    recording = settled(session.recording)  # a long one has its hash and checksums only now
    cleaned = session.cleaned if choice.trace == "cleaned" else None
    span_s = None if choice.whole else _span_s(session)
    document = provenance(
        recording,
        cleaned=cleaned,
        guard=session.guard,
        guard_acknowledged=session.guard_acknowledged,
        span_s=span_s,
        session=session_state(session, span_s[0] if span_s else 0.0),
    )
    written = recording if cleaned is None else replace(recording, samples=cleaned.samples)
    written = written if span_s is None else cut(written, *span_s)
    written, document = prepared(written, document, recording, deidentify=choice.deidentify)
    return Job(written, document, choice, recording.path, _annotations(session, choice))


def _annotations(session: Session, choice: Choice) -> tuple[Annotation, ...]:
    """What the reader marked on the exported stretch."""
    marks = session.marks
    if marks is None:
        return ()
    start, stop = _samples(session, choice.whole)
    return exported(marks.annotations, start, stop, deidentify=choice.deidentify)


def suggested_name(recording: Recording, choice: Choice) -> str:
    """A file name that says what is inside and differs from the source's."""
    name = NEUTRAL_NAME if choice.deidentify else recording.name
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "recording"
    span = "" if choice.whole else "_part"
    return f"{stem}_{choice.trace}{span}{FORMATS[choice.format][1]}"


def _span_s(session: Session) -> tuple[float, float]:
    return session.timeline.start_s, session.timeline.stop_s


def _samples(session: Session, whole: bool) -> tuple[int, int]:
    recording = session.recording
    assert recording is not None
    if whole:
        return 0, recording.n_samples
    start_s, stop_s = _span_s(session)
    start, stop = round(start_s * recording.fs_hz), round(stop_s * recording.fs_hz)
    return start, min(stop, recording.n_samples)
