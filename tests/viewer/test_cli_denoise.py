"""leadlight denoise: files, proof and guard, from real recordings."""

import hashlib
import json

import numpy as np
import pytest

from inference.denoise import denoise
from tests.shared_data import sample
from viewer.cli import main
from viewer.formats import open_recording

CLEAN, NOISY = str(sample("ptbxl_clean.hea")), str(sample("ptbxl_noisy.hea"))
PROMISED = {"path", "leads", "fs_hz", "duration_s", "method", "weights_sha256", "device", "output"}
PROMISED |= {"guard", "seconds"}


def run(capsys, *arguments):
    status = main(["denoise", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("format", ["wfdb", "npz", "hdf5", "csv"])
def test_the_file_holds_what_the_service_computed(format, tmp_path, capsys):
    status, (entry,) = run(capsys, NOISY, "--out", str(tmp_path), "--format", format)
    assert status == 0
    assert set(entry) >= PROMISED
    assert entry["max_error_uv"] <= 1.0

    raw = open_recording(NOISY)
    expected = denoise(raw.signal_mv, raw.fs_hz, raw.leads).signal_mv
    if format in ("wfdb", "npz"):
        written = open_recording(entry["output"])
        assert written.leads == raw.leads
        np.testing.assert_allclose(written.signal_mv, expected, atol=0.001)


def test_the_sidecar_tells_source_method_and_guard(tmp_path, capsys):
    _, (entry,) = run(capsys, CLEAN, "--out", str(tmp_path), "--method", "fir")
    told = json.loads((tmp_path / entry["sidecar"].rsplit("/", 1)[-1]).read_text())
    assert told["cleaning"]["method"] == entry["method"] == "fir"
    assert told["source"]["sha256"] == open_recording(CLEAN).source_sha256
    assert told["guard"]["state"] == entry["guard"]["state"] == "ok"
    assert set(entry["guard"]["delta_st_mv"]) == set(entry["leads"])
    assert set(entry["guard"]["delta_qrs_amplitude_mv"]) == set(entry["leads"])


def test_the_source_is_left_as_it_was(tmp_path, capsys):
    for suffix in ("hea", "dat"):
        (tmp_path / f"ptbxl_noisy.{suffix}").write_bytes(
            sample(f"ptbxl_noisy.{suffix}").read_bytes()
        )
    before = {p.name: hashlib.sha256(p.read_bytes()).digest() for p in tmp_path.iterdir()}
    status, (entry,) = run(capsys, str(tmp_path / "ptbxl_noisy.hea"), "--out", str(tmp_path))

    assert status == 0
    assert entry["output"].endswith("ptbxl_noisy_cleaned.hea")
    after = {name: hashlib.sha256((tmp_path / name).read_bytes()).digest() for name in before}
    assert after == before


def test_an_existing_file_is_replaced_only_when_that_is_said(tmp_path, capsys):
    out = ("--out", str(tmp_path))
    assert run(capsys, CLEAN, *out)[0] == 0
    status, (entry,) = run(capsys, CLEAN, *out)
    assert (status, entry["output"]) == (1, None)
    assert "exists already" in entry["error"]
    assert run(capsys, CLEAN, *out, "--overwrite")[0] == 0


def test_a_result_that_the_guard_blocks_is_not_written_under_strict(tmp_path, capsys, monkeypatch):
    """A cleaning that flattens the ST segment: halve what follows each QRS."""
    from inference import denoise as service

    honest = service.denoise_piece

    def flattening(signal_mv, *arguments, **options):
        part = honest(signal_mv, *arguments, **options)
        halved = np.ascontiguousarray(part.signal_mv * np.float32(0.5))
        return service.Denoised(
            signal_mv=halved,
            gate=part.gate,
            method=part.method,
            version=part.version,
            weights_sha256=None,
            device="cpu",
            seconds=part.seconds,
            parameters=part.parameters,
        )

    monkeypatch.setattr(service, "denoise_piece", flattening)
    status, _ = run(capsys, CLEAN, "absent.hea", "--out", str(tmp_path / "two"), "--strict")
    out = ("--out", str(tmp_path / "strict"))
    assert status == 3  # a file that cannot be read outweighs a refusal

    status, (entry,) = run(capsys, CLEAN, *out, "--strict")
    assert status == 4
    assert (entry["guard"]["state"], entry["output"]) == ("block", None)
    assert entry["error"].startswith("ptbxl_clean was not written, the guard refused it")
    assert list((tmp_path / "strict").iterdir()) == []

    status, (entry,) = run(capsys, CLEAN, *out)
    assert (status, entry["guard"]["state"]) == (0, "block")


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["denoise", CLEAN, "--out", str(tmp_path / "file" / "folder")]) == 1
    assert "cannot be made" in capsys.readouterr().err


def test_for_a_person_source_target_and_guard_are_named(tmp_path, capsys):
    assert main(["denoise", CLEAN, "--out", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert f"-> {tmp_path / 'ptbxl_clean_cleaned.hea'}" in text
    assert "guard: ok" in text
