"""Patient, device, filters, measurements and statements of a DICOM ECG."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from viewer.acquisition import AcquisitionInfo, Facts
from viewer.formats.about import about_from
from viewer.formats.dicom_groups import Chosen
from viewer.formats.moments import age_between, compact_time, sex_of, years
from viewer.formats.statement import MARK
from viewer.formats.whole import Told

TEXT_LIMIT, FACTS_LIMIT = 400, 200

PATIENT = (
    ("PatientName", "Name"),
    ("PatientID", "Patient ID"),
    ("PatientBirthDate", "Birth date"),
    ("AccessionNumber", "Order number"),
    ("ReferringPhysicianName", "Referring physician"),
    ("OperatorsName", "Operator"),
)
DEVICE = (
    ("Manufacturer", "Manufacturer"),
    ("ManufacturerModelName", "Model"),
    ("DeviceSerialNumber", "Serial number"),
    ("SoftwareVersions", "Software"),
    ("InstitutionName", "Institution"),
    ("InstitutionalDepartmentName", "Department"),
    ("StationName", "Station"),
)


def told_by(data: Any, found: Chosen) -> Told:
    """Everything but the samples. Never raises for a field that is missing or odd."""
    start = compact_time(_text(data, "AcquisitionDateTime")) or compact_time(
        _text(data, "StudyDate") + _text(data, "StudyTime")
    )
    birth = compact_time(_text(data, "PatientBirthDate") + "0000")
    measurements, texts = _annotations(data)
    told = Told(
        start_time=start,
        age_years=_age(_text(data, "PatientAge")) or age_between(birth, start),
        sex=sex_of(_text(data, "PatientSex")),
        comments=_own_remarks(data),
        warnings=tuple(dict.fromkeys(found.notes)),
        acquisition=AcquisitionInfo(
            patient=_facts(data, PATIENT),
            device=_facts(data, DEVICE),
            filters=tuple(found.filters),
            measurements=measurements,
            statements=texts,
            median_beats=found.median,
        ),
    )
    return _as_written(told, texts)


def _as_written(told: Told, texts: tuple[str, ...]) -> Told:
    """Leadlight's own statement, split over the last annotations, put together again."""
    at = next((i for i, text in enumerate(texts) if text.startswith(MARK)), None)
    if at is None:
        return told
    try:
        document = json.loads("".join(texts[at:]).removeprefix(MARK))
    except (ValueError, RecursionError):
        return told
    about = about_from(document, 0)
    return replace(
        told,
        age_years=about.age_years if about.age_years is not None else told.age_years,
        comments=about.comments,
        acquisition=replace(
            told.acquisition,
            statements=tuple(text for text in texts[:at] if text not in about.comments),
        ),
    )


def _own_remarks(data: Any) -> tuple[str, ...]:
    text = _text(data, "DerivationDescription")
    return (text,) if text else ()


def _age(text: str) -> float | None:
    """ "042Y", "011M"; the standard's three digits and a letter."""
    return years(float(text[:3]), text[3:]) if len(text) == 4 and text[:3].isdecimal() else None


def _annotations(data: Any) -> tuple[Facts, tuple[str, ...]]:
    """Numbers with their names, and texts in file order."""
    numbers: list[tuple[str, str]] = []
    texts: list[str] = []
    for note in list(data.get("WaveformAnnotationSequence", []) or [])[: 20 * FACTS_LIMIT]:
        concept = _meaning(note.get("ConceptNameCodeSequence"))
        if note.get("NumericValue") not in (None, "") and concept:
            unit = _unit(_meaning(note.get("MeasurementUnitsCodeSequence")))
            value = note.NumericValue
            values = [value] if isinstance(value, int | float | str) else list(value)
            shown = " ".join(f"{float(v):g}" for v in values[:8])
            numbers.append((concept, f"{shown} {unit}".strip()))
        elif note.get("UnformattedTextValue"):
            whole_text = str(note.UnformattedTextValue)
            own = bool(texts) and any(text.startswith(MARK) for text in texts)
            kept = whole_text if own or whole_text.startswith(MARK) else _tidy(whole_text)
            texts.append(kept)
        elif concept and note.get("ConceptCodeSequence"):
            texts.append(f"{concept}: {_meaning(note.ConceptCodeSequence)}")
    return tuple(dict.fromkeys(numbers))[:FACTS_LIMIT], tuple(texts[: 4 * FACTS_LIMIT])


def _unit(meaning: str) -> str:
    short = {"millisecond": "ms", "milliseconds": "ms", "degree": "°", "degrees": "°"}
    return short.get(meaning.casefold(), {"BPM": "/min"}.get(meaning, meaning))


def _meaning(sequence: Iterable[Any] | None) -> str:
    first = next(iter(sequence or []), None)
    return _tidy(str(first.get("CodeMeaning", "") or "")) if first is not None else ""


def _facts(data: Any, wanted: Iterable[tuple[str, str]]) -> Facts:
    stated = ((label, _text(data, key)) for key, label in wanted)
    return tuple((label, value) for label, value in stated if value)


def _text(data: Any, key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    several = not isinstance(value, str) and hasattr(value, "__iter__")
    if several and type(value).__name__ == "MultiValue":
        return _tidy(" / ".join(str(part) for part in value))
    return _tidy(str(value))


def _tidy(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:TEXT_LIMIT]
