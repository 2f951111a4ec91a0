"""The ribbon over a long recording: where the page is, where noise is, and going there."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QMouseEvent

from tests.shared_data import sample
from viewer.state.heart_trend import HeartTrend
from viewer.state.noise_map_cells import MapCells, State
from viewer.ui.overview_lanes import Envelope
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


def dragged(ribbon, qtbot, from_px: int, to_px: int) -> list[float]:
    heard: list[float] = []
    ribbon.scroll_requested.connect(heard.append)
    qtbot.mousePress(ribbon, Qt.MouseButton.LeftButton, pos=QPoint(from_px, 8))
    place = QPoint(to_px, 8).toPointF()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    ribbon.mouseMoveEvent(
        QMouseEvent(QMouseEvent.Type.MouseMove, place, ribbon.mapToGlobal(place), left, left, none)
    )
    qtbot.mouseRelease(ribbon, left, pos=QPoint(to_px, 8))
    return heard


def test_the_frame_is_taken_where_the_hand_is_and_does_not_jump(ribbon, qtbot):
    ribbon.set_cells(day({}), DAY_S)
    ribbon.set_page(20_000.0, 40_000.0)  # 200 to 400 px
    heard = dragged(ribbon, qtbot, 220, 320)
    assert heard == [pytest.approx(40_000.0, abs=1)]  # its middle moved on by 100 px


def test_pressing_beside_the_frame_goes_there_at_once(ribbon, qtbot):
    ribbon.set_cells(day({}), DAY_S)
    ribbon.set_page(20_000.0, 40_000.0)
    heard = dragged(ribbon, qtbot, 600, 650)
    assert heard == [pytest.approx(60_000.0, abs=1), pytest.approx(65_000.0, abs=1)]


def test_lanes_come_and_go_with_what_they_show_and_are_drawn(ribbon):
    empty_px = ribbon.height()
    trend = HeartTrend(DAY_S)
    trend.put(0.0, DAY_S, np.arange(0, DAY_S, 0.8))
    ribbon.set_cells(day({}), DAY_S)
    before = ribbon.grab().toImage()
    ribbon.set_heart(trend)
    low = np.linspace(-1, -0.2, 400, dtype=np.float32)
    ribbon.set_envelope(Envelope("II", low, -low))
    assert ribbon.height() == empty_px + 40
    after = ribbon.grab().toImage()
    colours = {QColor(after.pixel(600, y)).name() for y in range(40)}
    assert "#1d5c8c" in colours  # the heart rate, in the accent colour
    assert len(colours) > 3
    assert ribbon.words(5000.0) == "1:23:20: 75 beats/min, every lead grade A"
    ribbon.set_heart(None)
    ribbon.set_envelope(None)
    assert ribbon.grab().toImage() == before


def test_a_long_recording_shows_its_heart_rate_and_the_frame_can_be_dragged(opened, qtbot):
    window = opened(sample("incart_i06.hea"))
    overview, timeline = window.panels.overview, window.session.timeline
    qtbot.waitUntil(lambda: overview.heart.trend.share_known == 1.0, timeout=120_000)
    qtbot.waitUntil(lambda: overview.ribbon.envelope.lead == "II", timeout=60_000)
    assert overview.ribbon.isVisible()
    assert 60 < overview.ribbon.trend.typical_bpm < 110
    left_px, right_px = overview.ribbon.frame_px
    dragged(overview.ribbon, qtbot, round((left_px + right_px) / 2), 600)
    assert timeline.start_s == pytest.approx(
        600 / overview.ribbon.width() * timeline.duration_s - timeline.span_s / 2, abs=1
    )


def test_a_short_recording_needs_no_overview(noisy):
    assert not noisy.panels.ribbon.isVisible()
    assert noisy.panels.overview.heart.trend is None
