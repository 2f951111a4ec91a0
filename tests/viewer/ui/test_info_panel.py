"""I shows what the file says about itself; nothing of it is built before."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.shared_data import archive
from viewer.ui.info_panel import is_built


@pytest.fixture
def clinical(window, qtbot):
    """A real DICOM ECG with measurements, statements and median beats."""
    path = archive("formats") / "dicom" / "pydicom_waveform_ecg.dcm"
    with qtbot.waitSignal(window.files.opened, timeout=60_000):
        window.open_paths([path])
    return window


def test_i_opens_the_panel_with_everything_the_file_states(clinical, qtbot):
    assert is_built(clinical) is None  # nothing before it is asked for
    qtbot.keyClick(clinical, Qt.Key.Key_I)
    info = is_built(clinical)
    assert info.dock.isVisible()
    text = info.panel.text.text()
    for said in ("Anonymous", "42 years", "el250", "high pass 0.05 Hz", "161 ms", "ECG NORMALE"):
        assert said in text
    assert info.panel.beats.isVisible()
    picture = info.panel.beats.grab().toImage()
    dark = sum(
        picture.pixelColor(x, y).lightness() < 60
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    )
    assert dark > 300  # twelve traces, not only paper
    assert clinical.commands.actions["panel.info"].isChecked()


def test_i_again_closes_it_and_another_recording_fills_it_anew(clinical, qtbot):
    qtbot.keyClick(clinical, Qt.Key.Key_I)
    info = is_built(clinical)
    path = archive("formats") / "hl7-aecg" / "example_aecg.xml"
    with qtbot.waitSignal(clinical.files.opened, timeout=60_000):
        clinical.open_paths([path])
    assert "ELI250" in info.panel.text.text()
    assert "Anonymous" not in info.panel.text.text()
    qtbot.keyClick(clinical, Qt.Key.Key_I)
    assert not info.dock.isVisible()
    assert info.panel.text.text() == ""


def test_its_own_button_closes_it(clinical, qtbot):
    qtbot.keyClick(clinical, Qt.Key.Key_I)
    is_built(clinical).dock.close()
    assert not clinical.commands.actions["panel.info"].isChecked()


def test_texts_of_the_file_are_never_markup(clinical, qtbot, tmp_path):
    from tests.viewer.formats.clinical_files import dicom_bytes

    (tmp_path / "x.dcm").write_bytes(dicom_bytes(Manufacturer="<img src='file:///x'>Maker"))
    with qtbot.waitSignal(clinical.files.opened, timeout=60_000):
        clinical.open_paths([tmp_path / "x.dcm"])
    qtbot.keyClick(clinical, Qt.Key.Key_I)
    assert "&lt;img" in is_built(clinical).panel.text.text()
