"""Hands for tests: presses, drags and clicks at a lead's seconds and millivolts."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
PLAIN = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def cell_of(window, lead, time_s=None):
    """The first cell of a lead that shows a time."""
    cells = [c for c in window.trace_view.page.cells if c.lead == lead]
    if time_s is not None:
        cells = [c for c in cells if c.start_s <= time_s <= c.stop_s]
    return cells[0]


def at(window, lead, time_s, value_mv=0.5):
    """Where that is on the page, in pixels."""
    view = window.trace_view
    cell = cell_of(window, lead, time_s)
    x, y = cell.x_mm(time_s) * view.px_per_mm, cell.y_mm(value_mv) * view.px_per_mm
    return QPoint(round(x), round(y - view.scroll_bar.value()))


def drag(window, start, stop, modifiers=PLAIN):
    """Press at one place, move, let go at the other."""
    page = window.trace_view.paper.viewport()
    QTest.mousePress(page, LEFT, modifiers, start)
    middle = QPoint((start.x() + stop.x()) // 2, (start.y() + stop.y()) // 2)
    for place in (middle, stop):
        QTest.mouseMove(page, place)
    QTest.mouseRelease(page, LEFT, modifiers, stop)


def click(window, place, modifiers=PLAIN):
    QTest.mouseClick(window.trace_view.paper.viewport(), LEFT, modifiers, place)


def move(window, place):
    QTest.mouseMove(window.trace_view.paper.viewport(), place)


def press(window, key, modifiers=PLAIN):
    """A key on the page."""
    QTest.keyClick(window.trace_view, key, modifiers)


def context_menu(window, place):
    """What a right click opens."""
    page = window.trace_view.paper.viewport()
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(page, QContextMenuEvent(reason, place, page.mapToGlobal(place)))
    return window.marking.menu


def action_of(menu, words):
    """The entry, in this menu or one below it, whose text begins like this."""
    for action in menu.actions():
        if action.text().startswith(words):
            return action
        if action.menu() is not None:
            found = action_of(action.menu(), words)
            if found is not None:
                return found
    return None


def choose(window, place, words):
    """Right click and choose."""
    menu = context_menu(window, place)
    action_of(menu, words).trigger()
    menu.close()


def read_out(window, number):
    """The lines that stand on the page for a caliper."""
    figures = window.trace_view._sheet._figures
    plates = [f.lines for f in figures if getattr(f, "rect", None) and hasattr(f, "lines")]
    return next(lines for lines in plates if lines[0].startswith(f"{number} "))


def wait_landmarks(window, qtbot):
    """Until the fiducials of the page are known."""
    qtbot.waitUntil(lambda: len(window.marking.finder.landmarks.times_s) > 0, timeout=20_000)
