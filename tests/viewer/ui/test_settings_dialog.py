"""The settings page: made from the table, every change counts at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox

from viewer.folders import cache_folder
from viewer.settings import BY_KEY, SETTINGS, Settings
from viewer.ui.settings_dialog import CHOICES, SettingsDialog

LEFT = Qt.MouseButton.LeftButton
TITLED = [setting for setting in SETTINGS if setting.title]


@pytest.fixture
def dialog(noisy, qtbot) -> SettingsDialog:
    qtbot.keyClick(noisy, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    found = noisy.findChild(SettingsDialog)
    assert found.isVisible()
    return found


def choose(dialog, qtbot, key: str, value: object) -> None:
    """As the arrow keys do."""
    box = dialog.fields[key]
    wanted = box.findData(value)
    box.setFocus()
    while box.currentIndex() != wanted:
        down = box.currentIndex() < wanted
        qtbot.keyClick(box, Qt.Key.Key_Down if down else Qt.Key.Key_Up)


def test_every_titled_row_of_the_table_has_a_field_that_shows_its_value(dialog, noisy):
    assert set(dialog.fields) == {setting.key for setting in TITLED}
    for setting in TITLED:
        field, value = dialog.fields[setting.key], noisy.settings[setting.key]
        shown = field.isChecked() if isinstance(field, QCheckBox) else field.currentData()
        assert shown == value
        assert field.accessibleName() == setting.title
        assert setting.meaning in field.toolTip()


@pytest.mark.parametrize("key", CHOICES)
def test_every_choice_is_a_valid_value(key):
    choices = CHOICES[key]()
    assert all(BY_KEY[key].valid(value) for value, _ in choices)
    assert BY_KEY[key].default in [value for value, _ in choices]


def test_theme_speed_gain_and_layout_follow_at_once(dialog, noisy, qtbot):
    choose(dialog, qtbot, "view.theme", "dark")
    choose(dialog, qtbot, "view.speed_mm_s", 50.0)
    choose(dialog, qtbot, "view.gain_mm_mv", 20.0)
    choose(dialog, qtbot, "view.layout", "12x1")
    paper = noisy.session.paper
    assert noisy.theme.name == "dark"
    assert (paper.speed_mm_s, paper.gain_mm_mv, paper.layout.name) == (50.0, 20.0, "12x1")
    stored = Settings(noisy.settings.path)
    assert (stored["view.theme"], stored["view.gain_mm_mv"]) == ("dark", 20.0)


def test_a_change_made_in_the_menus_is_seen_on_the_page(dialog, noisy):
    noisy.commands.actions["theme.grey"].trigger()
    assert dialog.fields["view.theme"].currentData() == "grey"
    noisy.commands.actions["file.derive"].trigger()
    assert dialog.fields["files.derive_limb"].isChecked()


def test_reset_brings_every_default_back(dialog, noisy, qtbot):
    choose(dialog, qtbot, "view.theme", "dark")
    qtbot.mouseClick(dialog.fields["files.derive_limb"], LEFT)
    qtbot.mouseClick(dialog.reset, LEFT)
    assert all(noisy.settings[s.key] == s.default for s in TITLED)
    assert noisy.theme.name == "paper"


def test_the_cache_says_its_size_and_can_be_cleared(dialog, qtbot):
    stored = cache_folder() / "quality" / "something.npz"
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(b"x" * 2_000_000)
    choose(dialog, qtbot, "cache.limit_mb", 2000)
    assert "MB in use" in dialog.cache_size.text()
    qtbot.mouseClick(dialog.clear_cache, LEFT)
    assert not stored.exists()
    assert dialog.cache_size.text() == "0 kB in use"


def test_typing_finds_a_setting_by_its_words(dialog, qtbot):
    qtbot.keyClicks(dialog.search, "gain")
    visible = {key for key, field in dialog.fields.items() if field.isVisible()}
    assert visible == {"view.gain_mm_mv"}
    dialog.search.clear()
    assert all(field.isVisibleTo(dialog) for field in dialog.fields.values())


def test_after_closing_nothing_listens_any_more(dialog, noisy, qtbot):
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    noisy.commands.actions["theme.grey"].trigger()
    assert noisy.theme.name == "grey"
