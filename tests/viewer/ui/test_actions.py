"""The table of commands: unique, complete, and the only source of menus, keys and help."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from viewer.ui.actions import COMMANDS, MENUS
from viewer.ui.command import Command
from viewer.ui.help_sheet import HelpSheet, Palette, help_html, key_text, matching

KEYED = [c for c in COMMANDS if c.keys]


def test_ids_are_unique():
    assert [i for i, n in Counter(c.id for c in COMMANDS).items() if n > 1] == []


def test_no_key_has_two_meanings():
    keys = Counter(QKeySequence(key).toString() for c in COMMANDS for key in c.keys)
    assert [key for key, n in keys.items() if n > 1] == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.id)
def test_every_command_says_what_it_does_and_has_a_place(command: Command):
    assert command.title
    assert len(command.tip) > 10
    assert command.menu.split("/")[0] in MENUS
    assert all(not QKeySequence(key).isEmpty() for key in command.keys)


def test_keys_without_a_modifier_never_change_stored_data():
    storing = {"file.export", "file.close", "file.quit", "file.derive"}
    bare = {c.id for c in KEYED if any("+" not in key.rstrip("+") for key in c.keys)}
    assert bare & storing == set()


def test_every_command_is_in_the_menus_with_its_key_in_the_tip(window):
    for command in COMMANDS:
        action = window.commands.actions[command.id]
        assert action in window.menus[command.menu].actions()
        assert command.tip in action.toolTip()
        assert key_text(command) in action.toolTip()


def test_with_nothing_open_only_what_can_work_is_enabled(window):
    enabled = {i for i, action in window.commands.actions.items() if action.isEnabled()}
    assert {"file.open", "help.keys", "help.palette", "file.quit"} <= enabled
    assert enabled & {"file.export", "denoise.start", "show.overlay", "move.page_on"} == set()


def test_the_help_sheet_shows_every_key(window, qtbot):
    html = help_html()
    for command in KEYED:
        assert key_text(command).replace("<", "&lt;") in html
    qtbot.keyClick(window, Qt.Key.Key_Question)
    sheet = window.findChild(HelpSheet)
    assert sheet is not None
    assert sheet.isVisible()
    sheet.close()


def test_the_palette_finds_a_command_by_its_words_and_runs_it(noisy, qtbot):
    qtbot.keyClick(noisy, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = noisy.findChild(Palette)
    qtbot.keyClicks(palette.field, "gain 20")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert noisy.session.paper.gain_mm_mv == 20.0
    assert not palette.isVisible()


def test_the_palette_puts_titles_before_tips():
    found = [c.id for c in matching("overlay")]
    assert found[0] == "show.overlay"


def test_a_command_that_cannot_run_now_is_shown_but_not_run(window, qtbot):
    window.show_palette()
    palette = window.findChild(Palette)
    qtbot.keyClicks(palette.field, "denoise")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert window.session.cleaned is None
    palette.close()
