"""Patient, device, filters and findings of an HL7 annotated ECG."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from viewer.acquisition import AcquisitionInfo, Facts, MedianBeats
from viewer.formats.about import about_from
from viewer.formats.moments import age_between, compact_time, sex_of, years
from viewer.formats.statement import MARK
from viewer.formats.whole import Told
from viewer.formats.xml_safe import number_of, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

AGE_LOINC = "21612-7"
FILTER = "MDC_ECG_CTL_VBL_ATTR_FILTER_"
FILTERS = {"LOW_PASS": "low pass", "HIGH_PASS": "high pass", "NOTCH": "notch"}
FACTS_LIMIT = 200
MEASURED = {
    "MDC_ECG_HEART_RATE": "Heart rate",
    "MDC_ECG_TIME_PD_RR": "RR interval",
    "MDC_ECG_TIME_PD_PP": "PP interval",
    "MDC_ECG_TIME_PD_PR": "PR interval",
    "MDC_ECG_TIME_PD_P": "P duration",
    "MDC_ECG_TIME_PD_QRS": "QRS duration",
    "MDC_ECG_TIME_PD_QT": "QT interval",
    "MDC_ECG_TIME_PD_QTc": "QTc interval",
    "MDC_ECG_TIME_PD_QTcB": "QTc interval (Bazett)",
    "MDC_ECG_TIME_PD_QTcF": "QTc interval (Fridericia)",
    "MDC_ECG_ANGLE_P_FRONT": "P axis",
    "MDC_ECG_ANGLE_QRS_FRONT": "QRS axis",
    "MDC_ECG_ANGLE_T_FRONT": "T axis",
}
UNITS = {"deg": "°", "bpm": "/min", "{H.B.}/min": "/min"}


def told_by(
    root: Element,
    series: Element,
    start: datetime | None,
    beats: MedianBeats | None,
    notes: Sequence[str],
) -> Told:
    """Everything but the samples."""
    subject = root.find("componentOf/timepointEvent/componentOf/subjectAssignment/subject")
    person = subject.find("trialSubject/subjectDemographicPerson") if subject is not None else None
    birth = compact_time(_value(person, "birthTime", "value") + "0000")
    effective = _value(series, "effectiveTime/low", "value")
    start = start or compact_time(effective)
    measurements, statements = _findings(series)
    told = Told(
        start_time=start,
        age_years=_age(root, series) or age_between(birth, start),
        sex=sex_of(_value(person, "administrativeGenderCode", "code")),
        warnings=tuple(dict.fromkeys(notes)),
        acquisition=AcquisitionInfo(
            patient=_patient(subject, person),
            device=_device(series),
            filters=_filters(series),
            measurements=measurements,
            statements=statements,
            median_beats=beats,
        ),
    )
    return _as_written(told, root.findtext("text") or "")


def _as_written(told: Told, text: str) -> Told:
    """What Leadlight wrote into its own files, for which aECG has no field."""
    remarks, mark, statement = text.partition(MARK)
    lines = tuple(line.strip()[:2000] for line in remarks.splitlines() if line.strip())[:200]
    if not mark:
        return replace(told, comments=lines)
    try:
        document = json.loads(statement)
    except (ValueError, RecursionError):
        return replace(told, comments=lines)
    about = about_from(document, 0)
    return replace(
        told,
        comments=about.comments,
        age_years=about.age_years if about.age_years is not None else told.age_years,
    )


def _value(element: Element | None, path: str, attribute: str) -> str:
    found = element.find(path) if element is not None else None
    text = found.get(attribute, "") if found is not None else ""
    return "".join(c if c.isprintable() else " " for c in text).strip()[:400]


def _patient(subject: Element | None, person: Element | None) -> Facts:
    stated = (
        ("Name", text_of(person, "name")[:400]),
        ("Patient ID", _value(subject, "trialSubject/id", "extension")),
        ("Birth date", _value(person, "birthTime", "value")),
    )
    return tuple((label, value) for label, value in stated if value)


def _device(series: Element) -> Facts:
    author = series.find("author/seriesAuthor")
    stated = (
        ("Manufacturer", text_of(author, "manufacturerOrganization/name")),
        ("Model", text_of(author, "manufacturedSeriesDevice/manufacturerModelName")),
        ("Software", text_of(author, "manufacturedSeriesDevice/softwareName")),
    )
    return tuple((label, value[:400]) for label, value in stated if value)


def _age(root: Element, series: Element) -> float | None:
    """The reported age among the controlled variables."""
    for parent in (root, series):
        for found in parent.iterfind("controlVariable/relatedObservation"):
            if _value(found, "code", "code") == AGE_LOINC:
                value = number_of(_value(found, "value", "value"))
                unit = {"a": "Y", "mo": "M", "wk": "W", "d": "D"}.get(
                    _value(found, "value", "unit")
                )
                return None if value is None else years(value, unit or "Y")
    return None


def _filters(series: Element) -> tuple[str, ...]:
    """ "low pass 150 Hz"; the description where there is no frequency."""
    found = []
    for variable in series.iter("controlVariable"):
        code = _value(variable, "code", "code")
        word = FILTERS.get(code.removeprefix(FILTER)) if code.startswith(FILTER) else None
        if word is None:
            continue
        told = [c.find("controlVariable") for c in variable.findall("component")]
        values = [_parameter(part) for part in told if part is not None]
        found.append(" ".join((word, *(value for value in values if value))))
    return tuple(dict.fromkeys(found))


def _parameter(variable: Element) -> str:
    value = variable.find("value")
    if value is None:
        return ""
    unit = value.get("unit", "")
    return (
        f"{value.get('value')} {unit}".strip()[:60] if value.get("value") else text_of(value)[:60]
    )


def _findings(series: Element) -> tuple[Facts, tuple[str, ...]]:
    """Global measurements and statements of all annotation sets, and of the derived series."""
    numbers: dict[str, str] = {}
    texts: list[str] = []
    sets = [*series.iterfind("subjectOf/annotationSet")]
    sets += series.iterfind("derivation/derivedSeries/subjectOf/annotationSet")
    for found in sets:
        for note in found.iter("annotation"):
            code, value = _value(note, "code", "code"), note.find("value")
            if value is None or note.find(".//supportingROI/component/boundary") is not None:
                if code == "MDC_ECG_RHY" and value is not None:
                    texts.append(_said(value))
                continue
            if code in MEASURED and value.get("value"):
                unit = UNITS.get(value.get("unit", ""), value.get("unit", ""))
                numbers.setdefault(MEASURED[code], f"{value.get('value')} {unit}".strip()[:60])
            elif code.startswith("MDC_ECG_INTERPRETATION"):
                texts.append(_said(value))
    statements = tuple(dict.fromkeys(text for text in texts if text))
    return tuple(numbers.items())[:FACTS_LIMIT], statements[:FACTS_LIMIT]


def _said(value: Element) -> str:
    words = text_of(value) or value.get("displayName", "") or value.get("code", "")
    return words[:400]
