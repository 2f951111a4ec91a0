"""The main job through the real window: open, look, clean, compare."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent

from tests.shared_data import sample
from viewer.state.layers import Show, Trace
from viewer.ui.main_window import WARM_UP_AFTER_MS

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def denoise(window, qtbot) -> None:
    with qtbot.waitSignal(window.cleaning.finished, timeout=30_000):
        qtbot.keyClick(window, Qt.Key.Key_D, CTRL)


def test_without_a_recording_the_window_says_what_to_do(window):
    assert window.start_page.isVisible()
    assert not window.trace_view.isVisible()


def test_a_recording_named_on_the_command_line_is_on_screen(noisy):
    assert noisy.trace_view.isVisible()
    assert noisy.windowTitle().startswith("ptbxl_noisy")
    assert noisy.status.rate.text() == "500 Hz"
    assert noisy.status.notes.text() == "checksum ok"
    assert noisy.session.layers.traces == (Trace.RAW,)


def drop(window, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPoint(50, 50).toPointF(), action, data, left, none))


def test_a_file_dropped_on_the_window_opens(window, qtbot):
    with qtbot.waitSignal(window.files.opened, timeout=20_000):
        drop(window, sample("mitbih_100.hea"))
    assert window.session.recording.leads == ("MLII", "V5")


def test_a_folder_dropped_opens_its_first_recording_and_pages_through(window, qtbot, tmp_path):
    for name in ("b10", "b9"):
        for suffix in (".hea", ".dat"):
            text = sample(f"ptbxl_clean{suffix}").read_bytes()
            (tmp_path / f"{name}{suffix}").write_bytes(
                text.replace(b"ptbxl_clean", name.encode()) if suffix == ".hea" else text
            )
    with qtbot.waitSignal(window.files.opened, timeout=20_000):
        drop(window, tmp_path)
    assert window.session.path == tmp_path / "b9.hea"
    with qtbot.waitSignal(window.files.opened, timeout=20_000):
        qtbot.keyClick(window, Qt.Key.Key_PageDown)
    assert window.session.path == tmp_path / "b10.hea"
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    assert window.notices.sentences == ["b10.hea is the last recording here."]
    with qtbot.waitSignal(window.files.opened, timeout=20_000):
        qtbot.keyClick(window, Qt.Key.Key_PageUp)
    assert window.session.path == tmp_path / "b9.hea"


def test_a_file_that_cannot_be_read_is_one_sentence_and_the_recording_stays(noisy, qtbot, tmp_path):
    bad = tmp_path / "bad.hea"
    bad.write_text("bad 12 -500 nonsense\n")
    with qtbot.waitSignal(noisy.files.refused, timeout=20_000) as heard:
        noisy.open_paths([bad])
    assert "bad" in heard.args[0]
    assert noisy.notices.sentences == [heard.args[0]]
    assert noisy.session.recording.name == "ptbxl_noisy"
    assert not noisy.busy


def test_the_same_refusal_counts_up_instead_of_repeating(noisy, qtbot, tmp_path):
    missing = tmp_path / "gone.hea"
    for _ in range(2):
        with qtbot.waitSignal(noisy.files.refused, timeout=20_000):
            noisy.open_paths([missing])
    assert [notice.times for notice in noisy.notices.open] == [2]


def test_arrow_keys_move_by_tenths_and_by_pages(opened, qtbot):
    window = opened(sample("incart_i06.hea"))
    timeline = window.session.timeline
    qtbot.keyClick(window.trace_view, Qt.Key.Key_Right)
    assert timeline.start_s == pytest.approx(timeline.span_s / 10)
    qtbot.keyClick(window.trace_view, Qt.Key.Key_Right, SHIFT)
    assert timeline.start_s == pytest.approx(timeline.span_s * 1.1)
    assert window.timeline_bar.value() == round(timeline.start_s * 1000)
    qtbot.keyClick(window.trace_view, Qt.Key.Key_End)
    assert timeline.stop_s == pytest.approx(timeline.duration_s)
    qtbot.keyClick(window.trace_view, Qt.Key.Key_Home)
    assert timeline.start_s == 0


def test_the_scroll_bar_moves_the_page(opened):
    window = opened(sample("incart_i06.hea"))
    window.timeline_bar.setValue(42_000)
    assert window.session.timeline.start_s == 42.0
    assert window.trace_view.page.start_s == 42.0


def test_a_typed_time_is_gone_to_and_nonsense_is_answered(opened):
    window = opened(sample("incart_i06.hea"))
    window.go_to_time("1:10")
    assert window.session.timeline.start_s == 70.0
    window.go_to_time("soon")
    assert window.session.timeline.start_s == 70.0
    assert "“soon” is no time" in window.notices.sentences[0]


def test_speed_gain_and_layout_have_keys_and_are_remembered(noisy, qtbot, settings):
    qtbot.keyClick(noisy, Qt.Key.Key_Plus)
    qtbot.keyClick(noisy, Qt.Key.Key_Plus, CTRL)
    qtbot.keyClick(noisy, Qt.Key.Key_F7)
    paper = noisy.session.paper
    assert (paper.gain_mm_mv, paper.speed_mm_s, paper.layout.name) == (20.0, 50.0, "12x1")
    assert noisy.tool_bar.gain_button.text() == "20 mm/mV"
    assert noisy.tool_bar.speed_button.text() == "50 mm/s"
    assert settings["view.layout"] == "12x1"
    qtbot.keyClick(noisy, Qt.Key.Key_0, CTRL)
    assert (paper.gain_mm_mv, paper.speed_mm_s) == (10.0, 25.0)


def test_cleaning_is_off_until_asked_and_then_lies_over_the_raw_trace(noisy, qtbot):
    assert noisy.session.cleaned is None
    denoise(noisy, qtbot)
    cleaned = noisy.session.cleaned
    assert cleaned.complete
    assert noisy.session.layers.traces == (Trace.RAW, Trace.DENOISED)
    assert "on CPU" in noisy.status.device.text()


def test_the_window_computes_the_same_bytes_as_the_service(noisy, qtbot):
    from inference.denoise import denoise as service

    denoise(noisy, qtbot)
    recording, cleaned = noisy.session.recording, noisy.session.cleaned
    expected = service(recording.signal_mv, recording.fs_hz, recording.leads, method=cleaned.method)
    shown = cleaned.samples.read_mv(0, recording.n_samples)
    assert shown.tobytes() == expected.signal_mv.tobytes()


def test_the_raw_recording_is_never_changed_by_cleaning(noisy, qtbot):
    before = noisy.session.recording.signal_mv.copy()
    denoise(noisy, qtbot)
    np.testing.assert_array_equal(noisy.session.recording.signal_mv, before)


def test_o_and_r_toggle_overlay_and_residual(noisy, qtbot):
    denoise(noisy, qtbot)
    layers = noisy.session.layers
    qtbot.keyClick(noisy, Qt.Key.Key_O)
    assert layers.show is Show.RAW
    qtbot.keyClick(noisy, Qt.Key.Key_R)
    assert layers.traces == (Trace.RESIDUAL,)
    qtbot.keyClick(noisy, Qt.Key.Key_O)
    assert layers.show is Show.OVERLAY
    assert noisy.commands.actions["show.overlay"].isChecked()
    assert not noisy.commands.actions["show.residual"].isChecked()


def test_d_flickers_while_it_is_held(noisy, qtbot):
    denoise(noisy, qtbot)
    noisy.session.layers.set_show(Show.DENOISED)
    qtbot.keyPress(noisy.trace_view, Qt.Key.Key_D)
    assert noisy.session.layers.traces == (Trace.RAW,)
    qtbot.keyRelease(noisy.trace_view, Qt.Key.Key_D)
    assert noisy.session.layers.traces == (Trace.DENOISED,)


def test_backspace_goes_back_to_as_recorded(noisy, qtbot):
    denoise(noisy, qtbot)
    qtbot.keyClick(noisy, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    assert noisy.session.cleaned is None
    assert noisy.session.layers.traces == (Trace.RAW,)


def test_opening_another_recording_drops_the_cleaned_trace(noisy, qtbot):
    denoise(noisy, qtbot)
    with qtbot.waitSignal(noisy.files.opened, timeout=20_000):
        noisy.open_paths([sample("ptbxl_clean.hea")])
    assert noisy.session.cleaned is None
    assert noisy.session.layers.traces == (Trace.RAW,)
    assert noisy.status.device.text() == ""


def test_another_method_cleans_anew_and_is_remembered(noisy, qtbot, settings):
    denoise(noisy, qtbot)
    with qtbot.waitSignal(noisy.cleaning.finished, timeout=30_000):
        noisy.choose_method("fir")
    assert noisy.session.cleaned.method == "fir"
    assert settings["denoise.method"] == "fir"
    assert noisy.tool_bar.method_button.text() == "FIR band-pass"


@pytest.fixture
def two_leads(tmp_path: Path) -> Path:
    """A WFDB record of leads I and II alone, ten seconds of slow waves."""
    wave = np.round(300 * np.sin(np.arange(2500) / 40))
    np.stack([wave, 2 * wave], axis=1).astype("<i2").tofile(tmp_path / "two.dat")
    signals = [f"two.dat 16 1000/mV 16 0 0 0 0 {lead}" for lead in ("I", "II")]
    header = tmp_path / "two.hea"
    header.write_text("\n".join(["two 2 250 2500", *signals]) + "\n")
    return header


def test_limb_leads_are_derived_only_when_asked_and_marked(opened, two_leads):
    window = opened(two_leads)
    assert window.session.recording.leads == ("I", "II")
    window.commands.actions["file.derive"].trigger()
    assert window.session.recording.leads == ("I", "II", "III", "aVR", "aVL", "aVF")
    assert window.session.recording.derived == {"III", "aVR", "aVL", "aVF"}
    assert "derived from I and II" in window.status.notes.toolTip()
    window.commands.actions["file.derive"].trigger()
    assert window.session.recording.leads == ("I", "II")


def test_the_recent_list_offers_what_was_opened(noisy, settings):
    assert settings["files.recent"][0] == str(sample("ptbxl_noisy.hea").absolute())
    noisy.commands.actions["file.close"].trigger()
    assert noisy.start_page.isVisible()
    assert noisy.session.recording is None


def test_every_control_of_the_window_has_a_name_for_screen_readers(noisy):
    for button in noisy.tool_bar.findChildren(type(noisy.tool_bar.speed_button)):
        if button.isVisible():
            assert button.accessibleName() or button.text(), button
    assert noisy.timeline_bar.accessibleName()


def test_a_window_closed_at_once_starts_no_late_work(opened, qtbot, monkeypatch):
    started: list[object] = []
    monkeypatch.setattr("viewer.ui.main_window.warm_up", lambda *_: started.append(1))
    window = opened(sample("ptbxl_clean.hea"))
    window.close()
    qtbot.wait(2 * WARM_UP_AFTER_MS)  # the timer would have fired by now
    assert started == []
