"""Which XML a file is: by the name of its first element, wherever the remarks end."""

from __future__ import annotations

from pathlib import Path

from viewer.formats.wfdb_find import first_bytes
from viewer.formats.xml_safe import root_name

_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<")
SEARCH_BYTES = 1 << 16


def is_root(path: Path, head: bytes, *names: str) -> bool:
    """Whether the file is XML whose root has one of the names. head: its first bytes."""
    if not head.lstrip().startswith(_STARTS):
        return False
    found = root_name(head) or root_name(first_bytes(path, SEARCH_BYTES))
    return found in names
