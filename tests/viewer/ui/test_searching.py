"""Ctrl+B in the real window: the page goes to the best ten seconds and says why."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.shared_data import sample
from viewer.jobs import best_stretch

CTRL = Qt.KeyboardModifier.ControlModifier


def test_one_key_goes_to_the_best_ten_seconds_and_says_why(opened, qtbot, monkeypatch):
    monkeypatch.setattr(best_stretch, "GRADED", 2)
    window = opened(sample("incart_i06.hea"))
    window.session.timeline.scroll_to(100.0)
    qtbot.keyClick(window.trace_view, Qt.Key.Key_B, CTRL)
    assert window.busy
    assert window.status.work.text().startswith("Looking for the best 10 s")
    with qtbot.waitSignal(window.searching.finder.found, timeout=300_000) as heard:
        pass
    best = heard.args[0].stretch
    timeline = window.session.timeline
    assert timeline.start_s <= best.start_s + 0.1
    assert timeline.stop_s >= best.stop_s - 0.1
    assert window.notices.sentences == [heard.args[0].why]
    assert not window.busy
    assert not window.status.progress.isVisible()


def test_escape_stops_the_search_and_the_page_stays(opened, qtbot):
    window = opened(sample("incart_i06.hea"))
    window.session.timeline.scroll_to(50.0)
    qtbot.keyClick(window.trace_view, Qt.Key.Key_B, CTRL)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.busy
    assert window.session.timeline.start_s == 50.0
    assert window.notices.sentences == []


def test_an_export_says_in_the_status_bar_what_is_written(noisy, qtbot, tmp_path):
    said: list[str] = []
    noisy.exporting.begun.connect(lambda _: said.append(noisy.status.work.text()))
    noisy.exporting.ask()
    dialog = noisy.exporting.dialog
    dialog.raw.click()
    dialog.format.setCurrentIndex(dialog.format.findData("npz"))
    dialog.path.setText(str(tmp_path / "page.npz"))
    with qtbot.waitSignal(noisy.exporting.job.succeeded, timeout=60_000):
        qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    assert said == ["Writing page.npz"]
    assert not noisy.status.progress.isVisible()
    assert "Saved page.npz" in dialog.message.text()
    dialog.reject()
