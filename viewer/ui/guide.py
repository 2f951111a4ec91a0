"""The user guide: the pages of resources/guide, pictures fitted to the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QKeySequence, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from viewer.folders import resource

PAGES = (
    "index",
    "reading",
    "noise-map",
    "cleaning",
    "st",
    "calipers",
    "exports",
    "batch",
    "formats",
    "troubleshooting",
)
"""Files of resources/guide in the order they are read."""

STYLE = "h1, h2 { margin-top: 14px; } td, th { padding: 3px 12px 3px 0; } p { line-height: 135%; }"


def title_of(page: Path) -> str:
    """The heading a page begins with."""
    first = page.read_text(encoding="utf-8").partition("\n")[0]
    return first.lstrip("# ").removeprefix("Leadlight: ").strip()


class Pages(QTextBrowser):
    """One page; a picture is never wider than the window."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        found = super().loadResource(kind, name)
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return found
        path = self.source().resolved(name if isinstance(name, QUrl) else QUrl(name))
        image = QImage(path.toLocalFile())
        room = max(self.viewport().width() - 40, 200)
        if image.width() <= room:
            return image
        return image.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)


class Guide(QDialog):
    """Contents on the left, the page on the right; Alt+Left goes back."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Leadlight: guide")
        self.resize(1000, 720)
        folder = resource("guide")
        self._paths = [path for name in PAGES if (path := folder / f"{name}.md").exists()]
        self.contents = QListWidget()
        self.contents.setAccessibleName("Pages of the guide")
        self.contents.addItems([title_of(path) for path in self._paths])
        self.contents.setFixedWidth(self.contents.sizeHintForColumn(0) + 24)
        self.page = Pages()
        self.page.setAccessibleName("The guide")
        self.page.setOpenExternalLinks(True)
        self.page.document().setDefaultStyleSheet(STYLE)
        back = QPushButton("Back")
        back.setShortcut(QKeySequence(QKeySequence.StandardKey.Back))
        back.clicked.connect(self.page.backward)
        back.setEnabled(False)
        self.page.backwardAvailable.connect(back.setEnabled)
        side = QVBoxLayout()
        side.addWidget(self.contents, 1)
        side.addWidget(back)
        row = QHBoxLayout(self)
        row.addLayout(side)
        row.addWidget(self.page, 1)
        self.contents.currentRowChanged.connect(self._open)
        self.page.sourceChanged.connect(self._follow)
        self.contents.setCurrentRow(0)

    def _open(self, row: int) -> None:
        address = QUrl.fromLocalFile(str(self._paths[row]))
        if address != self.page.source():
            self.page.setSource(address)

    def _follow(self, address: QUrl) -> None:
        """A link was followed: mark its page in the contents."""
        path = Path(address.toLocalFile())
        if path in self._paths:
            self.contents.setCurrentRow(self._paths.index(path))
