"""What is measured. Each function returns rows of the table."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEventLoop, QTimer, SignalInstance
from PySide6.QtWidgets import QApplication

from tests.shared_data import SAMPLES
from tests.speed.meter import Row, cpu_ms, frames_ms, memory_mb, spread
from viewer.recording import Recording
from viewer.samples import Samples
from viewer.state.cleaned import Cleaned
from viewer.state.layers import Show
from viewer.state.layouts import LAYOUTS
from viewer.state.pyramid import Pyramid
from viewer.state.session import Session
from viewer.ui.main_window import MainWindow
from viewer.ui.trace_view import TraceView

SIZE = (1600, 900)


def start(times: int) -> list[Row]:
    """Process start to the painted window with a ten-second ECG."""
    told = []
    for _ in range(times):
        command = [
            sys.executable,
            "-m",
            "tests.speed.child_start",
            str(SAMPLES / "ptbxl_clean.hea"),
        ]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        told.append(json.loads(answer.stdout.splitlines()[-1]))
    cpu = statistics.median(one["cpu_s"] for one in told)
    wall = statistics.median(one["wall_s"] for one in told)
    heavy = sorted({name for one in told for name in one["imported"]})
    return [
        Row("process start to painted 10 s ECG", f"{cpu:.2f} s CPU, {wall:.2f} s wall", "≤ 0.6 s"),
        Row("heavy modules imported by then", ", ".join(heavy) or "none", "none"),
    ]


def next_record(window: MainWindow, paths: list[Path]) -> list[Row]:
    """One key to the next recording of a folder, painted."""
    _open(window, paths[0])
    cpu, wall = [], []
    for _ in paths[1:]:
        began = time.perf_counter()
        with _waiting(window.trace_view.painted):
            cpu.append(cpu_ms(lambda: _step(window)))
        wall.append((time.perf_counter() - began) * 1000)
    return [Row("next recording in the folder", f"{spread(wall)} ms wall", "≤ 150 ms")]


def short_pan(n: int) -> list[Row]:
    """A ten-second page of a ten-minute ECG, 12 leads, raw and denoised: 24 curves."""
    rows = []
    for px_per_mm, width in ((4.0, "1 px"), (6.0, "1.5 px")):
        session, view = _view()
        recording = _ten_minutes()
        session.open(recording, "12x1")
        session.paper.set_screen(px_per_mm)
        _overlay(session, recording)
        rows.append(Row(f"frame while panning, overlay, pen {width}", _pan(view, n), "≤ 10 ms"))
        rows.append(Row(f"full redraw, overlay, pen {width}", _redraw(view, n // 4), "≤ 40 ms"))
        view.stop()
        view.close()
    return rows


def long_file(window: MainWindow, path: Path, n: int) -> list[Row]:
    """A day of ECG: opening, memory, pyramid, scrolling at three zooms."""
    before = memory_mb()
    began, cpu = time.perf_counter(), time.process_time()
    _open(window, path)
    opened_s, opened_cpu = time.perf_counter() - began, time.process_time() - cpu
    recording = window.session.recording
    assert recording is not None
    gigabytes = path.with_suffix(".dat").stat().st_size / 1e9
    rows = [
        Row(
            f"first page of {recording.duration_s / 3600:.3g} h × 12 × 500 Hz ({gigabytes:.2f} GB)",
            f"{opened_s:.2f} s wall, {opened_cpu:.2f} s CPU here",
            "≤ 1 s",
        )
    ]
    while recording.samples.ready_until < recording.n_samples:
        _wait_ms(100)
    rows.append(Row("read and copied in the helper", f"{time.perf_counter() - began:.1f} s wall"))
    while not window.trace_view.summarised:
        _wait_ms(50)
    window.panels.overview.heart.stop()  # its processor time belongs to no frame
    rows.append(Row("min–max pyramid over all of it", _pyramid(recording), "≤ 2 s"))
    rows += _long_pans(window.trace_view, recording, n)
    own, resident = (a - b for a, b in zip(memory_mb(), before, strict=True))
    size = f"{own:.0f} MB own, {resident:.0f} MB with file pages"
    return [*rows, Row("memory rise after all of that", size, "≤ 200 MB")]


def _long_pans(view: TraceView, recording: Recording, n: int) -> list[Row]:
    session, rows = view.session, []
    session.paper.set_layout(LAYOUTS["12x1"])
    for overlay in (False, True):
        if overlay:
            _overlay(session, recording)
            while not view.summarised:
                _wait_ms(50)
        for span_s in (10.0, 600.0, min(86_400.0, recording.duration_s)):
            view.show_span(span_s)
            words = f"{span_s:.0f} s on screen{', overlay' if overlay else ''}"
            rows.append(Row(f"pan, {words}", _pan(view, n), "≤ 20 ms"))
            rows.append(Row(f"full redraw, {words}", _redraw(view, max(n // 10, 3))))
    return rows


# ---- helpers ----


def _pyramid(recording: Recording) -> str:
    pyramid = Pyramid(recording.samples)
    built_s = cpu_ms(pyramid.build) / 1000
    return f"{built_s:.2f} s CPU, {pyramid.nbytes / 1e6:.0f} MB"


def _view() -> tuple[Session, TraceView]:
    session = Session()
    view = TraceView(session)
    view.resize(*SIZE)
    view.show()
    QApplication.processEvents()
    return session, view


def _ten_minutes() -> Recording:
    from viewer.formats import open_recording

    recording = open_recording(SAMPLES / "ptbxl_clean.hea")
    signal_mv = np.tile(recording.signal_mv, (1, 60))
    return Recording.from_array(signal_mv, recording.leads, recording.fs_hz, "ten minutes")


def _overlay(session: Session, recording: Recording) -> None:
    """A second trace beside the raw one; what made it does not matter to the painter."""
    samples = Arrived(recording.samples)
    session.set_cleaned(Cleaned(samples=samples, method="iir", title="same"))  # type: ignore[arg-type]
    session.layers.set_show(Show.OVERLAY)


class Arrived:
    """The raw samples in the place of a cleaned signal that is complete."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self.n_leads, self.n_samples = samples.n_leads, samples.n_samples
        self.ready_until, self.complete = samples.n_samples, True
        self.spans = ((0, samples.n_samples),)

    def has(self, start: int, stop: int) -> bool:
        return True

    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]:
        return self._samples.read_mv(start, stop)


