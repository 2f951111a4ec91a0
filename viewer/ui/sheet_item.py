"""The page as one graphics item: paper from a picture, traces from tiles, times drawn anew."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from viewer.state.figures import Figure
from viewer.state.layers import Trace
from viewer.state.page import Page
from viewer.state.strips import Strip, strips
from viewer.ui.curve_painting import Reach
from viewer.ui.inks import PAPER, Inks
from viewer.ui.paper_painter import Content, PaperPainter
from viewer.ui.tiles import Tiles

log = logging.getLogger(__name__)


class SheetItem(QGraphicsObject):
    """Paints a Page in device pixels; its own coordinates are the page's millimetres.

    painted  called after each picture that shows every curve
    failed   called with what reading the samples raised; the paper stays on screen
    """

    def __init__(self, painted: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        super().__init__()
        self._painted, self._failed = painted, failed
        self._page: Page | None = None
        self._content: Content | None = None
        self._px_per_mm = 1.0  # device pixels
        self._inks = PAPER
        self._tiles = Tiles()
        self._backing: tuple[Hashable, QPixmap] | None = None
        self._look: Hashable = None
        self._offsets: dict[Trace, tuple[float, ...]] = {}
        self._figures: tuple[Figure, ...] = ()

    def show_page(self, page: Page, content: Content, px_per_mm: float, inks: Inks) -> None:
        """Show this page; tiles stay as long as they would look the same."""
        look = (_geometry(page), px_per_mm, inks, tuple(map(id, content.sources.values())))
        offsets = {trace: tuple(values) for trace, values in content.offsets_mv.items()}
        if any(self._offsets.get(trace, values) != values for trace, values in offsets.items()):
            self._tiles.clear()
        self._offsets |= offsets
        if look != self._look:
            self._tiles.clear()
            self._look = look
        if self._page is None or (page.width_mm, page.height_mm) != _size(self._page):
            self.prepareGeometryChange()
        self._page, self._content, self._px_per_mm, self._inks = page, content, px_per_mm, inks
        self.update()

    def show_figures(self, figures: tuple[Figure, ...]) -> None:
        """Other calipers and annotations on the same page."""
        if figures != self._figures:
            self._figures = figures
            self.update()

    def clear(self) -> None:
        """No recording."""
        self.prepareGeometryChange()
        self._page = self._content = self._backing = self._look = None
        self._figures = ()
        self._offsets.clear()
        self._tiles.clear()
        self.update()

    def redraw(self) -> None:
        """Forget the pictures of curves."""
        self._tiles.clear()
        self.update()

    def samples_came(self) -> None:
        """Draw again what was not final."""
        self._tiles.drop_unsettled()
        self.update()

    def boundingRect(self) -> QRectF:
        page = self._page
        return QRectF() if page is None else QRectF(0, 0, page.width_mm, page.height_mm)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        if self._page is None or self._content is None:
            return
        ratio = painter.device().devicePixelRatioF()
        top = painter.worldTransform().dy() * ratio
        painter.save()
        painter.resetTransform()
        painter.scale(1 / ratio, 1 / ratio)
        painter.translate(0.0, round(top))
        try:
            self._paint(painter, self._page, self._content)
        finally:
            painter.restore()

    def _paint(self, painter: QPainter, page: Page, content: Content) -> None:
        paper = PaperPainter(painter, self._px_per_mm, self._inks)
        painter.drawPixmap(0, 0, self._paper(painter, page, content))
        paper.moving(page, content.text)
        try:
            for number, strip in enumerate(strips(page)):
                self._strip(painter, page, content, number, strip)
        except Exception as error:  # noqa: BLE001 - whatever reading raised, the paper stays
            log.warning("the page could not be drawn: %s", error)
            self._failed(error)
        else:
            paper.marks(self._figures)
            self._painted()

    def _strip(
        self, painter: QPainter, page: Page, content: Content, number: int, strip: Strip
    ) -> None:
        px, px_per_s = self._px_per_mm, self._px_per_mm * page.speed_mm_s
        left, top = round(strip.left_mm * px), round(page.rows_top_mm * px)
        width = round(strip.span_s * px_per_s)
        height = round(page.rows_bottom_mm * px) - top
        start = round(strip.start_s * px_per_s)

        def draw(tile: QPainter, start_px: int, stop_px: int) -> tuple[Reach, bool]:
            paper = PaperPainter(tile, px, self._inks)
            tile.translate(paper.half_px, paper.half_px)
            span = (start_px - 2, stop_px + 2)
            reach = paper.curves(strip.cells, content, span, px_per_s, top_mm=top / px)
            sources = [content.sources[trace] for trace in content.traces]
            return reach, all(source.settled(*span, px_per_s) for source in sources)

        painter.setClipRect(QRectF(left, top, width + 1, height))
        key = (number, content.traces, tuple(cell.trace for cell in strip.cells))
        self._tiles.paint(painter, key, (start, start + width), (left, top, height), draw)
        painter.setClipping(False)

    def _paper(self, painter: QPainter, page: Page, content: Content) -> QPixmap:
        """Everything that stays while the page scrolls, drawn once."""
        text = content.text
        words = (text.footer, text.warnings, tuple(text.marks.items()))
        rows = (*(cell.trace for cell in page.cells), *content.label_places.items())
        key = (_geometry(page), self._px_per_mm, self._inks, content.traces, rows, words)
        if self._backing is not None and self._backing[0] == key:
            return self._backing[1]
        px = self._px_per_mm
        pixmap = QPixmap(round(page.width_mm * px), round(page.height_mm * px))
        backing = QPainter(pixmap)
        backing.setFont(painter.font())
        paper = PaperPainter(backing, px, self._inks)
        try:
            paper.sheet(page)
            paper.standing(page, content)
        finally:
            backing.end()
        self._backing = (key, pixmap)
        return pixmap


def _size(page: Page) -> tuple[float, float]:
    return page.width_mm, page.height_mm


def _geometry(page: Page) -> Hashable:
    """What must be the same for two pages to differ only in time."""
    cells = tuple(
        (c.label, c.index, c.left_mm, round(c.width_mm, 6), c.baseline_mm, c.gain_mm_mv)
        for c in page.cells
    )
    return (*_size(page), page.speed_mm_s, page.rows_bottom_mm, page.n_warnings, cells)
