"""A layout of one's own: made in a dialog, kept, in menu and palette, there again next time."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.shared_data import sample
from viewer.app import build_window
from viewer.settings import Settings
from viewer.state.own_layouts import are_layouts, make, read, written
from viewer.ui.help_sheet import Palette
from viewer.ui.layout_dialog import LayoutDialog

CTRL = Qt.KeyboardModifier.ControlModifier
SIX = ("I", "II", "III", "V1", "V3", "V5")


@pytest.fixture
def dialog(noisy, qtbot):
    """Opened by its key."""
    qtbot.keyClick(noisy, Qt.Key.Key_L, CTRL)
    return noisy.findChild(LayoutDialog)


def save(dialog, window, qtbot) -> None:
    """And wait until the window has the keys again."""
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def tick(box, wanted) -> None:
    for row in range(box.count()):
        item = box.item(row)
        on = Qt.CheckState.Checked if item.text() in wanted else Qt.CheckState.Unchecked
        item.setCheckState(on)


def fill(dialog, qtbot, name="Ischaemia", leads=SIX, columns=2, rhythm=("V5",)) -> None:
    qtbot.keyClicks(dialog.name, name)
    tick(dialog.leads, leads)
    dialog.columns.setValue(columns)
    tick(dialog.rhythm, rhythm)


def test_a_layout_made_in_the_dialog_is_shown_and_kept(dialog, noisy, qtbot, settings):
    fill(dialog, qtbot)
    save(dialog, noisy, qtbot)
    page = noisy.trace_view.page
    columns = [cell.lead for cell in page.cells][:6]
    assert (page.n_columns, columns) == (2, list(SIX))
    assert noisy.tool_bar.layout_button.text() == "Ischaemia"
    kept = Settings(settings.path)["view.own_layouts"]
    assert kept == [{"name": "Ischaemia", "leads": list(SIX), "columns": 2, "rhythm": ["V5"]}]
    assert settings["view.layout"] == "own-Ischaemia"


def test_it_stands_in_the_menu_and_in_the_palette(dialog, noisy, qtbot):
    fill(dialog, qtbot, name="Six leads")
    save(dialog, noisy, qtbot)
    noisy.set_layout("3x4")
    menu = noisy.menus["View/Layout"]
    assert "Six leads" in [action.text() for action in menu.actions()]
    qtbot.keyClick(noisy, Qt.Key.Key_K, CTRL)
    palette = noisy.findChild(Palette)
    qtbot.keyClicks(palette.field, "six leads")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert noisy.session.paper.layout.title == "Six leads"


def test_the_next_window_opens_with_it(dialog, noisy, qtbot, reader, settings):
    fill(dialog, qtbot)
    save(dialog, noisy, qtbot)
    again = build_window(reader, Settings(settings.path))
    with qtbot.waitSignal(again.files.opened, timeout=20_000):
        again.open_paths([sample("ptbxl_clean.hea")])
    assert again.session.paper.layout.title == "Ischaemia"
    again.close()
    again.deleteLater()


def test_leads_that_do_not_fill_the_columns_are_refused_with_what_would(dialog, qtbot):
    fill(dialog, qtbot, columns=4)
    assert not dialog.save.isEnabled()
    assert dialog.message.text() == "6 leads do not fill 4 columns; choose 1, 2, 3, 6 columns."
    dialog.reject()


def test_a_layout_can_be_deleted_again(dialog, noisy, qtbot, settings):
    fill(dialog, qtbot)
    save(dialog, noisy, qtbot)
    qtbot.keyClick(noisy, Qt.Key.Key_L, CTRL)
    again = noisy.findChildren(LayoutDialog)[-1]
    assert again.name.text() == "Ischaemia"
    qtbot.mouseClick(again.delete, Qt.MouseButton.LeftButton)
    assert settings["view.own_layouts"] == []
    assert noisy.session.paper.layout.name == "3x4+1"


def test_a_double_click_shows_one_lead_alone_and_another_brings_the_layout_back(noisy, qtbot):
    view = noisy.trace_view
    cell = next(c for c in view.page.cells if c.lead == "V2")
    place = QPoint(
        round((cell.left_mm + 20) * view.px_per_mm), round(cell.baseline_mm * view.px_per_mm)
    )
    qtbot.mouseDClick(view.paper.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [c.lead for c in view.page.cells] == ["V2"]
    cell = view.page.cells[0]
    place = QPoint(
        round((cell.left_mm + 20) * view.px_per_mm), round(cell.baseline_mm * view.px_per_mm)
    )
    qtbot.mouseDClick(view.paper.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert noisy.session.paper.layout.name == "3x4+1"


def test_f8_is_cabrera_with_avr_turned(noisy, qtbot):
    qtbot.keyClick(noisy, Qt.Key.Key_F8)
    assert [c.label for c in noisy.trace_view.page.cells[:6]] == [
        *("aVL", "I", "-aVR", "II", "aVF", "III")
    ]


def test_what_is_no_layout_is_left_out_of_the_settings():
    good = written(make("A", SIX, 3))
    assert read(good) == make("A", SIX, 3)
    assert are_layouts([good])
    for bad in (7, "x", {}, {**good, "columns": 4}, {**good, "name": ""}, {**good, "leads": None}):
        assert read(bad) is None
        assert not are_layouts([bad])
