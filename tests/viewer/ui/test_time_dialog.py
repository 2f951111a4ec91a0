"""Ctrl+G: a time since the start, or of the day, gone to by keyboard alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

from tests.shared_data import sample
from viewer.ui.time_dialog import TimeDialog

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def asked(opened, qtbot):
    """The dialog of a two-minute recording that began at 22:30."""

    def ask(start: datetime | None) -> tuple:
        window = opened(sample("incart_i06.hea"))
        window.session.recording = replace(window.session.recording, start_time=start)
        qtbot.keyClick(window.trace_view, Qt.Key.Key_G, CTRL)
        dialog = window.findChild(TimeDialog)
        dialog.field.selectAll()
        return window, dialog

    return ask


def test_a_time_since_the_start_is_gone_to(asked, qtbot):
    window, dialog = asked(None)
    assert not dialog.by_clock.isVisible()
    qtbot.keyClicks(dialog.field, "00:01:10")
    assert dialog.hint.text() == "1:10.0 of 2:00.0"
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert window.session.timeline.start_s == 70.0


def test_a_time_of_day_is_gone_to_where_the_file_knows_its_start(asked, qtbot):
    window, dialog = asked(datetime(2024, 3, 9, 22, 30))
    qtbot.mouseClick(dialog.by_clock, Qt.MouseButton.LeftButton)
    assert dialog.field.text() == "22:30:00"
    dialog.field.selectAll()
    qtbot.keyClicks(dialog.field, "22:31:05")
    assert dialog.hint.text() == "1:05.0 of 2:00.0, 22:31:05"
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert window.session.timeline.start_s == 65.0


def test_what_is_no_time_cannot_be_gone_to_and_says_why(asked, qtbot):
    window, dialog = asked(None)
    qtbot.keyClicks(dialog.field, "soon")
    assert "“soon” is no time" in dialog.hint.text()
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.session.timeline.start_s == 0.0


def test_beyond_the_end_is_the_end(asked, qtbot):
    window, dialog = asked(None)
    qtbot.keyClicks(dialog.field, "1:00:00")
    assert dialog.hint.text() == "2:00.0 of 2:00.0: the end of the recording"
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert window.session.timeline.stop_s == pytest.approx(120, abs=0.1)
