"""The rows of actions.py as Qt actions: made once, kept in step with the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from viewer.ui.actions import COMMANDS, MENUS
from viewer.ui.command import Command
from viewer.ui.icons import icon
from viewer.ui.theme import Theme
from viewer.words import tr

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

TYPING = (QLineEdit, QPlainTextEdit, QTextEdit)
MOVING = (QAbstractItemView, QAbstractSlider)
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
HOMING = (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class CommandSet(QObject):
    """Actions by command id, and the keys that are held rather than pressed."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._held: Command | None = None
        self.actions: dict[str, QAction] = {}
        for command in COMMANDS:
            action = self._action(command)
            self.actions[command.id] = action
            window.addAction(action)
        self._holds = [command for command in COMMANDS if command.release is not None]
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def dress(self, theme: Theme) -> None:
        """Icons in the colours of the theme."""
        for command in COMMANDS:
            if command.icon is not None:
                colour = theme.on_accent if command.primary else theme.text
                self.actions[command.id].setIcon(icon(command.icon, colour, theme.quiet))

    def refresh(self) -> None:
        """What can be done now, and which switches are on."""
        for command in COMMANDS:
            action = self.actions[command.id]
            action.setEnabled(command.enabled(self._window))
            if command.checked is not None:
                action.setChecked(command.checked(self._window))

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """The menu bar; every menu by its path ("View/Layout")."""
        menus = {title: bar.addMenu(f"&{tr(title)}") for title in MENUS}
        for command in COMMANDS:
            if command.menu not in menus:
                parent, _, title = command.menu.rpartition("/")
                menus[command.menu] = menus[parent].addMenu(tr(title))
            menus[command.menu].addAction(self.actions[command.id])
        return menus

    def _action(self, command: Command) -> QAction:
        action = QAction(tr(command.title), self._window)
        action.setObjectName(command.id)
        action.setIconText(tr(command.short or command.title))
        keys = [QKeySequence(key) for key in command.keys]
        if command.release is None:
            action.setShortcuts(keys)
        hint = ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys)
        action.setToolTip(f"{tr(command.tip)} ({hint})" if hint else tr(command.tip))
        action.setStatusTip(tr(command.tip))
        action.setCheckable(command.checked is not None)
        action.triggered.connect(lambda _=False, c=command: self._run(c))
        return action

    def _run(self, command: Command) -> None:
        if command.release is None:
            command.run(self._window)
        self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Held keys, and arrows that belong to the list that has the focus."""
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._belongs_to_focus(event):
                event.accept()
            return False
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._press(watched, event)
        if kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            return self._release(event)
        if kind == QEvent.Type.WindowDeactivate and watched is self._window:
            self._let_go()
        return False

    def _belongs_to_focus(self, event: QKeyEvent) -> bool:
        focus = QApplication.focusWidget()
        if not isinstance(focus, MOVING) or focus in self._window.moves_the_page:
            return False
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return not plain and event.key() in ARROWS + HOMING

    def _press(self, watched: QObject, event: QKeyEvent) -> bool:
        command = self._hold_for(event)
        if command is None or not self._in_window(watched):
            return False
        if not event.isAutoRepeat() and self._held is None and command.enabled(self._window):
            self._held = command
            command.run(self._window)
        return self._held is not None

    def _release(self, event: QKeyEvent) -> bool:
        if self._held is None or event.isAutoRepeat() or self._hold_for(event) is not self._held:
            return False
        self._let_go()
        return True

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None and held.release is not None:
            held.release(self._window)

    def _hold_for(self, event: QKeyEvent) -> Command | None:
        if event.modifiers():
            return None
        pressed = QKeySequence(event.key()).toString()
        return next((c for c in self._holds if pressed in c.keys), None)

    def _in_window(self, watched: QObject) -> bool:
        return (
            isinstance(watched, QWidget)
            and not isinstance(watched, TYPING)
            and watched.window() is self._window
        )
