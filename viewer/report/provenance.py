"""What an exported file says about how it was made. The window and the commands share it."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from viewer import __version__
from viewer.recording import Recording
from viewer.state.cleaned import Cleaned

if TYPE_CHECKING:
    from inference.guard import GuardReport

Provenance = dict[str, Any]

USE = (
    "For research use and review support. Not a medical device. Not the sole basis for "
    "diagnosis. A qualified reader must over-read the original recording."
)


def provenance(
    recording: Recording,
    *,
    cleaned: Cleaned | None = None,
    guard: GuardReport | None = None,
    guard_acknowledged: bool = False,
    span_s: tuple[float, float] | None = None,
    made_at: datetime | None = None,
    session: Provenance | None = None,
) -> Provenance:
    """Everything needed to know, and to repeat, what was done; ready for JSON.

    recording  as it was opened, never the cleaned one
    span_s     first and last second of what is written; None: all of it
    session    how the reader of the ECG looked at it, see viewer.state.reopened
    """
    start_s, stop_s = span_s or (0.0, recording.duration_s)
    document: Provenance = {
        "software": f"Leadlight {__version__}",
        "made_at": (made_at or datetime.now(UTC)).isoformat(timespec="seconds"),
        "intended_use": USE,
        "source": {
            "file": recording.path.name if recording.path is not None else recording.name,
            "format": recording.format,
            "sha256": recording.source_sha256,
            "fs_hz": recording.fs_hz,
            "leads": list(recording.leads),
            "derived_leads": sorted(recording.derived),
        },
        "span_s": [start_s, stop_s],
        "trace": "raw" if cleaned is None else "cleaned",
        "deidentified": False,
    }
    if session is not None:
        document["session"] = plain(session)
    if cleaned is not None:
        document["cleaning"] = _cleaning(cleaned)
        document["guard"] = _guard(guard, guard_acknowledged)
    return document


def _cleaning(cleaned: Cleaned) -> Provenance:
    return {
        "method": cleaned.method,
        "title": cleaned.title,
        "version": cleaned.version,
        "weights_sha256": cleaned.weights_sha256,
        "parameters": plain(cleaned.parameters),
        "seed": plain(cleaned.parameters.get("seed")),
        "strength": plain(cleaned.strength),
        "device": cleaned.device,
        "seconds": round(cleaned.seconds, 3),
        "notes": list(cleaned.notes),
    }


def _guard(guard: GuardReport | None, acknowledged: bool) -> Provenance:
    if guard is None:
        return {"state": "not_checked"}
    return {"report": plain(guard), "state": guard.state, "acknowledged": acknowledged}


def plain(value: Any) -> Any:
    """value as JSON holds it: dataclasses and arrays opened, NaN as null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else str(value)
