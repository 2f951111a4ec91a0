"""What must not stand anywhere in the tracked text, and contracts between the packages."""

import re
import subprocess
import sys

import pytest

from tests.shared_data import REPOSITORY

PYTHON = sorted(
    path
    for room in ("viewer", "inference", "installer", "tests")
    for path in (REPOSITORY / room).rglob("*.py")
)
WORKSHOP = {"tests", "installer", "training", "evaluation"}
PROGRAM = [path for path in PYTHON if not WORKSHOP & {*path.relative_to(REPOSITORY).parts}]
"""What users run; training and evaluation stay out of it."""


def found(pattern, paths):
    """Every "file:line" of the repository's text where the pattern stands."""
    return [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        r"weights_only\s*=\s*False",  # runs code out of a weights file
        r"\ballow_pickle\s*=\s*True",
        r"^\s*(import|from)\s+(pickle|shelve|marshal|dill)\b",
        r"\b(urllib\.request|http\.client|QNetworkAccessManager|requests\.get)\b",
        r"\bTODO\b|\bFIXME\b|raise NotImplementedError",
    ],
)
def test_the_program_never_contains(pattern):
    assert found(pattern, PROGRAM) == []


def test_nothing_is_unpickled_anywhere():
    """Only the tests of the readers make pickles, to see them refused."""
    pickles = r"^\s*(import|from)\s+(pickle|shelve|marshal|dill|joblib|cloudpickle)\b"
    allowed = REPOSITORY / "tests" / "viewer" / "formats" / "test_arrays.py"
    assert found(pickles, [path for path in PYTHON if path != allowed]) == []


def test_no_file_has_grown_beyond_one_room():
    long = {path.name: len(path.read_text().splitlines()) for path in PYTHON}
    assert {name: lines for name, lines in long.items() if lines > 500} == {}


def test_import_contracts_hold():
    """inference knows no Qt and no viewer; inference.signal no torch; state no Qt."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout
