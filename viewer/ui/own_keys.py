"""Keys that a widget keeps for itself while it has the focus, though the window uses them, too."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

ARROWS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})


def keeps(event: QEvent, keys: frozenset[Qt.Key] = ARROWS) -> bool:
    """Call first in a widget's event(): true when the key belongs to the widget.

    Qt asks the focused widget before a shortcut fires; accepting the question turns the
    shortcut into an ordinary key press. Shift is left to the window.
    """
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    shifted = event.modifiers() & (
        Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier
    )
    if shifted or event.key() not in keys:
        return False
    event.accept()
    return True