def _pan(view: TraceView, n: int) -> str:
    timeline = view.session.timeline
    timeline.scroll_to(timeline.duration_s / 3)

    def frame(_number: int) -> None:
        timeline.page(0.01)
        view.paper.viewport().repaint()

    return frames_ms(frame, n)


def _redraw(view: TraceView, n: int) -> str:
    def frame(_number: int) -> None:
        view.redraw()
        view.paper.viewport().repaint()

    return frames_ms(frame, n)


def _step(window: MainWindow) -> None:
    with _waiting(window.files.opened):
        window.commands.actions["file.next"].trigger()


def _open(window: MainWindow, path: Path) -> None:
    with _waiting(window.trace_view.painted):
        window.open_paths([path])


@contextmanager
def _waiting(signal: SignalInstance) -> Iterator[None]:
    """Leave the block only after the signal was given."""
    came: list[bool] = []
    loop = QEventLoop()

    def note(*_: object) -> None:
        came.append(True)
        loop.quit()

    signal.connect(note)
    guard = QTimer(singleShot=True, interval=120_000)
    guard.timeout.connect(loop.quit)
    guard.start()
    yield
    if not came:
        loop.exec()
    signal.disconnect(note)
    if not came:
        raise TimeoutError("the window did not paint the recording")


def _wait_ms(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()
