"""A page as a file: PDF and SVG in true millimetres, PNG at any resolution.

Painted by the same painter as the screen. Written beside the target, read again, and only
then given its name, so that no half file ever has it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLineF, QMarginsF, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QImageReader,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
    QPen,
)
from PySide6.QtWidgets import QApplication

from viewer import __version__
from viewer.recording import Recording
from viewer.report.page import TRUE_SIZE, Cleaning, page_text, warnings
from viewer.report.printing import file_names
from viewer.samples import Samples
from viewer.state.centring import Centring
from viewer.state.curves import Difference, Source, is_decimated
from viewer.state.figures import Figure
from viewer.state.label_places import Curve, LabelPlaces, Place
from viewer.state.layers import Layers, Show, Trace
from viewer.state.mark_sheet import sheet_figures
from viewer.state.marks import Marks
from viewer.state.page import Page, Sheet, lay_out
from viewer.state.paper import Paper
from viewer.ui.inks import PAPER, Inks
from viewer.ui.mark_painting import text_size_mm
from viewer.ui.paper_painter import Content, PaperPainter

A4_MM, MARGIN_MM = (297.0, 210.0), 8.0
CHECK_MM = 50.0
PDF_DPI, SVG_DPI, MM_PER_INCH = 1200, 254, 25.4
MOST_PIXELS = 2**27


Write = Callable[[Path, Sequence["Shot"], float, Callable[[float], None]], None]


class SnapshotError(Exception):
    """Shown to the user as it is: which file, what is wrong, what to do."""


@dataclass(frozen=True, kw_only=True)
class Shot:
    """What goes on the sheet.

    recording   the ECG
    paper       layout, speed, gain
    show        which traces; anything but RAW needs denoised and cleaning
    start_s     the first second on the page
    size_mm     the whole sheet, its margins included
    marks       calipers and annotations, as far as they are not hidden
    """

    recording: Recording
    paper: Paper = field(default_factory=Paper)
    show: Show = Show.RAW
    start_s: float = 0.0
    denoised: Samples | None = None
    cleaning: Cleaning | None = None
    size_mm: tuple[float, float] = A4_MM
    inks: Inks = PAPER
    margins_mm: tuple[float, float] = (MARGIN_MM, MARGIN_MM)
    number: int = 1
    n_pages: int = 1

    @property
    def room_mm(self) -> tuple[float, float]:
        """The sheet within its margins."""
        (width, height), (x, y) = self.size_mm, self.margins_mm
        return width - 2 * x, height - 2 * y

    marks: Marks | None = None


def save(path: Path, shot: Shot, *, dpi: float = 150.0, overwrite: bool = True) -> Path:
    """Write the page to a .png, .pdf or .svg file. Raises SnapshotError."""
    return save_all(path, [shot], dpi=dpi, overwrite=overwrite)[0]


def save_all(
    path: Path,
    shots: Sequence[Shot],
    *,
    dpi: float = 150.0,
    overwrite: bool = True,
    progress: Callable[[float], None] = lambda _: None,
) -> list[Path]:
    """Write pages to one .pdf, or to one numbered .png or .svg each. Raises SnapshotError.

    progress is told the share that is done; it may raise to stop: nothing is left then.
    """
    writers: dict[str, Write] = {".png": _write_png, ".pdf": _write_pdf, ".svg": _write_svg}
    write = writers.get(path.suffix.lower())
    if write is None:
        raise SnapshotError(
            f"{path.name}: pages are written as .png, .pdf or .svg; choose one of these."
        )
    names = file_names(path.stem, path.suffix, len(shots))
    paths = [path.with_name(name) for name in names]
    parts = [list(shots)] if len(paths) == 1 else [[shot] for shot in shots]
    for one in paths:
        if one.exists() and not overwrite:
            raise SnapshotError(f"{one.name} exists already; choose another name.")
    application()
    for number, (one, part) in enumerate(zip(paths, parts, strict=True)):
        told = partial(_share, progress, number, len(paths))
        try:
            _write_whole(one, partial(_write_part, write, part, dpi, told))
        except OSError as error:
            reason = error.strerror or str(error)
            raise SnapshotError(f"{one.name} could not be written: {reason}.") from error
    return paths


def _share(progress: Callable[[float], None], number: int, count: int, share: float) -> None:
    progress((number + share) / count)


def _write_part(
    write: Write, part: Sequence[Shot], dpi: float, told: Callable[[float], None], path: Path
) -> None:
    write(path, part, dpi, told)


def application() -> QCoreApplication:
    """The running application, or one without a screen: fonts and pictures need one.

    One that widgets can live in, so that a window can still be opened in the same process.
    """
    running = QApplication.instance()
    if running is not None:
        return running
    global _application
    _application = QApplication(["leadlight", "-platform", "offscreen"])
    return _application


_application: QApplication | None = None


def render(shot: Shot, dpi: float = 150.0, scale: str = "") -> QImage:
    """The sheet as a picture. Raises SnapshotError when it would be too large.

    scale  what its footer says of the millimetres; the resolution, if nothing else is known
    """
    width, height = (round(side / MM_PER_INCH * dpi) for side in shot.size_mm)
    if not 0 < width * height <= MOST_PIXELS:
        raise SnapshotError(f"A picture at {dpi:g} dpi is too large; choose fewer dpi.")
    image = QImage(width, height, QImage.Format.Format_RGB32)
    dots_per_metre = round(dpi / MM_PER_INCH * 1000)
    image.setDotsPerMeterX(dots_per_metre)
    image.setDotsPerMeterY(dots_per_metre)
    with painting(image) as painter:
        _paint(painter, shot, dpi, scale or f"{dpi:g} dpi", vector=False)
    return image


def paint_sheets(
    painter: QPainter,
    shots: Sequence[Shot],
    dpi: float,
    new_page: Callable[[], object],
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Every sheet on a vector device of dpi dots per inch: a PDF, or a printer."""
    for number, shot in enumerate(shots):
        progress(number / len(shots))
        if number:
            new_page()
        _paint(painter, shot, dpi, TRUE_SIZE, vector=True)


