"""What cleaning changed, lead by lead; and the place to take note of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.state.guard_view import COLUMNS, UNITS, badge, rows
from viewer.state.session import Session
from viewer.ui.icons import icon
from viewer.ui.theme import Theme

LIMITS = "Amber from 0.025 mV, red from 0.05 mV at J, J+60 or J+80. Red blocks the export."


class GuardSheet(QDialog):
    """Follows the session while it is open."""

    acknowledge_asked = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("What cleaning changed")
        self.resize(860, 580)
        self._session, self._theme = session, theme
        self._icon, self._headline = QLabel(), QLabel()
        self._headline.setWordWrap(True)
        font = QFont(self._headline.font())
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self._headline.setFont(font)
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setAccessibleName("Change by cleaning, per lead")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.acknowledge = self.buttons.addButton(
            "I have seen it", QDialogButtonBox.ButtonRole.ActionRole
        )
        self.acknowledge.clicked.connect(self.acknowledge_asked)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        session.guard_changed.connect(self._draw)
        self._draw()

    def done(self, result: int) -> None:
        """Closed: listen no more."""
        self._session.guard_changed.disconnect(self._draw, missing_ok=True)
        super().done(result)
        self.deleteLater()

    def _lay_out(self) -> None:
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for place in range(len(COLUMNS)):
            numbers = 0 < place < len(COLUMNS) - 1
            header = self.table.horizontalHeaderItem(place)
            assert header is not None
            header.setTextAlignment(right if numbers else left)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._icon)
        head.addWidget(self._headline, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        for text in (UNITS, LIMITS):
            label = QLabel(text)
            label.setObjectName("quiet")
            column.addWidget(label)
        column.addWidget(self.buttons)

    def _draw(self) -> None:
        report = self._session.guard
        if report is None:
            self.reject()
            return
        said = badge(report, acknowledged=self._session.guard_acknowledged)
        colour = self._theme.on_red if report.state == "block" else self._theme.text
        self._icon.setPixmap(icon(said.icon, colour).pixmap(28, 28))
        self._headline.setText(f"{said.text}. {report.n_beats} beats compared.")
        self.acknowledge.setVisible(self._session.export_blocked)
        lines = rows(report)
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                self.table.setItem(row, column, self._cell(column, text))

    def _cell(self, column: int, text: str) -> QTableWidgetItem:
        item = QTableWidgetItem(f"{text}  " if column < len(COLUMNS) - 1 else f"  {text}")
        last = column == len(COLUMNS) - 1
        if column > 0 and not last:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if last and text.startswith("changed too much"):
            item.setForeground(QColor(self._theme.on_red))
        return item
