"""What stands there while nothing is open: what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from viewer.formats.suffixes import NAMES
from viewer.ui.thumbnails import SIZE_PX, icon_of
from viewer.words import tr

DISCLAIMER = "Research and education use only. Not for diagnosis."
SHOWN = 6


class StartPage(QWidget):
    """Drop zone, two buttons, the recent list."""

    open_asked = Signal()
    sample_asked = Signal()
    path_chosen = Signal(Path)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("start")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.addStretch(3)
        column.addWidget(self._zone(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        column.addLayout(self._recent)
        column.addStretch(4)
        column.addWidget(_label(DISCLAIMER, "quiet"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(10)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """The recordings opened last that are still there."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()  # deleted later, seen no more from now on
                widget.deleteLater()
        if paths:
            self._recent.addWidget(_label("Recent", "quiet"), 0, Qt.AlignmentFlag.AlignHCenter)
        buttons = []
        for path in paths[:SHOWN]:
            button = QPushButton(f"{path.name}   —   {path.parent.name or path.parent}")
            button.setObjectName("recent")
            button.setMinimumWidth(520)
            buttons.append((path, button))
            button.setToolTip(str(path))
            button.clicked.connect(lambda _=False, path=path: self.path_chosen.emit(path))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        for path, button in buttons:  # after the page is painted, and only while it stands
            QTimer.singleShot(0, button, lambda path=path, button=button: _picture(path, button))

    def _zone(self) -> QFrame:
        zone = QFrame()
        zone.setObjectName("dropzone")
        zone.setMinimumWidth(560)
        column = QVBoxLayout(zone)
        column.setContentsMargins(40, 36, 40, 36)
        column.setSpacing(12)
        for text, name in (
            ("Drop an ECG here", "title"),
            (f"a file or a folder: {', '.join(NAMES)}", "quiet"),
        ):
            column.addWidget(_label(text, name), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(10)
        column.addLayout(self._buttons())
        return zone

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        open_button = QPushButton(tr("Open recording…"))
        open_button.setDefault(True)
        open_button.setToolTip(tr("Open a recording (Ctrl+O)"))
        open_button.clicked.connect(self.open_asked)
        sample_button = QPushButton(tr("Open a sample"))
        sample_button.setToolTip(tr("A real ECG that comes with Leadlight"))
        sample_button.clicked.connect(self.sample_asked)
        row.addStretch(1)
        row.addWidget(open_button)
        row.addWidget(sample_button)
        row.addStretch(1)
        return row


def _picture(path: Path, button: QPushButton) -> None:
    """What the recording looks like, where a picture of it was kept."""
    button.setIconSize(SIZE_PX)
    button.setIcon(icon_of(path))


def _label(text: str, name: str) -> QLabel:
    label = QLabel(tr(text))
    label.setObjectName(name)
    return label
