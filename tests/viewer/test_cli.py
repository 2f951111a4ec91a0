"""The command line: what it prints, what it refuses, with which exit status."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.shared_data import REPOSITORY, archive, sample
from viewer.cli import main
from viewer.cli.parser import COMMANDS
from viewer.recording import CLINICAL_ORDER

ALWAYS = {"path", "leads", "fs_hz", "duration_s"}
CLEAN, NOISY = str(sample("ptbxl_clean.hea")), str(sample("ptbxl_noisy.hea"))
TWO_LEADS = str(sample("mitbih_100.hea"))


def run_json(capsys, *arguments):
    """Exit status and the one JSON document on stdout."""
    status = main([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_info_says_what_design_promises(capsys):
    status, (entry,) = run_json(capsys, "info", CLEAN)

    assert status == 0
    assert set(entry) >= ALWAYS | {
        "n_samples", "start_time", "age", "sex", "format", "integrity", "comments"
    }  # fmt: skip
    assert entry["path"] == CLEAN
    assert entry["leads"] == list(CLINICAL_ORDER[:12])
    assert (entry["fs_hz"], entry["duration_s"], entry["n_samples"]) == (500.0, 10.0, 5000)
    assert (entry["age"], entry["sex"], entry["format"]) == (18.0, "F", "WFDB")
    assert entry["integrity"] == dict.fromkeys(entry["leads"], "ok")


def test_info_for_a_person_names_leads_rate_and_length(capsys):
    assert main(["info", TWO_LEADS]) == 0
    text = capsys.readouterr().out
    assert "WFDB, 2 leads" in text
    assert "120.000 s at 360 Hz, 43200 samples" in text
    assert "age 69, sex M" in text


def test_a_changed_sample_is_reported_by_lead(capsys, tmp_path):
    signal = bytearray(sample("ptbxl_clean.dat").read_bytes())
    signal[24 * 100 + 2] ^= 4  # lead II of sample 100
    (tmp_path / "ptbxl_clean.dat").write_bytes(signal)
    header = sample("ptbxl_clean.hea").read_bytes()
    (tmp_path / "ptbxl_clean.hea").write_bytes(header)

    _, (entry,) = run_json(capsys, "info", str(tmp_path / "ptbxl_clean.hea"))
    assert [lead for lead, state in entry["integrity"].items() if state == "failed"] == ["II"]
    main(["info", str(tmp_path / "ptbxl_clean.hea")])
    assert "does not fit the signal: II" in capsys.readouterr().out


def test_unreadable_files_do_not_stop_the_others_and_the_status_is_3(capsys, tmp_path):
    broken = tmp_path / "broken.hea"
    broken.write_text("this is no header\n")
    status, entries = run_json(capsys, "info", str(broken), CLEAN, str(tmp_path / "absent.npz"))

    assert status == 3
    assert [len(entry["leads"]) for entry in entries] == [0, 12, 0]
    assert all(set(entry) >= ALWAYS for entry in entries)
    assert "broken" in entries[0]["error"]
    assert "absent.npz" in entries[2]["error"]


def test_each_unreadable_file_is_named_on_stderr_without_a_traceback(capsys, tmp_path):
    assert main(["info", str(tmp_path / "absent.npz"), CLEAN]) == 3
    errors = capsys.readouterr().err
    assert "leadlight: absent.npz does not exist" in errors
    assert "Traceback" not in errors


def test_a_folder_stands_for_all_its_recordings(capsys):
    status, entries = run_json(capsys, "info", str(sample("README.md").parent))
    assert status == 0
    assert [entry["name"] for entry in entries] == [
        "incart_i06", "mitbih_100", "ptbxl_clean", "ptbxl_noisy"
    ]  # fmt: skip


def test_a_folder_of_one_recording_is_that_recording(capsys, tmp_path):
    for suffix in ("hea", "dat"):
        (tmp_path / f"ptbxl_clean.{suffix}").write_bytes(
            sample(f"ptbxl_clean.{suffix}").read_bytes()
        )
    status, (entry,) = run_json(capsys, "info", str(tmp_path))
    assert (status, entry["path"], entry["name"]) == (0, str(tmp_path), "ptbxl_clean")


def test_without_a_display_the_window_is_refused_in_one_sentence(monkeypatch, capsys):
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert main([CLEAN]) == 1
    assert "There is no display here; `leadlight snapshot` draws pages" in capsys.readouterr().err


def test_several_paths_show_a_progress_bar_on_stderr_only(capsys):
    main(["info", CLEAN, NOISY])
    printed = capsys.readouterr()
    assert "1/2 ptbxl_noisy.hea" in printed.err
    assert "2/2" in printed.err
    assert "#" not in printed.out

    main(["info", CLEAN])
    assert capsys.readouterr().err == ""


def test_what_the_file_does_not_say_is_asked_for_by_the_name_of_the_option(capsys, tmp_path):
    signal = sample("ptbxl_clean.dat").read_bytes()
    (tmp_path / "ptbxl_clean.dat").write_bytes(signal)
    lines = sample("ptbxl_clean.hea").read_text().splitlines()
    header = tmp_path / "ptbxl_clean.hea"
    header.write_text("\n".join(["ptbxl_clean 12", *lines[1:]]) + "\n")

    status, (entry,) = run_json(capsys, "info", str(header))
    assert status == 3
    assert "(--fs HZ)" in entry["error"]

    status, (entry,) = run_json(capsys, "info", str(header), "--fs", "500")
    assert (status, entry["duration_s"]) == (0, 10.0)


def test_models_lists_every_method_with_the_promised_keys(capsys):
    status, entries = run_json(capsys, "models")
    assert status == 0
    promised = {"name", "task", "parameters", "sha256", "training_data", "licence", "metrics"}
    assert all(set(entry) >= promised for entry in entries)
    assert {"fir", "iir"} <= {entry["name"] for entry in entries}
    assert sum(entry["default"] for entry in entries) == 1

    assert main(["models"]) == 0
    assert "iir" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["info"],
        ["info", "--fs", "-3", CLEAN],
        ["info", "--fs", "fast", CLEAN],
        ["--nonsense"],
    ],
)
def test_wrong_usage_ends_with_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: leadlight" in capsys.readouterr().err


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_explains_itself_and_says_what_it_is_not(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Not a medical device: not cleared or approved for clinical use." in text
    assert "exit status:" in text


def test_the_help_of_the_program_lists_every_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert all(f"  {command.name} " in text for command in COMMANDS)


def test_the_program_itself_prints_one_json_document_and_nothing_else():
    done = subprocess.run(
        [sys.executable, "main.py", "info", CLEAN, "absent.hea", "--json"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert [entry["duration_s"] for entry in json.loads(done.stdout)] == [10.0, None]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has file names that are no text")
def test_a_file_name_that_is_no_text_is_printed_all_the_same(tmp_path):
    absent = os.fsdecode(os.path.join(os.fsencode(tmp_path), b"\xff\xb5.npz"))
    for arguments in (["info", absent], ["info", absent, "--json"]):
        done = subprocess.run(
            [sys.executable, "main.py", *arguments],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 3
        assert b"Traceback" not in done.stderr


def test_info_says_what_a_clinical_file_states(capsys):
    path = str(archive("formats") / "ge-muse-xml" / "synthetic_muse.xml")
    assert main(["info", path, "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)[0]
    assert entry["measurements"]["QT interval"] == "402 ms"
    assert entry["statements"] == ["Sinus rhythm (synthetic example)"]
    assert entry["derived"] == ["III", "aVF", "aVL", "aVR"]
    assert main(["info", path]) == 0
    out = capsys.readouterr().out
    assert "  QT interval: 402 ms" in out
    assert "  filter: high pass 0.56 Hz" in out


def test_one_of_several_arrays_is_named_by_an_option(capsys, tmp_path):
    signal = np.sin(np.arange(1000) / 9).astype(np.float32)
    np.savez(tmp_path / "x.npz", rest=signal, stress=signal * 2, fs=500, unit="mV")
    assert main(["info", str(tmp_path / "x.npz")]) == 3
    assert "--array NAME" in capsys.readouterr().err
    assert main(["info", str(tmp_path / "x.npz"), "--array", "rest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["n_samples"] == 1000
