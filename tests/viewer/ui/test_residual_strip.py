"""The residual panel: a shape in what was removed is marked, named and said."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from viewer.state.residual import LockedAverage, locked_average
from viewer.ui.residual_strip import ResidualStrip, finding

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
FS_HZ = 250.0
R_SAMPLES = np.arange(200, 2300, 200)


def average(eaten: tuple[int, ...] = ()) -> LockedAverage:
    random = np.random.default_rng(5)
    residual_mv = random.normal(0, 0.005, (12, 2500))
    for lead in eaten:
        for r in R_SAMPLES:
            residual_mv[lead, r - 5 : r + 6] += 0.1 * np.hanning(11)
    return locked_average(residual_mv, FS_HZ, R_SAMPLES, LEADS)


@pytest.fixture
def strip(qtbot) -> ResidualStrip:
    widget = ResidualStrip()
    qtbot.addWidget(widget)
    widget.resize(1000, 190)
    widget.show()
    return widget


def test_removed_signal_is_said_with_its_leads(strip):
    strip.set_average(average((1, 7)), np.zeros(0))
    assert strip.readout.text().startswith("⚠ Signal was removed in II, V2")


def test_removed_noise_leaves_the_panel_quiet(strip):
    strip.set_average(average(), np.zeros(0))
    assert strip.readout.text() == "Nothing locked to the heartbeat was removed (11 beats)."


def test_pointing_and_keys_read_one_lead(strip, qtbot):
    strip.set_average(average((7,)), np.zeros(0))
    canvas = strip.canvas
    qtbot.mouseMove(canvas, canvas.cell(7).center().toPoint())
    qtbot.waitUntil(lambda: strip.readout.text().startswith("V2: QRS shape"))
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    assert strip.readout.text().startswith("II: nothing locked")
    with qtbot.waitSignal(strip.lead_chosen) as chosen:
        qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert chosen.args == ["II"]


def test_every_lead_has_its_own_cell_inside_the_panel(strip):
    strip.set_average(average(), np.zeros(0))
    for width, height in ((1000, 190), (300, 500), (220, 140)):
        strip.resize(width, height)
        cells = [strip.canvas.cell(lead) for lead in range(12)]
        area = sum(cell.width() * cell.height() for cell in cells)
        assert area == pytest.approx(strip.canvas.width() * strip.canvas.height(), rel=0.01)


def test_before_cleaning_the_panel_says_what_to_do(strip, qtbot):
    strip.set_average(None, np.zeros(0))
    qtbot.keyClick(strip.canvas, Qt.Key.Key_Down)
    assert finding(None) == ""
    assert not strip.canvas.grab().isNull()
