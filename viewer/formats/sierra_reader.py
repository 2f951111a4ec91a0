"""Philips Sierra / PageWriter XML, versions 1.03 and 1.04, plain or XLI-compressed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viewer.acquisition import AcquisitionInfo, Facts, MedianBeats
from viewer.formats.base64_samples import int16, unpacked
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import shown
from viewer.formats.leads import clinical_name, clinical_order, distinct
from viewer.formats.moments import age_between, clock, sex_of, years
from viewer.formats.parsed import Parsed
from viewer.formats.sierra_pulse import pulse_at_the_end
from viewer.formats.sierra_xli import rebuild_limb_leads, xli_leads
from viewer.formats.whole import Channel, Told, check_step, refused, whole
from viewer.formats.xml_root import is_root
from viewer.formats.xml_safe import number_of, read_xml, text_of
from viewer.recording import CLINICAL_ORDER

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

STANDARD = CLINICAL_ORDER[:12]
VERSIONS = ("1.03", "1.04")
LEADS_LIMIT, SAMPLES_LIMIT = 32, 2_000_000
FILLING = 32767
"""Digits beyond the end of an average beat."""
MEASUREMENTS = (
    ("heartrate", "Heart rate", "/min"),
    ("atrialrate", "Atrial rate", "/min"),
    ("rrint", "RR interval", "ms"),
    ("pdur", "P duration", "ms"),
    ("print", "PR interval", "ms"),
    ("meanprint", "PR interval", "ms"),
    ("qrsdur", "QRS duration", "ms"),
    ("meanqrsdur", "QRS duration", "ms"),
    ("qtint", "QT interval", "ms"),
    ("meanqtint", "QT interval", "ms"),
    ("meanqtc", "QTc interval", "ms"),
    ("qtcb", "QTc interval (Bazett)", "ms"),
    ("qtcf", "QTc interval (Fridericia)", "ms"),
    ("pfrontaxis", "P axis", "°"),
    ("qrsfrontaxis", "QRS axis", "°"),
    ("tfrontaxis", "T axis", "°"),
)


class SierraReader:
    name = "Philips XML"

    def sniff(self, path: Path, head: bytes) -> bool:
        return is_root(path, head, "restingecgdata")

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        root = read_xml(path)
        _check_version(root, path)
        element = root.find("waveforms/parsedwaveforms")
        if element is None:
            raise RecordingError(f"{shown(path)} holds no waveform: export it with waveforms.")
        signal = root.find("dataacquisition/signalcharacteristics")
        try:
            fs_hz = _stated(element, "samplespersecond", signal, "samplingrate")
            step_uv = _stated(element, "resolution", signal, "resolution", "signalresolution")
            names = _names(element, signal)
            rows = _samples(element, fs_hz, len(names))
            beats = _beats(root.find("waveforms/repbeats"), path)
        except (ValueError, OverflowError):
            raise refused(path, "Philips XML", "its waveform does not fit what it says") from None
        offset = number_of(element.get("signaloffset") or text_of(signal, "signaloffset") or "0")
        if offset != 0 or "alse" in (
            element.get("signalsigned") or text_of(signal, "signalsigned")
        ):
            raise RecordingError(
                f"{shown(path)} stores its samples with an offset or without sign, which is not "
                "known to mean: it was not opened."
            )
        stop, pulse_mv = pulse_at_the_end(rows, fs_hz, step_uv / 1000)
        channels = [
            Channel(name=name, digits=row[:stop], step_mv=step_uv / 1000)
            for name, row in zip(names, rows, strict=True)
        ]
        told = _about_pulse(_told(root, element, beats), pulse_mv)
        return whole(path, "Philips XML", channels, fs_hz, told)


def _about_pulse(told: Told, pulse_mv: float) -> Told:
    """A remark that it was left out; a warning when it contradicts the resolution."""
    if not pulse_mv:
        return told
    if abs(pulse_mv - 1.0) > 0.02:
        doubt = (
            f"The calibration pulse in the file is {pulse_mv:.3g} mV high instead of 1 mV: its "
            "stated resolution may be wrong."
        )
        return replace(told, warnings=(doubt,))
    return replace(told, comments=("The 1 mV calibration pulse behind the ECG is left out.",))


def _check_version(root: Element, path: Path) -> None:
    version = text_of(root, "documentinfo/documentversion")
    if not version.startswith(VERSIONS):
        raise RecordingError(
            f"{shown(path)} is Philips XML of version {version[:20] or 'unknown'}; 1.03 and 1.04 "
            "can be read: export it in one of them."
        )


def _stated(element: Element, attribute: str, told: Element | None, *tags: str) -> float:
    """A positive number, from the waveform itself or from the signal's description."""
    texts = [element.get(attribute, ""), *(text_of(told, tag) for tag in tags)]
    values = {value for text in texts if (value := number_of(text.strip())) is not None}
    if len(values) != 1 or min(values) <= 0:
        raise ValueError(attribute)
    return values.pop()


