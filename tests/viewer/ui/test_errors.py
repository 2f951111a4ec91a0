"""Whatever goes wrong: one dialog per distinct error, and the window goes on."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt

from tests.shared_data import sample

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def no_stray_log_lines() -> None:
    """Every test here provokes an error, and an error is always logged."""


@pytest.fixture
def desk(noisy):
    """The error desk; what the test provokes is accounted for."""
    yield noisy.errors
    for dialog in noisy.errors.dialogs.values():
        dialog.close()
    noisy.errors.counts.clear()


def fault(text: str) -> Exception:
    try:
        raise OSError(text)
    except OSError as error:
        return error


def other_fault() -> Exception:
    try:
        raise KeyError("V9")
    except KeyError as error:
        return error


def test_a_thousand_identical_errors_are_one_dialog_with_a_counter(desk, qtbot):
    for number in range(1000):
        desk.report(fault(f"disk {number}"))
    [dialog] = desk.dialogs.values()
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: "happened 1000 times" in dialog.informativeText())


def test_distinct_errors_get_a_dialog_each_but_never_a_flood(desk):
    desk.report(fault("disk"))
    desk.report(other_fault())
    assert len(desk.dialogs) == 2
    for line in range(20):
        code = compile("\n" * line + "raise ValueError('x')", f"module{line}", "exec")
        with pytest.raises(ValueError, match="x") as caught:
            exec(code)
        desk.report(caught.value)
    assert len(desk.dialogs) == 3


def test_an_error_in_a_thread_reaches_the_dialog_in_the_gui_thread(desk, qtbot, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", desk.thread_excepthook)

    def fail() -> None:
        raise RuntimeError("lost electrode")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(desk.dialogs))
    [dialog] = desk.dialogs.values()
    assert "lost electrode" in dialog.informativeText()


def test_the_hooks_catch_what_nothing_else_catches(desk, monkeypatch):
    import sys

    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    desk.install()
    error = fault("in a slot")
    sys.excepthook(type(error), error, error.__traceback__)
    assert list(desk.counts.values()) == [1]


def test_a_failing_method_is_reported_and_the_raw_trace_and_scrolling_stay(
    desk, noisy, qtbot, monkeypatch
):
    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("electrodes on fire")

    monkeypatch.setattr("inference.denoise.denoise_piece", broken)
    with qtbot.waitSignal(noisy.cleaning.broke, timeout=20_000):
        qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    assert "the raw trace is kept" in noisy.notices.sentences[0]
    assert noisy.session.cleaned is None
    assert not noisy.busy
    noisy.activateWindow()  # the dialog stays open: it blocks nothing
    qtbot.waitUntil(noisy.isActiveWindow)
    qtbot.keyClick(noisy, Qt.Key.Key_Plus)
    assert noisy.session.paper.gain_mm_mv == 20.0


def test_a_refused_result_is_one_sentence_and_no_dialog(noisy, qtbot, monkeypatch):
    from inference.denoise import DenoiseRefused

    def refuse(*_args: object, **_options: object) -> None:
        raise DenoiseRefused("The filter gave no valid numbers in lead V2; the raw trace is kept.")

    monkeypatch.setattr("inference.denoise.denoise_piece", refuse)
    with qtbot.waitSignal(noisy.cleaning.refused, timeout=20_000):
        qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    assert "lead V2" in noisy.notices.sentences[0]
    assert noisy.session.cleaned is None
    assert noisy.errors.dialogs == {}


def test_a_reader_that_breaks_is_reported_and_the_recording_stays(desk, noisy, qtbot, monkeypatch):
    def broken(*_args: object) -> None:
        raise RuntimeError("pipe lost")

    monkeypatch.setattr(noisy.files.opening._reader, "open", broken)
    with qtbot.waitSignal(noisy.files.opening.broke, timeout=20_000):
        noisy.open_paths([sample("ptbxl_clean.hea")])
    assert noisy.session.recording.name == "ptbxl_noisy"
    assert not noisy.busy


def test_a_crash_of_the_last_run_is_told_without_blocking(window, tmp_path):
    window.reports.tell_crash(tmp_path / "crash-7.log")
    assert "crash-7.log" in window.notices.sentences[0]
    assert "without patient data" in window.notices.sentences[0]
