"""The ST panel's first page: findings, patient, intervals, table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QGuiApplication, QIntValidator
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from viewer.state.st_text import (
    as_tsv,
    beat_changes,
    disagreements,
    findings,
    guard_sentence,
    predictions,
)
from viewer.state.st_view import GUARD_MARKS, RESEARCH, StResult, Unit, intervals, table
from viewer.ui.inks import Inks
from viewer.ui.st_table import StTable
from viewer.ui.theme import PAPER, Theme

OLDEST = 130


class StNumbers(QWidget):
    """Everything of a StResult that is words and numbers."""

    person_changed = Signal(object, object)  # age in years or None; "F", "M" or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = PAPER
        self.result: StResult | None = None
        self.first = _words("What differs between raw and cleaned")
        self.guard = _words("Fidelity guard")
        self.audit = _words("Beats whose shape cleaning changed")
        self.findings = _words("Amplitude criteria")
        self.predictions = _words("Prediction by a trained network")
        self.notes = _words("Notes on the measurement")
        self.table = StTable()
        self.unit = QComboBox()
        self.unit.addItems(["mV", "mm"])
        self.unit.setAccessibleName("Unit of the ST levels")
        self.unit.currentTextChanged.connect(lambda _: self._show())
        self.copy = QPushButton("Copy all")
        self.copy.setToolTip("Copy every value of this panel as a table")
        self.copy.clicked.connect(self._copy)
        self._build_person()
        self._build_intervals()
        self._lay_out()
        self.show_result(None)

    # building

    def _build_person(self) -> None:
        self.age = QLineEdit()
        self.age.setValidator(QIntValidator(0, OLDEST, self))
        self.age.setPlaceholderText("not known")
        self.age.setFixedWidth(self.fontMetrics().horizontalAdvance("not known") + 24)
        self.age.setAccessibleName("Age in years")
        self.age.setToolTip("Thresholds in V2–V3 depend on age and sex; nothing is assumed")
        self.sex = QComboBox()
        self.sex.setAccessibleName("Sex")
        self.sex.setToolTip(self.age.toolTip())
        for text, value in (("not known", None), ("woman", "F"), ("man", "M")):
            self.sex.addItem(text, value)
        self.age.textChanged.connect(lambda _: self._say_person())
        self.sex.currentIndexChanged.connect(lambda _: self._say_person())

    def _build_intervals(self) -> None:
        self._intervals = QWidget()
        self._intervals.setAccessibleName("Intervals")
        self._grid = QGridLayout(self._intervals)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)

    def _lay_out(self) -> None:
        person = QHBoxLayout()
        for widget in (QLabel("Age, years"), self.age, QLabel("Sex"), self.sex):
            person.addWidget(widget)
        person.addStretch(1)
        tools = QHBoxLayout()
        self.where = QLabel()
        self.where.setObjectName("quiet")
        tools.addWidget(self.where, 1)
        tools.addWidget(self.unit)
        tools.addWidget(self.copy)
        inside = QWidget()
        inside.setAutoFillBackground(True)
        self.setAutoFillBackground(True)
        column = QVBoxLayout(inside)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(8)
        words = (self.first, self.guard, self.audit, self.findings, self.predictions, self.notes)
        for item in words:
            column.addWidget(item)
        column.addLayout(person)
        column.addWidget(self._intervals)
        column.addLayout(tools)
        column.addWidget(self.table)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inside)
        research = QLabel(RESEARCH)
        research.setObjectName("quiet")
        research.setContentsMargins(10, 3, 10, 4)
        research.setWordWrap(True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addWidget(research)

    # showing

    def set_look(self, theme: Theme, inks: Inks) -> None:
        self._theme = theme
        self.table.set_look(theme, inks)
        self._show()

    def show_person(self, age_years: float | None, sex: str | None) -> None:
        """What the file says; not a gesture of the reader."""
        with QSignalBlocker(self.age), QSignalBlocker(self.sex):
            self.age.setText("" if age_years is None else f"{age_years:.0f}")
            self.sex.setCurrentIndex(max(self.sex.findData(sex), 0))

    def show_result(self, result: StResult | None) -> None:
        self.result = result
        self._show()

    def _show(self) -> None:
        result = self.result
        unit: Unit = "mm" if self.unit.currentText() == "mm" else "mV"
        self._show_findings(result)
        self._show_guard(result)
        self._show_intervals([] if result is None else intervals(result))
        rows = [] if result is None else table(result, unit)
        self.table.set_rows(rows, unit)
        self.table.setVisible(bool(rows))
        self.table.setFixedHeight(self.table.content_height_px() + 14)
        for widget in (self.unit, self.copy):
            widget.setVisible(bool(rows))
        if result is None or not rows:
            self.where.clear()
        else:
            dragged = ", with moved fiducials" if result.dragged else ""
            span = f"{result.start_s:.0f}–{result.stop_s:.0f} s"
            self.where.setText(f"Median beat of {span}{dragged}")

    def _show_findings(self, result: StResult | None) -> None:
        if result is None:
            self._fill(self.first, "")
            self._fill(self.findings, "Nothing is measured yet.")
            self._fill(self.predictions, "")
            self._fill(self.notes, "")
            return
        changes = [f"⚠ {line}" for line in disagreements(result)]
        self._fill(self.first, "\n".join(changes), kind="amber")
        self._fill(self.findings, "\n".join(result.raw.reasons or findings(result)))
        said = predictions(result)
        kind = "quiet" if result.prediction_note else "plain"
        self._fill(self.predictions, "\n".join(said), kind=kind)
        self._fill(self.notes, "\n".join(result.raw.notes), kind="quiet")

    def _show_guard(self, result: StResult | None) -> None:
        self._fill(self.audit, "" if result is None else beat_changes(result), kind="quiet")
        guard = None if result is None else result.guard
        if guard is None:
            self._fill(self.guard, "")
            return
        kind = {"warn": "amber", "block": "red"}.get(guard.state, "plain")
        self._fill(self.guard, f"{GUARD_MARKS[guard.state]} {guard_sentence(guard)}", kind=kind)

    def _fill(self, label: QLabel, text: str, *, kind: str = "plain") -> None:
        """Text on the ground of its kind; an empty label takes no room."""
        theme = self._theme
        grounds = {"amber": (theme.amber, theme.on_amber), "red": (theme.red, theme.on_red)}
        if kind in grounds:
            back, ink = grounds[kind]
            label.setStyleSheet(f"background: {back}; color: {ink}; padding: 5px 8px;")
        else:
            ink = theme.quiet if kind == "quiet" else theme.text
            label.setStyleSheet(f"color: {ink};")
        label.setText(text)
        label.setVisible(bool(text))

    def _show_intervals(self, lines: Sequence[tuple[str, str, str]]) -> None:
        while self._grid.count():
            widget = self._grid.takeAt(0).widget()  # type: ignore[union-attr]
            if widget is not None:
                widget.deleteLater()
        cleaned = any(line[2] for line in lines)
        half = -(-len(lines) // 2)
        for number, line in enumerate(lines):
            block, row = divmod(number, half)
            texts = line if cleaned else line[:2]
            for column, text in enumerate(texts):
                label = QLabel(text)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                if column == 0:
                    label.setObjectName("quiet")
                else:
                    label.setAlignment(Qt.AlignmentFlag.AlignRight)
                self._grid.addWidget(label, row + 1, block * 4 + column)
        if cleaned:
            for block in (0, 1):
                for column, title in ((1, "raw"), (2, "cleaned")):
                    label = QLabel(title)
                    label.setObjectName("quiet")
                    label.setAlignment(Qt.AlignmentFlag.AlignRight)
                    self._grid.addWidget(label, 0, block * 4 + column)
        self._grid.setColumnStretch(3, 1)
        self._grid.setColumnStretch(7, 2)

    # hand

    def _say_person(self) -> None:
        typed = self.age.text()
        age_years = float(typed) if self.age.hasAcceptableInput() else None
        self.person_changed.emit(age_years, self.sex.currentData())

    def _copy(self) -> None:
        if self.result is not None:
            QGuiApplication.clipboard().setText(as_tsv(self.result))


def _words(name: str) -> QLabel:
    label = QLabel()
    label.setAccessibleName(name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return label
