"""Writing files so that a name is either absent or complete: temporary folder, then rename."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from viewer.formats.errors import RecordingError
from viewer.formats.files import reason, shown

PREFIX, SUFFIX = ".leadlight-", ".tmp"
LEFTOVER_AFTER_S = 3600.0

_SENTENCES = {
    errno.ENOSPC: "the disk is full; make room or choose another disk",
    errno.EDQUOT: "your quota on that disk is used up; make room or choose another disk",
    errno.EFBIG: "the disk takes no file of that size; choose another disk or another format",
    errno.EACCES: "writing there is not allowed; choose another folder",
    errno.EPERM: "writing there is not allowed; choose another folder",
    errno.EROFS: "that disk is read-only; choose another folder",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.ENOENT: "the folder does not exist; choose another one",
    errno.ENOTDIR: "the folder does not exist; choose another one",
    errno.EIO: "the disk reports an error; choose another disk",
}


def not_saved(path: Path, error: OSError) -> RecordingError:
    """One sentence for a failed write."""
    why = _SENTENCES.get(error.errno or 0, reason(error))
    return RecordingError(f"{shown(path)} was not saved: {why}.")


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """A folder beside target to prepare its files in; removed in the end, whatever happens.

    Raises RecordingError for every failure to write.
    """
    remove_leftovers(target.parent)
    stage = target.parent / f"{PREFIX}{uuid.uuid4().hex[:12]}{SUFFIX}"
    try:
        stage.mkdir(mode=0o700)
        yield stage
    except OSError as error:
        raise not_saved(target, error) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def publish(stage: Path, names: Sequence[str], folder: Path) -> None:
    """Move finished files to their place; the last name is what makes the recording visible.

    When it exists already it is removed first, so that it never describes other files
    than its own. Raises OSError.
    """
    for name in names:
        sync_file(stage / name)
    last = folder / names[-1]
    if len(names) > 1 and last.exists():
        last.unlink()
    for name in names:
        os.replace(stage / name, folder / name)
    sync_folder(folder)


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed export left behind in this folder, if it is an hour old."""
    with contextlib.suppress(OSError):
        for left in folder.glob(f"{PREFIX}*{SUFFIX}"):
            if left.is_dir() and time.time() - left.stat().st_mtime > LEFTOVER_AFTER_S:
                shutil.rmtree(left, ignore_errors=True)


def sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames last through a power cut, where the system can."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_all(file: IO[bytes], content: Any) -> None:
    """Write everything: a raw file may take less than it is given. Raises OSError."""
    rest = memoryview(content).cast("B")
    while rest:
        rest = rest[file.write(rest) :]


def sha256_of(paths: Sequence[Path]) -> str:
    """Over the bytes of all files, in order: the same as Recording.source_sha256."""
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 22):
                total.update(block)
    return total.hexdigest()
