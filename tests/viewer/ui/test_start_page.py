"""Recent recordings with their pictures, and dropping a file on any part of the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton

from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.ui import thumbnails

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def test_a_picture_shows_the_trace_and_nothing_of_whom():
    recording = open_recording(sample("ptbxl_clean.hea"))
    image = thumbnails.draw(recording)
    assert image.size() == thumbnails.SIZE_PX * thumbnails.RATIO
    dark = [
        sum(QColor(image.pixel(x, y)).lightness() < 100 for y in range(image.height()))
        for x in range(image.width())
    ]
    assert sum(count > 0 for count in dark) > 0.9 * image.width()  # from edge to edge
    assert max(dark) > image.height() / 3  # an R wave


def test_a_flat_lead_and_one_never_recorded_are_drawn_without_complaint():
    recording = open_recording(sample("ptbxl_clean.hea"))
    for value in (0.0, float("nan")):
        signal_mv = recording.signal_mv.copy()
        signal_mv[:] = value
        flat = type(recording).from_array(signal_mv, recording.leads, recording.fs_hz, "flat")
        assert not thumbnails.draw(flat).isNull()


def test_an_opened_recording_stands_on_the_start_page_with_its_picture(noisy, qtbot):
    place = thumbnails.place_of(noisy.session.path)
    qtbot.waitUntil(place.exists, timeout=60_000)
    qtbot.keyClick(noisy, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    button = next(b for b in noisy.start_page.findChildren(QPushButton) if "noisy" in b.text())
    qtbot.waitUntil(lambda: not button.icon().isNull(), timeout=60_000)
    with qtbot.waitSignal(noisy.files.opened, timeout=20_000):
        qtbot.mouseClick(button, LEFT)
    assert noisy.session.recording.name == "ptbxl_noisy"


def places(window) -> dict[str, object]:
    panels = window.panels
    return {
        "page": window.trace_view.paper.viewport(),
        "tool bar": window.tool_bar,
        "menu bar": window.menuBar(),
        "status bar": window.status,
        "time bar": window.timeline_bar,
        "noise map": panels.noise_map.canvas,
        "st panel": panels.st,
    }


@pytest.mark.parametrize(
    "where", ["page", "tool bar", "menu bar", "status bar", "time bar", "noise map", "st panel"]
)
def test_a_file_can_be_dropped_anywhere(noisy, qtbot, where):
    noisy.panels.toggle("noise_map")
    noisy.panels.toggle("st")
    widget = places(noisy)[where]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(sample("mitbih_100.hea")))])
    copy, place = Qt.DropAction.CopyAction, QPoint(5, 5)
    enter = QDragEnterEvent(place, copy, data, LEFT, NO_KEY)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(noisy.files.opened, timeout=20_000):
        QApplication.sendEvent(widget, QDropEvent(place.toPointF(), copy, data, LEFT, NO_KEY))
    assert noisy.session.recording.name == "mitbih_100"
