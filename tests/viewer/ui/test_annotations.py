"""Annotations in the real window: read, walked, added, changed, saved, kept, exported."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton

from tests.shared_data import REPOSITORY, archive, sample
from tests.viewer.ui.marks_helpers import (
    ALT,
    CTRL,
    SHIFT,
    at,
    choose,
    click,
    drag,
    move,
    press,
)
from tests.viewer.ui.paper_helpers import ink
from viewer.annotation import NOISE, NOTE, Annotation
from viewer.formats.wfdb_annotations import encode, read_annotations
from viewer.state.figures import Area, Words
from viewer.ui.mark_inks import CALIPERS

Key = Qt.Key
FS_HZ = 500.0
BEATS = [Annotation(400, "N"), Annotation(800, "V"), Annotation(1200, "N"), Annotation(4700, "A")]


@pytest.fixture
def record(tmp_path):
    """A copy of a bundled recording of its own, with nothing beside it."""
    for suffix in (".hea", ".dat"):
        content = sample(f"ptbxl_clean{suffix}").read_bytes()
        content = content.replace(b"ptbxl_clean", b"mine") if suffix == ".hea" else content
        (tmp_path / f"mine{suffix}").write_bytes(content)
    return tmp_path / "mine.hea"


@pytest.fixture
def annotated(record, opened, qtbot):
    """The window with that recording and an annotation file beside it."""
    record.with_suffix(".atr").write_bytes(encode(BEATS))
    window = opened(record)
    qtbot.waitUntil(lambda: len(window.marking.marks.annotations) == 4, timeout=10_000)
    return window


def shown(window):
    """The words of marks on the page, without read-outs."""
    figures = window.trace_view._sheet._figures
    return [f.lines[0] for f in figures if isinstance(f, Words) and f.rect is None]


def test_the_file_beside_a_recording_is_read_and_its_letters_stand_above_the_traces(annotated):
    assert list(annotated.marking.marks.annotations) == BEATS
    assert {"N", "V", "A"} <= set(shown(annotated))
    assert not annotated.marking.marks.annotations.changed
    press(annotated, Key.Key_H, SHIFT)
    assert shown(annotated) == []


def test_alt_arrows_walk_from_mark_to_mark_and_say_what_it_is(annotated):
    for _ in range(2):
        press(annotated, Key.Key_Left, ALT)
    assert annotated.marking.marks.chosen == BEATS[1]
    assert "Premature ventricular contraction" in annotated.statusBar().currentMessage()
    press(annotated, Key.Key_Right, ALT)
    assert annotated.marking.marks.chosen == BEATS[2]


def test_a_right_click_adds_a_beat_changes_it_and_deletes_it(annotated):
    marks = annotated.marking.marks
    place = at(annotated, "II", 0.5)
    choose(annotated, place, "V ")
    added = marks.chosen
    assert added.symbol == "V"
    assert added.sample == pytest.approx(250, abs=8)
    assert annotated.commands.actions["edit.undo"].text() == "Undo: Add beat V"
    cell = next(c for c in annotated.trace_view.page.cells if c.lead == "I")
    label = at(annotated, "I", added.sample / FS_HZ, cell.value_mv(cell.top_mm + 2))
    choose(annotated, label, "S ")
    assert marks.chosen == Annotation(added.sample, "S")
    choose(annotated, label, "Delete beat")
    assert list(marks.annotations) == BEATS
    press(annotated, Key.Key_Z, CTRL)
    assert Annotation(added.sample, "S") in marks.annotations


def test_a_note_is_typed_at_the_pointer_and_stands_on_the_page(annotated, qtbot):
    move(annotated, at(annotated, "II", 1.0))
    qtbot.keyClick(annotated, Key.Key_N, CTRL | SHIFT)
    dialog = annotated.marking.notes.dialog
    dialog.setTextValue("  patient moved\nhere ")
    dialog.accept()
    note = annotated.marking.marks.chosen
    assert (note.symbol, note.note) == (NOTE, "patient moved here")
    assert note.sample == pytest.approx(500, abs=8)
    assert "patient moved here" in shown(annotated)


def test_noise_is_marked_on_one_lead_from_the_menu_and_from_a_caliper(annotated, qtbot):
    place = at(annotated, "V2", 6.0)
    choose(annotated, place, "Mark noise on V2")
    click(annotated, at(annotated, "V2", 6.8))
    stretch = annotated.marking.marks.chosen
    assert (stretch.symbol, stretch.lead) == (NOISE, "V2")
    assert (stretch.stop - stretch.sample) / FS_HZ == pytest.approx(0.8, abs=0.03)
    press(annotated, Key.Key_T)
    drag(annotated, at(annotated, "aVL", 3.0), at(annotated, "aVL", 3.5), SHIFT)
    qtbot.keyClick(annotated, Key.Key_X, CTRL | SHIFT)
    assert annotated.marking.marks.chosen.lead == "aVL"
    areas = [f.rect for f in annotated.trace_view._sheet._figures if isinstance(f, Area)]
    rows = {c.lead: c for c in annotated.trace_view.page.cells}
    assert len(areas) == 2
    for area in areas:
        assert any(
            cell.top_mm < area.y < cell.top_mm + cell.height_mm
            for cell in (rows["V2"], rows["aVL"])
        )
    qtbot.keyClick(annotated, Key.Key_Delete, CTRL)
    assert len(annotated.marking.marks.annotations) == 5


def test_undo_and_redo_know_no_limit(annotated):
    marks = annotated.marking.marks
    for index in range(200):
        annotated.marking.notes.add_beat("V", 0.01 * index + 0.004)
    for _ in range(200):
        press(annotated, Key.Key_Z, CTRL)
    assert list(marks.annotations) == BEATS
    for _ in range(200):
        press(annotated, Key.Key_Z, CTRL | SHIFT)
    assert len(marks.annotations) == 204


def test_saving_asks_before_it_replaces_a_file(annotated, record, qtbot):
    annotated.marking.notes.add_beat("V", 5.0)
    path = record.with_suffix(".atr")
    before = path.read_bytes()
    annotated.marking.files.save(path)
    question = annotated.marking.files.question
    assert question.isVisible()
    assert path.read_bytes() == before
    question.reject()
    assert path.read_bytes() == before
    annotated.marking.files.save(path)
    question = annotated.marking.files.question
    replace = next(b for b in question.findChildren(QPushButton) if b.text() == "Replace")
    with qtbot.waitSignal(annotated.marking.files.done, timeout=10_000):
        qtbot.mouseClick(replace, Qt.MouseButton.LeftButton)
    assert read_annotations(path, FS_HZ) == list(annotated.marking.marks.annotations)
    assert not annotated.marking.marks.annotations.changed


def test_an_export_to_wfdb_keeps_the_annotations(annotated, qtbot, tmp_path):
    annotated.marking.notes.add_beat("V", 5.0)
    annotated.exporting.ask()
    dialog = annotated.exporting.dialog
    dialog.format.setCurrentIndex(dialog.format.findData("wfdb"))
    dialog.path.setText(str(tmp_path / "out" / "copy.hea"))
    (tmp_path / "out").mkdir()
    with qtbot.waitSignal(annotated.exporting.job.succeeded, timeout=20_000):
        qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    written = read_annotations(tmp_path / "out" / "copy.atr", FS_HZ)
    assert written == list(annotated.marking.marks.annotations)
    dialog.close()


def test_marks_come_back_when_the_recording_is_opened_again_and_can_be_removed(
    record, opened, qtbot, reader, settings
):
    from viewer.app import build_window

    window = opened(record)
    press(window, Key.Key_T)
    drag(window, at(window, "II", 0.8), at(window, "II", 1.6), SHIFT)
    window.marking.notes.add_beat("V", 5.0)
    caliper = window.marking.marks.calipers[0]
    window.close()
    assert not list(record.parent.glob("*.atr"))
    other = build_window(reader, settings)
    with qtbot.waitSignal(other.marking.keeping.restored, timeout=20_000):
        other.open_paths([record])
    marks = other.marking.marks
    assert marks.calipers == (caliper,)
    assert [one.symbol for one in marks.annotations] == ["V"]
    sentence = other.notices.sentences[0]
    assert sentence.startswith("Restored marks from ")
    assert sentence.endswith(": 1 caliper and 1 change of annotations.")
    other.marking.remove_restored()
    assert (marks.calipers, len(marks.annotations)) == ((), 0)
    other.close()
    other.deleteLater()


CHILD = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QEventLoop, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from viewer.app import build_window
from viewer.formats.process import ReaderProcess
from viewer.settings import Settings

app = QApplication([])
reader = ReaderProcess()
window = build_window(reader, Settings(Path(sys.argv[2])))
window.resize(1200, 800)
window.show()
loop = QEventLoop()
window.files.opened.connect(lambda *_: loop.quit())
window.open_paths([Path(sys.argv[1])])
loop.exec()
while window.marking.keeping.pending:
    app.processEvents()
QTest.keyClick(window.trace_view, Qt.Key.Key_T)
QTest.keyClick(window.trace_view, Qt.Key.Key_Return)
window.marking.notes.add_beat("V", 5.0)
loop = QEventLoop()
window.marking.keeping.kept.connect(loop.quit)
loop.exec()
reader.close()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process the POSIX way")
def test_a_killed_program_loses_no_mark(record, window, qtbot, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(record), str(tmp_path / "other.json")],
        cwd=REPOSITORY,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    with qtbot.waitSignal(window.marking.keeping.restored, timeout=20_000):
        window.open_paths([record])
    marks = window.marking.marks
    assert len(marks.calipers) == 1
    assert [one.symbol for one in marks.annotations] == ["V"]
    assert Path(record.parent, "mine.dat").read_bytes() == sample("ptbxl_clean.dat").read_bytes()


def test_a_mit_bih_record_shows_its_own_beat_labels(opened, qtbot):
    window = opened(archive("mitdb") / "208.hea")
    marks = window.marking.marks
    qtbot.waitUntil(lambda: len(marks.annotations) > 3000, timeout=20_000)
    window.session.timeline.scroll_to(60.0)
    page = window.trace_view.page
    first, last = (round(s * 360) for s in (page.start_s, page.start_s + page.span_s))
    there = [one.symbol for one in marks.annotations.between(first, last) if one.is_beat]
    letters = [word for word in shown(window) if len(word) == 1]
    assert {"V", "F"} <= set(there)
    assert len(letters) >= 0.9 * len(there)


def test_a_damaged_annotation_file_is_one_sentence_and_the_recording_opens(record, opened, qtbot):
    record.with_suffix(".atr").write_bytes(b"\x14\x04\x00\xe8")
    window = opened(record)
    qtbot.waitUntil(lambda: bool(window.notices.sentences), timeout=10_000)
    assert window.notices.sentences[0].startswith("mine.atr holds no readable annotations")
    assert window.session.recording.name == "mine"


def test_what_is_printed_carries_calipers_and_labels_unless_they_are_hidden(annotated, tmp_path):
    press(annotated, Key.Key_T)
    drag(annotated, at(annotated, "II", 0.8), at(annotated, "II", 1.6), SHIFT)
    colour = CALIPERS["paper"][0]
    annotated.exporting.save_page(tmp_path / "with.png")
    assert ink(QImage(str(tmp_path / "with.png")), colour, 40).sum() > 300
    press(annotated, Key.Key_H)
    annotated.exporting.save_page(tmp_path / "without.png")
    assert ink(QImage(str(tmp_path / "without.png")), colour, 40).sum() < 20
