"""The information panel: who, when, with what, through which filters, found what."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from viewer.recording import Recording
from viewer.state.info_view import Section, sections
from viewer.ui.file_beats import FileBeats

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

NAME, WIDTH_PX = "info", 380


class InfoPanel(QScrollArea):
    """Text that can be selected and copied, and the file's own average beats below."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Information about the recording")
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.heading = QLabel("<b>Average beats in the file</b>, 25 mm/s, 10 mm/mV")
        self.beats = FileBeats()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        for part in (self.text, self.heading, self.beats):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(content)
        self.show_recording(None)

    def show_recording(self, recording: Recording | None) -> None:
        found = () if recording is None else sections(recording)
        self.text.setText("".join(_html(section) for section in found))
        beats = None if recording is None else recording.acquisition.median_beats
        self.heading.setVisible(beats is not None)
        self.beats.set_beats(beats)


def _html(section: Section) -> str:
    rows = "".join(
        f'<tr><td style="padding: 1px 12px 1px 0">{escape(what)}</td>'
        f'<td style="padding: 1px 0">{_breakable(value)}</td></tr>'
        if what
        else f'<tr><td colspan="2" style="padding: 1px 0">{_breakable(value)}</td></tr>'
        for what, value in section.rows
    )
    return f'<p style="margin: 8px 0 2px 0"><b>{escape(section.title)}</b></p><table>{rows}</table>'


def _breakable(value: str) -> str:
    """Long words, such as hashes, may break: a label must not push the panel wide."""
    return " ".join(_word(word) for word in value.split(" "))


def _word(word: str) -> str:
    parts = [word[at : at + 16] for at in range(0, len(word), 16)]
    return "&#8203;".join(escape(part) for part in parts) if len(word) > 24 else escape(word)


class Information(QObject):
    """The panel and its dock, built when first asked for; follows the open recording."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._session = window.session
        self.panel = InfoPanel()
        self.dock = QDockWidget("Information", window)
        self.dock.setObjectName(NAME)
        self.dock.setWidget(self.panel)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        window.resizeDocks([self.dock], [WIDTH_PX], Qt.Orientation.Horizontal)
        self.wanted = False
        self.dock.installEventFilter(self)
        self._window = window
        self._session.recording_changed.connect(self._follow)
        self._session.recording_settled.connect(self._follow)
        self._follow()

    def toggle(self) -> None:
        """Open or close; it shows while a recording is open."""
        self.wanted = not self.wanted
        self._follow()
        if self.wanted:
            self.dock.raise_()

    def _follow(self) -> None:
        recording = self._session.recording
        shown = self.wanted and recording is not None
        self.panel.show_recording(recording if shown else None)
        self.dock.setVisible(shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.dock and event.type() == QEvent.Type.Close:
            self.wanted = False
            self._window.refresh()
        return False


def information(window: MainWindow) -> Information:
    """The window's information panel, built now if there is none yet."""
    found = is_built(window)
    return Information(window) if found is None else found


def is_built(window: MainWindow) -> Information | None:
    return next((c for c in window.children() if isinstance(c, Information)), None)


def is_open(window: MainWindow) -> bool:
    found = is_built(window)
    return found is not None and found.wanted
