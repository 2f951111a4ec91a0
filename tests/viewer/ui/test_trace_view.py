"""The page on screen, worked by wheel, mouse and state."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.viewer.ui.paper_helpers import flat, ink, line_places, pixels, recording_of
from viewer.samples import ArraySamples
from viewer.state.cleaned import Cleaned, GrowingSamples
from viewer.state.layers import Show
from viewer.state.layouts import LAYOUTS
from viewer.state.paper import GAINS_MM_MV, SPEEDS_MM_S
from viewer.state.session import Session
from viewer.ui.inks import DARK, PAPER
from viewer.ui.trace_view import TraceView

NO_KEY = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def session():
    return Session()


@pytest.fixture
def view(qtbot, session):
    view = TraceView(session)
    qtbot.addWidget(view)
    view.resize(1200, 700)
    with qtbot.waitExposed(view):
        view.show()
    yield view
    view.stop()


def beats(seconds=60, fs_hz=500.0, n_leads=12, height_mv=1.0):
    """One spike a second on the half second."""
    signal_mv = flat(int(seconds * fs_hz), n_leads)
    signal_mv[:, int(fs_hz / 2) :: int(fs_hz)] = height_mv
    return signal_mv


def cleaned_of(recording, signal_mv, tmp_path, span=None):
    samples = GrowingSamples(len(recording.leads), recording.n_samples, tmp_path)
    start, stop = span or (0, recording.n_samples)
    samples.put(start, np.ascontiguousarray(signal_mv[:, start:stop], np.float32))
    return Cleaned(samples=samples, method="iir", title="IIR band-pass", version="1")


def turn(view, notches, modifiers=NO_KEY):
    """The wheel over the middle of the page."""
    place = QPointF(view.width() / 2, view.height() / 2)
    event = QWheelEvent(
        place,
        view.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.paper.viewport(), event)


def test_the_wheel_scrolls_in_time_by_a_tenth_of_a_page(view, session):
    session.open(recording_of(beats()), "3x4+1")
    turn(view, -1)
    assert session.timeline.start_s == pytest.approx(1.0)
    turn(view, +3)
    assert session.timeline.start_s == 0.0


def test_ctrl_wheel_walks_the_speeds_and_shift_wheel_the_gains(view, session):
    session.open(recording_of(beats()), "3x4+1")
    speeds, gains = [], []
    for _ in range(8):
        turn(view, +1, CTRL)
        turn(view, +1, SHIFT)
        speeds.append(session.paper.speed_mm_s)
        gains.append(session.paper.gain_mm_mv)
    assert set(speeds) <= set(SPEEDS_MM_S)
    assert set(gains) <= set(GAINS_MM_MV)
    assert (speeds[-1], gains[-1]) == (SPEEDS_MM_S[-1], GAINS_MM_MV[-1])


def test_the_screen_shows_confirmed_millimetres_and_says_so(view, session):
    session.open(recording_of(beats()), "12x1")
    session.paper.set_screen(4.0)
    image = view.snapshot()
    row = ink(image.copy(0, 50, image.width(), 1), PAPER.bold, 6)[0]
    assert np.diff(line_places(row)) == pytest.approx(20.0)  # 5 mm of 4 pixels
    assert view.page.width_mm == pytest.approx(view.paper.width() / 4.0)


def test_without_a_confirmed_screen_ten_seconds_fit_the_window(view, session):
    session.open(recording_of(beats()), "3x4+1")
    assert view.page.span_s == pytest.approx(10.0)
    assert view.page.strip_right_mm * view.px_per_mm <= view.paper.width()
    assert view.page.strip_right_mm * view.px_per_mm > 0.8 * view.paper.width()


@pytest.mark.parametrize("start_s", [0.0, 3.2, 17.77, 40.0])
def test_scrolled_traces_stand_where_the_page_says(view, session, start_s):
    """Tiles or not: every spike at its second, within a pixel."""
    session.open(recording_of(beats()), "12x1")
    for at_s in np.linspace(0.0, start_s, 4):  # scroll there, so that tiles are reused
        session.timeline.scroll_to(at_s)
        view.snapshot()
    image = view.snapshot()
    cell = view.page.cells[0]
    y = round(cell.y_mm(0.55) * view.px_per_mm)
    left, right = (round(x * view.px_per_mm) for x in (cell.left_mm, cell.right_mm))
    dark = ink(image, tolerance=140)[y - 1 : y + 2, left:right].any(axis=0)
    found_s = [cell.time_s((x + left - 0.5) / view.px_per_mm) for x in line_places(dark)]
    shown_s = np.arange(0.5, 60.0)
    shown_s = shown_s[(shown_s > cell.start_s + 0.1) & (shown_s < cell.stop_s - 0.1)]
    one_pixel_s = 1.0 / (view.px_per_mm * view.page.speed_mm_s)
    for time_s in shown_s:
        assert min(abs(np.array(found_s) - time_s)) <= 1.6 * one_pixel_s


def test_scrolling_there_and_jumping_there_paint_the_same_picture(qtbot, view, session):
    random = np.random.default_rng(1)
    recording = recording_of(random.normal(0, 0.2, (12, 30_000)))
    session.open(recording, "3x4+1")
    for _ in range(23):
        session.timeline.step(1)
        view.snapshot()
    scrolled = pixels(view.snapshot()).copy()
    fresh = Session()
    other = TraceView(fresh)
    qtbot.addWidget(other)
    other.resize(view.size())
    with qtbot.waitExposed(other):
        other.show()
    fresh.open(recording, "3x4+1")
    fresh.timeline.scroll_to(session.timeline.start_s)
    np.testing.assert_array_equal(pixels(other.snapshot()), scrolled)
    other.stop()


def test_the_point_under_the_mouse_is_a_lead_a_time_and_millivolts(qtbot, view, session):
    session.open(recording_of(beats()), "3x4+1")
    session.timeline.scroll_to(5.0)
    cell = next(cell for cell in view.page.cells if cell.lead == "V2")
    x_mm, y_mm = cell.x_mm(cell.start_s + 1.0), cell.y_mm(0.5)
    with qtbot.waitSignal(view.pointed) as told:
        place = QPoint(round(x_mm * view.px_per_mm), round(y_mm * view.px_per_mm))
        QTest.mouseMove(view.paper.viewport(), place)
    point = told.args[0]
    assert point.lead == "V2"
    assert point.time_s == pytest.approx(11.0, abs=0.02)
    assert point.value_mv == pytest.approx(0.5, abs=0.03)


def test_a_double_click_on_a_lead_asks_for_it(qtbot, view, session):
    session.open(recording_of(beats()), "3x4+1")
    cell = next(cell for cell in view.page.cells if cell.lead == "aVL")
    place = QPointF(cell.left_mm + 5, cell.baseline_mm) * view.px_per_mm
    with qtbot.waitSignal(view.lead_activated) as told:
        QTest.mouseDClick(view.paper.viewport(), Qt.MouseButton.LeftButton, NO_KEY, place.toPoint())
    assert told.args == ["aVL"]


def test_a_middle_drag_takes_the_paper_along(view, session):
    session.open(recording_of(beats()), "12x1")
    session.timeline.scroll_to(20.0)
    paper = view.paper.viewport()
    QTest.mousePress(paper, Qt.MouseButton.MiddleButton, NO_KEY, QPoint(600, 300))
    QTest.mouseMove(paper, QPoint(600 - round(25 * view.px_per_mm), 300))
    QTest.mouseRelease(paper, Qt.MouseButton.MiddleButton, NO_KEY, QPoint(400, 300))
    assert session.timeline.start_s == pytest.approx(21.0, abs=0.02)


def test_the_overlay_appears_as_its_pieces_arrive(view, session, tmp_path):
    recording = recording_of(beats())
    session.open(recording, "12x1")
    half = cleaned_of(recording, flat(30_000) + np.float32(0.4), tmp_path, span=(0, 2500))
    session.set_cleaned(half)

    def blue_seconds():
        cell = view.page.cells[0]
        columns = ink(view.snapshot(), PAPER.denoised, 60)
        rows = columns[round(cell.y_mm(0.4) * view.px_per_mm)]
        right = round(cell.right_mm * view.px_per_mm)
        return rows[:right].sum() / view.px_per_mm / view.page.speed_mm_s

    assert blue_seconds() == pytest.approx(5.0, abs=0.2)
    half.samples.put(2500, flat(27_500) + np.float32(0.4))
    session.set_cleaned(half)
    assert blue_seconds() == pytest.approx(view.page.span_s, abs=0.2)


def test_flickering_swaps_raw_and_denoised_in_place(view, session, tmp_path):
    recording = recording_of(beats())
    session.open(recording, "12x1")
    session.set_cleaned(cleaned_of(recording, flat(30_000), tmp_path))
    session.layers.set_show(Show.RAW)
    raw = pixels(view.snapshot()).copy()
    session.layers.set_flickering(True)
    assert ink(view.snapshot(), PAPER.denoised, 40).sum() > 1000
    session.layers.set_flickering(False)
    np.testing.assert_array_equal(pixels(view.snapshot()), raw)


def test_no_trace_of_the_last_recording_is_left_on_the_next_one(view, session, tmp_path):
    first = recording_of(beats(height_mv=2.0))
    session.open(first, "12x1")
    session.set_cleaned(cleaned_of(first, beats(height_mv=2.0), tmp_path))
    view.snapshot()
    session.open(recording_of(flat(10_000)), "12x1")
    image = view.snapshot()
    assert ink(image, PAPER.denoised, 40).sum() == 0
    cell = view.page.cells[6]
    y = round(cell.y_mm(0.3) * view.px_per_mm)
    inside = ink(image)[y, round(cell.left_mm * view.px_per_mm) :]
    assert not inside.any()
    session.close()
    assert view.page is None


def test_a_page_higher_than_the_window_scrolls_down_to_its_last_lead(view, session):
    session.open(recording_of(beats(seconds=4)), "12x1")
    session.paper.set_screen(8.0)
    view.snapshot()
    assert view.scroll_bar.isVisible()
    for _ in range(60):
        turn(view, -1)  # four seconds fit: the wheel has nothing else to scroll
    assert view.scroll_bar.value() == view.scroll_bar.maximum()
    last = view.page.cells[11]
    x = last.x_mm(1.0) * view.px_per_mm
    y = last.baseline_mm * view.px_per_mm - view.scroll_bar.value()
    assert view.point_at(QPointF(x, y)).lead == "V6"


def test_a_recording_read_to_its_end_is_drawn_on_with_what_its_checksums_say(view, session):
    recording = recording_of(beats(), integrity=("pending",) * 12)
    session.open(recording, "12x1")
    session.settle(replace(recording, integrity=("failed",) + ("ok",) * 11))
    session.timeline.scroll_to(20.0)
    assert view.page.start_s == 20.0
    assert view.text.marks["I"] == ("checksum failed",)


class Broken(ArraySamples):
    """A drive that went away."""

    def read_mv(self, start, stop):
        raise OSError("the drive is gone")


def test_samples_that_cannot_be_read_are_told_once_and_the_paper_stays(
    qtbot, view, session, caplog
):
    recording = recording_of(beats())
    object.__setattr__(recording, "samples", Broken(recording.samples.signal_mv))
    heard = []
    view.failed.connect(heard.append)
    with qtbot.waitSignal(view.failed):
        session.open(recording, "12x1")
        view.snapshot()
    view.snapshot()
    session.timeline.step(1)
    image = view.snapshot()
    QApplication.processEvents()
    assert [str(error) for error in heard] == ["the drive is gone"]
    assert ink(image, PAPER.bold, 6).sum() > 1000
    assert "the drive is gone" in caplog.text


def test_the_view_refuses_to_be_touched_from_another_thread(view):
    caught = []

    def meddle():
        try:
            view.set_inks(DARK)
        except RuntimeError as error:
            caught.append(str(error))

    thread = threading.Thread(target=meddle)
    thread.start()
    thread.join()
    assert caught == ["TraceView.set_inks was called outside the GUI thread"]


def test_an_hour_on_one_page_comes_from_the_pyramid_and_keeps_its_spikes(qtbot, view, session):
    signal_mv = flat(3600 * 250, n_leads=2)
    spikes_s = np.array([600.0, 1900.0, 3300.0])
    signal_mv[:, (spikes_s * 250).astype(int)] = 2.0
    session.open(recording_of(signal_mv, leads=("MLII", "V5"), fs_hz=250.0), "3x4+1")
    view.show_span(3600.0)
    qtbot.waitUntil(lambda: view.summarised)
    image = view.snapshot()
    cell = view.page.cells[0]
    assert cell.span_s == pytest.approx(3600.0, rel=0.01)
    y = round(cell.y_mm(1.0) * view.px_per_mm)
    left = round((cell.left_mm + 1) * view.px_per_mm)
    places = line_places(ink(image, tolerance=150)[y, left:]) + left
    assert places == pytest.approx([cell.x_mm(s) * view.px_per_mm for s in spikes_s], abs=1.5)


@pytest.mark.parametrize("name", [*LAYOUTS])
def test_every_layout_paints_every_recorded_lead(view, session, name):
    session.open(recording_of(beats(seconds=10, height_mv=0.5)), name)
    image = view.snapshot()
    dark = ink(image, tolerance=150)
    assert {cell.lead for cell in view.page.cells} >= set(session.recording.leads)
    for cell in [cell for cell in view.page.cells if cell.index is not None]:
        y = round(cell.baseline_mm * view.px_per_mm)
        x = np.s_[
            round((cell.left_mm + 2) * view.px_per_mm) : round((cell.right_mm - 1) * view.px_per_mm)
        ]
        assert dark[y - 2 : y + 3, x].any(axis=0).mean() > 0.8


def test_another_theme_changes_the_inks_and_nothing_else(view, session):
    session.open(recording_of(beats(seconds=10)), "3x4+1")
    page = view.page
    view.set_inks(DARK)
    image = view.snapshot()
    assert ink(image, DARK.paper, 4).sum() > 10_000
    assert ink(image, DARK.raw, 60).sum() > 500
    assert view.page == page
