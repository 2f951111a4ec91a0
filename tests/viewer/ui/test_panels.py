"""The panels in the real window: keys open them, and they speak of what the page shows."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from viewer.state.noise_map_cells import State


@pytest.fixture
def analysed(noisy, qtbot):
    """The noisy ECG with its noise map open and filled."""
    with qtbot.waitSignal(noisy.panels.analysis.finished, timeout=120_000):
        qtbot.keyClick(noisy, Qt.Key.Key_N)
    return noisy


def test_panels_stay_closed_until_asked_for(noisy):
    for dock in noisy.panels._docks.values():
        assert not dock.isVisible()
    assert noisy.panels.analysis.view is None
    assert not noisy.panels.measuring.job.running


def test_n_opens_the_noise_map_and_fills_it(analysed):
    assert analysed.panels.noise_map.isVisible()
    assert (analysed.panels.noise_map.canvas.cells.grade > State.PENDING).all()
    assert analysed.panels.noise_map.readout.text() != ""
    assert analysed.commands.actions["panel.noise_map"].isChecked()


def test_the_map_stands_below_the_page_second_by_second(analysed, qtbot):
    qtbot.keyClick(analysed, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)  # in front, ...
    qtbot.keyClick(analysed, Qt.Key.Key_N)  # ... and the map in front again, its place changed
    view, canvas = analysed.trace_view, analysed.panels.noise_map.canvas
    qtbot.waitUntil(lambda: not analysed.panels._settled.isActive())
    page = view.page
    for time_s in (0.0, 3.0, 10.0):
        x_mm = (
            page.strip_left_mm
            + (time_s - page.start_s) * (page.strip_right_mm - page.strip_left_mm) / page.span_s
        )
        on_page = view.mapToGlobal(QPoint(round(x_mm * view.px_per_mm), 0)).x()
        on_map = canvas.mapToGlobal(QPoint(round(canvas.axis.x_px(time_s)), 0)).x()
        assert abs(on_page - on_map) <= 1
    assert canvas.fine


def test_pressing_the_key_again_closes_the_panel_and_stops_its_work(analysed, qtbot):
    qtbot.keyClick(analysed, Qt.Key.Key_N)
    assert not analysed.panels.noise_map.isVisible()
    assert not analysed.panels.analysis.job.running


def test_s_measures_and_shows_every_lead(noisy, qtbot):
    with qtbot.waitSignal(noisy.panels.measuring.measured, timeout=120_000):
        qtbot.keyClick(noisy, Qt.Key.Key_S)
    assert noisy.panels.st.isVisible()
    assert noisy.panels.st.numbers.table.rowCount() == 12
    assert noisy.panels.st.numbers.age.text() == "43"


def test_b_brings_the_median_beat_to_the_front_and_again_closes_it(noisy, qtbot):
    qtbot.keyClick(noisy, Qt.Key.Key_B)
    assert noisy.panels.st.page == "Median beat"
    assert noisy.panels.st.isVisible()
    qtbot.keyClick(noisy, Qt.Key.Key_B)
    assert not noisy.panels.st.isVisible()


def test_the_dock_s_own_button_closes_it_for_the_menu_too(noisy, qtbot):
    qtbot.keyClick(noisy, Qt.Key.Key_S)
    noisy.panels._docks["st"].close()
    assert not noisy.commands.actions["panel.st"].isChecked()


def test_arrow_keys_in_a_panel_do_not_scroll_the_page(noisy, qtbot):
    qtbot.keyClick(noisy, Qt.Key.Key_B)
    with qtbot.waitSignal(noisy.panels.measuring.measured, timeout=120_000):
        pass
    canvas = noisy.panels.st.beat.canvas
    canvas.setFocus()
    noisy.session.paper.set_speed(100.0)
    before_s = noisy.session.timeline.start_s
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    with qtbot.waitSignal(noisy.panels.st.fiducials_changed):
        qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert noisy.session.timeline.start_s == before_s


def test_after_cleaning_the_panel_shows_the_difference_and_the_residual(noisy, qtbot):
    noisy.choose_method("fir")
    qtbot.keyClick(noisy, Qt.Key.Key_S)
    qtbot.keyClick(noisy, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)

    def cleaned(result: object) -> bool:
        return result.cleaned is not None

    with qtbot.waitSignal(
        noisy.panels.measuring.measured, timeout=120_000, check_params_cb=cleaned
    ):
        noisy.cleaning.start()
    kinds = [
        noisy.panels.st.numbers.table.item(row, 1).text()
        for row in range(noisy.panels.st.numbers.table.rowCount())
    ]
    assert "cleaned" in kinds
    average = noisy.panels.residual.canvas.average
    assert average is not None
    assert np.isfinite(average.mean_mv).all()


def test_closing_the_recording_puts_the_panels_away_and_opening_brings_them_back(
    noisy, opened, qtbot
):
    from tests.shared_data import sample

    qtbot.keyClick(noisy, Qt.Key.Key_S)
    noisy.files.close_recording()
    assert not noisy.panels.st.isVisible()
    opened(sample("ptbxl_clean.hea"))
    assert noisy.panels.st.isVisible()


def test_a_long_recording_has_a_ribbon_that_scrolls_the_page(opened, qtbot):
    from tests.shared_data import sample

    window = opened(sample("incart_i06.hea"))
    qtbot.keyClick(window, Qt.Key.Key_N)
    ribbon = window.panels.ribbon
    assert ribbon.isVisible()
    assert ribbon.duration_s == pytest.approx(120, abs=1)
    qtbot.mouseClick(ribbon, Qt.MouseButton.LeftButton, pos=QPoint(ribbon.width() // 2, 8))
    assert window.session.timeline.start_s > 40
    assert ribbon.page_s[0] == window.session.timeline.start_s
    with_grades_px = ribbon.height()
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert ribbon.isVisible()  # heart rate and signal stay; the grades went with the map's work
    assert ribbon.height() <= with_grades_px
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ShiftModifier)
    assert not ribbon.isVisible()


def test_open_panels_are_remembered(noisy, qtbot):
    qtbot.keyClick(noisy, Qt.Key.Key_S)
    noisy.panels.save()
    assert str(noisy.settings["window.state"]).startswith("st|")
