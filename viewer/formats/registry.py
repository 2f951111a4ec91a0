"""The readers, in the order they are asked, and the one way through them."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from viewer.formats.aecg_reader import AecgReader
from viewer.formats.csv_reader import CsvReader
from viewer.formats.dicom_reader import DicomReader
from viewer.formats.edf_reader import EdfReader
from viewer.formats.errors import ImportHints, RecordingError, too_large
from viewer.formats.files import resolve, shown
from viewer.formats.hdf5_reader import Hdf5Reader, hdf5_at
from viewer.formats.ishne_reader import IshneReader
from viewer.formats.mat_reader import MatReader
from viewer.formats.mfer_reader import MferReader
from viewer.formats.muse_reader import MuseReader
from viewer.formats.numpy_reader import NpyReader, NpzReader
from viewer.formats.parsed import Parsed, Reader
from viewer.formats.scp_reader import ScpReader
from viewer.formats.sierra_reader import SierraReader
from viewer.formats.suffixes import RECORDINGS, SUFFIXES
from viewer.formats.wfdb_find import first_bytes, segment_names
from viewer.formats.wfdb_reader import WfdbReader

log = logging.getLogger(__name__)

READERS: tuple[Reader, ...] = (
    *(NpzReader(), NpyReader(), Hdf5Reader(), EdfReader(), DicomReader()),
    *(MuseReader(), AecgReader(), SierraReader(), ScpReader(), IshneReader()),
    *(MferReader(), MatReader(), CsvReader(), WfdbReader()),
)

BOMB_BYTES, BOMB_RATIO = 256 * 1024 * 1024, 100
LARGEST_BYTES = 32 * 1024**3
LIST_LIMIT = 100_000
SEGMENT_SEARCH_LIMIT = 5000


def parse(path: Path | str, hints: ImportHints) -> Parsed:
    """Find the reader by content, read and check the header. Raises RecordingError."""
    warning: tuple[str, ...] = ()
    found = _existing(Path(path))
    if found.is_dir():
        inside = records_in(found)
        if not inside:
            raise RecordingError(f"The folder {shown(found)} holds no recording that is known.")
        if len(inside) > 1:
            warning = (f"The folder holds {len(inside)} recordings; this is the first.",)
        found = inside[0].resolve()
    try:
        reader = _reader(found, READERS)
        parsed = reader.parse(found, hints)
    except FileNotFoundError as error:
        name = shown(error.filename or found)
        raise RecordingError(f"{name} is missing: get it again from its source.") from None
    except PermissionError as error:
        name = shown(error.filename or found)
        raise RecordingError(f"{name} may not be read: ask for access to it.") from None
    except MemoryError:
        raise too_large(found) from None
    except (OSError, ValueError, OverflowError, EOFError):
        log.debug("cannot read %s", found.name, exc_info=True)
        raise RecordingError(
            f"{shown(found)} is damaged and cannot be read: get it again from its source."
        ) from None
    check_size(parsed)
    return replace(parsed, warnings=warning + parsed.warnings)


def must_be_alone(path: Path) -> bool:
    """Whether the file may spoil the process that reads it (HDF5). Never raises."""
    try:
        found = _existing(path)
        return found.is_file() and hdf5_at(first_bytes(found)) is not None
    except (RecordingError, OSError):
        return False  # parse() will say what is wrong


def _existing(path: Path) -> Path:
    """The file or folder; a WFDB record may be named without its suffix."""
    header = path.with_name(path.name + ".hea") if path.name else path
    try:
        if not path.exists() and "://" not in str(path) and header.is_file():
            path = header
    except OSError:
        pass  # resolve() says what is wrong with it
    return resolve(path)


def _reader(path: Path, readers: Sequence[Reader]) -> Reader:
    head = first_bytes(path)
    if not head:
        raise RecordingError(f"{shown(path)} is empty (0 bytes): get it again from its source.")
    for reader in readers:
        if reader.sniff(path, head):
            return reader
    known = ", ".join(reader.name for reader in readers)
    raise RecordingError(f"{shown(path)} is in no format that is known ({known}): convert it.")


def check_size(parsed: Parsed) -> None:
    """Refuse what would grow far beyond its file: a size bomb. Raises RecordingError."""
    grown = len(parsed.leads) * parsed.n_samples * parsed.dtype.itemsize
    bomb = grown > BOMB_BYTES and grown > BOMB_RATIO * max(parsed.source_bytes, 1)
    if grown > LARGEST_BYTES or bomb:
        raise RecordingError(
            f"{shown(parsed.path)} announces {grown / 1e9:.3g} GB of samples in "
            f"{parsed.source_bytes / 1e6:.3g} MB of files: it is damaged and was not opened."
        )
    if parsed.n_samples < 2:
        raise RecordingError(f"{shown(parsed.path)} holds no more than one sample per lead.")


def records_in(folder: Path | str) -> tuple[Path, ...]:
    """The recordings of a folder in natural order, segments of longer records left out.

    An unreadable folder gives an empty tuple.
    """
    try:
        names = [p for p in Path(folder).iterdir() if p.suffix.lower() in SUFFIXES]
    except OSError:
        return ()
    names = [p for p in names[:LIST_LIMIT] if p.is_file()]
    names = [p for p in names if p.suffix.lower() in RECORDINGS] or names
    headers = [p for p in names if p.suffix.lower() == ".hea"]
    parts = segment_names(headers) if len(headers) <= SEGMENT_SEARCH_LIMIT else set()
    kept = [p for p in names if p.stem not in parts or p.suffix.lower() != ".hea"]
    return tuple(sorted(kept, key=lambda p: _natural(p.name)))


def _natural(name: str) -> list[tuple[int, int | str]]:
    """ "10.hea" after "9.hea"."""
    return [
        (0, int(part)) if part.isdigit() and part.isascii() else (1, part.casefold())
        for part in re.split(r"([0-9]+)", name)
        if part
    ]
