"""Every command with its key, and the box that finds one by typing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLineEdit,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.ui.actions import COMMANDS, MENUS
from viewer.ui.command import Command
from viewer.words import tr

MOUSE = (
    ("Wheel", "Move through the recording"),
    ("Ctrl + wheel", "Paper speed"),
    ("Shift + wheel", "Gain"),
    ("Middle button, drag", "Pan"),
    ("Left button, drag", "Zoom into the box; Backspace: back"),
    ("Double click on a lead", "That lead alone; again: back"),
    ("Drop files or folders", "Open them"),
)


def key_text(command: Command) -> str:
    """Its keys as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(key).toString(native) for key in command.keys)


def help_html(commands: Sequence[Command] = COMMANDS) -> str:
    """The help sheet: one table per menu, then the mouse."""
    parts = ["<style>td { padding: 2px 14px 2px 0; } h3 { margin: 14px 0 2px 0; }</style>"]
    for menu in MENUS:
        rows = [c for c in commands if c.menu.split("/")[0] == menu and c.keys]
        cells = ((key_text(c), tr(c.title), tr(c.tip)) for c in rows)
        parts.append(_table(tr(menu), cells))
    parts.append(_table(tr("Mouse"), ((tr(key), tr(what), "") for key, what in MOUSE)))
    return "".join(parts)


def _table(title: str, rows: Iterable[tuple[str, str, str]]) -> str:
    body = "".join(
        f"<tr><td><b>{escape(key)}</b></td><td>{escape(what)}</td>"
        f"<td><i>{escape(tip)}</i></td></tr>"
        for key, what, tip in rows
    )
    return f"<h3>{escape(title)}</h3><table>{body}</table>"


class HelpSheet(QDialog):
    """The keys, made from the command table."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Leadlight: keys"))
        self.resize(780, 620)
        browser = QTextBrowser()
        browser.setAccessibleName(tr("Every command with its key"))
        browser.setHtml(help_html())
        column = QVBoxLayout(self)
        column.addWidget(browser)


class Palette(QDialog):
    """Type a few letters, press Enter."""

    chosen = Signal(object)  # Command

    def __init__(
        self, parent: QWidget, can_run: Callable[[Command], bool], own: Sequence[Command] = ()
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Find a command"))
        self.resize(520, 420)
        self._can_run = can_run
        self._commands = (*COMMANDS, *own)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("What do you want to do?"))
        self.field.setAccessibleName(tr("Find a command"))
        self.field.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setAccessibleName(tr("Commands"))
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setStretchLastSection(False)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._choose)
        self.list.itemActivated.connect(lambda *_: self._choose())
        self._fill("")

    def _fill(self, text: str) -> None:
        self.list.clear()
        for command in matching(text, self._commands):
            item = QTreeWidgetItem([tr(command.title), key_text(command)])
            item.setToolTip(0, tr(command.tip))
            item.setData(0, Qt.ItemDataRole.UserRole, command.id)
            item.setDisabled(not self._can_run(command))
            self.list.addTopLevelItem(item)
        self._select_first()

    def _select_first(self) -> None:
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None and not item.isDisabled():
                self.list.setCurrentItem(item)
                return

    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is not None and not item.isDisabled():
            wanted = item.data(0, Qt.ItemDataRole.UserRole)
            self.accept()
            self.chosen.emit(next(c for c in self._commands if c.id == wanted))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down move the selection while the field keeps the focus."""
        moves = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in moves:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)


def matching(text: str, commands: Sequence[Command] = COMMANDS) -> list[Command]:
    """Commands whose title or tip holds every typed word; titles first."""
    words = text.casefold().split()

    def holds(where: str) -> bool:
        return all(word in where.casefold() for word in words)

    titles = [c for c in commands if holds(f"{c.menu} {c.title} {tr(c.menu)} {tr(c.title)}")]
    tips = [c for c in commands if c not in titles and holds(f"{c.title} {c.tip} {tr(c.tip)}")]
    return titles + tips
