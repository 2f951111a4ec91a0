"""Which trace, which stretch, which format; then the proof of what was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from viewer.jobs.export import FORMATS, Choice, TraceName, obstacle, suggested_name
from viewer.settings import Settings
from viewer.state.session import Session
from viewer.ui.timeline_bar import clock

if TYPE_CHECKING:
    from viewer.formats.export import ExportProof


class ExportDialog(QDialog):
    """Says at any time why the chosen export is not possible yet, if it is not."""

    save_asked = Signal(object)  # Choice
    acknowledge_asked = Signal()

    def __init__(self, session: Session, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        assert session.recording is not None
        self._session, self._settings = session, settings
        self.setWindowTitle(f"Export {session.recording.name}")
        self.setMinimumWidth(560)
        self.raw, self.cleaned = QRadioButton("Raw, as recorded"), QRadioButton(_cleaned(session))
        self.whole, self.visible = QRadioButton(_whole(session)), QRadioButton(_visible(session))
        self._traces = _group(self, self.raw, self.cleaned)
        self._spans = _group(self, self.whole, self.visible)
        self.format = QComboBox()
        for name, (title, _) in FORMATS.items():
            self.format.addItem(title, name)
        self.deidentify = QCheckBox("Remove identifiers: name, dates, remarks, device, file name")
        self.deidentify.setToolTip(
            "After the DICOM basic profile. The waveform itself may still identify a person."
        )
        self.path = QLineEdit()
        self.path.setAccessibleName("File to write")
        self.browse = QPushButton("Browse…")
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.acknowledge = QPushButton("I have seen it, export all the same")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Close
        )
        self.save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self._lay_out()
        self._preset()
        self._connect()
        self._changed()

    @property
    def choice(self) -> Choice:
        trace: TraceName = "cleaned" if self.cleaned.isChecked() else "raw"
        return Choice(
            trace,
            self.whole.isChecked(),
            self.format.currentData(),
            Path(self.path.text().strip()),
            deidentify=self.deidentify.isChecked(),
        )

    def show_proof(self, proof: ExportProof) -> None:
        """Only now "saved" is said: the file was read again and compared."""
        self.message.setText(proof_text(proof, deidentified=self.deidentify.isChecked()))
        self._settings["export.folder"] = str(proof.path.parent)
        self.save.setEnabled(False)
        self.buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)

    def show_failure(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.save.setEnabled(True)

    def done(self, result: int) -> None:
        """Closed: listen no more."""
        for signal in (self._session.guard_changed, self._session.cleaned_changed):
            signal.disconnect(self._changed, missing_ok=True)
        super().done(result)

    def _connect(self) -> None:
        self._traces.buttonClicked.connect(lambda _: self._renamed())
        self._spans.buttonClicked.connect(lambda _: self._renamed())
        self.format.currentIndexChanged.connect(lambda _: self._renamed())
        self.deidentify.toggled.connect(lambda _: self._renamed())
        self.path.textChanged.connect(lambda _: self._changed())
        self.browse.clicked.connect(self._browse)
        self.acknowledge.clicked.connect(self.acknowledge_asked)
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        for signal in (self._session.guard_changed, self._session.cleaned_changed):
            signal.connect(self._changed)

    def _preset(self) -> None:
        has_cleaned = self._session.cleaned is not None
        (self.cleaned if has_cleaned else self.raw).setChecked(True)
        self.cleaned.setEnabled(has_cleaned)
        self.whole.setChecked(True)
        self.format.setCurrentIndex(self.format.findData(self._settings["export.format"]))
        self.path.setText(str(self._folder() / self._name()))

    def _folder(self) -> Path:
        folder = Path(self._settings["export.folder"] or Path.home())
        return folder if folder.is_dir() else Path.home()

    def _name(self) -> str:
        recording = self._session.recording
        return suggested_name(recording, self.choice) if recording is not None else ""

    def _renamed(self) -> None:
        """Another kind of file: its name follows, in the folder that was chosen."""
        self._settings["export.format"] = self.format.currentData()
        folder = self.choice.path.parent if self.path.text().strip() else self._folder()
        self.path.setText(str(folder / self._name()))
        self._changed()

    def _changed(self) -> None:
        """Whether the choice can be saved, and why not."""
        reason = obstacle(self._session, self.choice)
        if reason is None and not self.choice.path.name:
            reason = "Choose a file to write."
        blocked = self.choice.trace == "cleaned" and self._session.export_blocked
        self.acknowledge.setVisible(blocked)
        self.message.setText(reason or "")
        self.save.setEnabled(reason is None)

    def _browse(self) -> None:
        title, suffix = FORMATS[self.choice.format]
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Export to",
            self.path.text(),
            f"{title} (*{suffix})",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if name:
            self.path.setText(name)

    def _save(self) -> None:
        self.save.setEnabled(False)
        self.message.setText("Writing, then reading it again to compare …")
        self.save_asked.emit(self.choice)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(10)
        form.addRow("Trace", _side_by_side(self.raw, self.cleaned))
        form.addRow("Stretch", _side_by_side(self.whole, self.visible))
        form.addRow("Format", self.format)
        form.addRow("Identity", self.deidentify)
        form.addRow("File", _side_by_side(self.path, self.browse))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(14)
        column.addLayout(form)
        column.addWidget(self.message)
        column.addWidget(self.acknowledge)
        column.addWidget(self.buttons)


def proof_text(proof: ExportProof, *, deidentified: bool = False) -> str:
    """What can be said after re-reading: largest difference and checksum."""
    removed = ", identifiers removed" if deidentified else ""
    return (
        f"Saved {proof.path.name} with {proof.sidecar.name}{removed}. Read again and compared: "
        f"largest difference {proof.max_error_uv:.3g} µV.\nSHA-256 {proof.sha256}"
    )


def _cleaned(session: Session) -> str:
    cleaned = session.cleaned
    return "Cleaned" if cleaned is None else f"Cleaned: {cleaned.title}"


def _whole(session: Session) -> str:
    return f"All of it, {clock(session.timeline.duration_s)}"


def _visible(session: Session) -> str:
    timeline = session.timeline
    return f"What is on screen, {clock(timeline.start_s)} – {clock(timeline.stop_s)}"


def _group(parent: QWidget, *buttons: QRadioButton) -> QButtonGroup:
    group = QButtonGroup(parent)
    for button in buttons:
        group.addButton(button)
    return group


def _side_by_side(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(16)
    for widget in widgets:
        layout.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
    if not any(isinstance(widget, QLineEdit) for widget in widgets):
        layout.addStretch(1)
    return row
