"""Opening files from outside: only regular ones, only where the record lives."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from viewer.formats.errors import RecordingError

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
# O_NONBLOCK: opening a FIFO without a writer must not wait; regular files ignore it.

_SCHEMES = ("http:", "https:", "ftp:", "s3:", "gs:", "az:", "file:")


def shown(path: Path | str) -> str:
    """A file's name for messages: short, printable, without its folder."""
    name = Path(path).name or str(path)
    printable = "".join(c if c.isprintable() else "?" for c in name)
    return printable if len(printable) <= 80 else printable[:60] + "…" + printable[-16:]


def resolve(path: Path | str) -> Path:
    """The existing file or folder behind a path the user gave.

    Raises RecordingError for addresses, missing files, devices, FIFOs and sockets.
    """
    text = os.fspath(path)
    if text.startswith(_SCHEMES) or "\0" in text or "://" in text:
        raise RecordingError(
            f"{shown(text)} is an address, not a file: download it and open it from disk."
        )
    try:
        found = Path(text).resolve(strict=True)
        mode = found.stat().st_mode
    except FileNotFoundError:
        raise RecordingError(
            f"{shown(text)} does not exist: check the name or choose another file."
        ) from None
    except (OSError, RuntimeError, ValueError) as error:  # loops of links, forbidden folders
        raise RecordingError(f"{shown(text)} cannot be reached: {reason(error)}.") from None
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise RecordingError(
            f"{shown(text)} is a device or a pipe, not a recording: choose a regular file."
        )
    return found


def beside(folder: Path, name: str) -> Path:
    """The file that a header names, which must lie in the record's own folder.

    folder is resolved. Raises RecordingError for anything that points outside,
    FileNotFoundError when there is no such file.
    """
    if not name or name.startswith(("/", "\\", "~")) or "://" in name or "\0" in name:
        raise RecordingError(f"The header names {shown(name)}, which is no file of its folder.")
    if ":" in name and name.startswith(_SCHEMES):
        raise RecordingError(f"The header names the address {shown(name)}; it was not fetched.")
    if ".." in Path(name.replace("\\", "/")).parts:
        raise RecordingError(f"The header points outside its folder ({shown(name)}); not followed.")
    target = folder / name
    try:
        found = target.resolve(strict=True)
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise RecordingError(f"{shown(name)} cannot be reached: {reason(error)}.") from None
    if not found.is_relative_to(folder):
        raise RecordingError(
            f"{shown(name)} is a link to another folder; copy the file itself beside its header."
        )
    return found


def open_regular(path: Path) -> BinaryIO:
    """Open for reading, refusing everything that is no regular file. Raises RecordingError."""
    try:
        handle = os.open(path, _FLAGS)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise RecordingError(f"{shown(path)} cannot be opened: {reason(error)}.") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise RecordingError(f"{shown(path)} is not a regular file: choose another one.")
    return os.fdopen(handle, "rb")


def read_limited(path: Path, limit: int) -> bytes:
    """The whole of a file that must not be larger than limit bytes. Raises RecordingError."""
    with open_regular(path) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise RecordingError(
            f"{shown(path)} is larger than {limit // 1024} kB, too large for what it should be."
        )
    return content


def reason(error: Exception) -> str:
    """What the operating system says, without paths."""
    return (getattr(error, "strerror", None) or "it is not a usable path").lower()
