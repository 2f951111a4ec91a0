"""Go to a time: typed since the start, or by the clock where the file knows when it began."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from viewer.recording import Recording
from viewer.state.places import parse_clock, parse_time_of_day, time_of_day
from viewer.ui.timeline_bar import clock
from viewer.words import tr


class TimeDialog(QDialog):
    """Says while one types where that is; Enter goes there."""

    chosen = Signal(float)  # seconds since the start

    def __init__(self, recording: Recording, now_s: float, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Go to time"))
        self.setMinimumWidth(380)
        self._recording = recording
        self.field = QLineEdit(clock(now_s))
        self.field.setAccessibleName(tr("Time to go to"))
        self.field.selectAll()
        self.since = QRadioButton(tr("Since the start"))
        self.by_clock = QRadioButton(tr("Time of day"))
        self.since.setChecked(True)
        for button in (self.since, self.by_clock):
            button.setVisible(recording.start_time is not None)
        self.hint = QLabel()
        self.hint.setObjectName("quiet")
        self.hint.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self.field.textChanged.connect(self._say)
        self.since.toggled.connect(self._switch)
        self.buttons.accepted.connect(self._go)
        self.buttons.rejected.connect(self.reject)
        self._say()

    def _place_s(self) -> float:
        """Raises ValueError with a sentence."""
        start = self._recording.start_time
        if start is not None and self.by_clock.isChecked():
            return parse_time_of_day(self.field.text(), start, self._recording.duration_s)
        return parse_clock(self.field.text())

    def _switch(self) -> None:
        """The same moment in the other way of saying it."""
        start = self._recording.start_time
        try:
            if start is None:
                return
            if self.by_clock.isChecked():
                text = time_of_day(start, parse_clock(self.field.text())).split(" ")[0]
            else:
                place_s = parse_time_of_day(self.field.text(), start, self._recording.duration_s)
                text = clock(place_s)
            self.field.setText(text)
        except ValueError:
            pass  # what stands there is no time yet; the hint says so
        self.field.selectAll()
        self.field.setFocus()
        self._say()

    def _say(self) -> None:
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        try:
            place_s = self._place_s()
        except ValueError as error:
            self.hint.setText(tr(str(error)))
            ok.setEnabled(False)
            return
        ok.setEnabled(True)
        duration_s = self._recording.duration_s
        said = tr(f"{clock(min(place_s, duration_s))} of {clock(duration_s)}")
        if self._recording.start_time is not None:
            said += f", {time_of_day(self._recording.start_time, min(place_s, duration_s))}"
        if place_s > duration_s:
            said = tr(f"{said}: the end of the recording")
        self.hint.setText(said)

    def _go(self) -> None:
        place_s = self._place_s()
        self.accept()
        self.chosen.emit(place_s)

    def _lay_out(self) -> None:
        choice = QHBoxLayout()
        choice.addWidget(self.since)
        choice.addWidget(self.by_clock)
        choice.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(self.field)
        column.addLayout(choice)
        column.addWidget(self.hint)
        column.addWidget(self.buttons)
