"""What a recording is besides its samples, as JSON inside the files we write."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from viewer.recording import Recording

TEXT_LIMIT, TEXTS_LIMIT = 2000, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    start_time: datetime | None = None
    age_years: float | None = None
    sex: Literal["F", "M"] | None = None
    comments: tuple[str, ...] = ()
    step_mv: tuple[float, ...] = ()
    derived: frozenset[str] = frozenset()


def about_to(recording: Recording) -> dict[str, Any]:
    """The parts of a recording that formats without a place for them keep as JSON."""
    start = recording.start_time
    return {
        "name": recording.name,
        "start_time": start.isoformat() if start else None,
        "age_years": recording.age_years,
        "sex": recording.sex,
        "comments": list(recording.comments),
        "step_mv": [step if math.isfinite(step) else None for step in recording.step_mv],
        "derived": sorted(recording.derived),
    }


def about_from(provenance: object, n_leads: int) -> About:
    """The same read back from a provenance document; what makes no sense is left out."""
    about = provenance.get("recording") if isinstance(provenance, dict) else None
    if not isinstance(about, dict):
        return About()
    steps = about.get("step_mv")
    return About(
        start_time=_time(about.get("start_time")),
        age_years=_number(about.get("age_years"), 0.0, 120.0),
        sex=_sex(about.get("sex")),
        comments=_texts(about.get("comments")),
        step_mv=_steps(steps) if isinstance(steps, list) and len(steps) == n_leads else (),
        derived=frozenset(_texts(about.get("derived"))),
    )


def _time(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=None) if found else None


def _number(value: object, low: float, high: float) -> float | None:
    ok = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    return float(value) if ok else None  # type: ignore[arg-type]


def _sex(value: object) -> Literal["F", "M"] | None:
    return "F" if value == "F" else "M" if value == "M" else None


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(item[:TEXT_LIMIT] for item in value[:TEXTS_LIMIT] if isinstance(item, str))


def _steps(values: list[object]) -> tuple[float, ...]:
    found = (_number(value, 0.0, 10.0) for value in values)
    return tuple(math.nan if step is None else step for step in found)
