"""HL7 annotated ECG (aECG): sequences of integers with origin, scale and unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viewer.acquisition import MedianBeats
from viewer.formats.aecg_about import told_by
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import shown
from viewer.formats.leads import clinical_name, clinical_order, distinct
from viewer.formats.moments import compact_time
from viewer.formats.parsed import Parsed
from viewer.formats.units import millivolts_per
from viewer.formats.whole import LEADS_LIMIT, Channel, check_step, refused, whole
from viewer.formats.xml_root import is_root
from viewer.formats.xml_safe import number_of, read_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "min": 60.0}
LONGEST_S = 14 * 86400.0
DIGIT_LIMIT = 2**31 - 1


class AecgReader:
    name = "HL7 aECG"

    def sniff(self, path: Path, head: bytes) -> bool:
        return is_root(path, head, "AnnotatedECG")

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        root = read_xml(path)
        series = _rhythm(root)
        if series is None:
            raise RecordingError(
                f"{shown(path)} holds no waveform: export the annotated ECG with its rhythm."
            )
        notes: list[str] = []
        try:
            sets = [_Sequences(item, path) for item in series.findall("component/sequenceSet")]
            sets = [item for item in sets if item.channels]
            if not sets:
                raise RecordingError(f"{shown(path)} holds no lead in volts: not an ECG.")
            fs_hz, channels = _joined(sets, path, notes)
            beats = _beats(series, path)
        except (ValueError, OverflowError):
            raise refused(path, "HL7 aECG", "a number in it is broken") from None
        notes += [note for item in sets for note in item.notes]
        start = min((item.start for item in sets if item.start), default=None)
        told = told_by(root, series, start, beats, notes)
        return whole(path, "HL7 aECG", channels, fs_hz, told)


def _rhythm(root: Element) -> Element | None:
    """The first series of rhythm leads; the first of any kind when none is called so."""
    series = root.findall("component/series")
    for item in series:
        code = item.find("code")
        if code is not None and code.get("code") == "RHYTHM":
            return item
    return series[0] if series else None


class _Sequences:
    """Leads that were recorded at the same time, and when."""

    def __init__(self, element: Element, path: Path) -> None:
        self.channels: list[Channel] = []
        self.notes: list[str] = []
        self.fs_hz = 0.0
        self.start: datetime | None = None
        self.offset_s = 0.0
        for sequence in element.findall("component/sequence"):
            code, value = sequence.find("code"), sequence.find("value")
            written = code.get("code", "") if code is not None else ""
            if value is None or not written:
                raise refused(path, "HL7 aECG", "a sequence has no code or no value")
            if written.startswith("TIME_"):
                self._time(value, path, absolute=written == "TIME_ABSOLUTE")
            elif len(self.channels) < LEADS_LIMIT:
                self._lead(written, value, path)
        if self.channels and not self.fs_hz:
            raise RecordingError(
                f"{shown(path)} does not say how its samples follow each other in time: "
                "export it again."
            )

    def _time(self, value: Element, path: Path, *, absolute: bool) -> None:
        step, head = value.find("increment"), value.find("head")
        seconds = None if step is None else number_of(step.get("value", "").strip())
        unit = SECONDS.get(step.get("unit", "s")) if step is not None else None
        if not seconds or seconds < 0 or unit is None:
            raise refused(path, "HL7 aECG", "the time between samples makes no sense")
        self.fs_hz = _rate(seconds * unit)
        told = head.get("value", "") if head is not None else ""
        if absolute:
            self.start = compact_time(told)
        else:
            scale = SECONDS.get(head.get("unit", "s"), 1.0) if head is not None else 1.0
            self.offset_s = (number_of(told) or 0.0) * scale

    def _lead(self, written: str, value: Element, path: Path) -> None:
        origin, scale = value.find("origin"), value.find("scale")
        digits = value.findtext("digits")
        if digits is None:
            raise refused(path, "HL7 aECG", f"lead {written[:30]} has no samples")
        unit = scale.get("unit", "") if scale is not None else ""
        mv = millivolts_per(unit)
        if mv is None:
            if not unit:
                raise RecordingError(
                    f"{shown(path)} states no unit for {written[:40]}: its amplitude is unknown "
                    "and it was not opened."
                )
            self.notes.append(f"{clinical_name(written)} is in {unit[:20]} and is not shown.")
            return
        step = number_of(scale.get("value", "").strip()) if scale is not None else None
        if step is None:
            raise refused(path, "HL7 aECG", f"lead {written[:30]} has no scale")
        check_step(path, clinical_name(written), step * mv, _origin(origin, path))
        self.channels.append(
            Channel(
                name=written,
                digits=_integers(digits),
                step_mv=step * mv,
                offset_mv=_origin(origin, path),
            )
        )


def _origin(element: Element | None, path: Path) -> float:
    """Millivolts at digit 0, in the origin's own unit."""
    told = element.get("value", "0").strip() if element is not None else "0"
    value = number_of(told)
    mv = millivolts_per(element.get("unit", "")) if element is not None else 1.0
    if value is None or (mv is None and value != 0):
        raise refused(path, "HL7 aECG", "the origin of a lead has no voltage")
    return value * (mv or 0.0)


def _rate(seconds: float) -> float:
    """Samples per second; 500, not 499.99999, where the increment was rounded."""
    rate = 1 / seconds
    return float(round(rate)) if abs(rate - round(rate)) < 1e-6 * rate else rate


def _integers(text: str) -> NDArray[np.int32]:
    """The digits of a sequence. Raises ValueError for anything but whole numbers."""
    values = np.array(text.split(), dtype=np.str_)
    if not values.size:
        raise ValueError("empty")
    numbers = values.astype(np.int64)
    if np.abs(numbers).max() > DIGIT_LIMIT:
        raise ValueError("too large")
    return numbers.astype(np.int32)


def _joined(sets: list[_Sequences], path: Path, notes: list[str]) -> tuple[float, list[Channel]]:
    """All sets on one time axis: columns of a printout follow each other."""
    main = max(sets, key=lambda item: (len(item.channels), item.channels[0].digits.size))
    used = [item for item in sets if item.fs_hz == main.fs_hz]
    if len(used) < len(sets):
        notes.append("Leads of another sampling rate are not shown.")
    starts = [item.start for item in used if item.start]
    first = min(starts) if len(starts) == len(used) else None
    channels = []
    for item in used:
        after_s = (item.start - first).total_seconds() if first and item.start else item.offset_s
        if len(used) == 1:
            after_s = 0.0
        if not 0 <= after_s < LONGEST_S:
            raise refused(path, "HL7 aECG", "its parts lie more than two weeks apart")
        begin = round(after_s * item.fs_hz)
        channels += [replace(channel, start=begin) for channel in item.channels]
    return main.fs_hz, channels


def _beats(series: Element, path: Path) -> MedianBeats | None:
    """The representative beat of a derived series; None when there is none or it is uneven."""
    element = series.find("derivation/derivedSeries/component/sequenceSet")
    if element is None:
        return None
    found = _Sequences(element, path)
    if not found.channels or len({channel.digits.size for channel in found.channels}) != 1:
        return None
    names, _ = distinct([clinical_name(channel.name) for channel in found.channels])
    order = clinical_order(names)
    rows = [found.channels[i] for i in order]
    return MedianBeats(
        signal_mv=np.array([r.digits * r.step_mv + r.offset_mv for r in rows], np.float32),
        leads=tuple(names[i] for i in order),
        fs_hz=found.fs_hz,
    )
