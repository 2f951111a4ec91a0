"""Asks what an array file does not say, and shows the result before it is accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from viewer.formats.errors import ImportHints, NeedsHints
from viewer.jobs.load import Reader
from viewer.jobs.runner import LatestJob
from viewer.recording import Recording
from viewer.ui.file_beats import PAPER, paint_grid

RATES = ("", "100", "125", "250", "257", "360", "400", "500", "1000", "2000")
UNITS = ("", "mV", "uV", "V", "nV")
AXES = {"": None, "one lead per row": "leads-first", "one lead per column": "samples-first"}
Axis = Literal["leads-first", "samples-first"]

PREVIEW_S = 4.0
PREVIEW_LEADS = 3
PX_PER_MM = 3.2


class ImportSheet(QDialog):
    """One field per question; "Open" only once the file can be read with the answers."""

    accepted_recording = Signal(object)  # Recording

    def __init__(self, reader: Reader, path: Path, needs: NeedsHints, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Open {path.name}")
        self._reader, self._path = reader, path
        self.recording: Recording | None = None
        self._job = LatestJob(self)
        self._job.succeeded.connect(self._readable)
        self._job.failed.connect(self._unreadable)
        self.rate, self.unit, self.axis = _choice(RATES), _choice(UNITS), _choice(tuple(AXES))
        self.axis.setEditable(False)
        self.array = _choice(("", *needs.arrays))
        self.array.setEditable(False)
        self.leads = QLineEdit()
        self.leads.setPlaceholderText("I, II, III, aVR, aVL, aVF, V1, V2, …")
        self.message = QLabel(str(needs))
        self.message.setWordWrap(True)
        self.preview = Preview()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._lay_out(needs)
        self._soon = QTimer(self)  # one try per pause in typing, not per key
        self._soon.setSingleShot(True)
        self._soon.setInterval(150)
        self._soon.timeout.connect(self.look)
        for box in (self.array, self.rate, self.unit, self.axis):
            box.currentTextChanged.connect(lambda _: self._changed())
        self.leads.textChanged.connect(lambda _: self._changed())
        self._set_recording(None)

    def hints(self) -> ImportHints:
        """The answers so far. Raises ValueError with a sentence."""
        rate = self.rate.currentText().replace("Hz", "").replace(",", ".").strip()
        try:
            fs_hz = float(rate) if rate else None
        except ValueError:
            raise ValueError(f"“{rate}” is no sampling rate; write samples per second.") from None
        leads = tuple(name.strip() for name in self.leads.text().split(",") if name.strip())
        return ImportHints(
            fs_hz=fs_hz,
            unit=self.unit.currentText().strip() or None,
            axis=cast("Axis | None", AXES[self.axis.currentText()]),
            leads=leads or None,
            array=self.array.currentText() or None,
        )

    def look(self) -> None:
        """Try to read the file with the answers so far."""
        try:
            hints = self.hints()
        except ValueError as error:
            self.message.setText(str(error))
            return
        self._job.start(lambda progress: self._reader.open(self._path, hints))

    def accept(self) -> None:
        if self.recording is not None:
            self.accepted_recording.emit(self.recording)
            super().accept()

    def close_job(self) -> None:
        """No thread outlives the sheet."""
        self._soon.stop()
        self._job.close()

    def _changed(self) -> None:
        self._set_recording(None)
        self._soon.start()

    def _readable(self, recording: Recording) -> None:
        rate, leads = f"{recording.fs_hz:g} Hz", len(recording.leads)
        self.message.setText(
            f"{leads} leads, {recording.duration_s:.1f} s at {rate}. "
            "Does the preview look like an ECG, 1 mV as high as the bar on the left?"
        )
        self._set_recording(recording)

    def _unreadable(self, error: Exception) -> None:
        self.message.setText(str(error))
        self._set_recording(None)

    def _set_recording(self, recording: Recording | None) -> None:
        self.recording = recording
        self.preview.show_recording(recording)
        self.buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(recording is not None)

    def _lay_out(self, needs: NeedsHints) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        fields: list[tuple[str, str, QWidget]] = [
            ("fs_hz", "Sampling rate, Hz", self.rate),
            ("unit", "Unit of the numbers", self.unit),
            ("axis", "Arrangement", self.axis),
            ("leads", "Leads, in order", self.leads),
        ]
        if needs.arrays:
            fields.insert(0, ("array", "Array with the ECG", self.array))
        for question, label, field in fields:
            asked = question in needs.questions
            form.addRow(f"{label} *" if asked else label, field)
            field.setAccessibleName(label)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.setContentsMargins(18, 16, 18, 14)
        for part in (self.message, form, self.preview, self.buttons):
            if isinstance(part, QFormLayout):
                column.addLayout(part)
            else:
                column.addWidget(part)


class Preview(QWidget):
    """The first seconds of the first leads at 25 mm/s and 10 mm/mV, on millimetre paper."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Preview of the recording")
        self._recording: Recording | None = None

    def show_recording(self, recording: Recording | None) -> None:
        self._recording = recording
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(25 * PREVIEW_S * PX_PER_MM) + 60, round(PREVIEW_LEADS * 22 * PX_PER_MM))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), PAPER)
        paint_grid(painter, QRectF(self.rect()), PX_PER_MM)
        if self._recording is None:
            painter.setPen(QColor("#6b6b6b"))
            text = "The preview appears once the file can be read."
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row_px = self.height() / PREVIEW_LEADS
        for row in range(min(PREVIEW_LEADS, len(self._recording.leads))):
            self._paint_lead(painter, row, (row + 0.55) * row_px)

    def _paint_lead(self, painter: QPainter, row: int, baseline_px: float) -> None:
        recording = self._recording
        assert recording is not None
        stop = min(recording.n_samples, round(PREVIEW_S * recording.fs_hz))
        signal_mv = recording.samples.read_mv(0, stop)[row]
        finite = np.isfinite(signal_mv)
        painter.setPen(QColor("#111111"))
        mv_px = 10 * PX_PER_MM
        painter.drawLine(QPointF(14, baseline_px), QPointF(14, baseline_px - mv_px))
        painter.drawText(QPointF(20, baseline_px - mv_px), recording.leads[row])
        if not finite.any():
            return
        level_mv = float(np.median(signal_mv[finite]))
        x_px = 50 + np.arange(stop) / recording.fs_hz * 25 * PX_PER_MM
        y_px = baseline_px - np.clip((signal_mv - level_mv) * mv_px, -1e4, 1e4)
        points = [QPointF(x, y) for x, y in zip(x_px[finite], y_px[finite], strict=True)]
        painter.drawPolyline(QPolygonF(points))


def _choice(values: tuple[str, ...]) -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    box.addItems(values)
    return box
