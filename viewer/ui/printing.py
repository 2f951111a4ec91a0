"""From the print command to paper: the sheet with its preview, then a file or a printer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from viewer.jobs.runner import LatestJob, Progress
from viewer.report.page import applied_cleaning, warnings
from viewer.report.printing import PrintChoice, page_starts, printable
from viewer.settings import Settings
from viewer.state.layers import Show
from viewer.state.session import Session
from viewer.ui import snapshot
from viewer.ui.inks import GREY, PAPER
from viewer.ui.snapshot import Shot, SnapshotError

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from viewer.ui.print_sheet import PrintSheet

PRINTER_DPI = 600


class Printing(QObject):
    """One print at a time, painted off the GUI thread; the window stays usable meanwhile."""

    broke = Signal(Exception)
    refused = Signal(str)
    done = Signal(str)

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._settings, self._window = session, settings, window
        self.sheet: PrintSheet | None = None
        self.job = LatestJob(self)
        self.job.succeeded.connect(self._finished)
        self.job.failed.connect(self._failed)
        self.job.progressed.connect(self._advance)

    def ask(self) -> None:
        """Open the sheet for the recording that is open."""
        from viewer.ui.print_sheet import PrintSheet

        if self._session.recording is None:
            return
        self.sheet = PrintSheet(self._session, self._window)
        self.sheet.print_asked.connect(self._ask_printer)
        self.sheet.save_asked.connect(self._ask_file)
        self.sheet.finished.connect(self._closed)
        self.sheet.open()

    def save(self, path: Path, choice: PrintChoice, dpi: float = 300.0) -> None:
        """Write the pages in the background; `done` or `refused` tells how it went."""
        shots = shots_of(self._session, choice)

        def work(progress: Progress) -> str:
            paths = snapshot.save_all(path, shots, dpi=dpi, progress=progress)
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            return f"Saved {paths[0].name}{more}."

        self._settings["export.folder"] = str(path.parent)
        self.job.start(work)

    def print_on(self, printer: QPrinter, choice: PrintChoice) -> None:
        """Send the pages to a printer, one millimetre a millimetre."""
        shots = shots_of(self._session, choice)
        prepare(printer, shots[0])
        self.job.start(lambda progress: _print(printer, shots, progress))

    def _ask_printer(self, choice: PrintChoice) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        prepare(printer, shots_of(self._session, choice)[0])
        dialog = QPrintDialog(printer, self.sheet or self._window)
        dialog.accepted.connect(lambda: self.print_on(printer, choice))
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.show()

    def _ask_file(self, choice: PrintChoice, dpi: float) -> None:
        recording = self._session.recording
        if recording is None:
            return
        folder = Path(self._settings["export.folder"] or Path.home())
        name, _ = QFileDialog.getSaveFileName(
            self.sheet or self._window,
            "Save pages",
            str(folder / f"{recording.name}.pdf"),
            "PDF in true size (*.pdf);;Pictures, one a page (*.png);;Drawings, one a page (*.svg)",
        )
        if name:
            self.save(Path(name), choice, dpi)

    def _advance(self, share: float) -> None:
        if self.sheet is not None:
            self.sheet.advance(share)

    def _finished(self, sentence: object) -> None:
        self.done.emit(str(sentence))
        if self.sheet is not None:
            self.sheet.tell(str(sentence))

    def _failed(self, error: Exception) -> None:
        if isinstance(error, SnapshotError):
            sentence = str(error)
        else:
            sentence = "The pages could not be printed; nothing was left behind."
            self.broke.emit(error)
        self.refused.emit(sentence)
        if self.sheet is not None:
            self.sheet.tell(sentence)

    def _closed(self) -> None:
        sheet, self.sheet = self.sheet, None
        if sheet is not None:
            sheet.deleteLater()


def prepare(printer: QPrinter, shot: Shot) -> None:
    """The sheet's size, landscape, no scaling by the driver."""
    from PySide6.QtCore import QMarginsF, QSizeF
    from PySide6.QtGui import QPageLayout, QPageSize

    width_mm, height_mm = shot.size_mm
    printer.setFullPage(True)
    printer.setPageSize(QPageSize(QSizeF(height_mm, width_mm), QPageSize.Unit.Millimeter))
    printer.setPageOrientation(QPageLayout.Orientation.Landscape)
    printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    printer.setResolution(PRINTER_DPI)
    printer.setDocName(f"{shot.recording.name} – ECG")
    printer.setCreator(snapshot.program())


def _print(printer: QPrinter, shots: list[Shot], progress: Progress) -> str:
    with snapshot.painting(printer) as painter:
        snapshot.paint_sheets(painter, shots, printer.resolution(), printer.newPage, progress)
    return f"Sent {len(shots)} page{'s' if len(shots) > 1 else ''} to {printer.printerName()}."


def shots_of(session: Session, choice: PrintChoice) -> list[Shot]:
    """Every sheet of a choice."""
    recording = session.recording
    assert recording is not None
    cleaned = None if choice.show is Show.RAW else session.cleaned
    cleaning = None if cleaned is None else applied_cleaning(session)
    starts = page_starts(choice, session, len(warnings(recording, cleaning)))
    return [
        Shot(
            recording=recording,
            paper=printable(session.paper),
            show=choice.show if cleaned is not None else Show.RAW,
            start_s=start_s,
            denoised=None if cleaned is None else cleaned.samples,
            cleaning=cleaning,
            size_mm=choice.size.size_mm,
            margins_mm=choice.size.margins_mm,
            inks=GREY if choice.grey else PAPER,
            number=number,
            n_pages=len(starts),
        )
        for number, start_s in enumerate(starts, start=1)
    ]
