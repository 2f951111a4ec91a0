"""Raw against cleaned, by key and mouse: views, strength, and what then says so."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from viewer.formats import open_recording
from viewer.jobs.export import Choice, job
from viewer.jobs.runner import LatestJob
from viewer.state.layers import Show, Trace

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def cleaned(noisy, qtbot):
    """Cleaned by key, guarded."""
    with qtbot.waitSignal(noisy.cleaning.finished, timeout=20_000):
        qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    qtbot.waitUntil(lambda: noisy.session.guard_complete, timeout=20_000)
    return noisy


def signals(window):
    n = window.session.recording.n_samples
    raw = window.session.recording.signal_mv
    return raw, window.session.cleaned.samples.read_mv(0, n)


def test_the_bar_appears_with_the_cleaned_trace_and_goes_with_it(noisy, qtbot):
    assert not noisy.compare_bar.isVisible()
    with qtbot.waitSignal(noisy.cleaning.finished, timeout=20_000):
        qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    assert noisy.compare_bar.isVisible()
    qtbot.keyClick(noisy, Qt.Key.Key_Backspace, CTRL)
    assert not noisy.compare_bar.isVisible()


def test_v_puts_raw_and_cleaned_rows_side_by_side_and_names_each(cleaned, qtbot):
    qtbot.keyClick(cleaned, Qt.Key.Key_V)
    page = cleaned.trace_view.page
    assert page.split == (Trace.RAW, Trace.DENOISED)
    assert [c.trace for c in page.cells].count(Trace.DENOISED) == 13
    assert cleaned.compare_bar.buttons["show.side-by-side"].isChecked()
    with qtbot.waitSignal(cleaned.trace_view.page_changed):
        qtbot.keyPress(cleaned, Qt.Key.Key_D)
    assert cleaned.trace_view.page.split == (Trace.DENOISED, Trace.RAW)
    qtbot.keyRelease(cleaned, Qt.Key.Key_D)
    assert cleaned.trace_view.page.split == (Trace.RAW, Trace.DENOISED)


@pytest.mark.parametrize(
    ("name", "show"),
    [
        ("show.raw", Show.RAW),
        ("show.denoised", Show.DENOISED),
        ("show.side-by-side", Show.SIDE_BY_SIDE),
        ("show.residual", Show.RESIDUAL),
    ],
)
def test_a_click_on_the_bar_changes_the_view(cleaned, qtbot, name, show):
    qtbot.mouseClick(cleaned.compare_bar.buttons[name], Qt.MouseButton.LeftButton)
    assert cleaned.session.layers.show is show
    assert cleaned.compare_bar.buttons[name].isChecked()


def test_keys_take_the_cleaning_back_by_tenths_and_the_page_says_how_far(cleaned, qtbot):
    raw, full = signals(cleaned)
    for _ in range(4):
        qtbot.keyClick(cleaned, Qt.Key.Key_BracketLeft, CTRL)
    _, now = signals(cleaned)
    assert now == pytest.approx(raw - 0.6 * (raw - full), abs=1e-6)
    assert "at 60%" in cleaned.trace_view.text.footer
    assert any("at 60%" in warning for warning in cleaned.trace_view.text.warnings)
    assert cleaned.compare_bar.slider.value() == 60
    for _ in range(5):
        qtbot.keyClick(cleaned, Qt.Key.Key_BracketRight, CTRL)
    assert np.array_equal(signals(cleaned)[1], full)
    assert "at" not in cleaned.trace_view.text.footer.split("denoise")[0].split("filter:")[1]


def test_the_slider_dragged_to_the_left_gives_the_raw_trace_back(cleaned, qtbot):
    slider = cleaned.compare_bar.slider
    slider.setFocus()
    with qtbot.waitSignal(cleaned.cleaning.adjusted):
        qtbot.keyClick(slider, Qt.Key.Key_Home)
    raw, now = signals(cleaned)
    assert np.array_equal(raw, now)
    qtbot.waitUntil(lambda: cleaned.session.guard_complete, timeout=20_000)
    assert cleaned.session.guard.state == "ok"  # nothing is taken away: nothing can be wrong


def test_guard_and_st_follow_the_strength(cleaned, qtbot):
    """At half strength the QRS loses half of what it loses at full strength."""
    qtbot.keyClick(cleaned, Qt.Key.Key_S)
    measuring, session = cleaned.panels.measuring, cleaned.session

    def measured() -> bool:
        request = measuring.request()
        done = measuring.result is not None and measuring.result.cleaned is not None
        return done and request is not None and request.before is measuring.result

    qtbot.waitUntil(measured, timeout=60_000)
    before = max(abs(row.delta_qrs_amplitude_mv) for row in session.guard.leads)
    for _ in range(5):
        qtbot.keyClick(cleaned, Qt.Key.Key_BracketLeft, CTRL)
    qtbot.waitUntil(lambda: session.guard_complete and measured(), timeout=60_000)
    after = max(abs(row.delta_qrs_amplitude_mv) for row in session.guard.leads)
    assert session.cleaned.strength == 0.5
    assert 0.2 * before < after < 0.8 * before
    qtbot.waitUntil(
        lambda: not any(j.running for j in cleaned.findChildren(LatestJob)), timeout=60_000
    )


def test_each_lead_shows_its_gate_and_takes_its_own_strength(cleaned, qtbot):
    raw, full = signals(cleaned)
    qtbot.mouseClick(cleaned.compare_bar.leads, Qt.MouseButton.LeftButton)
    popup = cleaned.compare_bar.popup
    assert len(popup.sliders) == 12
    assert {gate.value() for gate in popup.gates} == {100}  # a filter treats every lead
    assert "gate 100%" in popup.gates[0].toolTip()
    v1 = list(cleaned.session.recording.leads).index("V1")
    with qtbot.waitSignal(cleaned.cleaning.adjusted):
        qtbot.mouseClick(popup.sliders[v1], Qt.MouseButton.LeftButton, pos=QPoint(2, 5))
    popup.close()
    _, now = signals(cleaned)
    share = cleaned.session.cleaned.strength[v1]
    assert share < 1.0
    others = [i for i in range(12) if i != v1]
    assert np.array_equal(now[others], full[others])
    assert now[v1] == pytest.approx(raw[v1] - share * (raw[v1] - full[v1]), abs=1e-6)
    assert f"{100 * share:.0f}% V1" in cleaned.trace_view.text.footer


def test_what_is_exported_is_what_is_shown_and_the_sidecar_says_the_strength(
    cleaned, qtbot, tmp_path
):
    for _ in range(3):
        qtbot.keyClick(cleaned, Qt.Key.Key_BracketLeft, CTRL)
    qtbot.waitUntil(lambda: cleaned.session.guard_complete, timeout=20_000)
    shown = signals(cleaned)[1]
    choice = Choice("cleaned", True, "npz", tmp_path / "part.npz")
    if cleaned.session.export_blocked:
        cleaned.session.acknowledge_guard()
    proof = job(cleaned.session, choice)(lambda _: None)
    back = open_recording(proof.path)
    assert back.signal_mv == pytest.approx(shown, abs=1e-6)
    sidecar = json.loads(proof.sidecar.read_text(encoding="utf-8"))
    assert '"strength": 0.7' in json.dumps(sidecar)


def test_another_recording_starts_raw_and_at_full_strength(cleaned, qtbot):
    qtbot.keyClick(cleaned, Qt.Key.Key_BracketLeft, CTRL)
    with qtbot.waitSignal(cleaned.files.opened, timeout=20_000):
        cleaned.files.open_sample()
    assert cleaned.session.cleaned is None
    assert cleaned.cleaning.strength == 1.0
