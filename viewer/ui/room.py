"""The middle of the window: notices, the page, the time bar; or the start page."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from viewer.ui.notices import Notices
from viewer.ui.start_page import StartPage
from viewer.ui.timeline_bar import TimelineBar


class Room(QWidget):
    """Notices stay above whatever is shown."""

    def __init__(
        self, notices: Notices, start: StartPage, page: QWidget, timeline_bar: TimelineBar
    ) -> None:
        super().__init__()
        self.setObjectName("room")
        reading = QWidget()
        self._below = _column(reading)
        self._below.addWidget(page, 1)
        self._below.addWidget(timeline_bar)
        self._stack = QStackedWidget()
        self._stack.addWidget(start)
        self._stack.addWidget(reading)
        column = _column(self)
        column.addWidget(notices)
        column.addWidget(self._stack, 1)

    def add_ribbon(self, ribbon: QWidget) -> None:
        """A line over the whole recording, between the page and the time bar."""
        self._below.insertWidget(self._below.count() - 1, ribbon)

    def add_bar(self, bar: QWidget) -> None:
        """A bar right above the page."""
        self._below.insertWidget(0, bar)

    def show_page(self, page: bool) -> None:
        """The page of the open recording, or the start page."""
        self._stack.setCurrentIndex(1 if page else 0)


def _column(parent: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(parent)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
