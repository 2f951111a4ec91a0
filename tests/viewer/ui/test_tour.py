"""The tour: call-outs over the real window, ended by Esc, never again unless asked for."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt

from tests.shared_data import sample
from viewer.ui.help_sheet import Palette
from viewer.ui.tour import STOPS, Tour, offer


@pytest.fixture
def toured(noisy, qtbot) -> Tour:
    """Asked for through the palette."""
    noisy.show_palette()
    palette = noisy.findChild(Palette)
    qtbot.keyClicks(palette.field, "tour")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    tour = noisy.findChild(Tour)
    assert tour.isVisible()
    return tour


def test_every_callout_is_readable_within_the_window_and_none_covers_another(toured):
    places = [box.geometry() for box in toured.boxes]
    assert len(places) >= len(STOPS) - 1  # a short recording has no ribbon
    assert all(toured.rect().contains(place) for place in places)
    assert not any(a.intersects(b) for a, b in combinations(places, 2))
    assert all(box.height() >= box.heightForWidth(box.width()) for box in toured.boxes)


def test_every_callout_points_at_something_that_is_seen(toured, noisy):
    for _, target in toured.shown:
        assert target.isVisible()
        place = QRect(target.mapTo(noisy, QPoint(0, 0)), target.size())
        assert noisy.rect().intersects(place)


def test_escape_ends_it_and_the_page_has_its_keys_again(toured, noisy, qtbot):
    qtbot.keyClick(toured, Qt.Key.Key_Escape)
    assert noisy.settings["tour.seen"] is True
    assert not toured.isVisible()
    noisy.activateWindow()
    qtbot.waitUntil(noisy.isActiveWindow)
    assert noisy.focusWidget() is noisy.trace_view.paper
    qtbot.keyClick(noisy, Qt.Key.Key_F7)
    assert noisy.session.paper.layout.name == "12x1"


def test_it_follows_the_window_when_that_changes_size(toured, noisy, qtbot):
    noisy.resize(1000, 700)
    qtbot.waitUntil(lambda: toured.rect() == noisy.rect())
    assert all(toured.rect().contains(box.geometry()) for box in toured.boxes)


def test_the_first_recording_brings_it_and_no_later_one(window, opened, qtbot):
    offer(window)
    with qtbot.waitSignal(window.trace_view.painted, timeout=20_000):
        opened(sample("ptbxl_noisy.hea"))
    qtbot.waitUntil(lambda: window.findChild(Tour) is not None, timeout=60_000)
    qtbot.mouseClick(window.findChild(Tour), Qt.MouseButton.LeftButton, pos=QPoint(3, 400))
    with qtbot.waitSignal(window.trace_view.painted, timeout=20_000):
        opened(sample("ptbxl_clean.hea"))
    tours = [tour for tour in window.findChildren(Tour) if tour.isVisible()]
    assert tours == []


def test_who_has_seen_it_is_not_shown_it(window, opened, qtbot):
    window.settings["tour.seen"] = True
    offer(window)
    with qtbot.waitSignal(window.trace_view.painted, timeout=20_000):
        opened(sample("ptbxl_noisy.hea"))
    assert window.findChild(Tour) is None
