"""Pages as files: a millimetre is a millimetre, and no half file has a name."""

import re

import numpy as np
import pypdfium2
import pytest

from tests.viewer.ui.paper_helpers import flat, ink, line_places, recording_of
from viewer.report.page import RESEARCH_USE, Cleaning
from viewer.samples import ArraySamples
from viewer.state.layers import Show
from viewer.state.layouts import single
from viewer.state.paper import Paper
from viewer.ui import snapshot
from viewer.ui.inks import PAPER
from viewer.ui.snapshot import MARGIN_MM, Shot, SnapshotError, render, save

FILTER = Cleaning("iir", "IIR band-pass", "1", None, (0.67, 150.0))
PT_PER_MM = 72 / 25.4

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def recording():
    signal_mv = flat()
    signal_mv[:, 250::500] = 1.0
    return recording_of(signal_mv, age_years=70.0, sex="M")


def cleaned_shot(recording, show):
    denoised = ArraySamples(flat() + np.float32(0.2))
    return Shot(recording=recording, show=show, denoised=denoised, cleaning=FILTER)


def pdf_paths(path):
    """Bounds of every vector object on the page, in mm from its top left corner."""
    document = pypdfium2.PdfDocument(path)
    page = document[0]
    height = page.get_height()
    boxes = []
    for item in page.get_objects(max_depth=5):
        if item.type == pypdfium2.raw.FPDF_PAGEOBJ_PATH:
            left, bottom, right, top = item.get_bounds()
            boxes.append([left, height - top, right, height - bottom])
    document.close()
    return np.array(boxes) / PT_PER_MM


def pdf_words(path):
    document = pypdfium2.PdfDocument(path)
    words = document[0].get_textpage().get_text_range()
    document.close()
    return words


def printed(path, dpi):
    """The first page as a printer of dpi dots would set it, int [height, width, 3]."""
    document = pypdfium2.PdfDocument(path)
    dots = document[0].render(scale=dpi / 72).to_numpy()[:, :, :3][:, :, ::-1].astype(np.int16)
    document.close()
    return dots


def is_near(dots, colour, tolerance):
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.int16)
    return (np.abs(dots - wanted) <= tolerance).all(axis=-1)


def test_a_pdf_is_a4_and_its_millimetres_are_millimetres(recording, tmp_path):
    path = save(tmp_path / "page.pdf", Shot(recording=recording, paper=Paper(layout=single("II"))))
    dots, px_per_mm = printed(path, 400), 400 / 25.4
    assert np.array(dots.shape[:2]) / px_per_mm == pytest.approx([210, 297], abs=0.2)
    lines = (dots[int((MARGIN_MM + 12.5) * px_per_mm)], dots[:, int(270.5 * px_per_mm)])
    for line in lines:
        places = line_places(is_near(line, PAPER.bold, 25))
        length_mm = (places[-1] - places[0]) / px_per_mm
        boxes = round(length_mm / 5)
        assert boxes >= 25
        assert length_mm / (5 * boxes) == pytest.approx(1.0, abs=0.001)


def test_the_trace_and_pulse_of_a_pdf_measure_right(recording, tmp_path):
    """One spike a second, 1 mV high: 25 mm apart and 10 mm high on the paper, as the pulse."""
    path = save(tmp_path / "page.pdf", Shot(recording=recording, paper=Paper(layout=single("II"))))
    dots, px_per_mm = printed(path, 400), 400 / 25.4
    margin = round(MARGIN_MM * px_per_mm)
    grid = slice(margin + round(11 * px_per_mm), margin + round(170 * px_per_mm))
    black = is_near(dots[grid], "#000000", 110)
    foot_x = margin + round(16.5 * px_per_mm)  # the left foot of the pulse, see page.py
    baseline = line_places(black[:, foot_x]).mean()
    row = black[round(baseline - 5.0 * px_per_mm), margin + round(5 * px_per_mm) :]
    places = line_places(row) / px_per_mm
    pulse, spikes = places[:2], places[2:]
    assert pulse[1] - pulse[0] == pytest.approx(5.0, abs=0.05)
    assert len(spikes) == 10
    assert (spikes[-1] - spikes[0]) / 9 == pytest.approx(25.0, rel=0.005)
    roof_x = margin + round((5 + pulse.mean()) * px_per_mm)
    roof = line_places(black[: round(baseline - 2 * px_per_mm), roof_x]).mean()
    assert (baseline - roof) / px_per_mm == pytest.approx(10.0, rel=0.005)


