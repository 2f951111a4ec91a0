"""What an array file does not say is asked, shown, and only then accepted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from viewer.formats import ImportHints, NeedsHints, open_recording


@pytest.fixture
def unlabelled(tmp_path: Path) -> Path:
    """Three leads in millivolts without rate, unit or names."""
    time_s = np.arange(2000) / 200.0
    rows = [np.sin(2 * np.pi * time_s * f) for f in (1.0, 1.3, 1.7)]
    np.savez(tmp_path / "array.npz", signal=np.array(rows, np.float32))
    return tmp_path / "array.npz"


@pytest.fixture
def sheet(window, qtbot, unlabelled):
    with pytest.raises(NeedsHints):
        open_recording(unlabelled)
    with qtbot.waitSignal(window.files.opening.asks, timeout=20_000):
        window.open_paths([unlabelled])
    yield window.files.sheet
    if window.files.sheet is not None:
        window.files.sheet.reject()


def fill(sheet, qtbot, rate: str = "200", unit: str = "mV") -> None:
    sheet.rate.setCurrentText(rate)
    sheet.unit.setCurrentText(unit)
    sheet.axis.setCurrentText("one lead per row")
    sheet.leads.setText("I, II, V1")
    qtbot.waitUntil(lambda: sheet.recording is not None, timeout=20_000)


def open_button(sheet):
    return sheet.buttons.button(sheet.buttons.StandardButton.Open)


def test_the_sheet_opens_with_the_question_and_nothing_can_be_accepted_yet(sheet):
    assert sheet.isVisible()
    assert "array.npz" in sheet.message.text()
    assert not open_button(sheet).isEnabled()


def test_with_the_answers_the_preview_appears_and_the_recording_opens(window, sheet, qtbot):
    fill(sheet, qtbot)
    assert "3 leads, 10.0 s at 200 Hz" in sheet.message.text()
    before = sheet.preview.grab().toImage()
    with qtbot.waitSignal(window.files.opened, timeout=20_000):
        qtbot.mouseClick(open_button(sheet), Qt.MouseButton.LeftButton)
    assert window.session.recording.leads == ("I", "II", "V1")
    assert window.session.recording.fs_hz == 200.0
    colours = {before.pixelColor(x, y).lightness() for x in range(60, 300) for y in range(70)}
    assert min(colours) < 60  # a dark line on light paper


def test_a_changed_answer_must_be_read_again_before_it_is_accepted(sheet, qtbot):
    fill(sheet, qtbot)
    sheet.rate.setCurrentText("500")
    assert not open_button(sheet).isEnabled()
    qtbot.waitUntil(lambda: sheet.recording is not None, timeout=20_000)
    assert sheet.recording.fs_hz == 500.0


@pytest.mark.parametrize("rate", ["fast", "-5", "1e999"])
def test_nonsense_is_answered_with_a_sentence(sheet, qtbot, rate):
    before = sheet.message.text()
    sheet.rate.setCurrentText(rate)
    sheet.unit.setCurrentText("mV")
    sheet.axis.setCurrentText("one lead per row")
    qtbot.waitUntil(lambda: sheet.message.text() != before, timeout=20_000)
    assert not open_button(sheet).isEnabled()
    assert sheet.recording is None


def test_cancel_keeps_what_was_open(window, sheet, qtbot):
    sheet.reject()
    assert window.files.sheet is None
    assert window.session.recording is None
    assert window.start_page.isVisible()


def test_the_answers_become_hints(sheet, qtbot):
    sheet.rate.setCurrentText("257 Hz")
    sheet.leads.setText(" II ,V5,")
    assert sheet.hints() == ImportHints(fs_hz=257.0, leads=("II", "V5"))


def test_one_of_several_arrays_is_chosen_in_the_sheet(window, qtbot, tmp_path):
    import h5py

    signal = np.tile(np.sin(np.arange(2000) / 30), (3, 1)).astype(np.float32)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["rest/trace"], file["stress/trace"] = signal, signal * 2
        file.attrs["fs"], file.attrs["unit"] = 500.0, "mV"
    with qtbot.waitSignal(window.files.opening.asks, timeout=60_000):
        window.open_paths([tmp_path / "x.h5"])
    sheet = window.files.sheet
    sheet.array.setCurrentText("stress/trace")
    qtbot.waitUntil(lambda: sheet.recording is not None, timeout=60_000)
    with qtbot.waitSignal(window.files.opened, timeout=60_000):
        qtbot.mouseClick(open_button(sheet), Qt.MouseButton.LeftButton)
    assert window.session.recording.signal_mv.max() == pytest.approx(2.0, abs=1e-3)


def test_a_table_of_numbers_is_asked_for_its_rate_and_unit(window, qtbot, tmp_path):
    rows = np.round(np.sin(np.arange(2000)[:, None] / 30 * [1, 1.3, 1.7]), 3)
    np.savetxt(tmp_path / "x.csv", rows, delimiter=",", header="I,II,V1", comments="")
    with qtbot.waitSignal(window.files.opening.asks, timeout=60_000):
        window.open_paths([tmp_path / "x.csv"])
    sheet = window.files.sheet
    sheet.rate.setCurrentText("500")
    sheet.unit.setCurrentText("mV")
    qtbot.waitUntil(lambda: sheet.recording is not None, timeout=60_000)
    assert sheet.recording.leads == ("I", "II", "V1")
    assert sheet.recording.fs_hz == 500
