"""Clinical files written for tests, from the standards alone, by none of our readers' code."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Sequence

import numpy as np

RHYTHM = {
    "I": np.arange(-500, 500, dtype="<i2"),
    "II": (np.arange(1000) % 97 * 5 - 200).astype("<i2"),
    "V1": (-np.arange(1000) // 2).astype("<i2"),
}
"""Three leads of 1000 samples that no shift, scale or byte order leaves unchanged."""


def muse_lead(name: str, digits: np.ndarray, **changes: object) -> str:
    """One LeadData; changes replace fields by their names, None leaves one out."""
    raw = digits.astype("<i2").tobytes()
    fields: dict[str, object] = {
        "LeadByteCountTotal": len(raw),
        "LeadTimeOffset": 0,
        "LeadSampleCountTotal": len(digits),
        "LeadAmplitudeUnitsPerBit": "4.88",
        "LeadAmplitudeUnits": "MICROVOLTS",
        "LeadID": name,
        "FirstSampleBaseline": 0,
        "LeadSampleSize": 2,
        "LeadOff": "FALSE",
        "LeadDataCRC32": zlib.crc32(raw),
        "WaveFormData": base64.encodebytes(raw).decode(),
    } | changes
    inner = "".join(f"<{k}>{v}</{k}>" for k, v in fields.items() if v is not None)
    return f"<LeadData>{inner}</LeadData>"


def muse_xml(
    leads: dict[str, np.ndarray] | None = None,
    *,
    head: str = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    '<!DOCTYPE RestingECG SYSTEM "restecg.dtd">',
    base: object = 500,
    exponent: object = 0,
    kind: str = "Rhythm",
    sample_type: str = "CONTINUOUS_SAMPLES",
    more: str = "",
    **changes: object,
) -> bytes:
    parts = [muse_lead(name, digits, **changes) for name, digits in (leads or RHYTHM).items()]
    return (
        f"{head}\n<RestingECG>{more}<Waveform><WaveformType>{kind}</WaveformType>"
        f"<NumberofLeads>{len(parts)}</NumberofLeads><SampleType>{sample_type}</SampleType>"
        f"<SampleBase>{base}</SampleBase><SampleExponent>{exponent}</SampleExponent>"
        f"<HighPassFilter>16</HighPassFilter><LowPassFilter>150</LowPassFilter>"
        f"{''.join(parts)}</Waveform></RestingECG>"
    ).encode("latin-1")


def aecg_set(
    leads: dict[str, np.ndarray],
    *,
    head: str = "20021122091000.000",
    increment: object = "0.002",
    increment_unit: str = "s",
    scale: object = "2.5",
    unit: str = "uV",
    origin: object = "0",
    origin_unit: str = "uV",
    time_code: str = "TIME_ABSOLUTE",
) -> str:
    time = (
        f'<component><sequence><code code="{time_code}"/><value xsi:type="GLIST_TS">'
        f'<head value="{head}"/><increment value="{increment}" unit="{increment_unit}"/>'
        "</value></sequence></component>"
    )
    rows = "".join(
        f'<component><sequence><code code="MDC_ECG_LEAD_{name.upper()}"/>'
        f'<value xsi:type="SLIST_PQ"><origin value="{origin}" unit="{origin_unit}"/>'
        f'<scale value="{scale}" unit="{unit}"/>'
        f"<digits>{' '.join(map(str, digits.tolist()))}</digits></value></sequence></component>"
        for name, digits in leads.items()
    )
    return f"<component><sequenceSet>{time}{rows}</sequenceSet></component>"


def aecg_xml(*sets: str, more: str = "") -> bytes:
    return (
        '<?xml version="1.0"?>\n<!-- remarks -->\n<AnnotatedECG xmlns="urn:hl7-org:v3" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{more}<component><series><code code='RHYTHM'/>{''.join(sets or (aecg_set(RHYTHM),))}"
        "</series></component></AnnotatedECG>"
    ).encode()


def packed_lzw(data: bytes) -> bytes:
    """10-bit LZW whose table stops growing at code 1022."""
    table = {bytes([value]): value for value in range(256)}
    codes, word = [], b""
    for value in data:
        longer = word + bytes([value])
        if longer in table:
            word = longer
            continue
        codes.append(table[word])
        if len(table) <= 1022:
            table[longer] = len(table)
        word = bytes([value])
    codes.append(table[word])
    bits = "".join(f"{code:010b}" for code in codes)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def xli_chunk(digits: np.ndarray) -> bytes:
    """One lead: second differences, of which the recorder keeps error plus 64."""
    values = digits.astype(int).tolist()
    errors = [2 * b - a - c for a, b, c in zip(values, values[1:], values[2:], strict=False)]
    first, rest = errors[0], errors[1:]
    codes = [*values[:2], *(error + 64 for error in rest), 64]
    raw = np.array(codes, ">i2").view(np.uint8).reshape(-1, 2).T.tobytes()
    packed = packed_lzw(raw)
    head = len(packed).to_bytes(4, "little") + b"\1\0" + first.to_bytes(2, "little", signed=True)
    return head + packed


def sierra_xml(
    leads: dict[str, np.ndarray],
    *,
    version: str = "1.04",
    compressed: bool = True,
    data: bytes | None = None,
    **changes: object,
) -> bytes:
    """Leads in the standard order; with six or more the limb leads are stored as residuals."""
    n = len(next(iter(leads.values())))
    stored = {name: digits.astype(int) for name, digits in leads.items()}
    if compressed and len(leads) >= 6:
        one, two, three = stored["I"], stored["II"], stored["III"]
        stored["III"] = two - one - three
        stored["aVR"] = -stored["aVR"] - (one + two) // 2
        stored["aVL"] = (one - three) // 2 - stored["aVL"]
        stored["aVF"] = (two + three) // 2 - stored["aVF"]
    raw = b"".join(
        xli_chunk(digits) if compressed else digits.astype("<i2").tobytes()
        for digits in stored.values()
    )
    attributes = {
        "dataencoding": "Base64",
        "compression": "XLI" if compressed else "Uncompressed",
        "numberofleads": len(leads),
        "leadlabels": " ".join(leads),
        "durationperchannel": n * 2,
        "samplespersecond": 500,
        "resolution": 5,
        "signaloffset": 0,
        "signalsigned": "True",
        "bitspersample": 16,
    } | changes
    told = " ".join(f'{k}="{v}"' for k, v in attributes.items())
    text = base64.encodebytes(raw if data is None else data).decode()
    return (
        '<?xml version="1.0" encoding="utf-16"?>'
        '<restingecgdata xmlns="http://www3.medical.philips.com"><documentinfo>'
        f"<documentversion>{version}</documentversion></documentinfo>"
        '<dataacquisition date="2010-01-19" time="15:19:22"/>'
        f"<waveforms><parsedwaveforms {told}>{text}</parsedwaveforms></waveforms></restingecgdata>"
    ).encode("utf-16")


def dicom_group(
    leads: dict[str, np.ndarray],
    *,
    fs_hz: object = 500,
    label: str = "RHYTHM",
    originality: str = "ORIGINAL",
    offset_ms: object = 0,
    kind: str = "SS",
    codes: Sequence[tuple[str, str, str]] | None = None,
    data: bytes | None = None,
    channel: dict[str, object] | None = None,
    unit: str | None = "uV",
    **changes: object,
):
    """A multiplex group; codes are (scheme, value, meaning), channel changes every channel."""
    from pydicom.dataset import Dataset

    types = {"SS": "<i2", "US": "<u2", "SB": "i1", "UB": "u1", "SL": "<i4", "UL": "<u4"}
    group = Dataset()
    group.MultiplexGroupTimeOffset = offset_ms
    group.WaveformOriginality = originality
    group.NumberOfWaveformChannels = len(leads)
    group.NumberOfWaveformSamples = len(next(iter(leads.values())))
    group.SamplingFrequency = fs_hz
    group.MultiplexGroupLabel = label
    numbers = {"I": 1, "II": 2, "V1": 3, "V2": 4, "III": 61, "aVR": 62}
    group.ChannelDefinitionSequence = []
    for row, name in enumerate(leads):
        scheme, value, meaning = (
            codes[row] if codes else ("MDC", f"2:{numbers.get(name, 3)}", f"Lead {name}")
        )
        source, measure, definition = Dataset(), Dataset(), Dataset()
        source.CodingSchemeDesignator, source.CodeValue, source.CodeMeaning = scheme, value, meaning
        definition.ChannelSourceSequence = [source]
        definition.ChannelSensitivity = 2
        if unit is not None:
            measure.CodeValue, measure.CodingSchemeDesignator = unit, "UCUM"
            measure.CodeMeaning = "microvolt"
            definition.ChannelSensitivityUnitsSequence = [measure]
        definition.ChannelSensitivityCorrectionFactor = 1
        definition.ChannelBaseline = 0
        definition.WaveformBitsStored = 16
        for key, change in (channel or {}).items():
            if change is None:
                delattr(definition, key)
            else:
                setattr(definition, key, change)
        group.ChannelDefinitionSequence.append(definition)
    group.WaveformBitsAllocated = np.dtype(types[kind]).itemsize * 8 if kind in types else 8
    group.WaveformSampleInterpretation = kind
    stacked = np.stack([d.astype(types.get(kind, "i1")) for d in leads.values()], axis=1)
    raw = stacked.tobytes() if data is None else data
    group.WaveformData = raw + b"\0" * (len(raw) % 2)
    for key, change in changes.items():
        setattr(group, key, change)
    return group


def dicom_bytes(
    *groups, syntax: str = "1.2.840.10008.1.2.1", preamble: bool = True, **fields: object
) -> bytes:
    """A file of the groups; fields are set on the dataset."""
    import warnings

    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID

    data, meta = Dataset(), FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.9.1.2")
    meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    meta.TransferSyntaxUID = UID(syntax)
    data.file_meta = meta
    data.SOPClassUID = meta.MediaStorageSOPClassUID
    data.SOPInstanceUID = "1.2.3"
    data.Modality = "ECG"
    data.WaveformSequence = list(groups) or [dicom_group(RHYTHM)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for key, value in fields.items():
            setattr(data, key, value)
        packed = io.BytesIO()
        data.save_as(packed, enforce_file_format=True)
    content = packed.getvalue()
    return content if preamble else content[132 + 12 + content[140] :]
