"""Whoever reads with a keyboard, a screen reader or large letters can use every part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

WORKING = (
    *(QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox),
    *(QComboBox, QLineEdit, QTextEdit, QTabBar),
)
OF_QT = ("qt_", "ExtensionButton", "ScrollLeftButton", "ScrollRightButton", "CloseButton")
"""Parts that Qt makes within its own controls and speaks for."""
DIALOGS = {
    "help.keys": "HelpSheet",
    "help.palette": "Palette",
    "help.about": "About",
    "file.settings": "SettingsDialog",
    "file.export": "ExportDialog",
    "move.to_time": "TimeDialog",
    "view.true_size": "Calibration",
    "denoise.card": "MethodCard",
}


def spoken(widget: QWidget) -> str:
    """What a screen reader says first."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return "" if interface is None else interface.text(QAccessible.Text.Name)


def worked(root: QWidget) -> Iterator[QWidget]:
    """Every visible widget below root that a hand or a key can work."""
    return (w for w in root.findChildren(QWidget) if w.isVisible() and _works(w) and not _part(w))


def _works(widget: QWidget) -> bool:
    tabbed = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return isinstance(widget, WORKING) or (tabbed and type(widget).__module__.startswith("viewer"))


def _part(widget: QWidget) -> bool:
    """Something that another widget speaks for."""
    within = widget.parent()
    docks = isinstance(widget, QTabBar) and isinstance(within, QMainWindow)  # its tabs have names
    scroll = isinstance(widget, QScrollBar) and widget.focusPolicy() == Qt.FocusPolicy.NoFocus
    inner = isinstance(within, (QComboBox, QAbstractSpinBox, QTabBar))
    of_qt = widget.objectName().startswith(OF_QT)
    return docks or scroll or inner or of_qt or widget.focusProxy() is not None


def nameless(root: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} {widget.objectName()!r} in {type(widget.parent()).__name__}"
        for widget in worked(root)
        if not spoken(widget)
    ]


def test_every_control_of_the_window_has_a_name(noisy, qtbot):
    for panel in ("noise_map", "residual", "st"):
        noisy.panels.toggle(panel)
    assert len(list(worked(noisy))) > 20
    assert nameless(noisy) == [], nameless(noisy)


def test_every_control_of_the_start_page_has_a_name(window):
    assert nameless(window) == []


@pytest.mark.parametrize("command", DIALOGS)
def test_every_control_of_a_dialog_has_a_name(noisy, qtbot, command):
    noisy.commands.actions[command].trigger()
    dialog = next(d for d in noisy.findChildren(QDialog) if type(d).__name__ == DIALOGS[command])
    assert dialog.isVisible()
    assert nameless(dialog) == []
    dialog.close()


def test_the_focus_is_seen_on_every_control_it_can_reach(noisy, qtbot):
    noisy.panels.toggle("noise_map")
    noisy.activateWindow()
    qtbot.waitUntil(noisy.isActiveWindow)
    unseen = []
    for widget in worked(noisy):
        if not widget.isEnabled() or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        widget.clearFocus()
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if widget.hasFocus() and widget.grab().toImage() == without:
            unseen.append(f"{type(widget).__name__} {spoken(widget)}")
    assert unseen == [], unseen


@pytest.fixture
def larger() -> Iterator:
    """Sets the letters of the whole program; puts them back."""
    app = QApplication.instance()
    before = QFont(app.font())

    def scale(factor: float) -> None:
        font = QFont(before)
        font.setPointSizeF(before.pointSizeF() * factor)
        app.setFont(font)

    yield scale
    app.setFont(before)


def cut(root: QWidget) -> list[str]:
    """Labels and buttons whose words do not fit their place."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, (QLabel, QPushButton)):
            continue
        needed = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else -1
        needed = needed if needed > 0 else widget.minimumSizeHint().height()
        if widget.text() and widget.height() + 1 < needed:
            found.append(f"{widget.text()!r}: {widget.height()} of {needed} px")
    return found


@pytest.mark.parametrize("factor", [1.5, 2.0])
def test_larger_letters_are_not_cut(window, larger, qtbot, factor):
    larger(factor)
    window.show_settings()
    dialog = window.findChildren(QDialog)[-1]
    qtbot.waitUntil(lambda: dialog.isVisible())
    qtbot.wait(1)
    assert cut(window.start_page) == []
    assert cut(dialog) == []
    assert cut(window.status) == []
    dialog.close()
