"""One cell of the noise map explained: the scalogram as recorded, and as the model redraws it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viewer.jobs.runner import LatestJob, Progress
from viewer.recording import Recording
from viewer.ui.theme import PAPER, Theme

LEFT_PX, BOTTOM_PX, TOP_PX = 44, 34, 22
LOWEST_HZ, HIGHEST_HZ = 0.5, 40.0
FREQUENCIES_HZ = (0.5, 10.0, 20.0, 30.0, 40.0)
EXPLANATION = (
    "Power of 0.5–40 Hz over ten seconds, logarithmic. The model redraws the picture as a clean "
    "lead would look; the PSNR in dB measures how much of the original it had to change. Rare "
    "rhythms are redrawn, too, and noise above 40 Hz is not in the picture at all."
)


@dataclass(frozen=True, slots=True, eq=False)
class SidePair:
    """Two scalograms of one cell, uint8-like grey levels [32, 256], 40 Hz in row 0."""

    original: NDArray[np.uint8]
    redrawn: NDArray[np.floating]
    start_s: float
    stop_s: float


def side_pair(
    recording: Recording, lead: str, time_s: float, device: str, progress: Progress
) -> SidePair:
    """The scalograms of the cell that holds time_s. Raises ScorerMissing without weights."""
    from inference.quality import quality_segments, side_by_side

    fs_hz = recording.fs_hz
    segments = quality_segments(recording.n_samples, fs_hz)
    holding = [s for s in segments if s.new / fs_hz <= time_s < s.stop / fs_hz]
    segment = holding[0] if holding else segments[-1]
    progress(0.1)
    margin = round(fs_hz)  # of a day's recording only what the cell needs
    start, stop = max(segment.start - margin, 0), min(segment.stop + margin, recording.n_samples)
    signal_mv = recording.samples.read_mv(start, stop)
    index = recording.leads.index(lead)
    original, redrawn = side_by_side(
        signal_mv, segment, fs_hz, index, recording.leads, offset=start, device=device
    )
    return SidePair(original, redrawn, segment.start / fs_hz, segment.stop / fs_hz)


class ScalogramPicture(QWidget):
    """One scalogram with its axes."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.theme: Theme = PAPER
        self._image: QImage | None = None
        self._span_s = (0.0, 10.0)
        self.setAccessibleName(title)

    def set_image(self, levels: NDArray[np.floating], start_s: float, stop_s: float) -> None:
        """Grey levels 0…255 [32, 256], 40 Hz on top."""
        import pyqtgraph  # half a second, for those who ask for this picture

        table = pyqtgraph.colormap.get("cividis").getLookupTable(nPts=256)
        index = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
        rgb = np.ascontiguousarray(table[index].astype(np.uint8))
        height, width, _ = rgb.shape
        image = QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._image = image.copy()  # rgb goes away
        self._span_s = (start_s, stop_s)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 260)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        room = QRectF(self.rect()).adjusted(LEFT_PX, TOP_PX, -6, -BOTTOM_PX)
        painter.setPen(QColor(self.theme.text))
        painter.drawText(QPointF(room.left(), room.top() - 7), self.title)
        painter.setPen(QColor(self.theme.line))
        painter.drawRect(room.adjusted(-1, -1, 0, 0))
        if self._image is not None:
            painter.drawImage(room, self._image)
            self._axes(painter, room)
        painter.end()

    def _axes(self, painter: QPainter, room: QRectF) -> None:
        painter.setPen(QColor(self.theme.quiet))
        for hz in FREQUENCIES_HZ:
            share = (HIGHEST_HZ - hz) / (HIGHEST_HZ - LOWEST_HZ)
            y = room.top() + share * room.height()
            box = QRectF(0, y - 8, LEFT_PX - 6, 16)
            text = f"{hz:g} Hz" if hz == HIGHEST_HZ else f"{hz:g}"
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, flags, text)
        start_s, stop_s = self._span_s
        for part in range(6):
            x = room.left() + part / 5 * room.width()
            text = f"{start_s + part / 5 * (stop_s - start_s):g} s"
            box = QRectF(x - 30, room.bottom() + 4, 60, 14)
            if part in (0, 5):
                box.moveLeft(x if part == 0 else x - 60)
            side = {0: Qt.AlignmentFlag.AlignLeft, 5: Qt.AlignmentFlag.AlignRight}
            painter.drawText(box, side.get(part, Qt.AlignmentFlag.AlignHCenter), text)


class ScalogramDialog(QDialog):
    """Computes both pictures and shows them beside each other."""

    def __init__(
        self,
        recording: Recording,
        lead: str,
        time_s: float,
        device: str,
        theme: Theme = PAPER,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Scalograms of {lead}, {recording.name}")
        self.original = ScalogramPicture(f"{lead} as recorded")
        self.redrawn = ScalogramPicture(f"{lead} as the model redraws it")
        self.words = QLabel("The model is redrawing this lead …")
        self.words.setWordWrap(True)
        for picture in (self.original, self.redrawn):
            picture.theme = theme
        self._lay_out()
        self.job = LatestJob(self)
        self.job.succeeded.connect(self._show)
        self.job.failed.connect(self._fail)
        self.finished.connect(lambda _: self.job.close())
        self.job.start(lambda progress: side_pair(recording, lead, time_s, device, progress))

    def _lay_out(self) -> None:
        pictures = QHBoxLayout()
        pictures.addWidget(self.original, 1)
        pictures.addWidget(self.redrawn, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(pictures, 1)
        column.addWidget(self.words)
        column.addWidget(buttons)

    def _show(self, pair: SidePair) -> None:
        self.original.set_image(pair.original.astype(np.float32), pair.start_s, pair.stop_s)
        self.redrawn.set_image(pair.redrawn, pair.start_s, pair.stop_s)
        error = float(np.mean((pair.original - np.asarray(pair.redrawn, np.float64)) ** 2))
        psnr_db = min(10 * np.log10(255.0**2 / max(error, 1e-9)), 45.0)
        self.words.setText(f"PSNR of this pair {psnr_db:.1f} dB. {EXPLANATION}")

    def _fail(self, error: Exception) -> None:
        from inference.quality_weights import ScorerMissing

        known = isinstance(error, ScorerMissing)
        text = str(error) if known else f"The model failed on this lead ({type(error).__name__})."
        self.words.setText(f"⚠ {text}")
