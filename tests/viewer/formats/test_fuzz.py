"""Mutated files open or are refused in a sentence: the short form of python -m tests.fuzz."""

from __future__ import annotations

import pytest

from tests.fuzz import run


@pytest.mark.parametrize(
    ("format_", "count"),
    [
        *(("wfdb", 200), ("npz", 100), ("npy", 100), ("edf", 150), ("dicom", 150), ("muse", 100)),
        *(("aecg", 100), ("sierra", 100), ("scp", 150), ("ishne", 100), ("mfer", 150)),
        *(("csv", 100), ("mat", 100)),
    ],
)
def test_mutants_open_or_are_refused_in_a_sentence(format_, count):
    report = run(format_, count, seed=20261121)
    assert not report.faults
    assert report.opened + report.refused == count
    assert min(report.opened, report.refused) >= count // 100  # both happen
