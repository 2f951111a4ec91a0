"""`leadlight doctor --try`: the real window does its whole job."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from viewer.formats import open_recording
from viewer.ui import self_test
from viewer.ui.self_test import PICTURE, try_everything


def test_the_window_does_its_whole_job_once(qtbot: QtBot, tmp_path: Path) -> None:
    tried = try_everything(tmp_path)
    assert [failure for _, _, failure in tried.steps if failure] == []
    assert tried.well
    assert len(tried.steps) == 6
    assert open_recording(tmp_path / "cleaned.hea").n_samples == 5000
    assert (tmp_path / PICTURE).stat().st_size > 10_000


def test_a_step_that_fails_is_told_and_ends_the_trial(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_test, "resource", lambda name: tmp_path / "nothing here")
    monkeypatch.setattr(self_test, "LONGEST_S", 1.0)
    tried = try_everything(tmp_path)
    assert not tried.well
    assert [name for name, _, _ in tried.steps] == ["open the sample"]
