"""The ST table: raw, cleaned and their difference, lead by lead."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from viewer.state.st_view import COLUMNS, GUARD_MARKS, GUARD_WORDS, Row, Unit, heading
from viewer.ui.inks import PAPER as PAPER_INKS
from viewer.ui.inks import Inks
from viewer.ui.theme import PAPER, Theme

LEAD, TRACE, FIRST = 0, 1, 2


class StTable(QTableWidget):
    """Rows of text; keyboard, screen reader and clipboard come with Qt's own table."""

    def __init__(self) -> None:
        super().__init__(0, FIRST + len(COLUMNS))
        self._theme: Theme = PAPER
        self._inks: Inks = PAPER_INKS
        self._rows: list[Row] = []
        self._unit: Unit = "mV"
        self.setAccessibleName("ST levels per lead")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        font = QFont(self.font())
        font.setPointSizeF(max(font.pointSizeF() - 1, 7))
        self.setFont(font)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(LEAD, QHeaderView.ResizeMode.Fixed)  # its cells are joined
        header.setFont(font)
        header.setHighlightSections(False)
        header.setStyleSheet("QHeaderView::section { padding: 3px 5px; }")
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def set_look(self, theme: Theme, inks: Inks) -> None:
        self._theme, self._inks = theme, inks
        self.set_rows(self._rows, self._unit)

    def set_rows(self, rows: Sequence[Row], unit: Unit) -> None:
        """Show these rows; a lead's name stands once, beside all its lines."""
        self._rows, self._unit = list(rows), unit
        self.clearSpans()
        self.setRowCount(len(rows))
        titles = ["", "", *(heading(column, unit) for column in COLUMNS)]
        self.setHorizontalHeaderLabels([title.replace(" ", "\n", 1) for title in titles])
        self.setColumnHidden(TRACE, all(row.kind == "raw" for row in rows))
        for number, row in enumerate(rows):
            self._fill(number, row)
        bold = QFont(self.font())
        bold.setBold(True)
        widest_px = max(
            (QFontMetrics(bold).horizontalAdvance(row.lead) for row in rows), default=20
        )
        self.setColumnWidth(LEAD, widest_px + 14)
        self._span_leads()
        height_px = self.fontMetrics().height() + 3
        for number in range(len(rows)):
            self.setRowHeight(number, height_px)

    def content_height_px(self) -> int:
        """Tall enough to need no scroll bar of its own."""
        rows_px = sum(self.rowHeight(row) for row in range(self.rowCount()))
        return rows_px + self.horizontalHeader().sizeHint().height() + 2

    def _fill(self, number: int, row: Row) -> None:
        first = number == 0 or self._rows[number - 1].lead != row.lead
        shade = self._shade(number)
        lead = self._item(row.lead if first else "", shade, bold=True)
        self.setItem(number, LEAD, lead)
        self.setItem(number, TRACE, self._trace(row, shade))
        for column, text in enumerate(row.cells or ("",) * len(COLUMNS)):
            item = self._item(text, shade, self._colour(row), right=True)
            self.setItem(number, FIRST + column, item)
        if row.reason:
            item = self._item(f"– {row.reason}", shade, self._theme.quiet)
            item.setToolTip(f"{row.lead}, {row.kind}: {row.reason}")
            self.setItem(number, FIRST, item)
            self.setSpan(number, FIRST, 1, len(COLUMNS))

    def _trace(self, row: Row, shade: QColor) -> QTableWidgetItem:
        """Which trace, and beside Δ what the guard says of it."""
        if not row.guard:
            return self._item(row.kind, shade, self._colour(row))
        text = f"{row.kind} {GUARD_MARKS[row.guard]} {GUARD_WORDS[row.guard]}"
        ink = {"block": self._theme.on_red, "warn": self._theme.on_amber}.get(row.guard)
        back = {"block": self._theme.red, "warn": self._theme.amber}.get(row.guard)
        item = self._item(text, QColor(back) if back else shade, ink or self._theme.quiet)
        item.setToolTip(f"{row.lead}: {row.guard_reason}")
        return item

    def _item(
        self,
        text: str,
        shade: QColor,
        colour: str = "",
        *,
        bold: bool = False,
        right: bool = False,
    ) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setBackground(QBrush(shade))
        item.setForeground(QBrush(QColor(colour or self._theme.text)))
        if bold:
            font = QFont(self.font())
            font.setBold(True)
            item.setFont(font)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        return item

    def _colour(self, row: Row) -> str:
        """Cleaned values in the cleaned trace's ink; the word beside them says it too."""
        if row.kind == "cleaned":
            return self._inks.denoised
        return self._theme.quiet if row.kind == "Δ" else self._theme.text

    def _shade(self, number: int) -> QColor:
        """Every other lead on a slightly different ground."""
        leads = list(dict.fromkeys(row.lead for row in self._rows))
        odd = leads.index(self._rows[number].lead) % 2
        return QColor(self._theme.window if odd else self._theme.surface)

    def _span_leads(self) -> None:
        """One cell for the lead's name beside its lines."""
        start = 0
        for number in range(1, len(self._rows) + 1):
            ended = number == len(self._rows) or self._rows[number].lead != self._rows[start].lead
            if ended:
                if number - start > 1:
                    self.setSpan(start, LEAD, number - start, 1)
                start = number
