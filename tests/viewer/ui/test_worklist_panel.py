"""A folder opens as a list that fills itself; keys open, sort and step through it."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import Qt

from tests.shared_data import sample
from viewer.batch import services
from viewer.state.worklist_table import COLUMNS, Column

NAMES = ("a_noisy", "b_clean", "c_noisy")


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "ward"
    source.mkdir()
    for name in NAMES:
        kind = "ptbxl_" + name[2:]
        header = sample(f"{kind}.hea").read_text().replace(kind, name)
        (source / f"{name}.hea").write_text(header)
        shutil.copy(sample(f"{kind}.dat"), source / f"{name}.dat")
    (source / "d_broken.hea").write_text("nonsense")
    return source


@pytest.fixture
def graded(monkeypatch):
    """Grades by the record's name: the network takes a second per ECG and has its own tests."""

    class Graded:
        def __init__(self, recording):
            self._grade = "C" if "noisy" in recording.name else "A"

        def as_json(self):
            return {"grade": [[self._grade]] * 12}

    monkeypatch.setattr(services, "noise_map", lambda recording, *_: Graded(recording))


def test_a_folder_opens_as_a_list_that_fills_sorts_and_is_stepped_through(
    opened, qtbot, folder, graded
):
    window = opened(folder)
    panel = window.worklist
    qtbot.waitUntil(lambda: panel.is_open, timeout=20_000)
    model = panel.view.model()
    assert [model.headerData(n, Qt.Orientation.Horizontal) for n in range(5)] == [
        column.value for column in COLUMNS
    ]
    qtbot.waitUntil(lambda: panel.table.n_known == 4, timeout=120_000)
    cells = {
        row.path.stem: [row.text(column) for column in COLUMNS[1:]] for row in panel.table.rows
    }
    assert cells["d_broken"][0] == "cannot be read"
    assert (cells["a_noisy"][1], cells["b_clean"][1]) == ("C  12 leads", "A")
    assert cells["b_clean"][2] in ("unchanged", "look", "cannot tell")

    panel.view.sortByColumn(COLUMNS.index(Column.GRADE), Qt.SortOrder.DescendingOrder)
    order = [row.path for row in panel.table.rows]
    assert order[0].stem in ("a_noisy", "c_noisy")
    place = panel.table.place(window.session.path)
    step = Qt.Key.Key_PageDown if place < 2 else Qt.Key.Key_PageUp
    with qtbot.waitSignal(window.files.opened, timeout=20_000):
        qtbot.keyClick(panel.view, step)
    assert window.session.path == order[place + (1 if place < 2 else -1)]
    assert panel.view.currentIndex().row() == panel.table.place(window.session.path)

    other = next(n for n, path in enumerate(order) if path.stem == "b_clean")
    if order[other] != window.session.path:
        panel.view.selectRow(other)
        with qtbot.waitSignal(window.files.opened, timeout=20_000):
            qtbot.keyClick(panel.view, Qt.Key.Key_Return)
        assert window.session.path.stem == "b_clean"


def test_a_single_record_opens_without_a_list_and_w_shows_it(opened, qtbot, folder, graded):
    window = opened(folder / "a_noisy.hea")
    assert not window.worklist.is_open
    qtbot.keyClick(window, Qt.Key.Key_W)
    assert window.worklist.is_open
    assert [row.path.stem for row in window.worklist.table.rows] == [*NAMES, "d_broken"]
    qtbot.keyClick(window, Qt.Key.Key_W)
    assert not window.worklist.is_open
    assert not window.worklist.job.running
