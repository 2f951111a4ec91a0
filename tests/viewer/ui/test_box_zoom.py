"""Left drag zooms in and says so, Backspace goes back; a click stays a click."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt

from tests.shared_data import sample

LEFT = Qt.MouseButton.LeftButton


def drag(window, qtbot, lead, left_mm, top_mm, width_mm, height_mm):
    """A box over a lead's row, measured from its left edge and baseline."""
    view = window.trace_view
    cell = next(c for c in view.page.cells if c.lead == lead)
    px = view.px_per_mm
    corner = QPoint(round((cell.left_mm + left_mm) * px), round((cell.baseline_mm - top_mm) * px))
    other = corner + QPoint(round(width_mm * px), round(height_mm * px))
    paper = view.paper.viewport()
    qtbot.mousePress(paper, LEFT, pos=corner)
    qtbot.mouseMove(paper, corner + QPoint(10, 10))
    qtbot.mouseMove(paper, other)
    qtbot.mouseRelease(paper, LEFT, pos=other)


def test_a_box_drawn_with_the_left_button_fills_the_page_and_says_free_zoom(noisy, qtbot):
    noisy.session.paper.set_screen(4.0)  # a confirmed screen: without a zoom "true size"
    assert "scale: true size" in noisy.trace_view.text.footer
    drag(noisy, qtbot, "V2", 5, 8, 25, 16)
    page, text = noisy.trace_view.page, noisy.trace_view.text
    assert [cell.lead for cell in page.cells] == ["V2"]
    assert page.speed_mm_s > 100
    assert "scale: free zoom" in text.footer
    assert "true size" not in text.footer
    assert text.when.startswith("FREE ZOOM")


def test_backspace_goes_back_to_the_page_before(noisy, qtbot):
    before = noisy.trace_view.page
    drag(noisy, qtbot, "V2", 5, 8, 25, 16)
    qtbot.keyClick(noisy, Qt.Key.Key_Backspace)
    page = noisy.trace_view.page
    assert (page.speed_mm_s, page.gain_mm_mv) == (before.speed_mm_s, before.gain_mm_mv)
    assert len(page.cells) == len(before.cells)
    assert "free zoom" not in noisy.trace_view.text.footer
    assert not noisy.commands.actions["view.zoom_back"].isEnabled()


def test_a_click_draws_no_box(noisy, qtbot):
    drag(noisy, qtbot, "V2", 5, 8, 0.5, 0.5)
    assert len(noisy.trace_view.page.cells) == 13


def test_another_recording_opens_at_the_scale_before_the_zoom(noisy, qtbot):
    drag(noisy, qtbot, "V2", 5, 8, 25, 16)
    with qtbot.waitSignal(noisy.files.opened, timeout=20_000):
        noisy.open_paths([sample("ptbxl_clean.hea")])
    paper = noisy.session.paper
    assert (paper.speed_mm_s, paper.gain_mm_mv, paper.layout.name) == (25.0, 10.0, "3x4+1")


def test_wheel_and_keys_stop_on_paper_scales_again(noisy, qtbot):
    drag(noisy, qtbot, "V2", 5, 8, 25, 16)
    qtbot.keyClick(noisy, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert not noisy.session.paper.is_free_zoom
