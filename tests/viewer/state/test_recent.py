"""Recent recordings and neighbours in the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from viewer.state.recent import neighbour, records_beside, still_there, with_newest


def test_the_newest_is_first_and_stands_once():
    assert with_newest(["b", "a", "c"], Path("a")) == ["a", "b", "c"]


def test_the_list_stays_short():
    assert with_newest([str(i) for i in range(40)], Path("new"), limit=3) == ["new", "0", "1"]


def test_entries_whose_file_is_gone_are_left_out(tmp_path):
    here = tmp_path / "here.hea"
    here.touch()
    assert still_there([str(tmp_path / "gone.hea"), str(here)]) == [here]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("r10.hea", "r10.dat", "r9.hea", "r9.dat", "a.npz", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "sub.hea").mkdir()
    return tmp_path


def test_records_follow_each_other_as_a_person_counts(folder):
    assert [p.name for p in records_beside(folder / "r9.hea")] == ["a.npz", "r9.hea", "r10.hea"]


def test_next_and_previous_stop_at_the_ends(folder):
    assert neighbour(folder / "r9.hea", +1) == folder / "r10.hea"
    assert neighbour(folder / "r9.hea", -1) == folder / "a.npz"
    assert neighbour(folder / "r10.hea", +1) is None
    assert neighbour(folder / "a.npz", -1) is None


def test_a_signal_file_counts_as_its_header(folder):
    assert neighbour(folder / "r9.dat", +1) == folder / "r10.hea"


def test_a_file_that_is_no_record_of_the_folder_has_no_neighbour(folder):
    assert neighbour(folder / "notes.txt", +1) is None
