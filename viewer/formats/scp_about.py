"""Patient, device, filters, global measurements and statements of an SCP-ECG file."""

from __future__ import annotations

from datetime import datetime

from viewer.acquisition import AcquisitionInfo, Facts, MedianBeats
from viewer.formats.moments import age_between, moment, years
from viewer.formats.scp_sections import Section
from viewer.formats.whole import Told

LAST = 255
TAGS_LIMIT, TEXTS_LIMIT = 1000, 200
NOT_MEASURED = (29999, 29998, 19999)
PATIENT = {2: "Patient ID", 20: "Referring physician"}
PATIENT |= {21: "Confirming physician", 22: "Technician"}
PLACES = {16: "Institution", 18: "Department", 23: "Room"}
AGE_UNITS = {1: "Y", 2: "M", 3: "W", 4: "D", 5: "H"}


def told_by(sections: dict[int, Section], beats: MedianBeats | None) -> Told:
    """Everything but the samples. Raises ValueError for tags that cannot be followed."""
    tags = _tags(sections[1].body) if 1 in sections else {}
    start = _start(tags)
    birth = _date(_first(tags, 5))
    name = " ".join(part for tag in (1, 0) if (part := _text(_first(tags, tag))))
    patient = [("Name", name)]
    patient += [(label, _text(v)) for tag, label in PATIENT.items() for v in tags.get(tag, [])]
    if birth:
        patient.append(("Birth date", f"{birth:%Y-%m-%d}"))
    return Told(
        start_time=start,
        age_years=_age(_first(tags, 4)) or age_between(birth, start),
        sex={1: "M", 2: "F"}.get(_first(tags, 8)[0]) if _first(tags, 8) else None,  # type: ignore[arg-type]
        acquisition=AcquisitionInfo(
            patient=tuple((label, value) for label, value in patient if value),
            device=_device(tags),
            filters=_filters(tags),
            measurements=_measurements(sections[7].body) if 7 in sections else (),
            statements=_statements(sections[8].body) if 8 in sections else (),
            median_beats=beats,
        ),
    )


def _tags(body: bytes) -> dict[int, list[bytes]]:
    """Section 1: tag, length, value, until tag 255. Raises ValueError."""
    found: dict[int, list[bytes]] = {}
    at = 0
    for _ in range(TAGS_LIMIT):
        if at >= len(body) or body[at] == LAST:
            break
        length = int.from_bytes(body[at + 1 : at + 3], "little")
        value = body[at + 3 : at + 3 + length]
        if len(value) != length:
            raise ValueError("a field reaches beyond section 1")
        found.setdefault(body[at], []).append(value)
        at += 3 + length
    return found


def _first(tags: dict[int, list[bytes]], tag: int) -> bytes:
    return next(iter(tags.get(tag, [])), b"")


def _text(value: bytes) -> str:
    text = value.partition(b"\0")[0].decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:400]


def _date(value: bytes) -> datetime | None:
    return moment(_u16(value, 0), value[2], value[3]) if len(value) >= 4 else None


def _start(tags: dict[int, list[bytes]]) -> datetime | None:
    date, time = _first(tags, 25), _first(tags, 26)
    if len(date) < 4 or len(time) < 3:
        return None
    return moment(_u16(date, 0), date[2], date[3], time[0], time[1], time[2])


def _age(value: bytes) -> float | None:
    if len(value) < 3 or value[2] not in AGE_UNITS:
        return None
    return years(_u16(value, 0), AGE_UNITS[value[2]])


def _device(tags: dict[int, list[bytes]]) -> Facts:
    """The acquiring device: its model stands at byte 8, its texts begin at byte 36."""
    device = _first(tags, 14)
    found = [("Model", _text(device[8:14]))] if len(device) > 14 else []
    texts = device[36:].split(b"\0") if len(device) > 36 else []
    labels = (
        "Analysis program",
        "Serial number",
        "Software",
        "Acquisition software",
        "Manufacturer",
    )
    found += list(zip(labels, map(_text, texts), strict=False))
    found += [(label, _text(_first(tags, tag))) for tag, label in PLACES.items()]
    return tuple((label, value) for label, value in found if value)


def _filters(tags: dict[int, list[bytes]]) -> tuple[str, ...]:
    """The high pass in hundredths of a hertz, the low pass in hertz, a map of notches."""
    high, low, other = (_first(tags, tag) for tag in (27, 28, 29))
    found = []
    if len(high) >= 2 and _u16(high, 0):
        found.append(f"high pass {_u16(high, 0) / 100:g} Hz")
    if len(low) >= 2 and _u16(low, 0):
        found.append(f"low pass {_u16(low, 0)} Hz")
    names = ("notch 60 Hz", "notch 50 Hz", "artefact filter", "baseline filter")
    bits = other[0] if other else 0
    return (*found, *(name for bit, name in enumerate(names) if bits >> bit & 1))


def _measurements(body: bytes) -> Facts:
    """Global intervals and axes of the first reference beat."""
    rr, pp = _s16(body, 2), _s16(body, 4)
    found = [("RR interval", rr, "ms"), ("PP interval", pp, "ms")]
    if len(body) >= 22:
        p_on, p_off, q_on, q_off, t_off = (_u16(body, 6 + 2 * i) for i in range(5))
        intervals = (
            ("PR interval", p_on, q_on),
            ("P duration", p_on, p_off),
            ("QRS duration", q_on, q_off),
            ("QT interval", q_on, t_off),
        )
        found += [
            (what, stop - start, "ms")
            for what, start, stop in intervals
            if start not in NOT_MEASURED and stop not in NOT_MEASURED
        ]
        axes = ("P axis", "QRS axis", "T axis")
        found += [(axis, _s16(body, 16 + 2 * i), "°") for i, axis in enumerate(axes)]
    return tuple(
        (what, f"{value} {unit}")
        for what, value, unit in found
        if value not in NOT_MEASURED and (unit != "ms" or 0 < value < 10_000)
    )


def _statements(body: bytes) -> tuple[str, ...]:
    count, at = (body[8], 9) if len(body) > 9 else (0, 0)
    lines = []
    for _ in range(min(count, TEXTS_LIMIT)):
        length = int.from_bytes(body[at + 1 : at + 3], "little")
        lines.append(_text(body[at + 3 : at + 3 + length]))
        at += 3 + length
    return tuple(line for line in lines if line)


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _s16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little", signed=True)
