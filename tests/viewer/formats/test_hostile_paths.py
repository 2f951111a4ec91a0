"""Headers that point elsewhere, and things that are no files: refused, nothing read, no wait."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from tests.viewer.formats.records import RAMP, write_record
from viewer.formats import RecordingError, open_recording

LINE = "16 1000/mV 16 0 -500 -500 0 I"
CANARY = b"canary " * 1000

posix = pytest.mark.skipif(os.name != "posix", reason="needs links and pipes of POSIX")


@pytest.fixture
def opened_files():
    """Every path opened during the test, as Python's own audit tells it."""
    seen: list[str] = []
    listening = [True]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event in ("open", "socket.connect", "urllib.Request"):
            seen.append(f"{event} {arguments[0]}")

    sys.addaudithook(hook)
    yield seen
    listening.clear()


@pytest.mark.parametrize(
    "name",
    [
        *("../secret", "../../secret", "below/../../secret", "/etc/passwd", "~/.profile"),
        *("C:\\secret", "..\\secret", "file:///etc/passwd", "http://127.0.0.1/x", "s3://b/x"),
        *("gs://b/x", "az://c/x", "https://physionet.org/x.dat", "\\\\server\\share\\x"),
    ],
)
def test_a_header_that_points_outside_its_folder_reads_nothing_there(tmp_path, name, opened_files):
    (tmp_path / "secret").write_bytes(CANARY)
    folder = tmp_path / "records"
    (folder / "below").mkdir(parents=True)
    header = write_record(folder, signals=(f"{name} {LINE}",), files={})

    opened_files.clear()
    with pytest.raises(RecordingError) as refused:
        open_recording(header)

    assert str(tmp_path) not in str(refused.value)
    assert not [f for f in opened_files if "secret" in f or "passwd" in f or "socket" in f]


@posix
def test_a_linked_signal_file_is_not_followed(tmp_path, opened_files):
    (tmp_path / "secret").write_bytes(CANARY)
    folder = tmp_path / "records"
    folder.mkdir()
    header = write_record(folder, files={})
    (folder / "rec.dat").symlink_to(tmp_path / "secret")
    opened_files.clear()
    with pytest.raises(RecordingError, match="link"):
        open_recording(header)
    assert not [f for f in opened_files if "secret" in f]


@posix
def test_a_linked_segment_header_is_not_followed(tmp_path, opened_files):
    folder = tmp_path / "records"
    folder.mkdir()
    (tmp_path / "secret.hea").write_text("secret 1 500 1000\n")
    (folder / "a.hea").symlink_to(tmp_path / "secret.hea")
    header = write_record(folder, "rec/1 1 500 1000", ("a 1000",), {})
    opened_files.clear()
    with pytest.raises(RecordingError):
        open_recording(header)
    assert not [f for f in opened_files if "secret" in f]


@posix
def test_a_folder_reached_by_a_link_is_the_users_choice(tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    write_record(real)
    (tmp_path / "link").symlink_to(real)
    assert open_recording(tmp_path / "link/rec.hea").integrity == ("ok",)


@posix
@pytest.mark.parametrize("kind", ["fifo", "socket", "device", "zero", "loop"])
@pytest.mark.parametrize("place", ["header", "signal"])
def test_pipes_sockets_and_devices_are_refused_without_waiting(tmp_path, kind, place):
    target = tmp_path / ("rec.hea" if place == "header" else "rec.dat")
    if place == "signal":
        write_record(tmp_path, files={})
    if kind == "fifo":
        os.mkfifo(target)
    elif kind == "socket":
        bound = socket.socket(socket.AF_UNIX)
        here = Path.cwd()
        os.chdir(tmp_path)  # socket paths must be short
        bound.bind(target.name)
        os.chdir(here)
        bound.close()
    elif kind == "loop":
        target.symlink_to(target)
    else:
        target.symlink_to("/dev/zero" if kind == "zero" else "/dev/tty")
    with pytest.raises(RecordingError):
        open_recording(tmp_path / "rec.hea")


@pytest.mark.parametrize(
    "path", ["http://x/y.hea", "s3://bucket/x.hea", "file:///etc/x.hea", "a\0b.hea", "missing.hea"]
)
def test_addresses_and_missing_files_are_refused_in_one_sentence(path):
    with pytest.raises(RecordingError) as refused:
        open_recording(path)
    assert str(refused.value).count(". ") == 0
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\0" * 5000, b"hello", b"#", b"x" * (5 << 20), RAMP.tobytes(), b"\xff\xfe\0"],
)
def test_empty_huge_and_senseless_headers_are_refused(tmp_path, content):
    header = tmp_path / "rec.hea"
    header.write_bytes(content)
    with pytest.raises(RecordingError):
        open_recording(header)


def test_a_signal_file_without_its_header_says_what_is_needed(tmp_path):
    (tmp_path / "rec.dat").write_bytes(RAMP.tobytes())
    with pytest.raises(RecordingError, match=r"rec\.hea"):
        open_recording(tmp_path / "rec.dat")


def test_a_header_without_its_signal_file_says_what_is_needed(tmp_path):
    with pytest.raises(RecordingError, match=r"rec\.dat is missing"):
        open_recording(write_record(tmp_path, files={}))


def test_a_record_that_contains_itself_is_refused(tmp_path):
    with pytest.raises(RecordingError):
        open_recording(write_record(tmp_path, "rec/1 1 500 1000", ("rec 1000",), {}))


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    """The refusal is put in, because an administrator running the tests may read everything."""
    header = write_record(tmp_path)
    really_open = os.open

    def refuse(path, *arguments, **options):
        if str(path).endswith("rec.dat"):
            raise PermissionError(13, "Permission denied", str(path))
        return really_open(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(RecordingError, match="permission denied") as refused:
        open_recording(header)
    assert str(tmp_path) not in str(refused.value)
