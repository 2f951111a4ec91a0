"""DICOM: 12-lead or general ECG waveform (PS3.3 A.34.3 and A.34.4), 16 bit, 200 to 1000 Hz."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viewer import __version__
from viewer.formats.block_source import signal_blocks
from viewer.formats.errors import RecordingError
from viewer.formats.read_back import Blocks, ReadBack
from viewer.formats.scale import Scale, choose_scale
from viewer.formats.statement import MARK, document, method_text, sentences
from viewer.formats.writing import write_all
from viewer.recording import Recording

if TYPE_CHECKING:
    from pydicom.uid import UID

TWELVE_LEAD, GENERAL = "1.2.840.10008.5.1.4.1.1.9.1.1", "1.2.840.10008.5.1.4.1.1.9.1.2"
STANDARD = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
TWELVE_LEAD_SAMPLES, CHANNELS, VALUES = 16_384, 24, 60_000_000
LOWEST_HZ, HIGHEST_HZ = 200.0, 1000.0
PADDING = -32768
TEXT, LONG_STRING = 1024, 64
BLOCK = 1 << 20

CODES = dict(
    zip(
        ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "V7", "V3R", "V4R", "X", "Y", "Z"),
        ("1", "2", "3", "4", "5", "6", "7", "8", "9", "11", "12", "16", "17", "18"),
        strict=True,
    )
) | {"III": "61", "aVR": "62", "aVL": "63", "aVF": "64", "V8": "66", "V9": "67"}
"""Codes of the leads in part 2 of the MDC nomenclature (PS3.16 CID 3001)."""


def write_dicom(
    recording: Recording, folder: Path, stem: str, provenance: Mapping[str, Any]
) -> tuple[str, ...]:
    """Write stem.dcm. Raises OSError; RecordingError for what a DICOM ECG cannot be."""
    _check(recording)
    scale = choose_scale(recording, (16,), format_name="DICOM")
    dataset = _dataset(recording, scale, provenance)
    name = f"{stem}.dcm"
    content = io.BytesIO()  # pydicom loses the number of an error of the disk
    dataset.save_as(content, enforce_file_format=True)  # 128 zero bytes before, nothing else
    with (folder / name).open("wb", buffering=0) as file:
        write_all(file, content.getbuffer())
    return (name,)


def _check(recording: Recording) -> None:
    why = ""
    if not LOWEST_HZ <= recording.fs_hz <= HIGHEST_HZ:
        why = f"a DICOM ECG has 200 to 1000 samples per second, this one {recording.fs_hz:g}"
    elif len(recording.leads) > CHANNELS:
        why = f"a DICOM ECG has {CHANNELS} leads at most, this one {len(recording.leads)}"
    elif recording.n_samples * len(recording.leads) > VALUES:
        why = f"{recording.duration_s / 3600:.1f} h are too long for DICOM; export a stretch"
    if why:
        raise RecordingError(
            f"{recording.name} was not saved: {why}. Choose another format, such as EDF or WFDB."
        )


def _dataset(recording: Recording, scale: Scale, provenance: Mapping[str, Any]) -> Any:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID, ExplicitVRLittleEndian

    twelve = set(recording.leads) <= set(STANDARD) and recording.n_samples <= TWELVE_LEAD_SAMPLES
    instance = _uid("instance", recording, provenance)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(TWELVE_LEAD if twelve else GENERAL)
    meta.MediaStorageSOPInstanceUID = instance
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _uid("implementation")
    meta.ImplementationVersionName = f"LEADLIGHT {__version__}"[:16]
    data = Dataset()
    data.file_meta = meta
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, instance
    _identify(data, recording, provenance)
    data.AcquisitionContextSequence = []
    data.WaveformSequence = [_waveform(recording, scale, provenance)]
    remarks = [*sentences(recording, provenance), *recording.comments]
    if remarks:
        data.WaveformAnnotationSequence = [_remark(text) for text in remarks]
    _say_how(data, recording, provenance)
    return data


def _identify(data: Any, recording: Recording, provenance: Mapping[str, Any]) -> None:
    """Patient, study and equipment. What the recording does not know stays empty."""
    start, made = recording.start_time, str(provenance.get("made_at") or "")
    made_at = datetime.fromisoformat(made) if made else None
    data.ContentDate = f"{made_at:%Y%m%d}" if made_at else ""
    data.ContentTime = f"{made_at:%H%M%S}" if made_at else ""
    data.StudyDate = f"{start:%Y%m%d}" if start else ""
    data.StudyTime = f"{start:%H%M%S}" if start else ""
    data.AcquisitionDateTime = f"{start:%Y%m%d%H%M%S}.{start.microsecond:06d}" if start else ""
    data.AccessionNumber = data.ReferringPhysicianName = data.StudyID = ""
    data.Modality = "ECG"
    data.Manufacturer, data.SoftwareVersions = "Leadlight", f"Leadlight {__version__}"
    data.PatientName = data.PatientID = data.PatientBirthDate = ""
    data.PatientSex = recording.sex or ""
    if recording.age_years is not None:
        data.PatientAge = f"{int(recording.age_years):03d}Y"
    data.StudyInstanceUID = _uid("study", recording)
    data.SeriesInstanceUID = _uid("series", recording, provenance)
    data.SeriesNumber, data.InstanceNumber = "1", "1"
    if provenance.get("deidentified"):
        data.PatientIdentityRemoved = "YES"
        data.DeidentificationMethod = "Leadlight: identifiers removed, after PS3.15 annex E"


def _say_how(data: Any, recording: Recording, provenance: Mapping[str, Any]) -> None:
    """Derivation description, and Leadlight as contributing equipment with its statement."""
    from pydicom.dataset import Dataset

    method = method_text(provenance)
    if method:
        data.DerivationDescription = f"Cleaned, not as recorded: {method}"[:TEXT]
    purpose = Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator = "109103", "DCM"
    purpose.CodeMeaning = "Modifying Equipment"
    tool = Dataset()
    tool.PurposeOfReferenceCodeSequence = [purpose]
    tool.Manufacturer = "Leadlight"
    tool.SoftwareVersions = f"Leadlight {__version__}"
    tool.ContributionDescription = (method or "Written as recorded by Leadlight")[:TEXT]
    data.ContributingEquipmentSequence = [tool]
    statement = MARK + document(recording, provenance)
    parts = [statement[at : at + TEXT] for at in range(0, len(statement), TEXT)]
    more = [_remark(part) for part in parts]
    data.WaveformAnnotationSequence = [*data.get("WaveformAnnotationSequence", []), *more]


def _waveform(recording: Recording, scale: Scale, provenance: Mapping[str, Any]) -> Any:
    """One multiplex group with all leads."""
    from pydicom.dataset import Dataset

    digits = np.empty((recording.n_samples, len(recording.leads)), "<i2")
    for start, block in signal_blocks(recording):
        digits[start : start + block.shape[1]] = scale.digits(block).T
    group = Dataset()
    group.MultiplexGroupTimeOffset = "0"
    group.WaveformOriginality = "DERIVED" if provenance.get("cleaning") else "ORIGINAL"
    group.NumberOfWaveformChannels = len(recording.leads)
    group.NumberOfWaveformSamples = recording.n_samples
    group.SamplingFrequency = _decimal(recording.fs_hz)
    group.MultiplexGroupLabel = "RHYTHM"
    group.ChannelDefinitionSequence = [
        _channel(recording, lead, gain, provenance)
        for lead, gain in zip(recording.leads, scale.gain, strict=True)
    ]
    group.WaveformBitsAllocated = 16
    group.WaveformSampleInterpretation = "SS"
    if (digits == PADDING).any():
        group.WaveformPaddingValue = PADDING.to_bytes(2, "little", signed=True)
    group.WaveformData = digits.tobytes()
    return group


def _channel(recording: Recording, lead: str, gain: float, provenance: Mapping[str, Any]) -> Any:
    from pydicom.dataset import Dataset

    source, unit, channel = Dataset(), Dataset(), Dataset()
    known = lead in CODES
    source.CodeValue = (
        f"2:{CODES[lead]}" if known else lead.encode("ascii", "replace").decode()[:16]
    )
    source.CodingSchemeDesignator = "MDC" if known else "99LEADLIGHT"
    source.CodeMeaning = (f"Lead {lead}" if known else lead)[:LONG_STRING]
    unit.CodeValue, unit.CodingSchemeDesignator = "uV", "UCUM"
    unit.CodeMeaning = "microvolt"
    channel.ChannelLabel = lead[:16]
    channel.ChannelSourceSequence = [source]
    channel.ChannelSensitivity = _decimal(1000.0 / gain)
    channel.ChannelSensitivityUnitsSequence = [unit]
    channel.ChannelSensitivityCorrectionFactor = "1"
    channel.ChannelBaseline = "0"
    channel.ChannelSampleSkew = "0"
    channel.WaveformBitsStored = 16
    description = channel_description(recording, lead, provenance)
    if description:
        channel.ChannelDerivationDescription = description
    return channel


def channel_description(recording: Recording, lead: str, provenance: Mapping[str, Any]) -> str:
    """(003A,020C): at most 64 characters; empty for a channel as recorded."""
    parts = ["Computed from other leads"] if lead in recording.derived else []
    cleaning = provenance.get("cleaning")
    if isinstance(cleaning, Mapping):
        weights = str(cleaning.get("weights_sha256") or "")[:8]
        parts.append(
            f"Cleaned: {cleaning.get('method')} {cleaning.get('version')} {weights}".strip()
        )
    return "; ".join(parts)[:LONG_STRING]


def _remark(text: str) -> Any:
    """Free text about all channels."""
    from pydicom.dataset import Dataset

    remark = Dataset()
    remark.ReferencedWaveformChannels = [1, 0]
    remark.UnformattedTextValue = text[:TEXT]
    remark.AnnotationGroupNumber = 0
    return remark


def _decimal(value: float) -> str:
    """A decimal string of at most 16 characters that is as near as can be."""
    texts = (repr(value), *(f"{value:.{digits}g}" for digits in range(17, 8, -1)))
    short = [text.removesuffix(".0") for text in texts if len(text.removesuffix(".0")) <= 16]
    return min(short, key=lambda text: abs(float(text) - value))


def _uid(kind: str, recording: Recording | None = None, provenance: Any = None) -> UID:
    """An identifier of its own (2.25 and a number), the same for the same content."""
    seed = hashlib.sha256(kind.encode())
    if recording is None:
        return _number(seed.digest())
    told = (recording.source_sha256, recording.n_samples, recording.start_time)
    seed.update(repr(told).encode())
    if not recording.source_sha256 or kind == "instance":
        seed.update(recording.samples.read_mv(0, min(recording.n_samples, 100_000)).tobytes())
    seed.update(repr(provenance).encode())
    return _number(seed.digest())


def _number(digest: bytes) -> UID:
    from pydicom.uid import UID

    return UID(f"2.25.{uuid.UUID(bytes=digest[:16], version=5).int}")


def read_back(path: Path) -> ReadBack:
    """The file through pydicom alone. Raises ValueError for what is not as it was written."""
    from pydicom import dcmread

    data = dcmread(path)
    group = data.WaveformSequence[0]
    shape = (int(group.NumberOfWaveformSamples), int(group.NumberOfWaveformChannels))
    digits = np.frombuffer(group.WaveformData, "<i2")
    if digits.size != shape[0] * shape[1]:
        raise ValueError("a waveform of another size")
    channels = group.ChannelDefinitionSequence
    sensitivity_mv = np.array([float(c.ChannelSensitivity) / 1000 for c in channels])
    gap = "WaveformPaddingValue" in group
    meanings = (str(c.ChannelSourceSequence[0].CodeMeaning) for c in channels)
    start = str(data.AcquisitionDateTime or "")
    return ReadBack(
        blocks=_blocks(digits.reshape(shape), sensitivity_mv, gap=gap),
        leads=tuple(
            meaning.removeprefix("Lead ")
            if c.ChannelSourceSequence[0].CodingSchemeDesignator == "MDC"
            else meaning
            for c, meaning in zip(channels, meanings, strict=True)
        ),
        fs_hz=float(group.SamplingFrequency),
        start_time=datetime.strptime(start, "%Y%m%d%H%M%S.%f") if start else None,
        tells_time=True,
    )


def _blocks(digits: NDArray[Any], sensitivity_mv: NDArray[np.float64], *, gap: bool) -> Blocks:
    for start in range(0, len(digits), BLOCK):
        part = digits[start : start + BLOCK].T
        block = part * sensitivity_mv[:, None]
        if gap:
            block[part == PADDING] = np.nan
        yield start, block.astype(np.float32)