def _names(element: Element, told: Element | None) -> tuple[str, ...]:
    """The labels of the waveform; the standard twelve where a file of version 1.03 has none."""
    labels = tuple(element.get("leadlabels", "").split())
    valid = number_of(element.get("numberofleads") or text_of(told, "numberchannelsvalid"))
    if valid is None or valid != int(valid) or not 1 <= valid <= LEADS_LIMIT:
        raise ValueError("number of leads")
    if labels:
        if len(labels) < valid:
            raise ValueError("labels")
        return labels[: int(valid)]
    known = STANDARD if valid >= 12 else ()
    return (*known, *(f"lead {n + 1}" for n in range(len(known), int(valid))))


def _samples(element: Element, fs_hz: float, n_leads: int) -> list[NDArray[np.int32]]:
    """Every lead's digits. Raises ValueError."""
    duration_ms = number_of(element.get("durationperchannel", ""))
    bits = element.get("bitspersample") or element.get("nbitspersample") or "16"
    if duration_ms is None or bits != "16":
        raise ValueError("duration or bits")
    n_samples = round(duration_ms / 1000 * fs_hz)
    if not 2 <= n_samples <= SAMPLES_LIMIT:
        raise ValueError("duration")
    if element.get("dataencoding", "Base64") != "Base64":
        values = np.array((element.text or "").split(), np.int16).astype(np.int32)
        return list(_split(values, n_leads, n_samples))
    raw = unpacked(element.text)
    method = element.get("compression") or element.get("compressmethod") or ""
    if element.get("compressflag", "True") == "False" or method in ("", "Uncompressed", "None"):
        return list(_split(int16(raw).astype(np.int32), n_leads, n_samples))
    if method != "XLI":
        raise ValueError("compression")
    leads = xli_leads(raw, n_samples, n_leads)
    if len(leads) != n_leads:
        raise ValueError("leads")
    if n_leads >= 6:
        rebuild_limb_leads(leads)
    return leads


def _split(values: NDArray[np.int32], n_leads: int, n_samples: int) -> NDArray[np.int32]:
    return values.reshape(n_leads, n_samples)


def _beats(element: Element | None, path: Path) -> MedianBeats | None:
    """Representative beats, never compressed. None for a form that is not known."""
    if element is None or element.get("dataencoding") != "Base64" or element.get("compression"):
        return None
    fs_hz = number_of(element.get("samplespersec", ""))
    step_uv = number_of(element.get("resolution", ""))
    beats = [(b.get("leadname", ""), b.findtext("waveform")) for b in element.findall("repbeat")]
    rows = {name: int16(unpacked(text)) for name, text in beats[:LEADS_LIMIT] if name and text}
    sizes = {row.size for row in rows.values()}
    if not fs_hz or fs_hz <= 0 or not step_uv or len(sizes) != 1 or sizes == {0}:
        return None
    check_step(path, "median", step_uv / 1000, 0.0)
    written = list(rows)
    names, _ = distinct([clinical_name(name) for name in written])
    order = clinical_order(names)
    stacked = np.stack([rows[written[i]] for i in order])
    filled: NDArray[np.bool_] = np.abs(stacked.astype(np.int32)) >= FILLING
    known = np.flatnonzero(~filled.all(axis=0))
    stop = int(known[-1]) + 1 if known.size else 0
    signal = (stacked * (step_uv / 1000)).astype(np.float32)
    signal[filled] = np.nan
    return MedianBeats(
        signal_mv=signal[:, :stop],
        leads=tuple(names[i] for i in order),
        fs_hz=fs_hz,
    )


