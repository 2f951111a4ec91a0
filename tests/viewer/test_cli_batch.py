"""Batches: all that can be done is done, nothing twice, and a folder that tells all of it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inference.denoise import denoise
from tests.shared_data import REPOSITORY, sample
from viewer.cli import main
from viewer.cli.progress import clock, time_left_s
from viewer.formats import open_recording

NAMES = ("ptbxl_clean", "ptbxl_noisy")


@pytest.fixture
def folder(tmp_path):
    """Two real ECGs in a folder, one of them in a folder below, and one that is broken."""
    source = tmp_path / "source"
    (source / "below").mkdir(parents=True)
    for name, place in zip(NAMES, (source, source / "below"), strict=True):
        for suffix in ("hea", "dat"):
            shutil.copy(sample(f"{name}.{suffix}"), place / f"{name}.{suffix}")
    (source / "broken.hea").write_text("broken 12 500 5000\nbroken.dat 16\n")
    return source


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_bad_file_never_stops_the_run_and_every_array_is_the_services(folder, tmp_path, capsys):
    out = tmp_path / "out"
    options = ["--out", str(out), "--format", "npz", "--method", "iir", "--jobs", "1"]
    assert main(["denoise", str(folder), *options]) == 3
    said = capsys.readouterr().err
    assert "broken" in said
    assert "2 done, 1 failed" in said
    for name, place in zip(NAMES, (folder, folder / "below"), strict=True):
        raw = open_recording(place / f"{name}.hea")
        expected = denoise(raw.signal_mv, raw.fs_hz, raw.leads, method="iir").signal_mv
        with np.load(out / f"{name}_cleaned.npz") as written:
            assert written["signal_mv"].tobytes() == expected.tobytes()
    rows = table(out / "leadlight-denoise.csv")
    assert len(rows) == 12 + 12 + 1
    assert {row["guard"] for row in rows if row["lead"]} <= {"ok", "warn", "block", "cannot_tell"}
    (failed,) = (row for row in rows if row["error"])
    assert Path(failed["file"]).name == "broken.hea"
    sheet = (out / "contact_sheet.html").read_text("utf-8")
    assert sheet.count("<svg") == 2
    assert "guard:" in sheet
    assert "<script" not in sheet
    assert "http" not in sheet


def test_what_was_done_is_not_done_again(folder, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["convert", str(folder), "--out", str(out), "--format", "edf", "--json"]
    assert main(command) == 3
    first = {entry["path"]: entry for entry in json.loads(capsys.readouterr().out)}
    times = {path: path.stat().st_mtime_ns for path in out.glob("*.edf")}
    assert len(times) == 2

    assert main(command) == 3  # the broken one is tried again, the others are not
    again = capsys.readouterr()
    assert "2 before" in again.err
    assert {entry["path"]: entry for entry in json.loads(again.out)} == first
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.edf")} == times

    os.utime(folder / "ptbxl_clean.dat")  # the source changed: that one is done again
    assert main([*command, "--overwrite"][:-1]) == 3
    changed = {p for p in times if p.stat().st_mtime_ns != times[p]}
    assert {p.stem for p in changed} == {"ptbxl_clean"}


def test_other_settings_begin_anew(folder, tmp_path, capsys):
    out = tmp_path / "out"
    paths = [str(folder / "ptbxl_clean.hea"), str(folder / "below")]
    assert main(["convert", *paths, "--out", str(out), "--format", "npz"]) == 0
    assert main(["convert", *paths, "--out", str(out), "--format", "hdf5"]) == 0
    assert "2 done" in capsys.readouterr().err.splitlines()[-1]
    assert {p.suffix for p in out.glob("ptbxl*") if p.suffix != ".json"} == {".npz", ".h5"}


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_a_killed_run_goes_on_where_it_was(folder, tmp_path, capsys):
    out = tmp_path / "out"
    paths = [str(folder / "ptbxl_clean.hea"), str(folder / "below" / "ptbxl_noisy.hea")]
    more = tmp_path / "more.npz"
    shutil.copytree(folder, tmp_path / "copy")
    paths += [str(tmp_path / "copy" / "ptbxl_clean.hea")]
    arguments = ["convert", *paths, "--out", str(out), "--format", "npz", "--jobs", "0"]
    process = subprocess.Popen(
        [sys.executable, "main.py", *arguments], cwd=REPOSITORY, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    with process.stdout as told:
        told.readline()  # the first one is written and said
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = {path.name for path in out.glob("*.npz")}
    assert done
    assert main(arguments) == 0
    assert more.exists() is False
    assert len(list(out.glob("*.npz"))) == 3
    assert " before" in capsys.readouterr().err
    for path in out.glob("*.npz"):
        assert open_recording(path).n_samples == 5000


def test_a_run_without_identifiers_leaves_no_name_in_its_folder(tmp_path, capsys):
    source = tmp_path / "CANARYWARD"
    source.mkdir()
    for name in NAMES:
        header = sample(f"{name}.hea").read_text().replace(name, f"CANARY{name}")
        (source / f"CANARY{name}.hea").write_text(f"{header}# CANARYREMARK of 17.03.1944\n")
        shutil.copy(sample(f"{name}.dat"), source / f"CANARY{name}.dat")
    (source / "CANARYbroken.hea").write_text("nonsense")
    out = tmp_path / "out"
    options = ["--out", str(out), "--format", "wfdb", "--deidentify", "--method", "iir"]
    assert main(["denoise", str(source), *options]) == 3
    assert "CANARY" in capsys.readouterr().err  # the person at the terminal is told which
    assert len(list(out.glob("ecg_*.hea"))) == 2
    for path in out.iterdir():
        assert "canary" not in path.name.casefold()
        assert b"canary" not in path.read_bytes().lower(), path.name


@pytest.mark.parametrize("command", ["st", "quality"])
def test_tables_of_the_measuring_commands_have_one_line_per_lead(command, tmp_path, monkeypatch):
    from viewer.batch import services

    if command == "quality":  # the network takes a second per ECG; its answer is the same
        honest, known = services.noise_map, []

        def once(recording, device, report):
            if not known:
                known.append(honest(recording, device, report))
            return known[0]

        monkeypatch.setattr(services, "noise_map", once)
    out, paths = tmp_path / "out", [str(sample(f"{name}.hea")) for name in NAMES]
    method = ["--method", "iir"] if command == "st" else []
    assert main([command, *paths, "--out", str(out), "--jobs", "0", *method]) == 0
    rows = table(out / f"leadlight-{command}.csv")
    assert [row["lead"] for row in rows[:3]] == ["I", "II", "III"]
    assert len(rows) == 24
    if command == "st":
        assert float(rows[0]["raw_j60_mv"]) == pytest.approx(
            float(rows[0]["cleaned_j60_mv"]), abs=0.2
        )
    else:
        assert {row["worst_grade"] for row in rows} <= {"A", "B", "C"}


def test_a_stretch_is_written_alone(tmp_path, capsys):
    path = str(sample("incart_i06.hea"))
    options = ["--format", "npz", "--start", "10", "--end", "20"]
    assert main(["convert", path, "--out", str(tmp_path), *options]) == 0
    source, written = open_recording(path), open_recording(tmp_path / "incart_i06.npz")
    start, stop = (round(second * source.fs_hz) for second in (10, 20))
    np.testing.assert_array_equal(written.signal_mv, source.samples.read_mv(start, stop))
    status = main(
        ["convert", path, "--out", str(tmp_path / "b"), "--format", "csv", "--start", "9e5"]
    )
    assert status == 1
    assert "lie outside" in capsys.readouterr().err


def test_no_cell_of_a_table_is_a_formula(tmp_path):
    from viewer.batch.tables import write_table

    entry = {"path": "=cmd|calc.hea", "leads": [], "fs_hz": None, "duration_s": None, "error": "@x"}
    write_table(tmp_path / "t.csv", "convert", [entry])
    (row,) = table(tmp_path / "t.csv")
    assert (row["file"], row["error"]) == ("'=cmd|calc.hea", "'@x")


def test_the_time_left_is_told_in_words_that_can_be_meant():
    assert time_left_s(1.0, 1, 9) is None
    assert time_left_s(10.0, 5, 15) == 30.0
    assert [clock(s) for s in (0.2, 40.0, 700.0, 12_000.0)] == [
        "1 s",
        "40 s",
        "12 min",
        "3 h 20 min",
    ]
