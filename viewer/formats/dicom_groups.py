"""The multiplex groups of a DICOM ECG: which is the rhythm, which the median beat, in mV."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.acquisition import MedianBeats
from viewer.formats.errors import ImportHints, NeedsHints, RecordingError
from viewer.formats.files import shown
from viewer.formats.lead_codes import lead_in_words, lead_of_number
from viewer.formats.leads import clinical_name, clinical_order, distinct, is_other_signal
from viewer.formats.units import millivolts_per, millivolts_per_digit
from viewer.formats.wfdb_layout import check_rate
from viewer.formats.whole import LEADS_LIMIT, Channel, check_step, refused, with_gaps

TYPES = {"SS": "i", "US": "u", "SB": "i", "UB": "u", "SL": "i", "UL": "u"}
WIDTHS = {"SS": 16, "US": 16, "SB": 8, "UB": 8, "SL": 32, "UL": 32}
MEDIAN_S = 3.0
GROUPS_LIMIT = 64
LONGEST_OFFSET_S = 7 * 86400.0


@dataclass(slots=True, kw_only=True)
class Chosen:
    """channels: the rhythm; median: the recorder's beats; notes: for the reader of the ECG."""

    channels: list[Channel] = field(default_factory=list)
    fs_hz: float = 0.0
    median: MedianBeats | None = None
    filters: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Group:
    label: str
    derived: bool
    fs_hz: float
    n_samples: int
    channels: list[Channel]
    filters: list[str]

    @property
    def is_median(self) -> bool:
        word = self.label.casefold()
        named = any(part in word for part in ("median", "beat", "average", "template"))
        return self.derived and (named or self.n_samples / self.fs_hz < MEDIAN_S)


def chosen(data: Any, path: Path, hints: ImportHints) -> Chosen:
    """What is shown of a file with several groups. Raises RecordingError, NeedsHints."""
    if len(data.WaveformSequence) > GROUPS_LIMIT:
        raise refused(path, "DICOM", "too many multiplex groups")
    big = not bool(getattr(data, "original_encoding", (None, True))[1])
    found = Chosen()
    groups = [_group(item, path, hints, found.notes, big=big) for item in data.WaveformSequence]
    groups = [group for group in groups if group.channels]
    rhythm = [group for group in groups if not group.is_median] or groups
    if not rhythm:
        raise RecordingError(f"{shown(path)} holds waveforms, but none in volts: not an ECG.")
    main = max(rhythm, key=lambda group: (len(group.channels), group.n_samples / group.fs_hz))
    found.fs_hz = main.fs_hz
    for group in rhythm:
        if group.fs_hz != main.fs_hz:
            found.notes.append(
                f"A group of other sampling rate ({group.label or 'unnamed'}, {group.fs_hz:g} Hz) "
                "is not shown."
            )
        else:
            found.channels += group.channels
            found.filters += [text for text in group.filters if text not in found.filters]
    found.channels = _longest_of_each(found.channels)
    medians = [group for group in groups if group.is_median and group not in rhythm]
    if medians:
        found.median = _beats(medians[0])
    return found


