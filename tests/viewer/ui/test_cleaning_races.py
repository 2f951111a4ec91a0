"""Cancel, close and switch while work runs: nothing stale is painted, nothing hangs."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt

import inference.denoise as service
from tests.shared_data import sample
from viewer.jobs.denoise import nearest
from viewer.state.layers import Trace

CTRL = Qt.KeyboardModifier.ControlModifier


class Gate:
    """Holds the method inside a piece until the test lets it go on."""

    def __init__(self, monkeypatch) -> None:
        self.inside, self.go_on = threading.Event(), threading.Event()
        self.pieces: list[int] = []
        real = service.denoise_piece

        def held(signal_mv, piece, *args, progress, **options):
            self.pieces.append(piece.start)
            self.inside.set()
            while not self.go_on.wait(0.01):
                progress(0.1)  # a method reports while it works
            return real(signal_mv, piece, *args, progress=progress, **options)

        monkeypatch.setattr(service, "denoise_piece", held)


@pytest.fixture
def gate(monkeypatch):
    gate = Gate(monkeypatch)
    yield gate
    gate.go_on.set()


def begin(window, qtbot, gate) -> None:
    with qtbot.waitSignal(window.cleaning.begun):
        qtbot.keyClick(window, Qt.Key.Key_D, CTRL)
    qtbot.waitUntil(gate.inside.is_set, timeout=20_000)


def test_esc_stops_the_work_and_leaves_the_raw_trace(noisy, qtbot, gate):
    begin(noisy, qtbot, gate)
    assert noisy.status.progress.isVisible()
    with qtbot.waitSignal(noisy.cleaning.ended):
        qtbot.keyClick(noisy, Qt.Key.Key_Escape)
    assert not noisy.busy
    assert not noisy.status.progress.isVisible()
    assert noisy.session.cleaned is None
    noisy.cleaning.job._pool.waitForDone()  # the worker left at its next report
    assert noisy.session.layers.traces == (Trace.RAW,)


def test_a_result_for_the_recording_before_is_never_shown(noisy, qtbot, gate):
    begin(noisy, qtbot, gate)
    with qtbot.waitSignal(noisy.files.opened, timeout=20_000):
        noisy.open_paths([sample("ptbxl_clean.hea")])
    gate.go_on.set()
    noisy.cleaning.job._pool.waitForDone()
    with qtbot.waitSignal(noisy.cleaning.finished, timeout=30_000):
        qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    recording, cleaned = noisy.session.recording, noisy.session.cleaned
    difference = cleaned.samples.read_mv(0, recording.n_samples) - recording.signal_mv
    assert recording.name == "ptbxl_clean"
    assert np.abs(difference).max() < 0.3  # another patient's trace would be far off


def test_switching_back_and_forth_shows_only_what_belongs_to_the_open_file(
    opened, qtbot, monkeypatch
):
    window = opened(sample("ptbxl_noisy.hea"))
    names = ["ptbxl_clean.hea", "ptbxl_noisy.hea"] * 6
    for name in names:
        window.cleaning.start()
        with qtbot.waitSignal(window.files.opened, timeout=20_000):
            window.open_paths([sample(name)])
        assert window.session.cleaned is None
        assert window.session.layers.traces == (Trace.RAW,)


def test_closing_the_window_while_a_method_runs_ends_its_thread(noisy, qtbot, gate):
    begin(noisy, qtbot, gate)
    noisy.close()
    assert noisy.model_queue.activeThreadCount() == 0


def test_the_page_on_screen_is_cleaned_first(opened, qtbot, gate):
    window = opened(sample("incart_i06.hea"))
    fs_hz = window.session.recording.fs_hz
    grid = service.pieces(window.session.recording.n_samples, fs_hz)
    window.session.timeline.scroll_to(80.0)
    begin(window, qtbot, gate)
    shown = round((window.session.timeline.start_s + 5) * fs_hz)
    first = next(piece for piece in grid if piece.start == gate.pieces[0])
    assert first.start <= shown < first.stop


def test_the_piece_with_the_focus_comes_first_then_those_after_it():
    todo = [service.Piece(k, k + 10, k, k + 10) for k in (0, 10, 20)]
    assert nearest(todo, 15).start == 10
    assert nearest(todo[:2], 25).start == 10
    assert nearest([], 5) is None


def test_a_recording_cleaned_before_is_shown_at_once(noisy, qtbot, gate):
    gate.go_on.set()
    with qtbot.waitSignal(noisy.cleaning.finished, timeout=30_000):
        qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    before = len(gate.pieces)
    qtbot.keyClick(noisy, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(noisy.cleaning.finished):
        qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    assert len(gate.pieces) == before
    assert noisy.session.layers.traces == (Trace.RAW, Trace.DENOISED)
