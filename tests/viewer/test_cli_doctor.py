"""leadlight doctor: says what is here and how to mend what is not."""

import json
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.shared_data import REPOSITORY
from viewer import __version__
from viewer.cli import doctor, main
from viewer.cli.doctor import Finding


def test_a_sound_installation_has_nothing_to_mend(capsys):
    status = main(["doctor", "--device", "cpu", "--json"])
    findings = json.loads(capsys.readouterr().out)
    assert [f for f in findings if f["mend"]] == []
    assert status == 0
    found = {f["what"]: f["found"] for f in findings}
    assert found["Leadlight"] == __version__
    assert found["Qt"].startswith("offscreen")
    assert found["device"] == "cpu (processor)"
    assert {"settings", "logs", "cache", "torch", "PySide6-Essentials"} <= set(found)


def test_every_declared_dependency_is_looked_at():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert {Requirement(text).name for text in project["dependencies"]} == set(doctor.LIBRARIES)


def test_a_missing_library_comes_with_the_command_that_installs_it():
    finding = doctor._library("leadlight-has-no-such-library")
    assert finding.found == "missing"
    assert finding.mend.endswith("-m pip install leadlight-has-no-such-library")


def test_what_must_be_mended_stands_out_and_makes_the_status_1(monkeypatch, capsys):
    broken = Finding("model x", "x.safetensors is damaged", "Install Leadlight again.")
    monkeypatch.setattr(doctor, "models", lambda: [broken])
    monkeypatch.setattr(doctor, "screen", list)
    assert main(["doctor", "--device", "cpu"]) == 1
    text = capsys.readouterr().out
    assert "!!  model x: x.safetensors is damaged\n      Install Leadlight again." in text


def test_weights_are_compared_with_the_published_hash(tmp_path):
    path = tmp_path / "x.safetensors"
    assert doctor._weights("x", path, "00").found == "x.safetensors is missing"
    path.write_bytes(b"")
    assert doctor._weights("x", path, "00").found == "x.safetensors is damaged"
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert doctor._weights("x", path, empty) == Finding("model x", "x.safetensors e3b0c442")


def test_a_platform_that_qt_does_not_have_is_found_out_without_taking_us_down():
    assert doctor._qt_platform("no-such-platform") == ""


@pytest.mark.parametrize(("name", "variable"), [("settings", "CONFIG"), ("logs", "LOG")])
def test_a_folder_that_cannot_be_written_names_the_variable_that_moves_it(tmp_path, name, variable):
    (tmp_path / "file").touch()
    finding = doctor._place(name, tmp_path / "file" / "folder")
    assert finding.mend == f"Set LEADLIGHT_{variable}_DIR to another folder."
