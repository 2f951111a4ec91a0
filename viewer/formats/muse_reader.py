"""GE MUSE XML: base64 leads in microvolts, the four computed limb leads, medians, findings."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from viewer.acquisition import AcquisitionInfo, Facts, MedianBeats
from viewer.formats.base64_samples import int16, unpacked
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import shown
from viewer.formats.leads import clinical_name, clinical_order, distinct
from viewer.formats.moments import clock, sex_of, years
from viewer.formats.parsed import Parsed
from viewer.formats.whole import LEADS_LIMIT, Channel, Told, check_step, refused, whole
from viewer.formats.xml_root import is_root
from viewer.formats.xml_safe import number_of, read_xml, text_of
from viewer.recording import Integrity

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

UNITS = {"MICROVOLTS": 1e-3, "MILLIVOLTS": 1.0, "NANOVOLTS": 1e-6}
COMPUTED = {"III": (-1, 1), "aVR": (-0.5, -0.5), "aVL": (1, -0.5), "aVF": (-0.5, 1)}
"""Factors of I and II for the limb leads that MUSE computes when it prints."""

MEASUREMENTS = (
    ("VentricularRate", "Ventricular rate", "/min"),
    ("AtrialRate", "Atrial rate", "/min"),
    ("PRInterval", "PR interval", "ms"),
    ("QRSDuration", "QRS duration", "ms"),
    ("QTInterval", "QT interval", "ms"),
    ("QTCorrected", "QTc interval", "ms"),
    ("PAxis", "P axis", "°"),
    ("RAxis", "QRS axis", "°"),
    ("TAxis", "T axis", "°"),
)
DEVICE = (
    ("AcquisitionDevice", "Device"),
    ("AcquisitionSoftwareVersion", "Software"),
    ("AnalysisSoftwareVersion", "Analysis version"),
    ("CartNumber", "Cart"),
    ("SiteName", "Site"),
    ("LocationName", "Location"),
    ("Status", "Status"),
)
PATIENT = (("PatientID", "Patient ID"), ("DateofBirth", "Birth date"))


class MuseReader:
    name = "MUSE XML"

    def sniff(self, path: Path, head: bytes) -> bool:
        return is_root(path, head, "RestingECG")

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        root = read_xml(path)
        waves = root.findall("Waveform")
        rhythm = next((w for w in waves if _kind(w) == "RHYTHM"), None)
        if rhythm is None:
            raise RecordingError(
                f"{shown(path)} holds no rhythm waveform: export the ECG from MUSE with waveforms."
            )
        try:
            fs_hz = _rate(rhythm)
            channels = _channels(rhythm, fs_hz, path)
            notes = _notes(rhythm, channels)
            median = next((w for w in waves if _kind(w) == "MEDIAN"), None)
            beats = None if median is None else _beats(median, path)
        except (ValueError, OverflowError):
            raise refused(path, "MUSE", "a number or a base64 text in it is broken") from None
        told = _told(root, rhythm, notes, beats)
        return whole(path, "MUSE XML", [*channels, *_computed(channels)], fs_hz, told)


def _kind(wave: Element) -> str:
    return text_of(wave, "WaveformType").upper()


def _rate(wave: Element) -> float:
    """SampleBase times ten to the SampleExponent. Raises ValueError."""
    base, exponent = _required(wave, "SampleBase"), _required(wave, "SampleExponent")
    if abs(exponent) > 9:
        raise ValueError("exponent")
    return base * float(10.0**exponent)


def _required(element: Element, name: str, default: float | None = None) -> float:
    text = text_of(element, name)
    value = default if not text else number_of(text)
    if value is None:
        raise ValueError(name)
    return value


def _channels(wave: Element, fs_hz: float, path: Path) -> list[Channel]:
    if text_of(wave, "SampleType") not in ("", "CONTINUOUS_SAMPLES"):
        raise RecordingError(
            f"{shown(path)} holds compressed samples, not continuous ones: export it again."
        )
    leads = wave.findall("LeadData")
    if len(leads) > LEADS_LIMIT:
        raise refused(path, "MUSE", "too many leads")
    return [_channel(lead, fs_hz, path) for lead in leads]


def _channel(lead: Element, fs_hz: float, path: Path) -> Channel:
    """One lead; FirstSampleBaseline is subtracted, as the recorder counted from there.

    Files that MUSE wrote hold 0 there; converters keep the true level in it, and with it
    the voltages agree with the record that they were made from.
    """
    name = text_of(lead, "LeadID")
    raw = unpacked(lead.findtext("WaveFormData"))
    count = _required(lead, "LeadSampleCountTotal", len(raw) / 2)
    size = _required(lead, "LeadSampleSize", 2)
    total = _required(lead, "LeadByteCountTotal", len(raw))
    if size != 2 or not len(raw) == total == 2 * count or count < 1:
        raise refused(path, "MUSE", f"lead {name[:20]} has not the samples it announces")
    written = text_of(lead, "LeadAmplitudeUnits")
    unit = UNITS.get(written.upper())
    if unit is None:
        raise RecordingError(
            f"{shown(path)} gives lead {name[:20]} in “{written[:20]}”, not in microvolts: its "
            "amplitude is unknown and it was not opened."
        )
    baseline = _required(lead, "FirstSampleBaseline", 0.0)
    if baseline != int(baseline) or abs(baseline) > 2**20:
        raise ValueError("baseline")
    return Channel(
        name=name,
        digits=int16(raw).astype(np.int32) - int(baseline),
        step_mv=_required(lead, "LeadAmplitudeUnitsPerBit") * unit,
        start=_start(lead, fs_hz),
        integrity=_integrity(raw, text_of(lead, "LeadDataCRC32")),
    )


def _start(lead: Element, fs_hz: float) -> int:
    """LeadTimeOffset is in milliseconds."""
    offset_ms = _required(lead, "LeadTimeOffset", 0.0)
    if not 0 <= offset_ms < 3_600_000:
        raise ValueError("offset")
    return round(offset_ms / 1000 * fs_hz)


def _integrity(raw: bytes, stated: str) -> Integrity:
    """CRC-32 of the bytes; 0 means that none was computed."""
    if not stated.isdecimal() or int(stated) == 0:
        return "absent"
    return "ok" if zlib.crc32(raw) == int(stated) else "failed"


def _notes(wave: Element, channels: list[Channel]) -> tuple[str, ...]:
    off = [
        text_of(w, "LeadID") for w in wave.findall("LeadData") if text_of(w, "LeadOff") == "TRUE"
    ]
    notes = [f"The recorder found the electrode of lead {', '.join(off)[:80]} off."] if off else []
    told = number_of(text_of(wave, "NumberofLeads"))
    if told is not None and told != len(channels):
        notes.append(f"The file announces {told:g} leads but holds {len(channels)}.")
    return tuple(notes)


def _computed(channels: list[Channel]) -> list[Channel]:
    """III, aVR, aVL and aVF of files that store eight leads, in half steps: without rounding."""
    named = {clinical_name(channel.name): channel for channel in channels}
    one, two = named.get("I"), named.get("II")
    if one is None or two is None:
        return []
    if (one.step_mv, one.start, one.digits.size) != (two.step_mv, two.start, two.digits.size):
        return []
    return [
        replace(
            one,
            name=name,
            digits=(round(2 * a) * one.digits + round(2 * b) * two.digits).astype(np.int32),
            step_mv=one.step_mv / 2,
            integrity="absent",
            derived=True,
        )
        for name, (a, b) in COMPUTED.items()
        if name not in named
    ]


def _beats(wave: Element, path: Path) -> MedianBeats | None:
    fs_hz = _rate(wave)
    stored = _channels(wave, fs_hz, path)
    channels = [*stored, *_computed(stored)]
    if not channels or len({channel.digits.size for channel in channels}) != 1 or fs_hz <= 0:
        return None
    for channel in channels:
        check_step(path, channel.name, channel.step_mv, 0.0)
    names, _ = distinct([clinical_name(channel.name) for channel in channels])
    order = clinical_order(names)
    return MedianBeats(
        signal_mv=np.array([channels[i].digits * channels[i].step_mv for i in order], np.float32),
        leads=tuple(names[i] for i in order),
        fs_hz=fs_hz,
    )


def _told(root: Element, wave: Element, notes: tuple[str, ...], beats: MedianBeats | None) -> Told:
    person, test = root.find("PatientDemographics"), root.find("TestDemographics")
    start = clock(text_of(test, "AcquisitionDate"), text_of(test, "AcquisitionTime"), "mdy")
    age = number_of(text_of(person, "PatientAge"))
    name = " ".join((text_of(person, "PatientFirstName"), text_of(person, "PatientLastName")))
    named: Facts = (("Name", name.strip()),) if name.strip() else ()
    return Told(
        start_time=start,
        age_years=None if age is None else years(age, text_of(person, "AgeUnits") or "Y"),
        sex=sex_of(text_of(person, "Gender")),
        warnings=notes,
        acquisition=AcquisitionInfo(
            patient=named + _facts(person, PATIENT),
            device=_facts(test, DEVICE),
            filters=_filters(wave),
            measurements=_measurements(root.find("RestingECGMeasurements")),
            statements=_statements(root.find("Diagnosis")),
            median_beats=beats,
        ),
    )


def _facts(element: Element | None, wanted: tuple[tuple[str, str], ...]) -> Facts:
    stated = ((label, text_of(element, tag)) for tag, label in wanted)
    return tuple((label, value) for label, value in stated if value)


def _filters(wave: Element) -> tuple[str, ...]:
    """MUSE states the high pass in hundredths of a hertz, the others in hertz."""
    stated = (("HighPassFilter", "high pass", 0.01), ("LowPassFilter", "low pass", 1.0))
    found = []
    for tag, word, unit in (*stated, ("ACFilter", "mains filter", 1.0)):
        value = number_of(text_of(wave, tag))
        if value:
            found.append(f"{word} {value * unit:g} Hz")
    return tuple(found)


def _measurements(element: Element | None) -> Facts:
    stated = ((label, text_of(element, tag), unit) for tag, label, unit in MEASUREMENTS)
    return tuple((label, f"{value} {unit}") for label, value, unit in stated if value)


def _statements(element: Element | None) -> tuple[str, ...]:
    """Lines as they were printed: statements joined until one says that it ends the line."""
    lines, line = [], ""
    for statement in element.findall("DiagnosisStatement") if element is not None else []:
        line = f"{line} {text_of(statement, 'StmtText')}".strip()
        if any(text_of(flag) == "ENDSLINE" for flag in statement.findall("StmtFlag")):
            lines.append(line)
            line = ""
    return tuple(text for text in (*lines, line) if text)[:200]
