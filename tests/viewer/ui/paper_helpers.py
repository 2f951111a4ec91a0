"""Pages painted into pictures, and pictures measured."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage, QPainter

from viewer.recording import Recording
from viewer.report.page import TRUE_SIZE, page_text
from viewer.samples import ArraySamples
from viewer.state.curves import Difference, Source
from viewer.state.layers import Trace
from viewer.state.layouts import STANDARD
from viewer.state.page import Sheet, lay_out
from viewer.ui.inks import PAPER
from viewer.ui.paper_painter import Content, PaperPainter

RAW_ONLY = (Trace.RAW,)


def recording_of(signal_mv, leads=STANDARD, fs_hz=500.0, **said):
    """A recording from rows of numbers, one per lead."""
    samples = ArraySamples(np.ascontiguousarray(signal_mv, np.float32))
    return Recording(samples=samples, leads=tuple(leads), fs_hz=fs_hz, name="test", **said)


def flat(n=5000, n_leads=12):
    return np.zeros((n_leads, n), np.float32)


def page_for(recording, paper, sheet=(277.0, 190.0), start_s=0.0):
    return lay_out(
        paper,
        recording.leads,
        duration_s=recording.duration_s,
        start_s=start_s,
        sheet=Sheet(*sheet),
        derived=recording.derived,
    )


def picture(recording, page, px_per_mm, *, traces=RAW_ONLY, denoised=None, curves_only=False):
    """The page as it is painted on a screen or into a PNG."""
    sources = {Trace.RAW: Source(recording.samples, recording.fs_hz)}
    if denoised is not None:
        samples = ArraySamples(denoised)
        difference = Difference(recording.samples, samples)
        sources[Trace.DENOISED] = Source(samples, recording.fs_hz)
        sources[Trace.RESIDUAL] = Source(difference, recording.fs_hz)
    text = page_text(recording, page, traces, cleaning=None, scale=TRUE_SIZE)
    width, height = round(page.width_mm * px_per_mm), round(page.height_mm * px_per_mm)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill("white")
    painter = QPainter(image)
    paper = PaperPainter(painter, px_per_mm, PAPER)
    if curves_only:
        paper.traces(page, Content(sources, traces, text))
    else:
        paper.paint(page, Content(sources, traces, text))
    painter.end()
    return image


def pixels(image):
    """uint8 [height, width, 3], red green blue."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    bytes_per_line = image.bytesPerLine()
    buffer = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), bytes_per_line)
    wide = buffer[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)
    return wide[:, :, 2::-1].copy()  # the buffer goes with the image


def ink(image, colour="#000000", tolerance=90):
    """Where a colour is, bool [height, width]."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return (np.abs(pixels(image).astype(int) - wanted) <= tolerance).all(axis=2)


def line_places(coverage):
    """Centres of the runs in a row of booleans, in pixels."""
    edges = np.flatnonzero(np.diff(np.r_[False, coverage, False].astype(int)))
    return edges.reshape(-1, 2).mean(axis=1)
