"""Finding the header that belongs to what the user picked, and the records of a folder."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

from viewer.formats.errors import RecordingError
from viewer.formats.files import open_regular, shown

_FIRST_LINE = re.compile(rb"[^\0\r\n]+?(?:/[0-9]+)?[ \t]+[0-9]{1,5}(?:[ \t]+[0-9.]|[ \t]*$)")
SEARCH_LIMIT = 500
"""Headers searched for the name of a signal file that has another stem."""


def looks_like_header(head: bytes) -> bool:
    """Whether the first line that is no remark names a record and counts its signals."""
    for line in re.split(rb"[\r\n]+", head.removeprefix(b"\xef\xbb\xbf")):
        stripped = line.strip()
        if stripped and not stripped.startswith(b"#"):
            return bool(_FIRST_LINE.match(stripped)) and b"\0" not in head
    return False


def first_bytes(path: Path, count: int = 4096) -> bytes:
    """The beginning of a regular file. Raises RecordingError, FileNotFoundError."""
    with open_regular(path) as file:
        return file.read(count)


def find_header(path: Path) -> Path:
    """The header of the record that path (.hea, .dat, .mat, ...) belongs to.

    Raises RecordingError when there is none beside it.
    """
    if path.suffix.lower() == ".hea" or looks_like_header(first_bytes(path)):
        return path
    found = header_beside(path)
    if found is not None:
        return found
    raise RecordingError(
        f"{shown(path)} needs its header {shown(path.with_suffix('.hea'))} beside it: "
        "copy both into one folder, then open again."
    )


def header_beside(path: Path) -> Path | None:
    """The header in the same folder that has the file's stem, or names the file."""
    for candidate in (path.with_suffix(".hea"), path.with_name(path.name + ".hea")):
        if candidate.is_file():
            return candidate.resolve()
    for candidate in islice(sorted(path.parent.glob("*.hea")), SEARCH_LIMIT):
        if candidate.is_file() and path.name.encode() in first_bytes(candidate):
            return candidate.resolve()
    return None


def segment_names(headers: list[Path]) -> set[str]:
    """Stems of headers that are only parts of a multi-segment record in the same folder."""
    parts: set[str] = set()
    for header in headers:
        try:
            lines = first_bytes(header, 1 << 16).splitlines()
        except (RecordingError, OSError):
            continue
        lines = [line for line in lines if line.strip() and not line.startswith(b"#")]
        if lines and re.match(rb"\S+/[0-9]+\s", lines[0]):
            parts |= {line.split()[0].decode("utf-8", "replace") for line in lines[1:]}
    return parts
