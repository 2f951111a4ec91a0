"""NPZ and NPY."""

from __future__ import annotations

from pathlib import Path

from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.parsed import Parsed


class NpzReader:
    name = "NPZ"

    def sniff(self, path: Path, head: bytes) -> bool:
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        raise RecordingError(path.name)


class NpyReader(NpzReader):
    name = "NPY"

    def sniff(self, path: Path, head: bytes) -> bool:
        return head.startswith(b"\x93NUMPY")
