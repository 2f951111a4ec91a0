"""Lead names on screen: they step aside for the curves when the page stands still."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QPainter, QPixmap

from viewer.state.label_places import Curve, LabelPlaces, Place
from viewer.state.page import Page
from viewer.ui.inks import PAPER
from viewer.ui.paper_painter import Content, PaperPainter

STILL_MS = 150
"""Nothing jumps while the page scrolls."""


class SettlingLabels(QObject):
    """At once for another page layout, after a pause for other seconds of the same one."""

    moved = Signal()  # look at places() again

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._places = LabelPlaces()
        self._look: Hashable = None
        self._page: Page | None = None
        self._asked: tuple[Page, Content, float] | None = None
        self._still = QTimer(self, interval=STILL_MS, singleShot=True)
        self._still.timeout.connect(self._settle)

    def places(self, page: Page, content: Content, px_per_mm: float) -> dict[int, Place]:
        """Where the labels of this page stand now; px_per_mm in device pixels."""
        look = _look(page, content, px_per_mm)
        self._asked = (page, content, px_per_mm)
        if look != self._look:
            self._look = look
            self._places = LabelPlaces()
            self._follow()
        elif self._page is None or page.start_s != self._page.start_s:
            self._still.start()
        self._page = page
        return self._places.of(page)

    def forget(self) -> None:
        """Another recording, or another signal: nothing holds any more."""
        self._look = self._asked = None
        self._still.stop()

    def _settle(self) -> None:
        if self._asked is None:
            return
        before = self._places.of(self._asked[0])
        self._follow()
        if self._places.of(self._asked[0]) != before:
            self.moved.emit()

    def _follow(self) -> None:
        assert self._asked is not None
        page, content, px_per_mm = self._asked
        curves = {
            trace: Curve(content.sources[trace], content.offsets_mv[trace])
            for trace in content.traces
        }
        pixmap = QPixmap(1, 1)
        painter = QPainter(pixmap)
        paper = PaperPainter(painter, px_per_mm, PAPER)
        try:
            widths = {id(cell): paper.label_width_mm(cell, content.text) for cell in page.cells}
        finally:
            painter.end()
        self._places.follow(page, curves, lambda cell: widths[id(cell)])


def _look(page: Page, content: Content, px_per_mm: float) -> Hashable:
    cells = tuple((c.label, c.trace, c.left_mm, c.top_mm, c.gain_mm_mv) for c in page.cells)
    traces = tuple((trace, id(content.sources[trace])) for trace in content.traces)
    return page.speed_mm_s, px_per_mm, traces, cells
