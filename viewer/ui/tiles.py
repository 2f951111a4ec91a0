"""Traces kept as pictures while the page scrolls: each piece is drawn once, then only copied.

A tile is 128 device pixels of the long time axis (see viewer.state.curves) of one strip,
with every lead of that strip. Because the axis is counted in whole pixels from the start
of the recording, neighbouring tiles join without a seam wherever the page stands.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap

from viewer.ui.curve_painting import Reach

TILE_PX = 128
MOST_BYTES = 96 * 2**20

SPARE_PX = 8
"""Room above and below the strokes of a cropped tile, for the pen's width."""

Draw = Callable[[QPainter, int, int], tuple[Reach, bool]]
"""draw(painter, start_px, stop_px) paints between two pixels of the long axis and returns
the highest and lowest pixel it painted, and whether that is final."""


@dataclass(slots=True)
class _Tile:
    pixmap: QPixmap
    top: int
    settled: bool


class Tiles:
    """A store of tiles that forgets the longest unused ones."""

    def __init__(self) -> None:
        self._tiles: OrderedDict[Hashable, _Tile] = OrderedDict()
        self._bytes = 0

    def clear(self) -> None:
        """Everything looks different now."""
        self._tiles.clear()
        self._bytes = 0

    def drop_unsettled(self) -> None:
        """More samples have come: draw again what was not final."""
        for key in [key for key, tile in self._tiles.items() if not tile.settled]:
            self._bytes -= _size(self._tiles.pop(key).pixmap)

    def paint(
        self,
        painter: QPainter,
        key: Hashable,
        span_px: tuple[int, int],
        place: tuple[int, int, int],
        draw: Draw,
    ) -> None:
        """Show the span of the long axis at place (x, y, height), drawing missing tiles.

        key tells apart what looks different: strip, traces, scale.
        """
        start, stop = span_px
        x, y, height = place
        for number in range(start // TILE_PX, -(-stop // TILE_PX)):
            tile = self._tile((key, number), number, height, draw)
            painter.drawPixmap(x + number * TILE_PX - start, y + tile.top, tile.pixmap)

    def _tile(self, key: Hashable, number: int, height: int, draw: Draw) -> _Tile:
        tile = self._tiles.get(key)
        if tile is None:
            tile = self._tiles[key] = _drawn(number, height, draw)
            self._bytes += _size(tile.pixmap)
            while self._bytes > MOST_BYTES and len(self._tiles) > 1:
                self._bytes -= _size(self._tiles.popitem(last=False)[1].pixmap)
        self._tiles.move_to_end(key)
        return tile


def _drawn(number: int, height: int, draw: Draw) -> _Tile:
    pixmap = QPixmap(TILE_PX, max(height, 1))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    try:
        start = number * TILE_PX
        painter.translate(-start, 0.0)
        (highest, lowest), settled = draw(painter, start, start + TILE_PX)
    finally:
        painter.end()
    if lowest < highest:  # nothing recorded here
        return _Tile(QPixmap(), 0, settled)
    top = min(max(int(highest) - SPARE_PX, 0), height - 1)
    bottom = max(min(int(lowest) + SPARE_PX, height), top + 1)
    return _Tile(pixmap.copy(0, top, TILE_PX, bottom - top), top, settled)


def _size(pixmap: QPixmap) -> int:
    return 4 * pixmap.width() * pixmap.height()