def test_the_check_bar_is_fifty_millimetres_long(recording, tmp_path):
    boxes = pdf_paths(save(tmp_path / "page.pdf", Shot(recording=recording)))
    left, top, right, bottom = boxes[boxes[:, 1] > 203][0]
    pen = bottom - top - 2.0  # the bounds include it; the ends of the bar are 2 mm high
    assert right - left - pen == pytest.approx(50.0, rel=0.005)


def test_every_printed_page_carries_identity_scale_pipeline_and_research_use(recording, tmp_path):
    words = pdf_words(save(tmp_path / "page.pdf", cleaned_shot(recording, Show.OVERLAY)))
    expected = ("test", "70 years, male", "25 mm/s", "10 mm/mV", "IIR band-pass 1", RESEARCH_USE)
    for part in (*expected, "raw + den.", "DENOISED", "Raw signal unchanged", "true size"):
        assert part in words
    assert "denoise: off" in words


def test_a_raw_page_never_says_denoised(recording, tmp_path):
    words = pdf_words(save(tmp_path / "page.pdf", cleaned_shot(recording, Show.RAW)))
    assert "DENOISED" not in words
    assert "den." not in words
    assert "display filter: none" in words


def test_an_svg_has_the_size_of_the_paper(recording, tmp_path):
    text = save(tmp_path / "page.svg", Shot(recording=recording)).read_text(encoding="utf-8")
    width, height = re.search(r'width="([\d.]+)mm" height="([\d.]+)mm"', text).groups()
    assert (float(width), float(height)) == pytest.approx((297.0, 210.0), rel=0.001)


@pytest.mark.parametrize("dpi", [96, 150, 300])
def test_a_png_has_the_asked_resolution_and_says_so(recording, tmp_path, dpi):
    image = render(Shot(recording=recording), dpi)
    assert image.width() == round(297 / 25.4 * dpi)
    assert image.dotsPerMeterX() == pytest.approx(dpi / 0.0254, rel=0.001)
    px_per_mm = dpi / 25.4
    row = image.copy(0, round((MARGIN_MM + 12.5) * px_per_mm), image.width(), 1)
    places = line_places(ink(row, PAPER.bold, 6)[0])
    assert np.diff(places).mean() == pytest.approx(5 * px_per_mm, rel=0.005)


def test_the_file_appears_whole_or_not_at_all(recording, tmp_path, monkeypatch):
    def cut_short(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot, "_paint", cut_short)
    for name in ("page.png", "page.pdf", "page.svg"):
        with pytest.raises(SnapshotError, match=rf"{name} could not be written: No space left"):
            save(tmp_path / name, Shot(recording=recording))
    assert list(tmp_path.iterdir()) == []


def test_wrong_targets_are_refused_in_one_sentence(recording, tmp_path):
    shot = Shot(recording=recording)
    with pytest.raises(SnapshotError, match=r"page.bmp: pages are written as"):
        save(tmp_path / "page.bmp", shot)
    with pytest.raises(SnapshotError, match=r"page.png could not be written"):
        save(tmp_path / "nowhere" / "page.png", shot)
    existing = save(tmp_path / "page.png", shot)
    with pytest.raises(SnapshotError, match="exists already"):
        save(existing, shot, overwrite=False)
    with pytest.raises(SnapshotError, match="too large"):
        render(shot, dpi=20_000)
