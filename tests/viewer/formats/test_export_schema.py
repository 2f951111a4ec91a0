"""Every sidecar says what the schema promises."""

import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from inference.guard import guard
from tests.shared_data import REPOSITORY, sample
from viewer.formats import open_recording
from viewer.formats.export import export_recording
from viewer.report.deidentify import prepared
from viewer.report.provenance import provenance
from viewer.samples import ArraySamples
from viewer.state.cleaned import Cleaned
from viewer.writable import FORMATS

SCHEMA = json.loads((REPOSITORY / "resources/schema/leadlight-export-1.json").read_text())


@pytest.fixture(scope="module")
def recording():
    return open_recording(sample("ptbxl_noisy.hea"))


@pytest.fixture(scope="module")
def document(recording):
    signal_mv = np.ascontiguousarray(recording.signal_mv * np.float32(0.9))
    cleaned = Cleaned(samples=ArraySamples(signal_mv), method="iir", title="IIR band-pass")
    cleaned.version, cleaned.device = "1", "cpu"
    report = guard(recording.signal_mv, signal_mv, recording.fs_hz, recording.leads)
    return provenance(recording, cleaned=cleaned, guard=report, guard_acknowledged=True)


@pytest.mark.parametrize("deidentify", [False, True])
@pytest.mark.parametrize("format_", list(FORMATS))
def test_the_sidecar_follows_the_schema(recording, document, tmp_path, format_, deidentify):
    written, told = prepared(recording, document, recording, deidentify=deidentify)
    proof = export_recording(written, tmp_path / "out", format_, told)
    said = json.loads(proof.sidecar.read_text("utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(said)
    assert proof.sidecar.name == f"out.{format_}.json"
    assert said["cleaning"]["method"] == "iir"
    assert said["guard"]["acknowledged"] is True
    assert said["source"]["sha256"] == (None if deidentify else recording.source_sha256)


def test_the_schema_itself_is_one_and_refuses_what_lacks_a_proof(recording, tmp_path):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.check_schema(SCHEMA)
    proof = export_recording(recording, tmp_path / "out", "npz", provenance(recording))
    said = json.loads(proof.sidecar.read_text("utf-8"))
    validator.validate(said)
    del said["output"]["max_error_uv"]
    assert not validator.is_valid(said)


def test_several_formats_of_one_name_keep_their_own_sidecars(recording, tmp_path):
    document = provenance(replace(recording))
    for name in FORMATS:
        export_recording(recording, tmp_path / "one", name, document)
    assert {p.name for p in tmp_path.glob("*.json")} == {f"one.{name}.json" for name in FORMATS}
