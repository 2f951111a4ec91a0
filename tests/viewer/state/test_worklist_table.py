"""The worklist: sorted by any column, filled in the background, unknown rows at the end."""

from datetime import datetime
from pathlib import Path

import pytest

from viewer.state.worklist_table import Column, Row, WorklistTable

PATHS = [Path(f"/ecg/rec{n}.hea") for n in (1, 2, 9, 10)]


def row(number, **fields):
    return Row(path=PATHS[number], looked_at=True, **fields)


@pytest.fixture
def table():
    table = WorklistTable()
    table.begin(PATHS)
    return table


def names(table):
    return [one.path.stem for one in table.rows]


def test_names_stand_as_people_count(table):
    assert names(table) == ["rec1", "rec2", "rec9", "rec10"]


def test_what_is_not_known_yet_stands_last_whichever_way_it_is_sorted(table):
    table.fill(row(2, grade="C", grade_leads=("V1", "V2")))
    table.fill(row(3, grade="A"))
    table.sort(Column.GRADE, descending=True)
    assert names(table) == ["rec9", "rec10", "rec1", "rec2"]
    table.sort(Column.GRADE, descending=False)
    assert names(table) == ["rec10", "rec9", "rec1", "rec2"]


def test_what_cannot_be_read_stands_last_too(table):
    table.fill(Row(path=PATHS[0], error="rec1.hea is damaged.", looked_at=True))
    table.fill(row(2, grade="A"))
    for descending in (True, False):
        table.sort(Column.GRADE, descending=descending)
        assert names(table)[0] == "rec9"
        assert names(table).index("rec1") > 0


def test_the_gravest_guard_comes_first_downwards(table):
    for number, guard in enumerate(("ok", "block", "warn", "cannot_tell")):
        table.fill(row(number, guard=guard))
    table.sort(Column.GUARD, descending=True)
    assert names(table) == ["rec2", "rec9", "rec10", "rec1"]


def test_filling_a_row_moves_none_under_the_readers_eyes(table):
    table.sort(Column.TIME, descending=False)
    places = []
    table.filled.connect(places.append)
    table.fill(row(3, time=datetime(2020, 1, 1)))
    assert names(table) == ["rec1", "rec2", "rec9", "rec10"]
    assert places == [3]


def test_the_record_after_the_open_one_is_looked_at_next(table):
    table.fill(row(2))
    assert table.next_unknown(PATHS[2]) == PATHS[3]
    table.fill(row(3))
    assert table.next_unknown(PATHS[2]) == PATHS[0]
    table.fill(row(0))
    table.fill(Row(path=PATHS[1], error="rec2.hea is damaged.", looked_at=True))
    assert table.next_unknown(PATHS[2]) is None
    assert table.n_known == 4


def test_cells_say_what_is_known_and_no_more(table):
    unknown, known = table.rows[0], row(1, grade="B", grade_leads=("V3",), guard="warn")
    assert [unknown.text(column) for column in Column] == ["rec1.hea", "…", "…", "…", "…"]
    assert [known.text(column) for column in Column] == ["rec2.hea", "–", "B  V3", "look", "–"]
    broken = Row(path=PATHS[0], error="rec1.hea is damaged.", looked_at=True)
    assert broken.text(Column.TIME) == "cannot be read"
    assert "rec1.hea is damaged." in broken.tip()


def test_what_is_known_stays_known_when_the_folder_grows(table):
    table.fill(row(1, grade="A"))
    table.begin([*PATHS, Path("/ecg/rec11.hea")])
    assert table.rows[1].grade == "A"
    assert len(table.rows) == 5
