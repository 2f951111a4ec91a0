"""HL7 annotated ECG (aECG, ANSI/HL7 V3 ECG R1): XML, integers with a scale in microvolts.

aECG cannot mark samples that were not recorded, so a recording with gaps is refused.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from viewer import __version__
from viewer.formats.block_source import signal_blocks
from viewer.formats.errors import RecordingError
from viewer.formats.read_back import Blocks, ReadBack
from viewer.formats.scale import Scale, choose_scale
from viewer.formats.statement import MARK, document, sentences
from viewer.recording import Recording

VALUES = 20_000_000
LEAD_CODE, CODE_SYSTEM = "MDC_ECG_LEAD_", "2.16.840.1.113883.6.24"
LEADS = (
    *("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"),
    *("V7", "V8", "V9", "V3R", "V4R", "X", "Y", "Z"),
)
NAMESPACE = "{urn:hl7-org:v3}"


def write_aecg(
    recording: Recording, folder: Path, stem: str, provenance: Mapping[str, Any]
) -> tuple[str, ...]:
    """Write stem.xml. Raises OSError; RecordingError for gaps and for many hours."""
    if recording.n_samples * len(recording.leads) > VALUES:
        raise RecordingError(
            f"{recording.name} was not saved: {recording.duration_s / 3600:.1f} h are too long for "
            "a text file; export a shorter stretch, or WFDB, NPZ or HDF5."
        )
    scale = choose_scale(recording, (32,), format_name="HL7 aECG")
    rows = _digits(recording, scale)
    name = f"{stem}.xml"
    with (folder / name).open("w", encoding="utf-8", newline="\n") as file:
        file.write(_head(recording, provenance))
        file.write(_time(recording))
        for lead, gain, row in zip(recording.leads, scale.gain, rows, strict=True):
            file.write(_sequence(lead, gain, row))
        file.write(_tail())
    return (name,)


def _digits(recording: Recording, scale: Scale) -> list[str]:
    """Per lead all numbers as text. Raises RecordingError where something was not recorded."""
    parts: list[io.StringIO] = [io.StringIO() for _ in recording.leads]
    for _, block in signal_blocks(recording):
        if not np.isfinite(block).all():
            raise RecordingError(
                f"{recording.name} was not saved: HL7 aECG cannot mark the stretches that were not "
                "recorded; choose WFDB, EDF, NPZ or HDF5."
            )
        for part, row in zip(parts, scale.digits(block).tolist(), strict=True):
            part.write(" ".join(map(str, row)) + " ")
    return [part.getvalue().rstrip() for part in parts]


def _head(recording: Recording, provenance: Mapping[str, Any]) -> str:
    start = recording.start_time
    stamp = f"{start:%Y%m%d%H%M%S}.{start.microsecond:06d}" if start else ""
    time = f'<low value="{stamp}"/>' if start else '<low nullFlavor="UNK"/>'
    sex = f'<administrativeGenderCode code="{recording.sex}" codeSystem="2.16.840.1.113883.5.1"/>'
    told = [*sentences(recording, provenance), *recording.comments]
    text = "\n".join([*told, MARK + document(recording, provenance)])
    ids = [_id(recording, provenance, kind) for kind in ("document", "series", "subject")]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<AnnotatedECG xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<id root="{ids[0]}"/>
<code code="93000" codeSystem="2.16.840.1.113883.6.12" codeSystemName="CPT-4"/>
<text>{escape(_allowed(text))}</text>
<effectiveTime>{time}</effectiveTime>
<componentOf><timepointEvent><componentOf><subjectAssignment>
<subject><trialSubject><id root="{ids[2]}"/>
<subjectDemographicPerson>{sex if recording.sex else ""}</subjectDemographicPerson>
</trialSubject></subject>
<componentOf><clinicalTrial><id nullFlavor="NA"/></clinicalTrial></componentOf>
</subjectAssignment></componentOf></timepointEvent></componentOf>
<component><series>
<id root="{ids[1]}"/>
<code code="RHYTHM" codeSystem="2.16.840.1.113883.5.4"/>
<effectiveTime>{time}</effectiveTime>
<author><seriesAuthor><manufacturedSeriesDevice>
<manufacturerModelName>Leadlight</manufacturerModelName>
<softwareName>{escape(f"Leadlight {__version__}")}</softwareName>
</manufacturedSeriesDevice></seriesAuthor></author>
<component><sequenceSet>
"""


