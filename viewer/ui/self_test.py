"""The window does its whole job once, by itself: what `leadlight doctor --try DIR` runs.

Installers and people who help others ask one question: does everything work here? The
bundled noisy recording is opened, cleaned, mapped, measured, exported and photographed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from viewer.app import build_window
from viewer.folders import resource
from viewer.formats.process import ReaderProcess
from viewer.jobs.export import Choice, job
from viewer.jobs.runner import LatestJob
from viewer.settings import Settings
from viewer.ui.main_window import MainWindow

LONGEST_S = 180.0
LOOK_EVERY_MS = 20
PICTURE = "window.png"


@dataclass(slots=True)
class Tried:
    """One line per step: what, seconds, and the sentence of what went wrong (or nothing)."""

    steps: list[tuple[str, float, str]] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether every step was done."""
        return not any(failure for _, _, failure in self.steps)


def try_everything(folder: Path) -> Tried:
    """Do the job, leave what it gives in folder. One step that fails ends the trial."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    tried = Tried()
    settings = Settings(folder / "settings.json")
    with ReaderProcess() as reader:
        window = build_window(reader, settings)
        window.resize(1440, 900)
        window.show()
        try:
            for name, begin, done in _steps(window, folder):
                tried.steps.append((name, *_timed(begin, done, window)))
                if not tried.well:
                    break
        finally:
            window.close()
            app.processEvents()
    return tried


Step = tuple[str, Callable[[], object], Callable[[], bool]]


def _steps(window: MainWindow, folder: Path) -> list[Step]:
    session, panels = window.session, window.panels
    sample = resource("samples") / "ptbxl_noisy.hea"
    return [
        (
            "open the sample",
            lambda: window.open_paths([sample]),
            lambda: session.recording is not None,
        ),
        (
            "clean it",
            window.cleaning.start,
            lambda: session.cleaned is not None and session.guard_complete,
        ),
        (
            "map its noise",
            lambda: panels.toggle("noise_map"),
            lambda: panels.analysis.view is not None and panels.analysis.view.complete,
        ),
        (
            "measure its ST segment",
            lambda: panels.toggle("st"),
            lambda: (
                panels.measuring.result is not None and bool(panels.measuring.result.predictions)
            ),
        ),
        ("export it", lambda: _export(window, folder), lambda: (folder / "cleaned.hea").exists()),
        (
            "photograph the window",
            lambda: window.grab().save(str(folder / PICTURE)),
            lambda: (folder / PICTURE).exists(),
        ),
    ]


def _export(window: MainWindow, folder: Path) -> None:
    choice = Choice("cleaned", True, "wfdb", folder / "cleaned.hea", overwrite=True)
    LatestJob(window).start(job(window.session, choice))


def _timed(
    begin: Callable[[], object], done: Callable[[], bool], window: MainWindow
) -> tuple[float, str]:
    """Seconds until done, and what went wrong."""
    started = time.monotonic()
    try:
        begin()
    except Exception as error:  # noqa: BLE001 - whatever it is, the person wants to read it
        return time.monotonic() - started, f"{type(error).__name__}: {error}"
    loop = QEventLoop()
    look = QTimer(interval=LOOK_EVERY_MS)

    def glance() -> None:
        if done() or time.monotonic() - started > LONGEST_S:
            loop.quit()

    look.timeout.connect(glance)
    look.start()
    if not done():
        loop.exec()
    look.stop()
    seconds = time.monotonic() - started
    if window.errors.counts:
        return seconds, f"unexpected error: {next(iter(window.errors.counts))}"
    return seconds, "" if done() else f"not done after {LONGEST_S:.0f} s"
