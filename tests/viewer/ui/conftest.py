"""The real window, with the real reader process, temporary settings, off screen."""

from __future__ import annotations

import faulthandler
import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.shared_data import sample
from viewer.app import build_window
from viewer.formats.process import ReaderProcess
from viewer.settings import Settings
from viewer.ui.main_window import MainWindow

if not faulthandler.is_enabled():  # a crash in Qt ends the run with a trace, not silently
    faulthandler.enable(sys.__stderr__)


@pytest.fixture(scope="session")
def reader() -> Iterator[ReaderProcess]:
    with ReaderProcess() as reader:
        yield reader


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of this test alone; with a filter as method, so that no test waits for torch."""
    monkeypatch.setenv("LEADLIGHT_DATA_DIR", str(tmp_path / "data"))
    settings = Settings(tmp_path / "settings.json")
    settings["denoise.method"] = "iir"
    return settings


@pytest.fixture
def window(qtbot: QtBot, reader: ReaderProcess, settings: Settings) -> Iterator[MainWindow]:
    """Empty, shown, and closed in order; no unexpected error may be left at its desk."""
    window = build_window(reader, settings)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    window.close()
    counts = dict(window.errors.counts)
    window.deleteLater()
    del window
    gc.collect()
    assert counts == {}, f"unexpected errors: {counts}"


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow) -> Callable[[Path], MainWindow]:
    """Opens a recording as the command line does and waits until it is on screen."""

    def open_it(path: Path) -> MainWindow:
        with qtbot.waitSignal(window.files.opened, timeout=20_000):
            window.open_paths([path])
        return window

    return open_it


@pytest.fixture
def noisy(opened: Callable[[Path], MainWindow]) -> MainWindow:
    """The window with the bundled noisy ECG: 12 leads, 10 s, 500 Hz."""
    return opened(sample("ptbxl_noisy.hea"))
