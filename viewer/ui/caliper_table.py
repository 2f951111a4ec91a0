"""The table of all calipers of the open recording, ready to be copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.state.caliper_shape import Grip
from viewer.state.caliper_text import COLUMNS
from viewer.state.calipers import Part
from viewer.ui.mark_inks import mark_colour

if TYPE_CHECKING:
    from viewer.ui.marking import Marking


class CaliperTable(QDialog):
    """Stays open beside the page and follows it."""

    def __init__(self, marking: Marking, window: QWidget) -> None:
        super().__init__(window)
        self._marking = marking
        self.setWindowTitle("Calipers")
        self.setModal(False)
        self.resize(900, 260)
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setAccessibleName("Calipers")
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.cellClicked.connect(lambda line, _: self._choose(line))
        self.empty = QLabel("No calipers yet: press T and drag on the page.")
        self.copy = QPushButton("Copy table")
        self.copy.clicked.connect(marking.copy_table)
        QShortcut(QKeySequence.StandardKey.Copy, self, marking.copy_table)
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        self._lay_out(close)

    def follow(self) -> None:
        """The calipers as they are now."""
        rows = self._marking.rows()
        theme = self._marking.theme_name
        self.table.setRowCount(len(rows))
        for line, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if column == 0:
                    item.setForeground(mark_colour(theme, int(text)))
                self.table.setItem(line, column, item)
        self.table.resizeColumnsToContents()
        used = {column for cells in rows for column, text in enumerate(cells) if text}
        for column in range(len(COLUMNS)):
            self.table.setColumnHidden(column, column not in used)
        self.empty.setVisible(not rows)
        self.copy.setEnabled(bool(rows))

    def _choose(self, line: int) -> None:
        marks, item = self._marking.marks, self.table.item(line, 0)
        if marks is not None and item is not None:
            marks.hold(Grip(int(item.text()), Part.STOP))

    def _lay_out(self, close: QPushButton) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self.empty, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)
