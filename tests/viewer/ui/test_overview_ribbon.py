"""The ribbon over a long recording: where the page is, where noise is, and going there."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from viewer.state.noise_map_cells import MapCells, State
from viewer.ui.overview_ribbon import OverviewRibbon

DAY_S = 86_400.0


def day(marked: dict[int, State]) -> MapCells:
    start_s = np.arange(8640) * 10.0
    grade = np.full((3, 8640), State.GOOD, np.uint8)
    for index, state in marked.items():
        grade[1, index] = state
    return MapCells(
        leads=("I", "II", "III"),
        segments_s=np.stack([start_s, start_s + 10], axis=1),
        grade=grade,
    )


@pytest.fixture
def ribbon(qtbot) -> OverviewRibbon:
    widget = OverviewRibbon()
    qtbot.addWidget(widget)
    widget.resize(864, 16)
    widget.show()
    return widget


def test_one_bad_segment_of_a_day_is_visible(ribbon):
    ribbon.set_cells(day({4000: State.BAD}), DAY_S)
    image = ribbon.grab().toImage()
    x = round(40_005 / DAY_S * 864)
    near = {QColor(image.pixel(x + d, y)).name() for d in (-2, -1, 0, 1, 2) for y in range(3, 12)}
    far = {QColor(image.pixel(x + 60, y)).name() for y in range(3, 12)}
    assert "#27507b" in near
    assert "#27507b" not in far


def test_a_click_scrolls_there_and_a_drag_follows(ribbon, qtbot):
    ribbon.set_cells(day({}), DAY_S)
    with qtbot.waitSignal(ribbon.scroll_requested) as scrolled:
        qtbot.mouseClick(ribbon, Qt.MouseButton.LeftButton, pos=QPoint(432, 8))
    assert scrolled.args[0] == pytest.approx(DAY_S / 2, abs=100)


def test_the_arrow_keys_go_from_one_noisy_place_to_the_next(ribbon, qtbot):
    ribbon.set_cells(day({100: State.FAIR, 5000: State.BAD}), DAY_S)
    ribbon.set_page(2000.0, 2010.0)
    with qtbot.waitSignal(ribbon.scroll_requested) as scrolled:
        qtbot.keyClick(ribbon, Qt.Key.Key_Right)
    assert scrolled.args == [50_005.0]
    with qtbot.waitSignal(ribbon.scroll_requested) as scrolled:
        qtbot.keyClick(ribbon, Qt.Key.Key_Left)
    assert scrolled.args == [1005.0]
    ribbon.set_page(60_000.0, 60_010.0)
    assert ribbon.next_marked(later=True) is None


def test_words_tell_time_and_grade(ribbon):
    ribbon.set_cells(day({360: State.BAD, 361: State.NO_SIGNAL}), DAY_S)
    assert ribbon.words(3605.0) == "1:00:05: worst lead grade C"
    assert ribbon.words(3615.0) == "1:00:15: a lead without signal"
    assert ribbon.words(15.0) == "0:00:15: every lead grade A"


def test_without_a_map_the_ribbon_still_shows_where_the_page_is(ribbon, qtbot):
    ribbon.set_cells(MapCells(), 0.0)
    empty = ribbon.grab().toImage()
    qtbot.mouseClick(ribbon, Qt.MouseButton.LeftButton, pos=QPoint(10, 8))
    qtbot.keyClick(ribbon, Qt.Key.Key_Right)
    ribbon.set_cells(MapCells(), 100.0)
    ribbon.set_page(50.0, 60.0)
    assert ribbon.grab().toImage() != empty
