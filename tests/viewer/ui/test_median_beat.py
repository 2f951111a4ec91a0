"""The median beat: fiducials that mouse and keys can move, curves that can be told apart."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from viewer.state.beat_page import Beats, Fiducials
from viewer.ui.inks import INKS
from viewer.ui.median_beat import MedianBeat

LEADS = ("I", "II", "III", "V1", "V2", "V3")


def beats(**changes: object) -> Beats:
    time_ms = np.arange(-350.0, 500.0, 2.0)
    shape = np.exp(-((time_ms / 20) ** 2)) + 0.3 * np.exp(-(((time_ms - 250) / 50) ** 2))
    raw_mv = np.outer(np.linspace(0.5, 1.5, len(LEADS)), shape)
    random = np.random.default_rng(4)
    values: dict = {
        "leads": LEADS,
        "time_ms": time_ms,
        "raw_mv": raw_mv,
        "cleaned_mv": 0.9 * raw_mv,
        "beats_mv": raw_mv + random.normal(0, 0.02, (9, *raw_mv.shape)),
        "fiducials": Fiducials(-160.0, -40.0, 50.0, 380.0),
    }
    return Beats(**(values | changes))


@pytest.fixture
def beat(qtbot) -> MedianBeat:
    widget = MedianBeat()
    qtbot.addWidget(widget)
    widget.resize(800, 420)
    widget.set_beats(beats())
    widget.show()
    return widget


def line(beat: MedianBeat, name: str, cell: int = 0) -> QPoint:
    canvas = beat.canvas
    where = canvas.page.cells[cell]
    time_ms = canvas.beats.fiducials.get(name)
    assert time_ms is not None
    x_px = canvas.page.x_mm(where, time_ms) * canvas.px_per_mm
    return QPoint(round(x_px), round((where.top_mm + 6) * canvas.px_per_mm))


def test_a_dragged_fiducial_says_its_new_place(beat, qtbot):
    start = line(beat, "qrs_offset")
    moved = start + QPoint(round(1.0 * beat.canvas.px_per_mm), 0)  # 1 mm = 20 ms
    qtbot.mousePress(beat.canvas, Qt.MouseButton.LeftButton, pos=start)
    with qtbot.waitSignal(beat.fiducials_changed) as changed:
        qtbot.mouseMove(beat.canvas, moved)
    qtbot.mouseRelease(beat.canvas, Qt.MouseButton.LeftButton, pos=moved)
    (fiducials,) = changed.args
    assert fiducials.qrs_offset == pytest.approx(70, abs=6)
    assert fiducials.qrs_onset == -40.0
    assert beat.canvas.beats.fiducials == fiducials  # the line follows the hand


def test_a_drag_works_in_every_lead(beat, qtbot):
    start = line(beat, "t_end", cell=4)
    qtbot.mousePress(beat.canvas, Qt.MouseButton.LeftButton, pos=start)
    with qtbot.waitSignal(beat.fiducials_changed) as changed:
        qtbot.mouseMove(beat.canvas, start - QPoint(20, 0))
    assert changed.args[0].t_end < 380


def test_a_click_beside_the_lines_moves_nothing(beat, qtbot):
    said: list[object] = []
    beat.fiducials_changed.connect(said.append)
    far = line(beat, "qrs_offset") + QPoint(40, 0)
    qtbot.mousePress(beat.canvas, Qt.MouseButton.LeftButton, pos=far)
    qtbot.mouseMove(beat.canvas, far + QPoint(30, 0))
    qtbot.mouseRelease(beat.canvas, Qt.MouseButton.LeftButton, pos=far)
    assert said == []


def test_the_keyboard_chooses_a_fiducial_and_moves_it(beat, qtbot):
    for _ in range(3):
        qtbot.keyClick(beat.canvas, Qt.Key.Key_Down)
    assert beat.canvas.chosen == "qrs_offset"
    with qtbot.waitSignal(beat.fiducials_changed) as changed:
        qtbot.keyClick(beat.canvas, Qt.Key.Key_Right)
    assert changed.args[0].qrs_offset == 54.0
    with qtbot.waitSignal(beat.fiducials_changed) as changed:
        qtbot.keyClick(beat.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert changed.args[0].qrs_offset == 53.0


def test_a_wave_that_was_not_found_is_skipped_by_the_keys(beat, qtbot):
    beat.set_beats(beats(fiducials=Fiducials(None, -40.0, 50.0, None)))
    chosen = []
    for _ in range(3):
        qtbot.keyClick(beat.canvas, Qt.Key.Key_Down)
        chosen.append(beat.canvas.chosen)
    assert chosen == ["qrs_onset", "qrs_offset", "qrs_onset"]


def test_the_reading_tells_lead_time_and_millivolts(beat, qtbot):
    cell = beat.canvas.page.cells[0]
    px = beat.canvas.px_per_mm
    at = QPoint(
        round(beat.canvas.page.x_mm(cell, 200.0) * px), round((cell.baseline_mm - 2.0) * px)
    )
    with qtbot.waitSignal(beat.pointed) as said:
        qtbot.mouseMove(beat.canvas, at)
    assert said.args[0].startswith("I  ")
    assert "+0.20 mV" in said.args[0] or "+0.19 mV" in said.args[0]


@pytest.mark.parametrize("theme", sorted(INKS))
def test_raw_and_cleaned_are_both_seen_in_every_theme(beat, theme):
    inks = INKS[theme]
    beat.set_inks(inks)
    image = beat.canvas.grab().toImage()
    colours = {
        QColor(image.pixel(x, y)).name()
        for x in range(0, image.width(), 1)
        for y in range(0, image.height(), 2)
    }
    assert inks.raw in colours
    without = beats(cleaned_mv=None)
    beat.set_beats(without)
    plain = beat.canvas.grab().toImage()
    assert plain != image


def test_no_beats_say_so_instead_of_showing_an_empty_page(qtbot):
    widget = MedianBeat()
    qtbot.addWidget(widget)
    widget.resize(300, 200)
    widget.set_beats(Beats())
    widget.show()
    qtbot.keyClick(widget.canvas, Qt.Key.Key_Down)
    assert widget.canvas.chosen is None
    image = widget.canvas.grab().toImage()
    size = image.size()
    assert len({image.pixel(x, y) for x in range(size.width()) for y in range(size.height())}) > 1
