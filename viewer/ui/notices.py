"""Strips above the trace: what could not be opened, what blocks. Never in the way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.ui.icons import icon
from viewer.ui.theme import Theme
from viewer.words import tr

ICONS = {"error": "warn", "warning": "warn", "block": "block", "info": "card"}
LIMIT = 3


class Notice(QFrame):
    """One sentence with an icon, a counter, perhaps a button, and a way to close it."""

    closed = Signal()

    def __init__(self, kind: str, sentence: str, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.setProperty("kind", kind)
        self.kind, self.sentence, self.times = kind, sentence, 1
        colour = {"error": theme.on_red, "block": theme.on_red, "warning": theme.on_amber}
        picture = QLabel()
        picture.setPixmap(icon(ICONS[kind], colour.get(kind, theme.quiet)).pixmap(18, 18))
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        close = QToolButton()
        close.setIcon(icon("cancel", colour.get(kind, theme.quiet)))
        close.setAccessibleName(tr("Close this message"))
        close.setToolTip(tr("Close this message"))
        close.clicked.connect(self.closed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 5, 8, 5)
        self._row.setSpacing(10)
        for widget in (picture, self._label, close):
            self._row.addWidget(widget)
        self._write()

    def again(self) -> None:
        self.times += 1
        self._write()

    def add_button(self, title: str, run: Callable[[], object]) -> None:
        button = QToolButton()
        button.setText(tr(title))
        button.clicked.connect(run)
        self._row.insertWidget(self._row.count() - 1, button)

    def _write(self) -> None:
        text = tr(self.sentence) + ("" if self.times == 1 else f" ({self.times} ×)")
        self._label.setText(text)
        self.setAccessibleName(text)


class Notices(QWidget):
    """The open notices, newest first; the same sentence counts up instead of repeating."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.open: list[Notice] = []

    @property
    def sentences(self) -> list[str]:
        return [notice.sentence for notice in self.open]

    def say(self, kind: str, sentence: str) -> Notice:
        """Show a sentence of kind "error", "warning", "block" or "info"."""
        for notice in self.open:
            if (notice.kind, notice.sentence) == (kind, sentence):
                notice.again()
                return notice
        notice = Notice(kind, sentence, self.theme)
        notice.closed.connect(lambda: self.drop(notice))
        self.open.insert(0, notice)
        self._column.insertWidget(0, notice)
        for old in self.open[LIMIT:]:
            self.drop(old)
        return notice

    def drop(self, notice: Notice) -> None:
        if notice in self.open:
            self.open.remove(notice)
            self._column.removeWidget(notice)
            notice.hide()
            notice.deleteLater()

    def clear(self, *kinds: str) -> None:
        """Close the notices of these kinds."""
        for notice in [n for n in self.open if n.kind in kinds]:
            self.drop(notice)
