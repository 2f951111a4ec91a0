"""python -m tests.soak --minutes N: open, scroll, denoise, measure, export, close, again and again.

Prints memory once a minute and at the end how far it grew after the first five minutes
(after the first sixth of a shorter run). Everything works through the real window.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

    from viewer.ui.main_window import MainWindow

SETTLED_S = 300.0
"""Caches, models and allocators have found their size by then."""
ROUND = 8
"""Visits after which every recording was there with every method."""
COUNTED = ("Recording", "Cleaned", "GrowingSamples", "Pyramid", "Source", "Page", "HeartTrend")
"""Our own objects that hold arrays: their number must not grow from cycle to cycle."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is alive: our objects that hold arrays, widgets, threads, processes' pipes."""

    objects: dict[str, int]
    widgets: dict[str, int]
    threads: int
    array_mb: float


def cycle(window: MainWindow, path: Path, method: str, out: Path) -> None:
    """One reader's visit to one recording."""
    actions = window.commands.actions
    _wait(window.files.opened, lambda: window.open_paths([path]))
    timeline = window.session.timeline
    for _ in range(20):
        timeline.step(+1)
        window.trace_view.paper.viewport().repaint()
    window.choose_method(method)
    _wait(window.cleaning.finished, actions["denoise.start"].trigger)
    _until("the guard", lambda: window.session.guard_complete)
    if not window.panels.is_open("st"):
        actions["panel.st"].trigger()
    _until("ST", lambda: window.panels.measuring.result is not None)
    actions["show.residual"].trigger()
    window.trace_view.paper.viewport().repaint()
    _export(window, out)
    window.panels.toggle("st")
    actions["file.close"].trigger()
    _pause(20)


def _export(window: MainWindow, out: Path) -> None:
    """The raw recording, through the dialog."""
    window.commands.actions["file.export"].trigger()
    dialog = window.exporting.dialog
    assert dialog is not None
    dialog.raw.click()
    dialog.format.setCurrentIndex(dialog.format.findData("npz"))
    dialog.path.setText(str(out / "soak.npz"))
    for old in out.glob("soak*"):
        old.unlink()
    _wait(window.exporting.job.succeeded, dialog.save.click)
    dialog.reject()


def counts() -> Counts:
    """After a collection, what is alive in this process."""
    import numpy as np
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    alive: Counter[str] = Counter()
    arrays: dict[int, int] = {}
    for thing in gc.get_objects():
        name = type(thing).__name__
        if name in COUNTED and type(thing).__module__.startswith("viewer"):
            alive[name] += 1
        for held in gc.get_referents(thing):
            if type(held) is np.ndarray and held.base is None:
                arrays[id(held)] = held.nbytes
    widgets = Counter(type(widget).__name__ for widget in QApplication.allWidgets())
    return Counts(dict(alive), dict(widgets), threading.active_count(), sum(arrays.values()) / 1e6)


# ---- waiting ----


def _wait(signal: SignalInstance, begin: Callable[[], object], longest_ms: int = 900_000) -> None:
    """Begin something and return once its signal has come. Raises TimeoutError."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, came = QEventLoop(), []

    def note(*_: object) -> None:
        came.append(True)
        loop.quit()

    signal.connect(note)
    guard = QTimer(singleShot=True, interval=longest_ms)
    guard.timeout.connect(loop.quit)
    guard.start()
    begin()
    if not came:
        loop.exec()
    signal.disconnect(note)
    if not came:
        raise TimeoutError("the window did not answer")


def _until(what: str, holds: Callable[[], bool], longest_s: float = 900.0) -> None:
    """Let the window work until it holds. Raises TimeoutError that says what never came."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > longest_s:
            raise TimeoutError(f"it never came: {what}")
        _pause(20)


def _pause(ms: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


# ---- the long form ----


def soak(window: MainWindow, folder: Path, minutes: float) -> str:
    """Cycles for so many minutes; one sentence on the growth."""
    from inference.registry import default_denoiser
    from tests.shared_data import SAMPLES
    from tests.speed.meter import memory_mb

    names = ("ptbxl_noisy.hea", "incart_i06.hea", "ptbxl_clean.hea", "mitbih_100.hea")
    methods = ("iir", default_denoiser())
    began, settle_s = time.monotonic(), min(SETTLED_S, minutes * 10)
    spent_s, told_s = 0.0, -60.0
    visits: list[tuple[float, float]] = []  # when, and memory then
    while spent_s < minutes * 60:
        number = len(visits)
        cycle(window, SAMPLES / names[number % 4], methods[number // 4 % 2], folder)
        gc.collect()
        spent_s = time.monotonic() - began
        visits.append((spent_s, memory_mb()[0]))
        if spent_s - told_s >= 60:
            told_s = spent_s
            _say(f"{spent_s / 60:5.1f} min  {len(visits):5d} visits  {visits[-1][1]:7.1f} MB")
    return growth(visits, settle_s)


def growth(visits: list[tuple[float, float]], settle_s: float) -> str:
    """One sentence: whole rounds compared, each the mean of every recording and method once.

    visits  (seconds since the start, MB) after each; the first round only fills caches
    """
    rounds = [visits[i : i + ROUND] for i in range(0, len(visits) - ROUND + 1, ROUND)]
    sizes = [sum(mb for _, mb in one) / ROUND for one in rounds]
    later = [n for n, one in enumerate(rounds) if n > 0 and one[0][0] >= settle_s]
    if len(later) < 2:
        return f"{len(visits)} visits are too few to tell growth: it takes two rounds of {ROUND}"
    first, last = sizes[later[0]], sizes[later[-1]]
    return (
        f"{len(visits)} visits in {visits[-1][0] / 60:.0f} min: {first:.1f} MB in the round after "
        f"{rounds[later[0]][0][0] / 60:.1f} min, {last:.1f} MB in the last one, growth "
        f"{100 * (last / first - 1):+.1f} % (wanted: at most 2 %)"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    options = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="leadlight-soak-") as name:
        for part in ("CONFIG", "LOG", "CACHE"):
            os.environ[f"LEADLIGHT_{part}_DIR"] = str(Path(name) / part.lower())
        from PySide6.QtWidgets import QApplication

        from viewer.app import build_window
        from viewer.formats.process import ReaderProcess
        from viewer.settings import Settings

        app = QApplication.instance() or QApplication(sys.argv[:1])
        with ReaderProcess() as reader:
            window = build_window(reader, Settings())
            window.show()
            _say(soak(window, Path(name), options.minutes))
            window.close()
            app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
