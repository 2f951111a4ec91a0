"""A layout of the reader's own: which leads, in how many columns, with which rhythm rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from viewer.state.layouts import STANDARD, Layout
from viewer.state.own_layouts import MOST_COLUMNS, is_own, make

TURNED = "-aVR"


class LayoutDialog(QDialog):
    """Starts from the layout on screen; shows what will stand where while it is made."""

    saved = Signal(object)  # Layout
    deleted = Signal(str)  # the name of a layout

    def __init__(self, leads: Sequence[str], current: Layout, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Layout of your own")
        self._current = current
        self.name = QLineEdit(current.title if is_own(current) else "")
        self.name.setPlaceholderText("Its name in the menu")
        self.columns = QSpinBox()
        self.columns.setRange(1, MOST_COLUMNS)
        self.columns.setValue(len(current.columns))
        placed = [lead for column in current.columns for lead in column]
        others = [lead for lead in dict.fromkeys((*leads, *STANDARD, TURNED)) if lead not in placed]
        self.leads = _list("Leads, in reading order", [*placed, *others], placed)
        self.leads.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.rhythm = _list("Rhythm rows", [*leads, *STANDARD], current.rhythm)
        self.picture = QLabel()
        self.picture.setAccessibleName("What stands where")
        self.picture.setTextFormat(Qt.TextFormat.RichText)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self.delete = self.buttons.addButton(
            "Delete this layout", QDialogButtonBox.ButtonRole.DestructiveRole
        )
        self.delete.setVisible(is_own(current))
        self._lay_out()
        self._connect()
        self._changed()

    @property
    def layout_made(self) -> Layout:
        """Raises ValueError with a sentence when the choice is none."""
        return make(
            self.name.text(), _chosen(self.leads), self.columns.value(), _chosen(self.rhythm)
        )

    def _connect(self) -> None:
        self.name.textChanged.connect(lambda _: self._changed())
        self.columns.valueChanged.connect(lambda _: self._changed())
        for box in (self.leads, self.rhythm):
            box.itemChanged.connect(lambda _: self._changed())
        self.leads.model().rowsMoved.connect(lambda *_: self._changed())
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        self.delete.clicked.connect(self._delete)

    def _save(self) -> None:
        self.saved.emit(self.layout_made)
        self.accept()

    def _delete(self) -> None:
        self.deleted.emit(self._current.name)
        self.accept()

    def _changed(self) -> None:
        try:
            made = self.layout_made
        except ValueError as error:
            self.message.setText(str(error))
            self.save.setEnabled(False)
            return
        self.message.clear()
        self.save.setEnabled(True)
        self.picture.setText(picture(made))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Name", self.name)
        form.addRow("Columns", self.columns)
        lists = QHBoxLayout()
        for title, box in (("Leads: tick, drag into order", self.leads), ("Rhythm", self.rhythm)):
            column = QVBoxLayout()
            column.addWidget(QLabel(title))
            column.addWidget(box)
            lists.addLayout(column)
        lists.addWidget(self.picture, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(18, 16, 18, 12)
        rows.addLayout(form)
        rows.addLayout(lists, 1)
        rows.addWidget(self.message)
        rows.addWidget(self.buttons)
        self.resize(620, 480)


def picture(layout: Layout) -> str:
    """The layout as a small table."""
    cell = "<td style='padding:4px 14px' align='left'>{}</td>"
    rows = [
        "<tr>" + "".join(cell.format(lead.replace("-", "−")) for lead in row) + "</tr>"
        for row in zip(*layout.columns, strict=True)
    ]
    wide = f"<td colspan='{len(layout.columns)}' style='padding:4px 14px'><b>{{}}</b></td>"
    rows += [f"<tr>{wide.format(lead)}</tr>" for lead in layout.rhythm]
    return f"<table border='1' cellspacing='0'>{''.join(rows)}</table>"


def _list(name: str, leads: Sequence[str], ticked: Sequence[str]) -> QListWidget:
    box = QListWidget()
    box.setAccessibleName(name)
    box.setMaximumWidth(150)
    for lead in dict.fromkeys(leads):
        item = QListWidgetItem(lead)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        state = Qt.CheckState.Checked if lead in ticked else Qt.CheckState.Unchecked
        item.setCheckState(state)
        box.addItem(item)
    return box


def _chosen(box: QListWidget) -> list[str]:
    items = [box.item(row) for row in range(box.count())]
    return [item.text() for item in items if item.checkState() is Qt.CheckState.Checked]
