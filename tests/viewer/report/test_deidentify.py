"""Identifiers removed: no canary survives in any format, in any spelling, in any name."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from inference.guard import guard
from tests.shared_data import sample
from viewer.acquisition import AcquisitionInfo
from viewer.formats import open_recording
from viewer.formats.export import export_recording
from viewer.recording import Recording
from viewer.report.deidentify import lead_names, prepared, without_identity
from viewer.report.provenance import provenance
from viewer.state.cleaned import Cleaned
from viewer.writable import FORMATS

CANARIES = {
    "name": "CanaryName",
    "geography": "CanaryStreet 7",
    "dates": "17.03.1944",
    "telephone": "555-0199-CANARY",
    "fax": "CANARY-FAX-12",
    "email": "canary@example.org",
    "social": "CAN-12-3456",
    "record": "CANARYMRN0042",
    "plan": "CANARYPLAN77",
    "account": "CANARYACCOUNT9",
    "licence": "CANARYLICENCE",
    "vehicle": "CANARYPLATE",
    "device": "CANARYSERIAL11",
    "url": "https://canary.example/p",
    "ip": "203.0.113.77",
    "biometric": "CANARYPRINT",
    "photograph": "canaryface.png",
    "code": "CANARYCODE",
}
"""One for each of the 18 identifiers of Safe Harbor."""

FREE_LEAD = "CANARYLEAD"


@pytest.fixture(scope="module")
def identified() -> Recording:
    """A real ECG whose every text field holds canaries."""
    source = open_recording(sample("ptbxl_noisy.hea"))
    leads = (*source.leads[:-1], FREE_LEAD)
    return replace(
        source,
        leads=leads,
        name=CANARIES["record"],
        path=Path("/home/canaryowner") / f"{CANARIES['record']}.hea",
        start_time=datetime(1977, 11, 29, 13, 14, 15, 678901),
        age_years=94.0,
        sex="F",
        comments=tuple(f"{kind}: {canary}" for kind, canary in CANARIES.items()),
        warnings=(f"{CANARIES['record']}.hea is odd",),
        derived=frozenset({FREE_LEAD}),
        acquisition=AcquisitionInfo(
            patient=tuple(CANARIES.items()),
            device=(("Serial number", CANARIES["device"]),),
            statements=(f"Seen by {CANARIES['name']}",),
        ),
    )


def written(recording: Recording, folder: Path, format_: str) -> Path:
    """Exported as cleaned, with a guard report and notes that name leads and file."""
    signal_mv = np.ascontiguousarray(recording.signal_mv * np.float32(0.8))
    cleaned = Cleaned(samples=recording.samples, method="iir", title="IIR", version="1")
    cleaned.notes = (f"Flat or missing, left as recorded: {FREE_LEAD}.",)
    report = guard(recording.signal_mv, signal_mv, recording.fs_hz, recording.leads)
    document = provenance(recording, cleaned=cleaned, guard=report)
    told, document = prepared(recording, document, recording, deidentify=True)
    return export_recording(told, folder / "out", format_, document, source=recording.path).path


def everything(folder: Path) -> bytes:
    """All bytes of all files and their names, what is packed opened, UTF-16 made plain."""
    found = bytearray()
    for path in sorted(folder.rglob("*")):
        content = re.sub(rb"<digits>.*?</digits>", b"", path.read_bytes(), flags=re.DOTALL)
        content = content.splitlines()[0] if path.suffix == ".csv" else content
        found += path.name.encode() + content + content.replace(b"\0", b"")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    found += name.encode() + archive.read(name).replace(b"\0", b"")
    return bytes(found).lower()


@pytest.mark.parametrize("format_", list(FORMATS))
def test_no_canary_is_left_in_any_file(identified, tmp_path, format_):
    written(identified, tmp_path, format_)
    found = everything(tmp_path)
    forbidden = [*CANARIES.values(), FREE_LEAD, "canary", identified.source_sha256]
    forbidden += ["1977", "771129", "29.11.77", "29-nov-", "13:14:15", "13.14.15", "131415"]
    left = [word for word in forbidden if word.lower().encode() in found]
    assert left == []


@pytest.mark.parametrize("format_", ["wfdb", "npz", "hdf5", "edf"])
def test_what_is_left_is_the_signal_and_what_medicine_needs(identified, tmp_path, format_):
    path = written(identified, tmp_path, format_)
    read = open_recording(path)
    np.testing.assert_allclose(read.signal_mv, identified.signal_mv, atol=1e-3)
    assert read.fs_hz == identified.fs_hz
    assert read.leads == (*identified.leads[:-1], "lead 12")
    assert (read.sex, read.age_years, read.start_time) == ("F", 90.0, None)


def test_dicom_says_that_the_identity_was_removed(identified, tmp_path):
    import pydicom

    data = pydicom.dcmread(written(identified, tmp_path, "dicom"))
    assert data.PatientIdentityRemoved == "YES"
    assert "identifiers removed" in data.DeidentificationMethod
    for name in ("PatientName", "PatientID", "PatientBirthDate", "StudyDate", "ContentDate"):
        assert not str(data[name].value), name
    assert data.PatientAge == "090Y"
    assert not any(element.tag.is_private for element in data.iterall())


def test_the_sidecar_says_so_and_names_no_source(identified, tmp_path):
    path = written(identified, tmp_path, "npz")
    told = json.loads((path.parent / "out.npz.json").read_text())
    assert told["deidentified"] is True
    assert told["source"]["file"] is told["source"]["sha256"] is told["made_at"] is None
    assert told["cleaning"]["notes"] == ["Flat or missing, left as recorded: lead 12."]


def test_ages_up_to_89_and_standard_leads_stay(identified):
    younger = without_identity(replace(identified, age_years=89.0))
    assert younger.age_years == 89.0
    assert lead_names(identified)["V5"] == "V5"
    assert lead_names(identified)[FREE_LEAD] == "lead 12"


def test_the_recording_that_is_shown_keeps_its_identity(identified):
    without_identity(identified)
    assert identified.name == CANARIES["record"]
    assert len(identified.comments) == 18