def _write_png(path: Path, shots: Sequence[Shot], dpi: float, _: Callable[[float], None]) -> None:
    saved = render(shots[0], dpi).save(str(path))
    if not saved or QImageReader(str(path)).read().isNull():
        raise OSError("the picture could not be read again")


def _write_pdf(
    path: Path, shots: Sequence[Shot], dpi: float, progress: Callable[[float], None]
) -> None:
    writer = QPdfWriter(str(path))
    width_mm, height_mm = shots[0].size_mm
    writer.setPageSize(QPageSize(QSizeF(width_mm, height_mm), QPageSize.Unit.Millimeter))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(PDF_DPI)
    writer.setTitle(f"{shots[0].recording.name} – ECG")
    writer.setCreator(program())
    with painting(writer) as painter:
        paint_sheets(painter, shots, PDF_DPI, writer.newPage, progress)
    if not path.read_bytes().rstrip().endswith(b"%%EOF"):  # Qt does not tell of a full disk
        raise OSError("the file is cut short; the disk may be full")


def _write_svg(path: Path, shots: Sequence[Shot], dpi: float, _: Callable[[float], None]) -> None:
    from PySide6.QtSvg import QSvgGenerator  # rarely wanted, and slow to load

    shot = shots[0]
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setResolution(SVG_DPI)
    width, height = (round(side / MM_PER_INCH * SVG_DPI) for side in shot.size_mm)
    generator.setSize(QSize(width, height))
    generator.setViewBox(QRectF(0, 0, width, height))
    generator.setTitle(f"{shot.recording.name} – ECG")
    with painting(generator) as painter:
        _paint(painter, shot, SVG_DPI, TRUE_SIZE, vector=True)
    if not path.read_bytes().rstrip().endswith(b"</svg>"):
        raise OSError("the file is cut short; the disk may be full")


@contextmanager
def painting(device: QPaintDevice) -> Iterator[QPainter]:
    """A painter that ends before its device goes, whatever happens (Qt crashes otherwise)."""
    painter = QPainter()
    if not painter.begin(device):
        raise OSError("it cannot be written to")
    try:
        yield painter
    finally:
        painter.end()


