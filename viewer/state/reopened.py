"""The session of an exported file: kept in its sidecar, restored when the file is opened.

Qt-free. A sidecar counts only when it is the file's own: it names the hash of every file.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viewer.recording import Recording
from viewer.state.layouts import find
from viewer.state.marks_file import calipers_in, calipers_out
from viewer.state.session import Session
from viewer.writable import FORMATS, OLD_SIDECAR

log = logging.getLogger(__name__)

MOST_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Reopened:
    """What the sidecar of an exported file says.

    cleaned  sentence that names how the trace was cleaned; empty for a raw one
    method   that cleaned it, None for a raw one
    session  layout, paper, place: checked by restore()
    """

    cleaned: str
    method: str | None
    session: Mapping[str, Any]


def session_state(session: Session, start_s: float = 0.0) -> dict[str, Any]:
    """How the page looks. start_s: the second of the recording where the export begins."""
    paper = session.paper
    return {
        "layout": paper.layout.name,
        "speed_mm_s": paper.speed_mm_s,
        "gain_mm_mv": paper.gain_mm_mv,
        "timing": paper.timing,
        "half_chest_gain": paper.half_chest_gain,
        "start_s": max(session.timeline.start_s - start_s, 0.0),
        "method": None if session.cleaned is None else session.cleaned.method,
        "calipers": calipers_out(session.marks.calipers, start_s) if session.marks else [],
    }


def reopened(recording: Recording) -> Reopened | None:
    """What is known of the recording from its sidecar; None when it has none of its own."""
    path = recording.path
    if path is None:
        return None
    for name in _sidecars(path):
        document = _document(path.with_name(name))
        if document is not None and _belongs(document, recording):
            return _told(document)
    return None


def restore(session: Session, found: Reopened) -> None:
    """Show the page as it was when the file was exported; what makes no sense is left out."""
    told, paper = found.session, session.paper
    recording = session.recording
    if recording is None:
        return
    try:
        if isinstance(told.get("layout"), str):
            paper.set_layout(find(told["layout"], recording.leads))
    except ValueError:
        log.debug("the layout of the sidecar does not fit")
    for key, apply in (("speed_mm_s", paper.set_speed), ("gain_mm_mv", paper.set_gain)):
        value = _number(told.get(key))
        if value is not None and value > 0:
            apply(value)
    if told.get("timing") in ("continuous", "simultaneous"):
        paper.set_timing(told["timing"])
    paper.set_half_chest_gain(told.get("half_chest_gain") is True)
    start_s = _number(told.get("start_s"))
    if start_s is not None:
        session.timeline.scroll_to(start_s)
    _restore_calipers(session, told.get("calipers"))


def _restore_calipers(session: Session, told: object) -> None:
    """The calipers of the export, where the reader has none of his own on this file."""
    marks, recording = session.marks, session.recording
    if marks is None or recording is None or marks.calipers or not told:
        return
    for caliper in calipers_in(told):
        if caliper.lead in recording.leads:
            marks.add_caliper(caliper)
    marks.hold(None)


def _sidecars(path: Path) -> list[str]:
    """The names a sidecar of this file can have."""
    stem = path.name[: -len(path.suffix)] if path.suffix else path.name
    names = [one.sidecar(stem) for one in FORMATS.values() if path.suffix.lower() in one.endings]
    return [*names, stem + OLD_SIDECAR]


def _document(path: Path) -> dict[str, Any] | None:
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    schema = document.get("schema") if isinstance(document, dict) else None
    return document if isinstance(schema, str) and schema.startswith("leadlight-export/") else None


def _belongs(document: Mapping[str, Any], recording: Recording) -> bool:
    """Whether the sidecar was written with these very bytes."""
    output = document.get("output")
    files = output.get("files") if isinstance(output, Mapping) else None
    assert recording.path is not None
    if not isinstance(files, Mapping) or recording.path.name not in files:
        return False
    if len(files) == 1:
        return bool(files[recording.path.name] == recording.source_sha256)
    return bool(files[recording.path.name] == _sha256(recording.path))  # the header names the rest


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.stat().st_size < 2**20 else ""
    except OSError:
        return ""


def _told(document: Mapping[str, Any]) -> Reopened:
    cleaning, session = document.get("cleaning"), document.get("session")
    method = cleaning.get("method") if isinstance(cleaning, Mapping) else None
    sentence = ""
    if isinstance(cleaning, Mapping):
        title, version = str(cleaning.get("title"))[:60], str(cleaning.get("version"))[:20]
        weights = str(cleaning.get("weights_sha256") or "")[:8]
        known = f", weights {weights}" if weights else ""
        sentence = (
            f"This file holds a cleaned trace, not the recording itself: {title} {version}{known}."
        )
    return Reopened(
        cleaned=sentence,
        method=method if isinstance(method, str) else None,
        session=session if isinstance(session, Mapping) else {},
    )


def _number(value: object) -> float | None:
    ok = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if ok else None  # type: ignore[arg-type]
