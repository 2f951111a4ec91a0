"""The status bar: who computes what on which device, the pointer, the file's own state."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QToolButton

from viewer.recording import Recording
from viewer.report.page import clock
from viewer.state.time_left import Forecast, left_words
from viewer.ui.trace_view import Point
from viewer.words import tr


class Status(QStatusBar):
    """Quiet labels from left to right: message, pointer, work, device, file, rate."""

    cancel_asked = Signal()
    notes_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self._what, self._forecast = "", Forecast(0.0)
        self.pointer = _label("Lead, time and millivolts under the pointer")
        self.pointer.setMinimumWidth(
            self.fontMetrics().horizontalAdvance("aVR  00:00:00.000  −0.000 mV")
        )
        self.work = _label("What is being computed")
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("Progress"))
        self.progress.setRange(0, 1000)
        self.progress.setFixedWidth(140)
        self.progress.setTextVisible(False)
        self.cancel = QToolButton()
        self.cancel.setText(tr("Cancel"))
        self.cancel.setToolTip(tr("Stop what is being computed or opened (Esc)"))
        self.cancel.clicked.connect(self.cancel_asked)
        self.device = _label("Where models compute, and the time taken")
        self.notes = QToolButton()
        self.notes.setAccessibleName(tr("Notes on this file"))
        self.notes.clicked.connect(self.notes_asked)
        self.rate = _label("Sampling rate")
        for widget in (
            *(self.pointer, self.work, self.progress, self.cancel),
            *(self.device, self.notes, self.rate),
        ):
            self.addPermanentWidget(widget)
        self.idle()
        self.show_recording(None)

    def show_recording(self, recording: Recording | None) -> None:
        """Rate and integrity of the file that is open."""
        self.rate.setText("" if recording is None else rate_text(recording))
        self.notes.setVisible(recording is not None)
        if recording is not None:
            self.notes.setText(integrity_text(recording))
            self.notes.setToolTip("\n".join(notes_of(recording)))
        self.pointer.clear()

    def show_point(self, point: Point | None) -> None:
        """Where the mouse is on the paper."""
        if point is None:
            self.pointer.clear()
        else:
            time = clock(point.time_s, 3)
            self.pointer.setText(f"{point.lead}   {time}   {point.value_mv:+.2f} mV")

    def busy(self, what: str) -> None:
        """Work has begun."""
        self._what, self._forecast = what, Forecast(time.monotonic())
        self.work.setText(tr(what))
        self.progress.setValue(0)
        for widget in (self.work, self.progress, self.cancel):
            widget.show()

    def advance(self, fraction: float) -> None:
        """How far it has come; after half a second also how long it still takes."""
        self.progress.setValue(round(1000 * fraction))
        left = left_words(self._forecast.left_s(time.monotonic(), fraction))
        self.work.setText(tr(f"{self._what}, {left}" if left else self._what))

    def idle(self) -> None:
        """Nothing is being computed."""
        for widget in (self.work, self.progress, self.cancel):
            widget.hide()


def rate_text(recording: Recording) -> str:
    return f"{recording.fs_hz:g} Hz"


def integrity_text(recording: Recording) -> str:
    """One short word on the file: checksum and number of notes."""
    failed = [
        lead
        for lead, state in zip(recording.leads, recording.integrity, strict=False)
        if state == "failed"
    ]
    if failed:
        return f"⚠ checksum failed: {', '.join(failed)}"
    notes = len(recording.warnings)
    checked = "checksum ok" if "ok" in recording.integrity else "no checksum"
    checked = "checking" if "pending" in recording.integrity else checked
    return checked if not notes else f"{checked} · {notes} note{'s' if notes > 1 else ''}"


def notes_of(recording: Recording) -> list[str]:
    """Everything the file says about itself, one sentence a line."""
    lines = [f"{recording.format} · {len(recording.leads)} leads · {rate_text(recording)}"]
    kinds = ("ok", "absent", "failed", "pending")
    states: dict[str, list[str]] = {kind: [] for kind in kinds}
    for lead, state in zip(recording.leads, recording.integrity, strict=False):
        states[state].append(lead)
    if states["failed"]:
        lines.append(f"The checksum of {', '.join(states['failed'])} does not fit the signal.")
    if states["ok"] and not states["failed"]:
        lines.append("The checksum of every recorded lead fits its signal.")
    if states["pending"]:
        lines.append("The file is still being read; its checksums are not known yet.")
    elif not states["ok"] and not states["failed"]:
        lines.append("The file holds no checksum, so damage cannot be seen.")
    if recording.derived:
        derived = ", ".join(lead for lead in recording.leads if lead in recording.derived)
        lines.append(f"{derived}: derived from I and II, not recorded.")
    return [*lines, *recording.warnings]


def _label(name: str) -> QLabel:
    label = QLabel()
    label.setAccessibleName(tr(name))
    label.setToolTip(tr(name))
    return label