def _time(recording: Recording) -> str:
    start = recording.start_time
    step = f'<increment value="{seconds_per_sample(recording.fs_hz)}" unit="s"/>'
    if start is None:
        kind, head = "TIME_RELATIVE", '<head value="0" unit="s"/>'
        form = "GLIST_PQ"
    else:
        kind, form = "TIME_ABSOLUTE", "GLIST_TS"
        head = f'<head value="{start:%Y%m%d%H%M%S}.{start.microsecond:06d}"/>'
    return (
        f'<component><sequence><code code="{kind}" codeSystem="2.16.840.1.113883.5.4"/>\n'
        f'<value xsi:type="{form}">{head}{step}</value></sequence></component>\n'
    )


def seconds_per_sample(fs_hz: float) -> str:
    """The shortest decimal whose reciprocal is the rate, or the nearest there is."""
    texts = [np.format_float_positional(1 / fs_hz, d, fractional=False) for d in range(3, 18)]
    return min(texts, key=lambda text: (abs(1 / float(text) - fs_hz), len(text)))


def _sequence(lead: str, gain: float, digits: str) -> str:
    known = lead in LEADS
    code = f"{LEAD_CODE}{lead.upper()}" if known else _allowed(lead)
    system = f' codeSystem="{CODE_SYSTEM}" codeSystemName="MDC"' if known else ""
    return (
        f"<component><sequence><code code={quoteattr(code)}{system}/>\n"
        f'<value xsi:type="SLIST_PQ"><origin value="0" unit="uV"/>'
        f'<scale value="{1000.0 / gain!r}" unit="uV"/>\n<digits>{digits}</digits></value>'
        "</sequence></component>\n"
    )


def _tail() -> str:
    return "</sequenceSet></component>\n</series></component>\n</AnnotatedECG>\n"


def _allowed(text: str) -> str:
    """Without the signs that XML cannot hold."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)


def _id(recording: Recording, provenance: Mapping[str, Any], kind: str) -> str:
    """The same for the same content; nothing of it can be told from the number."""
    made = provenance.get("made_at") if kind != "subject" else ""
    told = (kind, recording.source_sha256, recording.n_samples, made, provenance.get("trace"))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, repr(told)))


def read_back(path: Path) -> ReadBack:
    """The file through an XML parser alone. Raises ValueError."""
    from defusedxml.ElementTree import ParseError, parse

    try:
        root = parse(path, forbid_dtd=True).getroot()
    except ParseError as error:
        raise ValueError(str(error)) from None
    names, rows, step, start = [], [], "", None
    for sequence in root.iter(f"{NAMESPACE}sequence"):
        code = sequence.find(f"{NAMESPACE}code").get("code")
        value = sequence.find(f"{NAMESPACE}value")
        if code.startswith("TIME_"):
            step = value.find(f"{NAMESPACE}increment").get("value")
            head = value.find(f"{NAMESPACE}head").get("value")
            absolute = code == "TIME_ABSOLUTE"
            start = datetime.strptime(head, "%Y%m%d%H%M%S.%f") if absolute else None
            continue
        scale_uv = float(value.find(f"{NAMESPACE}scale").get("value"))
        digits = np.array(value.find(f"{NAMESPACE}digits").text.split(), np.int64)
        rows.append((digits * (scale_uv / 1000)).astype(np.float32))
        names.append(_lead(code))
    return ReadBack(
        blocks=_once(rows),
        leads=tuple(names),
        fs_hz=1 / float(step),
        start_time=start,
        tells_time=True,
    )


def _lead(code: str) -> str:
    bare = code.removeprefix(LEAD_CODE)
    return next((lead for lead in LEADS if code != bare and lead.upper() == bare), code)


def _once(rows: list[Any]) -> Blocks:
    yield 0, np.stack(rows)