def _told(root: Element, wave: Element, beats: MedianBeats | None) -> Told:
    acquired, person = root.find("dataacquisition"), root.find("patient/generalpatientdata")
    start = None
    if acquired is not None:
        start = clock(acquired.get("date", ""), acquired.get("time", ""), "ymd")
    return Told(
        start_time=start,
        age_years=_age(person, start),
        sex=sex_of(text_of(person, "sex")),
        acquisition=AcquisitionInfo(
            patient=_patient(root, person),
            device=_device(acquired),
            filters=_filters(root, wave),
            measurements=_measurements(root),
            statements=_statements(root),
            median_beats=beats,
        ),
    )


def _age(person: Element | None, start: datetime | None) -> float | None:
    for tag, unit in (("years", "Y"), ("months", "M"), ("weeks", "W"), ("days", "D")):
        value = number_of(text_of(person, f"age/{tag}"))
        if value is not None:
            return years(value, unit)
    return age_between(clock(text_of(person, "age/dateofbirth"), "00:00", "ymd"), start)


def _patient(root: Element, person: Element | None) -> Facts:
    name = " ".join((text_of(person, "name/firstname"), text_of(person, "name/lastname"))).strip()
    stated = (
        ("Name", name),
        ("Patient ID", text_of(person, "patientid")),
        ("Birth date", text_of(person, "age/dateofbirth")),
        ("Operator", _attribute(root, "dataacquisition/acquirer/operator", "id")),
    )
    return tuple((label, value[:400]) for label, value in stated if value)


def _attribute(element: Element | None, path: str, name: str) -> str:
    found = element.find(path) if element is not None else None
    return " ".join(found.get(name, "").split()) if found is not None else ""


def _device(acquired: Element | None) -> Facts:
    stated = (
        ("Device", text_of(acquired, "machine")),
        ("Details", _attribute(acquired, "machine", "detaildescription")),
        ("Machine number", _attribute(acquired, "machine", "machineid")),
        ("Institution", text_of(acquired, "acquirer/institutionname")),
        ("Department", text_of(acquired, "acquirer/departmentname")),
    )
    return tuple((label, value[:400]) for label, value in stated if value)


def _filters(root: Element, wave: Element) -> tuple[str, ...]:
    """Of the stored samples; the settings of the printout are another matter."""
    signal = root.find("dataacquisition/signalcharacteristics")
    high = number_of(wave.get("hipass") or text_of(signal, "hipass"))
    low = number_of(wave.get("lowpass") or text_of(signal, "lowpass"))
    band = text_of(signal, "signalbandwidth")
    if high is None and low is None and "-" in band:
        first, _, second = band.partition("-")
        high, low = number_of(first), number_of(second)
    notch = wave.get("notchfiltered") == "True" and number_of(wave.get("notchfilterfreqs", ""))
    stated = (("high pass", high), ("low pass", low), ("notch", notch or None))
    return tuple(f"{word} {value:g} Hz" for word, value in stated if value)


def _measurements(root: Element) -> Facts:
    interpretation = root.find("interpretations/interpretation")
    if interpretation is None:
        return ()
    found: dict[str, str] = {}
    for part in ("globalmeasurements", "interpretationmeasurements"):
        for tag, label, unit in MEASUREMENTS:
            value = text_of(interpretation, f"{part}/{tag}")
            if number_of(value) is not None:
                found.setdefault(label, f"{value} {unit}")
    return tuple(found.items())


def _statements(root: Element) -> tuple[str, ...]:
    """ "SINUS RHYTHM: normal P axis", the severity and the signature at the end."""
    interpretation = root.find("interpretations/interpretation")
    if interpretation is None:
        return ()
    lines = []
    for statement in interpretation.findall("statement"):
        left, right = text_of(statement, "leftstatement"), text_of(statement, "rightstatement")
        lines.append(": ".join(part for part in (left, right) if part))
    lines += [text_of(interpretation, "severity"), text_of(interpretation, "mdsignatureline")]
    return tuple(line[:400] for line in lines if line)[:200]
