"""The two commands of the README: what they start, and what they say."""

import subprocess
import sys
from pathlib import Path

import pytest

from installer import bootstrap, environment
from tests.shared_data import REPOSITORY

PYTHON = Path("the-environment") / "python"


@pytest.fixture
def started(monkeypatch):
    """The commands that would have been started, in order; all of them succeed."""
    commands: list[list[str]] = []

    def call(command):
        commands.append(command)
        return 0

    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(environment, "ensure", lambda extras: PYTHON)
    monkeypatch.setattr("viewer.system_packages.ensure_qt_can_start", lambda display: None)
    monkeypatch.setattr(bootstrap, "_call", call)
    return commands


def test_with_a_display_run_opens_the_window_on_the_bundled_recording(started, monkeypatch):
    monkeypatch.setattr("viewer.system_packages.has_display", lambda: True)
    assert bootstrap.main(["run"]) == 0
    assert started == [[str(PYTHON), "main.py", str(bootstrap.SAMPLE)]]
    assert bootstrap.SAMPLE.exists()


def test_without_a_display_run_writes_pages_and_the_cleaned_recording(
    started, monkeypatch, capsys, tmp_path
):
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    assert bootstrap.main(["run", "a.hea"]) == 0
    out = tmp_path / "out"
    pages = {show: str(out / f"a-{show}.png") for show in ("raw", "overlay")}
    assert started == [
        [str(PYTHON), "main.py", *arguments]
        for arguments in (
            ["snapshot", "a.hea", "--out", pages["raw"], "--show", "raw"],
            ["snapshot", "a.hea", "--out", pages["overlay"], "--show", "overlay"],
            ["denoise", "a.hea", "--out", str(out), "--overwrite"],
        )
    ]
    said = capsys.readouterr().out
    assert "no display" in said
    assert str(out) in said


def test_test_passes_its_arguments_on_to_pytest(started):
    assert bootstrap.main(["test", "tests/viewer", "-x"]) == 0
    (command,) = started
    assert command[:3] == [str(PYTHON), "-m", "pytest"]
    assert command[-2:] == ["tests/viewer", "-x"]


def test_lint_runs_every_linter_even_after_one_failed(started, monkeypatch):
    def fail(command):
        started.append(command)
        return 1

    monkeypatch.setattr(bootstrap, "_call", fail)
    assert bootstrap.main(["lint"]) == 1
    assert len(started) == len(bootstrap.LINTERS)


def test_a_setup_that_fails_is_one_sentence_and_status_1(monkeypatch, capsys):
    def refuse(extras):
        raise environment.SetupError("There is no room on the disk.")

    monkeypatch.setattr(environment, "ensure", refuse)
    assert bootstrap.main(["lint"]) == 1
    assert capsys.readouterr().err == "There is no room on the disk.\n"


@pytest.mark.parametrize(("arguments", "status"), [([], 0), (["help"], 0), (["fly"], 2)])
def test_anything_else_prints_the_help(arguments, status, capsys):
    assert bootstrap.main(arguments) == status
    assert "installer/bootstrap.py run [PATH ...]" in capsys.readouterr().out


def test_the_bootstrap_needs_nothing_but_the_standard_library():
    """Isolated, without site-packages: as on a machine where nothing is installed."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "installer/bootstrap.py", "help"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "One command from a fresh clone" in done.stdout