def _group(item: Any, path: Path, hints: ImportHints, notes: list[str], *, big: bool) -> _Group:
    n_channels, n_samples = int(item.NumberOfWaveformChannels), int(item.NumberOfWaveformSamples)
    fs_hz = check_rate(float(item.SamplingFrequency), path)
    if not (0 < n_channels <= LEADS_LIMIT and 0 < n_samples < 2**31):
        raise refused(path, "DICOM", f"{n_channels} channels of {n_samples} samples")
    if len(item.ChannelDefinitionSequence) != n_channels:
        raise refused(path, "DICOM", "it defines more or fewer channels than it holds")
    digits = _digits(item, n_channels, n_samples, path, big=big)
    gap = _padding(item, digits, big=big)
    start = _start(item, fs_hz, path)
    channels: list[Channel] = []
    filters: list[str] = []
    for row, definition in enumerate(item.ChannelDefinitionSequence):
        name = _name(definition, row, notes)
        scale = _scale(definition, name, path, hints)
        if scale is None:
            notes.append(f"{name} is not in volts and is not shown.")
            continue
        step_mv, offset_mv = scale
        check_step(path, name, step_mv, offset_mv)
        values = with_gaps(digits[:, row], None if gap is None else gap[:, row])
        channels.append(
            Channel(
                name=name,
                digits=values,
                step_mv=step_mv,
                offset_mv=offset_mv,
                start=start + _skew(definition, fs_hz, n_samples, path),
            )
        )
        filters += [text for text in _filters(definition) if text not in filters]
    first = min((channel.start for channel in channels), default=0)
    if first < 0:
        raise refused(path, "DICOM", "a channel begins before its group")
    return _Group(
        label=str(item.get("MultiplexGroupLabel", "") or ""),
        derived=str(item.get("WaveformOriginality", "")) == "DERIVED",
        fs_hz=fs_hz,
        n_samples=n_samples,
        channels=channels,
        filters=filters,
    )


def _digits(item: Any, n_channels: int, n_samples: int, path: Path, *, big: bool) -> NDArray[Any]:
    """[n_samples, n_channels], the declared count compared with the bytes that are there."""
    kind, bits = str(item.WaveformSampleInterpretation), int(item.WaveformBitsAllocated)
    if kind not in TYPES or WIDTHS[kind] != bits:
        raise RecordingError(
            f"{shown(path)} stores its samples as {kind[:8]} in {bits} bits, which is no way to "
            "store an ECG that is known: export it again."
        )
    width = bits // 8
    raw = item["WaveformData"].value
    expected = n_channels * n_samples * width
    if len(raw) not in (expected, expected + expected % 2):
        raise refused(path, "DICOM", f"{len(raw)} bytes of samples instead of {expected}")
    order = ">" if big else "<"
    digits = np.frombuffer(raw, f"{order}{TYPES[kind]}{width}", n_channels * n_samples)
    if kind == "UL" and digits.max(initial=0) >= 2**31:
        raise refused(path, "DICOM", "samples beyond 31 bits")
    return digits.reshape(n_samples, n_channels)


def _padding(item: Any, digits: NDArray[Any], *, big: bool) -> NDArray[np.bool_] | None:
    """Where the group says that nothing was recorded."""
    if "WaveformPaddingValue" not in item:
        return None
    raw = item["WaveformPaddingValue"].value
    if isinstance(raw, bytes):
        if len(raw) < digits.dtype.itemsize:
            return None
        raw = int(np.frombuffer(raw[: digits.dtype.itemsize], digits.dtype)[0])
    mask: NDArray[np.bool_] = digits == int(raw)
    return mask if mask.any() else None


def _start(item: Any, fs_hz: float, path: Path) -> int:
    """The sample at which the group begins; its offset is in milliseconds."""
    offset_ms = float(item.get("MultiplexGroupTimeOffset", 0) or 0)
    if not (math.isfinite(offset_ms) and 0 <= offset_ms <= LONGEST_OFFSET_S * 1000):
        raise refused(path, "DICOM", "a group begins at no sensible time")
    return round(offset_ms / 1000 * fs_hz)


def _skew(definition: Any, fs_hz: float, n_samples: int, path: Path) -> int:
    """Samples by which a channel begins later than its group, from samples or seconds."""
    samples = float(definition.get("ChannelSampleSkew", 0) or 0)
    seconds = float(definition.get("ChannelTimeSkew", 0) or 0)
    skew = samples or seconds * fs_hz
    if not math.isfinite(skew) or abs(skew) > n_samples:
        raise refused(path, "DICOM", "a channel is shifted by more than its length")
    return round(skew)


