"""Paper: a millimetre is a millimetre, every page says what it is, and grey can be read."""

from __future__ import annotations

import numpy as np
import pypdfium2
import pytest
from PySide6.QtCore import QPoint, Qt

from tests.shared_data import sample
from viewer.report.printing import A4, LETTER, PrintChoice, file_names
from viewer.state.layers import Show
from viewer.ui.printing import PRINTER_DPI, prepare, shots_of
from viewer.ui.snapshot import CHECK_MM, render, save_all

CTRL = Qt.KeyboardModifier.ControlModifier
PT_PER_MM = 72 / 25.4


@pytest.fixture
def cleaned(noisy, qtbot):
    with qtbot.waitSignal(noisy.cleaning.finished, timeout=20_000):
        qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    return noisy


@pytest.fixture
def sheet(cleaned, qtbot):
    """The print sheet, opened by its key."""
    qtbot.keyClick(cleaned, Qt.Key.Key_P, CTRL)
    yield cleaned.printing.sheet
    if cleaned.printing.sheet is not None:
        cleaned.printing.sheet.reject()


def words(path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    found = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return found


def lines_mm(path, page=0):
    """Every horizontal or vertical stroke of a page: (left, top, right, bottom) in mm."""
    document = pypdfium2.PdfDocument(path)
    sheet = document[page]
    height = sheet.get_height()
    boxes = []
    for item in sheet.get_objects(max_depth=5):
        if item.type == pypdfium2.raw.FPDF_PAGEOBJ_PATH:
            left, bottom, right, top = item.get_bounds()
            boxes.append((left, height - top, right, height - bottom))
    size = sheet.get_width() / PT_PER_MM, height / PT_PER_MM
    document.close()
    return np.array(boxes) / PT_PER_MM, size


def save(window, qtbot, path, choice):
    with qtbot.waitSignal(window.printing.done, timeout=60_000):
        window.printing.save(path, choice)
    return path


@pytest.mark.parametrize("size", [A4, LETTER], ids=["a4", "letter"])
def test_a_printed_millimetre_is_a_millimetre_and_the_bar_proves_it(noisy, qtbot, tmp_path, size):
    path = save(noisy, qtbot, tmp_path / "page.pdf", PrintChoice(size=size))
    boxes, paper_mm = lines_mm(path)
    assert paper_mm == pytest.approx(size.size_mm, abs=0.1)
    bar = boxes[boxes[:, 1] > size.height_mm - 6][0]
    pen_mm = bar[3] - bar[1] - 2.0
    assert bar[2] - bar[0] - pen_mm == pytest.approx(CHECK_MM, rel=0.005)
    shot = shots_of(noisy.session, PrintChoice(size=size))[0]
    assert shot.room_mm[0] >= 250 + 20  # ten seconds and their margin
    document = pypdfium2.PdfDocument(path)
    assert "columns 2.5 s" in document[0].get_textpage().get_text_range()
    document.close()


def test_the_whole_recording_goes_on_numbered_pages_that_follow_each_other(opened, qtbot, tmp_path):
    window = opened(sample("mitbih_100.hea"))
    path = save(window, qtbot, tmp_path / "all.pdf", PrintChoice(stretch="whole"))
    pages = words(path)
    duration_s = window.session.recording.duration_s
    shots = shots_of(window.session, PrintChoice(stretch="whole"))
    assert len(pages) == len(shots) == np.ceil(duration_s / (shots[1].start_s - shots[0].start_s))
    for number, text in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in text
        assert "Not for diagnosis" in text
        assert "50 mm" in text


def test_a_cleaned_page_says_so_five_times_over(cleaned, qtbot, tmp_path):
    cleaned.choose_method("leadlight")
    with qtbot.waitSignal(cleaned.cleaning.finished, timeout=60_000):
        cleaned.cleaning.start()
    path = save(cleaned, qtbot, tmp_path / "both.pdf", PrintChoice(trace="both"))
    text = words(path)[0]
    sha256 = cleaned.session.cleaned.weights_sha256
    for wanted in ("DENOISED", "den.", "AI-denoised display", "Raw signal unchanged", sha256):
        assert wanted in text
    assert "43 years, female" in text
    assert "25 mm/s" in text
    assert "denoise: Leadlight" in text


def test_the_narrow_band_of_a_filter_is_printed_as_a_warning(cleaned, qtbot, tmp_path):
    path = save(cleaned, qtbot, tmp_path / "cleaned.pdf", PrintChoice(trace="cleaned"))
    assert "narrower than 0.05–150 Hz" in words(path)[0]


def test_a_raw_page_is_not_marked_although_a_cleaned_trace_is_on_screen(cleaned, qtbot, tmp_path):
    path = save(cleaned, qtbot, tmp_path / "raw.pdf", PrintChoice(trace="raw"))
    text = words(path)[0]
    assert "DENOISED" not in text
    assert "den." not in text


def test_both_stacked_prints_every_lead_twice_on_one_page(cleaned):
    shot = shots_of(cleaned.session, PrintChoice(trace="both"))[0]
    assert shot.show is Show.SIDE_BY_SIDE
    assert render(shot, 60).width() == round(297 / 25.4 * 60)


@pytest.mark.parametrize("dpi", [100, 300, 600])
def test_pictures_have_the_resolution_that_was_asked_for(cleaned, tmp_path, dpi):
    from PySide6.QtGui import QImage

    shots = shots_of(cleaned.session, PrintChoice())
    (path,) = save_all(tmp_path / "page.png", shots, dpi=dpi)
    assert QImage(str(path)).width() == round(297 / 25.4 * dpi)


def test_pictures_of_several_pages_are_numbered_files(opened, tmp_path):
    window = opened(sample("mitbih_100.hea"))
    shots = shots_of(window.session, PrintChoice(stretch="span", start_s=0.0, stop_s=25.0))
    paths = save_all(tmp_path / "strip.svg", shots)
    assert [path.name for path in paths] == ["strip-1.svg", "strip-2.svg", "strip-3.svg"]
    assert all(path.read_text(encoding="utf-8").rstrip().endswith("</svg>") for path in paths)
    assert file_names("a", ".png", 12)[0] == "a-01.png"


def test_greyscale_print_keeps_traces_darker_than_the_grid_and_both_apart(cleaned):
    shot = shots_of(cleaned.session, PrintChoice(trace="overlay", grey=True))[0]
    assert shot.inks.name == "grey"

    def darkness(colour: str) -> float:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return 255 - (0.299 * red + 0.587 * green + 0.114 * blue)

    inks = shot.inks
    assert darkness(inks.raw) - darkness(inks.denoised) > 60  # and the denoised pen is wider
    assert darkness(inks.denoised) - darkness(inks.bold) > 60
    assert darkness(inks.bold) > darkness(inks.fine) > 10


def test_a_printer_gets_the_sheet_unscaled(cleaned, qtbot, tmp_path):
    from PySide6.QtPrintSupport import QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    choice = PrintChoice(trace="both", size=LETTER)
    prepare(printer, shots_of(cleaned.session, choice)[0])
    with qtbot.waitSignal(cleaned.printing.done, timeout=60_000):
        cleaned.printing.print_on(printer, choice)
    assert printer.resolution() == PRINTER_DPI
    boxes, paper_mm = lines_mm(tmp_path / "printed.pdf")
    assert paper_mm == pytest.approx(LETTER.size_mm, abs=0.2)
    bar = boxes[boxes[:, 1] > LETTER.height_mm - 6][0]
    assert bar[2] - bar[0] - (bar[3] - bar[1] - 2.0) == pytest.approx(CHECK_MM, rel=0.005)


def test_ctrl_p_opens_the_sheet_with_a_preview_of_what_is_on_screen(sheet, qtbot):
    assert sheet.trace.currentData() == "overlay"
    assert sheet.this_page.isChecked()
    qtbot.waitUntil(lambda: not sheet.preview.pixmap().isNull())
    assert sheet.print_.isEnabled()


def test_a_typed_stretch_is_taken_and_an_impossible_one_is_refused_in_a_sentence(sheet, qtbot):
    sheet.stop.selectAll()
    qtbot.keyClicks(sheet.stop, "0:04")
    assert sheet.span.isChecked()
    assert (sheet.choice.start_s, sheet.choice.stop_s) == (0.0, 4.0)
    sheet.start.selectAll()
    qtbot.keyClicks(sheet.start, "0:09")
    assert not sheet.print_.isEnabled()
    assert "stretch is empty" in sheet.message.text()


def test_what_is_not_cleaned_cannot_be_printed_as_cleaned(noisy, qtbot):
    qtbot.keyClick(noisy, Qt.Key.Key_P, CTRL)
    sheet = noisy.printing.sheet
    sheet.trace.setCurrentIndex(sheet.trace.findData("cleaned"))
    assert "press Denoise first" in sheet.message.text()
    assert not sheet.save.isEnabled()
    sheet.reject()


def test_pages_are_leafed_through_in_the_preview(opened, qtbot):
    window = opened(sample("mitbih_100.hea"))
    qtbot.keyClick(window, Qt.Key.Key_P, CTRL)
    sheet = window.printing.sheet
    qtbot.mouseClick(sheet.whole, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert not sheet.back.isEnabled()
    qtbot.mouseClick(sheet.on, Qt.MouseButton.LeftButton)
    assert sheet.where.text().startswith("Page 2 of")
    assert sheet.back.isEnabled()
    sheet.reject()


def test_a_disk_that_refuses_is_told_on_the_sheet(sheet, cleaned, qtbot, tmp_path):
    with qtbot.waitSignal(cleaned.printing.refused):
        cleaned.printing.save(tmp_path / "nowhere" / "page.pdf", PrintChoice())
    assert "page.pdf could not be written" in sheet.message.text()
