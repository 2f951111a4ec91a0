"""The ST panel with a real measurement of a bundled recording."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from inference.st import Criterion, guard
from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.jobs.st import StRequest, measure_st
from viewer.samples import ArraySamples
from viewer.state.st_view import RESEARCH, StResult
from viewer.ui.st_panel import StPanel
from viewer.ui.theme import THEMES


@pytest.fixture(scope="module")
def recording():
    return open_recording(sample("ptbxl_clean.hea"))


@pytest.fixture(scope="module")
def raw_only(recording) -> StResult:
    request = StRequest(recording=recording, start=0, stop=recording.n_samples)
    return measure_st(request, lambda fraction: None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def bent(recording) -> StResult:
    """Cleaned by something that lowers every signal by a fifth."""
    cleaned = ArraySamples(0.8 * recording.signal_mv)
    request = StRequest(
        recording=recording, start=0, stop=recording.n_samples, cleaned=cleaned, sex="F"
    )
    return measure_st(request, lambda fraction: None)  # type: ignore[arg-type]


@pytest.fixture
def panel(qtbot) -> StPanel:
    widget = StPanel()
    qtbot.addWidget(widget)
    widget.resize(480, 800)
    widget.show()
    return widget


def cell(panel: StPanel, row: int, column: int) -> str:
    return panel.numbers.table.item(row, column).text()


def test_the_research_sentence_stands_on_the_panel_before_and_after_measuring(panel, bent):
    from PySide6.QtWidgets import QLabel

    for result in (None, bent):
        panel.show_result(result)
        shown = [label.text() for label in panel.numbers.findChildren(QLabel) if label.isVisible()]
        assert RESEARCH in shown


def test_a_raw_measurement_has_one_row_per_lead_and_no_guard(panel, raw_only):
    panel.show_result(raw_only)
    table = panel.numbers.table
    assert table.rowCount() == 12
    assert table.isColumnHidden(1)
    assert not panel.numbers.guard.isVisible()
    assert [cell(panel, row, 0) for row in (0, 6, 11)] == ["I", "V1", "V6"]


def test_a_cleaning_that_bends_the_signal_is_said_with_icon_word_and_leads(panel, bent):
    panel.show_result(bent)
    assert bent.guard is not None
    assert bent.guard.state == "block"
    assert panel.numbers.guard.isVisible()
    assert panel.numbers.guard.text().startswith("⊗ Cleaning moved")
    rows = [cell(panel, row, 1) for row in range(panel.numbers.table.rowCount())]
    assert rows[0:2] == ["raw", "cleaned"]
    assert any(text.startswith("Δ ⊗ shifted") for text in rows)


def test_beats_whose_shape_cleaning_changed_are_counted_and_named(panel, bent, raw_only):
    panel.show_result(bent)
    said = panel.numbers.audit.text()
    assert said.startswith(f"Changed shape: {len(bent.audit)} of {len(bent.audit)} beats. 0:0")
    assert "height −20%" in said
    assert panel.numbers.audit.isVisibleTo(panel)

    panel.show_result(raw_only)
    assert not panel.numbers.audit.isVisibleTo(panel)


def test_units_change_every_level(panel, raw_only, qtbot):
    panel.show_result(raw_only)
    in_mv = cell(panel, 7, 2)
    panel.numbers.unit.setCurrentText("mm")
    in_mm = cell(panel, 7, 2)
    assert float(in_mm.replace("−", "-")) == pytest.approx(
        10 * float(in_mv.replace("−", "-")), abs=0.051
    )
    header = panel.numbers.table.horizontalHeaderItem(2).text()
    assert "mm" in header


def test_age_and_sex_start_unknown_and_are_said_when_entered(panel, qtbot):
    panel.show_person(None, None)
    assert panel.numbers.age.text() == ""
    assert panel.numbers.age.placeholderText() == "not known"
    assert panel.numbers.sex.currentText() == "not known"
    with qtbot.waitSignal(panel.person_changed) as said:
        panel.numbers.age.setText("61")
    assert said.args == [61.0, None]
    with qtbot.waitSignal(panel.person_changed) as said:
        panel.numbers.sex.setCurrentText("man")
    assert said.args == [61.0, "M"]
    with qtbot.waitSignal(panel.person_changed) as said:
        panel.numbers.age.clear()
    assert said.args == [None, "M"]


def test_what_the_file_says_of_the_person_is_shown_without_being_said_back(panel):
    said: list[object] = []
    panel.person_changed.connect(lambda *person: said.append(person))
    panel.show_person(43.0, "F")
    assert panel.numbers.age.text() == "43"
    assert panel.numbers.sex.currentData() == "F"
    assert said == []


def test_disagreement_about_a_criterion_stands_first_and_on_amber(panel, raw_only):
    ste = Criterion(
        kind="STE", leads=("II", "aVF"), levels_mv=(0.2, 0.2), population="", text="meets it"
    )
    raw = dataclasses.replace(raw_only.raw, criteria=(ste,))
    cleaned = dataclasses.replace(raw_only.raw, criteria=())
    panel.show_result(dataclasses.replace(raw_only, raw=raw, cleaned=cleaned))
    first = panel.numbers.first
    assert first.isVisible()
    assert first.text().startswith("⚠ Raw and cleaned disagree")
    assert (
        first.mapTo(panel, first.rect().topLeft()).y()
        < panel.numbers.table.mapTo(panel, panel.numbers.table.rect().topLeft()).y()
    )


def test_without_beats_the_reason_stands_where_numbers_would(panel, raw_only):
    raw = dataclasses.replace(
        raw_only.raw,
        st=(),
        intervals=None,
        criteria=(),
        reasons=("Every lead is flat: electrodes off, or asystole.",),
    )
    panel.show_result(StResult(start_s=0, stop_s=10, raw=raw))
    assert panel.numbers.findings.text() == "Every lead is flat: electrodes off, or asystole."
    assert not panel.numbers.table.isVisible()
    assert not panel.numbers.copy.isVisible()


def test_copy_all_fills_the_clipboard(panel, raw_only, qtbot):
    panel.show_result(raw_only)
    qtbot.mouseClick(panel.numbers.copy, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert text.count("V6\traw") == 2
    assert "QTc Fridericia" in text


def test_the_median_beat_page_offers_to_put_moved_fiducials_back(panel, raw_only, qtbot):
    panel.show_result(raw_only)
    panel.show_page("Median beat")
    assert panel.currentIndex() == 1
    assert not panel.reset.isEnabled()
    with qtbot.waitSignal(panel.fiducials_changed):
        qtbot.keyClick(panel.beat.canvas, Qt.Key.Key_Down)
        qtbot.keyClick(panel.beat.canvas, Qt.Key.Key_Right)
    assert panel.reset.isEnabled()
    with qtbot.waitSignal(panel.fiducials_changed) as said:
        qtbot.mouseClick(panel.reset, Qt.MouseButton.LeftButton)
    assert said.args == [None]


def test_the_intervals_stand_under_the_median_beats_and_follow_a_moved_fiducial(
    panel, recording, raw_only
):
    """Every value is recomputed: the QRS of the text is the QRS between the lines."""
    panel.show_result(raw_only)
    found = raw_only.raw.intervals
    for text in (f"QRS {found.qrs_ms:.0f} ms", "QTc Bazett", "Fridericia", "QRS axis"):
        assert text in panel.beat_values.text()

    at = raw_only.beats.fiducials
    moved = at.moved("qrs_offset", at.qrs_offset + 20, raw_only.beats.limits_ms)
    request = StRequest(
        recording=recording, start=0, stop=recording.n_samples, moved=moved, before=raw_only
    )
    panel.show_result(measure_st(request, lambda fraction: None))

    assert f"QRS {found.qrs_ms + 20:.0f} ms" in panel.beat_values.text()
    assert cell(panel, 0, 2) != ""
    assert panel.result.raw.lead("V2").j_mv != raw_only.raw.lead("V2").j_mv


def test_the_map_shows_the_chosen_point_of_usable_leads(panel, bent):
    panel.show_result(bent)
    panel.show_page("ST map")
    assert set(panel.map.raw_mv) == {row.lead for row in bent.raw.st if not row.suppressed}
    at_j60 = dict(panel.map.raw_mv)
    panel.point.setCurrentText("J")
    assert panel.map.raw_mv["V2"] == bent.raw.lead("V2").j_mv
    assert panel.map.raw_mv != at_j60
    assert panel.map.cleaned_mv is not None
    assert "V2" in panel.map.words()


@pytest.mark.parametrize(
    ("theme", "size"), [("paper", (420, 400)), ("dark", (480, 900)), ("grey", (900, 500))]
)
def test_every_page_paints_in_every_theme_and_size(panel, bent, theme, size):
    panel.set_theme(THEMES[theme])
    panel.resize(*size)
    panel.show_result(bent)
    for index in range(panel.count()):
        panel.setCurrentIndex(index)
        image = panel.grab().toImage()
        assert image.width() == size[0]


def test_the_identity_is_faithful(recording):
    kept = guard(recording.signal_mv, recording.signal_mv, recording.fs_hz, recording.leads)
    assert kept.state == "ok"