def _name(definition: Any, row: int, notes: list[str]) -> str:
    """From the source's code; its words and the label when the code is nobody's standard."""
    source = next(iter(definition.get("ChannelSourceSequence", []) or []), None)
    label = str(definition.get("ChannelLabel", "") or "").strip()
    if source is None:
        return label or f"lead {row + 1}"
    meaning = str(source.get("CodeMeaning", "") or "").strip()
    coded = _coded(str(source.get("CodingSchemeDesignator", "")), str(source.get("CodeValue", "")))
    worded = lead_in_words(meaning)
    if coded and worded and coded != worded:
        notes.append(
            f"A channel is coded as {coded} but called “{meaning[:40]}”: {coded} is shown."
        )
    return coded or worded or clinical_name(meaning or label) or f"lead {row + 1}"


def _coded(scheme: str, value: str) -> str:
    """MDC "2:61" and SCPECG "5.6.3-9-61" both mean lead III."""
    prefix = {"MDC": "2:", "SCPECG": "5.6.3-9-"}.get(scheme.strip())
    number = value.strip().removeprefix(prefix) if prefix else ""
    known = bool(prefix) and value.strip().startswith(prefix or " ") and number.isdecimal()
    return lead_of_number(int(number)) if known and len(number) < 6 else ""


def _scale(
    definition: Any, name: str, path: Path, hints: ImportHints
) -> tuple[float, float] | None:
    """Millivolts per digit and at digit 0; None for what is no voltage. Raises NeedsHints.

    The baseline is in the units of the sensitivity (PS3.3 C.10.9.1.4.2), not in digits.
    """
    if definition.get("ChannelSensitivity") is None:
        told = millivolts_per_digit(hints.unit or "")
        if told is None:
            raise NeedsHints(
                f"{shown(path)} does not say how many millivolts a step of lead {name} is: state "
                "it to open the file.",
                ("unit",),
            )
        return told, 0.0
    unit = next(iter(definition.get("ChannelSensitivityUnitsSequence", []) or []), None)
    mv = millivolts_per(str(unit.get("CodeValue", ""))) if unit is not None else None
    if mv is None:
        if unit is not None and not is_other_signal(name) and str(unit.get("CodeValue", "")) == "":
            raise refused(path, "DICOM", f"lead {name} has no unit")
        return None
    correction = definition.get("ChannelSensitivityCorrectionFactor")
    factor = 1.0 if correction is None else float(correction)
    sensitivity = float(definition.ChannelSensitivity) * factor
    return sensitivity * mv, float(definition.get("ChannelBaseline", 0) or 0) * mv


def _filters(definition: Any) -> list[str]:
    """Filters of a channel as sentences; a frequency of 0 says that there was none."""
    names = (
        ("FilterLowFrequency", "high pass"),
        ("FilterHighFrequency", "low pass"),
        ("NotchFilterFrequency", "notch"),
    )
    stated = [(word, definition.get(key)) for key, word in names]
    return [
        f"{word} {float(value):g} Hz"
        for word, value in stated
        if value not in (None, "") and math.isfinite(float(value)) and float(value) > 0
    ]


def _longest_of_each(channels: Sequence[Channel]) -> list[Channel]:
    """A lead may be in a short group and in the rhythm strip: the longer one is shown."""
    best: dict[str, Channel] = {}
    twice: list[Channel] = []
    for channel in channels:
        name = clinical_name(channel.name)
        other = best.get(name)
        if other is None:
            best[name] = channel
        elif len(channel.digits) == len(other.digits) and channel.start == other.start:
            twice.append(channel)  # two of the same span: both are shown, numbered
        elif len(channel.digits) > len(other.digits):
            best[name] = channel
    return [*best.values(), *twice]


def _beats(group: _Group) -> MedianBeats:
    names, _ = distinct([clinical_name(channel.name) for channel in group.channels])
    order = clinical_order(names)
    rows = [group.channels[i] for i in order]
    signal = np.array([row.digits * row.step_mv + row.offset_mv for row in rows], np.float32)
    return MedianBeats(signal_mv=signal, leads=tuple(names[i] for i in order), fs_hz=group.fs_hz)