def _write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """The name appears only when the file is complete."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".leadlight-", suffix=path.suffix)
    os.close(handle)
    unfinished = Path(name)
    try:
        write(unfinished)
        os.chmod(unfinished, 0o644)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _paint(painter: QPainter, shot: Shot, dpi: float, scale: str, *, vector: bool) -> None:
    px_per_mm = dpi / MM_PER_INCH
    painter.setFont(QFont())
    width_mm, height_mm = shot.size_mm
    painter.fillRect(
        QRectF(0, 0, width_mm * px_per_mm, height_mm * px_per_mm), QColor(shot.inks.margin)
    )
    painter.save()
    left_px, top_px = (mm * px_per_mm for mm in shot.margins_mm)
    painter.translate(*((left_px, top_px) if vector else (round(left_px), round(top_px))))
    page, content = _content(shot, px_per_mm, scale)
    paper = PaperPainter(painter, px_per_mm, shot.inks, vector=vector)
    content = replace(
        content,
        label_places=label_places(paper, page, content),
        figures=_figures(shot, page, content, text_size_mm(px_per_mm, vector=vector)),
    )
    paper.paint(page, content)
    painter.restore()
    _check_bar(painter, shot, px_per_mm)


def _content(shot: Shot, px_per_mm: float, scale: str) -> tuple[Page, Content]:
    recording = shot.recording
    sources = {Trace.RAW: Source(recording.samples, recording.fs_hz)}
    if shot.denoised is not None:
        difference = Difference(recording.samples, shot.denoised)
        sources[Trace.DENOISED] = Source(shot.denoised, recording.fs_hz)
        sources[Trace.RESIDUAL] = Source(difference, recording.fs_hz)
    layers = Layers(show=shot.show, has_denoised=shot.denoised is not None)
    visible = shot.cleaning if layers.denoised_visible else None
    room = shot.room_mm
    page = lay_out(
        shot.paper,
        recording.leads,
        duration_s=recording.duration_s,
        start_s=min(max(shot.start_s, 0.0), recording.duration_s),
        sheet=Sheet(room[0], room[1], len(warnings(recording, visible))),
        derived=recording.derived,
        split=layers.split,
    )
    centring = Centring()
    for trace in layers.traces:
        centring.follow(page, trace, sources[trace])
    decimated = is_decimated(recording.fs_hz, page.speed_mm_s * px_per_mm)
    text = page_text(
        recording,
        page,
        layers.traces,
        cleaning=shot.cleaning,
        scale=scale,
        decimated=decimated,
        printed=True,
        shifts_mv=centring.shifts_mv(layers.traces),
    )
    n_leads = len(recording.leads)
    offsets = {trace: centring.offsets_mv(trace, n_leads) for trace in layers.traces}
    return page, Content(sources, layers.traces, text, offsets)


def _figures(shot: Shot, page: Page, content: Content, text_mm: float) -> tuple[Figure, ...]:
    """Calipers and annotations; nothing of them looks chosen on paper."""
    recording, marks = shot.recording, shot.marks
    if marks is None:
        return ()
    trace = Trace.RAW if Trace.RAW in content.traces else content.traces[0]

    def offset_mv(lead: str) -> float:
        leads = recording.leads
        return content.offset_mv(trace, leads.index(lead)) if lead in leads else 0.0

    labels = tuple(content.text.marks.items())
    return sheet_figures(
        page,
        marks,
        recording.fs_hz,
        text_mm=text_mm,
        offset_mv=offset_mv,
        labels=labels,
        held=False,
    )


def label_places(paper: PaperPainter, page: Page, content: Content) -> dict[int, Place]:
    """Labels that step aside for the curves of this sheet."""
    places = LabelPlaces()
    curves = {
        trace: Curve(content.sources[trace], content.offsets_mv[trace]) for trace in content.traces
    }
    places.follow(page, curves, lambda cell: paper.label_width_mm(cell, content.text))
    return places.of(page)


def _check_bar(painter: QPainter, shot: Shot, px_per_mm: float) -> None:
    """A bar of 50 mm to lay a ruler on; which program and model made which page."""
    width_mm, height_mm = shot.size_mm
    margin_x, margin_y = shot.margins_mm
    x, y = width_mm - margin_x - CHECK_MM, height_mm - margin_y / 2
    pen = QPen(QColor(shot.inks.quiet), max(0.2 * px_per_mm, 1.0))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)  # a bar that ends where it says
    painter.setPen(pen)
    ends = [
        (x, y, x + CHECK_MM, y),
        (x, y - 1, x, y + 1),
        (x + CHECK_MM, y - 1, x + CHECK_MM, y + 1),
    ]
    painter.drawLines([QLineF(*(value * px_per_mm for value in line)) for line in ends])
    font = QFont(painter.font())
    font.setPixelSize(max(round(2.3 * px_per_mm), 6))
    painter.setFont(font)
    for x_mm, words in (
        (x - 14, "50 mm"),
        (x - 42, _page_words(shot)),
        (margin_x + 1.6, made_by(shot)),
    ):
        painter.drawText(QPointF(x_mm * px_per_mm, (y + 0.8) * px_per_mm), words)


def _page_words(shot: Shot) -> str:
    return f"page {shot.number} of {shot.n_pages}" if shot.n_pages > 1 else ""


def made_by(shot: Shot) -> str:
    """The program, and on a cleaned page the model with the whole hash of its weights."""
    cleaning = shot.cleaning if shot.denoised is not None and shot.show is not Show.RAW else None
    if cleaning is None:
        return program()
    parts = [program(), f"{cleaning.title} {cleaning.version}".strip()]
    if cleaning.weights_sha256:
        parts.append(f"SHA-256 {cleaning.weights_sha256}")
    return "   ".join(parts)


def program() -> str:
    """Name and version of this program."""
    return f"Leadlight {__version__}"
