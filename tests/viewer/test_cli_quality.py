"""leadlight quality: the noise map as design promises it."""

import json

import numpy as np

from inference.quality import quality
from tests.shared_data import sample
from viewer.cli import main
from viewer.formats import open_recording

PROMISED = {"path", "leads", "fs_hz", "duration_s", "segments", "psnr_db", "fine_segments"}
PROMISED |= {"fine_psnr_db", "indices", "grade", "probability_noisy"}


def run(capsys, path):
    status = main(["quality", str(path), "--device", "cpu", "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_every_lead_and_segment_has_its_numbers(capsys):
    status, (entry,) = run(capsys, sample("ptbxl_noisy.hea"))
    assert status == 0
    assert set(entry) >= PROMISED
    assert entry["segments"] == [[0.0, 10.0]]
    assert len(entry["fine_segments"]) == 10
    for per_segment in (entry["psnr_db"], entry["grade"], entry["probability_noisy"]):
        assert [len(row) for row in per_segment] == [1] * 12
    assert [len(row) for row in entry["fine_psnr_db"]] == [10] * 12
    assert all([len(row) for row in rows] == [1] * 12 for rows in entry["indices"].values())
    assert {grade for row in entry["grade"] for grade in row} <= {"A", "B", "C"}


def test_the_command_reads_in_segments_and_gets_what_the_service_gets_of_the_whole(capsys):
    _, (entry,) = run(capsys, sample("incart_i06.hea"))
    recording = open_recording(sample("incart_i06.hea"))
    whole = quality(recording.signal_mv, recording.fs_hz, recording.leads, device="cpu").as_json()
    for key in ("segments", "grade", "psnr_db", "probability_noisy", "indices", "reasons"):
        assert entry[key] == whole[key], key


def test_a_lead_buried_in_noise_is_graded_c_and_the_reason_is_named(capsys, tmp_path):
    recording = open_recording(sample("ptbxl_clean.hea"))
    signal_mv = recording.signal_mv.copy()
    signal_mv[6] += np.random.default_rng(5).normal(0, 0.6, signal_mv.shape[1]).astype(np.float32)
    path = tmp_path / "buried.npz"
    np.savez(path, signal_mv=signal_mv, fs_hz=500.0, leads=np.array(recording.leads))

    _, (entry,) = run(capsys, path)
    grades = dict(zip(entry["leads"], entry["grade"], strict=True))
    assert grades["V1"] == ["C"]
    assert grades["V2"] == ["A"]
    assert entry["reasons"][6][0]

    assert main(["quality", str(path), "--device", "cpu"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[7].split()[:4] == ["V1", "0", "0", "1"]
