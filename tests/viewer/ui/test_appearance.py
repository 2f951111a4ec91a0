"""Themes change while the window is open; a millimetre is confirmed once per monitor."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from viewer.ui.calibration import Calibration, monitor_key
from viewer.ui.theme import THEMES


def paper_colour(window) -> str:
    picture = window.trace_view.snapshot()
    counted: dict[str, int] = {}
    for x in range(0, picture.width(), 7):
        for y in range(60, picture.height() - 80, 7):
            name = picture.pixelColor(x, y).name()
            counted[name] = counted.get(name, 0) + 1
    return max(counted, key=lambda name: counted[name])


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_dresses_window_and_paper_and_is_remembered(noisy, settings, name):
    noisy.commands.actions[f"theme.{name}"].trigger()
    assert settings["view.theme"] == name
    assert noisy.commands.actions[f"theme.{name}"].isChecked()
    dark = int(paper_colour(noisy)[1:3], 16) < 80
    assert dark == (name == "dark")
    noisy.commands.actions["theme.paper"].trigger()


def calibrate(window, px_per_mm: float) -> Calibration:
    window.commands.actions["view.true_size"].trigger()
    dialog = window.appearance.dialog
    dialog.set_px_per_mm(px_per_mm)
    return dialog


def test_until_it_is_confirmed_the_page_says_not_calibrated(noisy):
    assert noisy.session.paper.px_per_mm is None


def test_a_confirmed_millimetre_is_drawn_within_half_a_percent(noisy, qtbot, settings):
    dialog = calibrate(noisy, 4.2)
    assert dialog.px_per_mm == pytest.approx(4.2, rel=0.0005)
    assert dialog.outline.px_per_mm == dialog.px_per_mm
    dialog.accept()
    assert noisy.trace_view.px_per_mm == pytest.approx(4.2, rel=0.0005)
    [(key, stored)] = settings["view.millimetre_px"].items()
    assert key == monitor_key(noisy.screen())
    assert stored == pytest.approx(4.2, rel=0.0005)


def test_arrow_keys_move_the_size_finely(noisy, qtbot):
    dialog = calibrate(noisy, 4.0)
    before = dialog.px_per_mm
    qtbot.keyClick(dialog.slider, Qt.Key.Key_Right)
    assert 1.0 < dialog.px_per_mm / before < 1.001
    dialog.reject()


def test_the_size_can_be_forgotten(noisy, settings):
    calibrate(noisy, 4.2).accept()
    noisy.commands.actions["view.true_size"].trigger()
    noisy.appearance.dialog.forget_button.click()
    assert noisy.session.paper.px_per_mm is None
    assert settings["view.millimetre_px"] == {}


def test_the_size_of_another_monitor_does_not_count(noisy, settings):
    settings["view.millimetre_px"] = {"another monitor 800x600 @1": 3.0}
    noisy.appearance.measure()
    assert noisy.session.paper.px_per_mm is None
