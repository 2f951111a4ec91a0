"""Settings survive a restart, bad files and newer programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from viewer.settings import BY_KEY, SETTINGS, Settings, migrate


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "settings.json"


def test_keys_are_unique_and_every_default_is_valid():
    assert len(BY_KEY) == len(SETTINGS)
    assert [s.key for s in SETTINGS if not s.valid(s.default)] == []


def test_a_value_is_there_after_a_restart(file):
    Settings(file)["view.gain_mm_mv"] = 20.0
    assert Settings(file)["view.gain_mm_mv"] == 20.0


def test_a_change_is_announced_once(file):
    settings = Settings(file)
    heard: list[str] = []
    settings.changed.connect(heard.append)
    settings["device"] = "cpu"
    settings["device"] = "cpu"
    assert heard == ["device"]


def test_an_invalid_value_is_refused(file):
    with pytest.raises(ValueError, match="no valid value"):
        Settings(file)["view.speed_mm_s"] = float("nan")


def test_an_invalid_stored_value_falls_back_to_its_default(file):
    file.parent.mkdir()
    values = {"view.gain_mm_mv": -3, "device": "cpu", "gone": 1, "files.recent": [1]}
    file.write_text(json.dumps({"version": 1, "values": values}))
    settings = Settings(file)
    assert settings["view.gain_mm_mv"] == 10.0
    assert settings["files.recent"] == []
    assert settings["device"] == "cpu"


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"version": "x", "values": {}}', '"a"'])
def test_a_broken_file_is_put_aside_and_defaults_used(file, broken, caplog):
    file.parent.mkdir()
    file.write_text(broken)
    settings = Settings(file)
    assert settings["device"] == "auto"
    assert file.with_suffix(".unreadable.json").read_text() == broken
    assert "defaults used" in caplog.text
    assert "unreadable" in caplog.text or file.name in caplog.text
    settings["device"] = "cpu"
    assert Settings(file)["device"] == "cpu"


def test_a_folder_that_cannot_be_written_does_not_stop_the_program(tmp_path, caplog):
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    settings = Settings(blocked / "settings.json")
    settings["device"] = "cpu"
    assert settings["device"] == "cpu"
    assert caplog.records


def test_old_documents_pass_through_every_migration_once():
    migrations = {1: lambda v: {**v, "b": v["a"] + 1}, 2: lambda v: {"c": v["b"] * 10}}
    assert migrate({"version": 1, "values": {"a": 1}}, migrations=migrations, version=3) == {
        "c": 20
    }


def test_a_document_of_a_newer_program_is_read_as_far_as_understood():
    assert migrate({"version": 99, "values": {"device": "cpu"}}) == {"device": "cpu"}
