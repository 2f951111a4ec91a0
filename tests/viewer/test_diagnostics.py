"""Log and crash files help to find a fault and name no patient."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from viewer.diagnostics import LOG_NAME, STALE_AFTER_S, Diagnostics, crash_of_last_run

log = logging.getLogger("tests.diagnostics")


@pytest.fixture
def diagnostics(tmp_path: Path) -> Iterator[Diagnostics]:
    level = logging.getLogger().level
    diagnostics = Diagnostics.start(tmp_path)
    yield diagnostics
    diagnostics.close()
    logging.getLogger().setLevel(level)


def test_the_log_never_names_a_file_that_was_opened(diagnostics, tmp_path):
    path = Path("/ward 7/Jane Doe 1950-01-02.hea")
    diagnostics.redactor.hide(path)
    try:
        raise OSError(f"{path} cannot be read")
    except OSError:
        log.exception("while opening %s", path.name)
    text = (tmp_path / LOG_NAME).read_text()
    assert "cannot be read" in text
    assert "Traceback" in text
    assert "Jane" not in text
    assert "ward 7" not in text


def test_the_home_folder_is_not_named(diagnostics, tmp_path):
    log.warning("reading %s", Path.home() / "settings.json")
    assert str(Path.home()) not in (tmp_path / LOG_NAME).read_text()


def test_an_orderly_end_leaves_no_crash_file(tmp_path):
    diagnostics = Diagnostics.start(tmp_path)
    assert list(tmp_path.glob("running-*.log"))
    diagnostics.close()
    assert crash_of_last_run(tmp_path) is None
    assert list(tmp_path.glob("running-*.log")) == []


CRASH = """
import os, pathlib, signal, sys
from viewer.diagnostics import Diagnostics
Diagnostics.start(pathlib.Path(sys.argv[1]))
os.kill(os.getpid(), signal.SIGSEGV)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_crash_is_told_once_at_the_next_start(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    report = crash_of_last_run(tmp_path)
    assert report is not None
    assert "Segmentation fault" in report.read_text()
    assert crash_of_last_run(tmp_path) is None


def test_the_empty_file_of_a_running_program_is_left_alone_until_stale(tmp_path):
    other = tmp_path / "running-999999.log"
    other.touch()
    assert crash_of_last_run(tmp_path) is None
    assert other.exists()
    old = other.stat().st_mtime - STALE_AFTER_S - 1
    os.utime(other, (old, old))
    assert crash_of_last_run(tmp_path) is None
    assert not other.exists()


def test_a_log_folder_that_cannot_be_written_does_not_stop_the_program(tmp_path, caplog):
    blocked = tmp_path / "a file"
    blocked.write_text("")
    Diagnostics.start(blocked / "log").close()
    assert "no log is written" in caplog.text
