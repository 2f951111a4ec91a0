"""The noise map's window: what is seen, pointed at, clicked and typed."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication

from viewer.state.noise_map_cells import MapCells, State, join_leads, summary
from viewer.state.noise_map_geometry import TimeAxis
from viewer.ui import theme
from viewer.ui.noise_map import NoiseMap
from viewer.ui.noise_map_painting import looks

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
COMPANIONS = ("Mains", "> 40 Hz", "Drift", "Flat / lead off", "Clipping")


def cells(n_segments: int = 6, **changes: object) -> MapCells:
    start_s = np.arange(n_segments) * 10.0
    second_s = np.arange(n_segments * 10) * 1.0
    values: dict = {
        "leads": LEADS,
        "companions": COMPANIONS,
        "segments_s": np.stack([start_s, start_s + 10], axis=1),
        "grade": np.full((12, n_segments), State.GOOD, np.uint8),
        "short": np.zeros(n_segments, np.bool_),
        "companion": np.full((5, 12, n_segments), State.GOOD, np.uint8),
        "seconds_s": np.stack([second_s, second_s + 1], axis=1),
        "fine": np.full((12, n_segments * 10), State.GOOD, np.uint8),
    }
    return MapCells(**(values | changes))


@pytest.fixture
def noise_map(qtbot) -> NoiseMap:
    widget = NoiseMap()
    qtbot.addWidget(widget)
    widget.resize(900, 280)
    widget.set_axis(TimeAxis(0, 60, 100, 880))
    widget.show()
    return widget


def place(noise_map: NoiseMap, row: int, time_s: float) -> QPoint:
    canvas = noise_map.canvas
    y_px = canvas.rows.y_px(row) + canvas.rows.row_px / 2
    return QPoint(round(canvas.axis.x_px(time_s)), round(y_px))


def colours(noise_map: NoiseMap, row: int, start_s: float, stop_s: float) -> set[str]:
    """The colours in the rows of pixels that a cell covers, its frame left out."""
    image = noise_map.canvas.grab().toImage()
    canvas = noise_map.canvas
    top = int(canvas.rows.y_px(row)) + 1
    return {
        QColor(image.pixel(x, y)).name()
        for x in range(int(canvas.axis.x_px(start_s)) + 2, int(canvas.axis.x_px(stop_s)) - 3)
        for y in range(top, top + int(canvas.rows.row_px) - 3)
    }


def test_good_leads_are_left_unmarked(noise_map):
    noise_map.set_cells(cells())
    assert len(colours(noise_map, 0, 0, 60)) <= 2  # paper, and the hairline every ten seconds


def test_the_worst_grade_has_a_texture_and_no_signal_another_colour(noise_map):
    grade = np.full((12, 6), State.GOOD, np.uint8)
    grade[1, 2], grade[2, 2] = State.BAD, State.NO_SIGNAL
    noise_map.set_cells(cells(grade=grade))
    bad, missing = colours(noise_map, 1, 20, 30), colours(noise_map, 2, 20, 30)
    assert len(bad) > 3
    assert "#27507b" in bad
    assert "#c6c4c0" in missing
    assert not bad & {"#c6c4c0"}


def test_the_steps_differ_in_lightness_so_that_they_read_in_grey():
    for name in ("paper", "dark", "grey"):
        chosen = looks(theme.theme_called(name))
        surface = QColor(theme.theme_called(name).surface).lightnessF()
        steps = [QColor(chosen[s].fill).lightnessF() for s in (State.FAIR, State.POOR, State.BAD)]
        away = [abs(surface - step) for step in steps]
        assert away[0] >= 0.06
        assert away[1] - away[0] >= 0.1
        assert away[2] - away[1] >= 0.1


def test_a_click_goes_to_that_lead_and_time(noise_map, qtbot):
    noise_map.set_cells(cells())
    with qtbot.waitSignal(noise_map.jump_requested) as jump:
        qtbot.mouseClick(noise_map.canvas, Qt.MouseButton.LeftButton, pos=place(noise_map, 9, 43))
    assert jump.args == [45.0, "V4"]


def test_a_click_on_a_companion_goes_to_its_time_without_a_lead(noise_map, qtbot):
    noise_map.set_cells(cells())
    with qtbot.waitSignal(noise_map.jump_requested) as jump:
        qtbot.mouseClick(noise_map.canvas, Qt.MouseButton.LeftButton, pos=place(noise_map, 12, 5))
    assert jump.args == [5.0, ""]


def test_zoomed_in_the_cells_are_seconds(noise_map, qtbot):
    noise_map.set_cells(cells())
    noise_map.set_axis(TimeAxis(20, 30, 100, 880))
    assert noise_map.canvas.fine
    with qtbot.waitSignal(noise_map.jump_requested) as jump:
        qtbot.mouseClick(noise_map.canvas, Qt.MouseButton.LeftButton, pos=place(noise_map, 0, 27.3))
    assert jump.args == [27.5, "I"]


def test_pointing_says_what_the_cell_means_and_leaving_gives_the_summary_back(noise_map, qtbot):
    grade = np.full((12, 6), State.GOOD, np.uint8)
    grade[9] = State.POOR
    noise_map.set_cells(cells(grade=grade), lambda spot: (f"row {spot.row}", "check V4"))
    qtbot.mouseMove(noise_map.canvas, place(noise_map, 9, 15))
    qtbot.waitUntil(lambda: noise_map.readout.text() == "row 9 · check V4")
    assert noise_map.canvas.toolTip() == "row 9\ncheck V4"
    noise_map.canvas.leaveEvent(None)
    assert noise_map.readout.text() == "At their worst, grade C: V4; the rest grade A."


def test_the_keyboard_reaches_every_cell_and_enter_goes_there(noise_map, qtbot):
    noise_map.set_cells(cells(), lambda spot: (f"{spot.row} {spot.time_s:g}",))
    canvas = noise_map.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_Right)  # the first key only shows the cursor
    assert noise_map.readout.text() == "0 5"
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up):
        qtbot.keyClick(canvas, key)
    assert noise_map.readout.text() == "1 15"
    for _ in range(40):
        qtbot.keyClick(canvas, Qt.Key.Key_Down)
    assert canvas.spot.row == 16  # the last companion, not beyond
    for _ in range(40):
        qtbot.keyClick(canvas, Qt.Key.Key_Left)
    with qtbot.waitSignal(noise_map.jump_requested) as jump:
        qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert jump.args == [5.0, ""]


def test_a_lead_that_is_chosen_by_its_name_has_the_companions_to_itself(noise_map, qtbot):
    companion = np.full((5, 12, 6), State.GOOD, np.uint8)
    companion[0, 3] = State.BAD
    shown = cells(companion=companion)
    noise_map.set_cells(shown)
    assert (shown.companion_rows(None)[0] == State.BAD).all()
    y_px = noise_map.canvas.rows.y_px(0) + 3
    qtbot.mouseClick(noise_map.canvas, Qt.MouseButton.LeftButton, pos=QPoint(20, round(y_px)))
    assert noise_map.canvas.chosen_lead == 0
    assert (shown.companion_rows(0)[0] == State.GOOD).all()
    qtbot.mouseClick(noise_map.canvas, Qt.MouseButton.LeftButton, pos=QPoint(20, round(y_px)))
    assert noise_map.canvas.chosen_lead is None


def test_the_menu_offers_scalograms_and_the_reading_on_the_clipboard(noise_map, qtbot):
    noise_map.set_cells(cells(), lambda spot: ("V2", "18 dB"))
    spot = noise_map.canvas.spot_at(*place(noise_map, 7, 33).toTuple())
    menu = noise_map.menu_for(spot)
    by_text = {action.text(): action for action in menu.actions()}
    with qtbot.waitSignal(noise_map.scalograms_requested) as asked:
        by_text["Scalograms of V2…"].trigger()
    assert asked.args == ["V2", 35.0]
    by_text["Copy reading"].trigger()
    assert QGuiApplication.clipboard().text() == "V2\n18 dB"


def test_a_segment_shorter_than_ten_seconds_is_hatched(noise_map):
    noise_map.set_axis(TimeAxis(0, 10, 100, 880))
    whole = cells(1, seconds_s=np.zeros((0, 2)), fine=np.zeros((12, 0), np.uint8))
    noise_map.set_cells(whole)
    plain = colours(noise_map, 4, 0, 10)
    noise_map.set_cells(
        cells(
            1,
            seconds_s=np.zeros((0, 2)),
            fine=np.zeros((12, 0), np.uint8),
            short=np.ones(1, np.bool_),
        )
    )
    assert colours(noise_map, 4, 0, 10) > plain


def test_an_empty_map_paints_and_takes_clicks(noise_map, qtbot):
    noise_map.set_cells(MapCells())
    qtbot.mouseClick(noise_map.canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 40))
    qtbot.keyClick(noise_map.canvas, Qt.Key.Key_Down)
    assert not noise_map.canvas.grab().isNull()
    assert noise_map.readout.text() == ""


@pytest.mark.parametrize(
    ("leads", "text"),
    [
        (["V1", "V2", "V3", "V4"], "V1–V4"),
        (["I", "aVL", "V5", "V6"], "I, aVL, V5, V6"),
        (["V1", "V3", "V4", "V5"], "V1, V3–V5"),
        ([], ""),
    ],
)
def test_neighbouring_chest_leads_are_named_as_a_range(leads, text):
    assert join_leads(leads) == text


def test_the_summary_names_every_lead_below_grade_a():
    grade = np.full((12, 1), State.GOOD, np.uint8)
    assert summary(cells(1, grade=grade)) == "All leads grade A: good for morphology and rhythm."
    grade[[6, 7, 8]], grade[0], grade[5] = State.BAD, State.FAIR, State.NO_SIGNAL
    text = summary(cells(1, grade=grade))
    assert text == "No signal: aVF; grade C: V1–V3; grade B: I; the rest grade A."
