"""DICOM ECG waveforms: 12-lead, general and ambulatory (PS3.3 C.10.9), read with pydicom."""

from __future__ import annotations

import logging
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from viewer.formats.dicom_about import told_by
from viewer.formats.dicom_groups import chosen
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import open_regular, shown
from viewer.formats.parsed import Parsed
from viewer.formats.whole import refused, whole

MAGIC, PREAMBLE = b"DICM", 128
BARE = (b"\x02\0\0\0UL", b"\x08\0\x05\0CS", b"\x08\0\x16\0UI")
"""How a file without the 128 bytes before its mark begins."""

FILE_LIMIT, INFLATED_RATIO = 400 * 1024 * 1024, 100
ITEM, ITEMS_LIMIT = b"\xfe\xff\x00\xe0", 20_000
DEFLATED, DIRECTORY = b"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.3.10"


class DicomReader:
    name = "DICOM"

    def sniff(self, path: Path, head: bytes) -> bool:
        bare = head.startswith(
            (b"\x02\x00\x00\x00UL", b"\x08\x00\x05\x00CS", b"\x08\x00\x16\x00UI")
        )
        return bare or head[PREAMBLE : PREAMBLE + 4] == MAGIC

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        with _errors_in_words(path):
            data = _dataset(path)
            if str(data.file_meta.get("MediaStorageSOPClassUID", "")) == DIRECTORY:
                raise RecordingError(
                    f"{shown(path)} is the index of a disc (DICOMDIR): open the ECG file itself."
                )
            if "WaveformSequence" not in data:
                raise RecordingError(
                    f"{shown(path)} is a DICOM file without a waveform (an image or a report): "
                    "export the ECG as DICOM waveform."
                )
            found = chosen(data, path, hints)
            told = told_by(data, found)
        return whole(path, "DICOM", found.channels, found.fs_hz, told)


@contextmanager
def _errors_in_words(path: Path) -> Iterator[None]:
    """pydicom has many ways to say that a file is broken; here is one."""
    from pydicom.errors import BytesLengthException, InvalidDicomError

    broken: tuple[type[Exception], ...] = (
        *(InvalidDicomError, BytesLengthException, AttributeError, TypeError, ValueError),
        *(EOFError, RecursionError, NotImplementedError, LookupError, AssertionError),
        *(ArithmeticError, zlib.error),
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # every value that matters is checked below
            yield
    except RecordingError:
        raise
    except broken:
        raise refused(path, "DICOM", "its elements cannot be read") from None


def _dataset(path: Path) -> Any:
    """All of the file, its sizes bounded before pydicom builds objects of it."""
    from pydicom import config, dcmread

    logging.getLogger("pydicom").setLevel(logging.CRITICAL)  # it logs values: names of patients
    config.settings.reading_validation_mode = config.IGNORE
    if path.stat().st_size > FILE_LIMIT:
        raise RecordingError(
            f"{shown(path)} is larger than {FILE_LIMIT >> 20} MB: export it in shorter parts."
        )
    with open_regular(path) as file:
        content = file.read()
    content = _inflated(content, path)
    if content.count(ITEM) > ITEMS_LIMIT:
        raise RecordingError(
            f"{shown(path)} lists more than {ITEMS_LIMIT} items, as no ECG does: it was not opened."
        )
    return dcmread(BytesIO(content), force=True)


def _inflated(content: bytes, path: Path) -> bytes:
    """The file with its deflated part unpacked within limits, as explicit little endian."""
    if content[PREAMBLE : PREAMBLE + 4] != MAGIC or DEFLATED not in content[: PREAMBLE + 2048]:
        return content
    from pydicom import dcmread
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_file_meta_info
    from pydicom.uid import ExplicitVRLittleEndian

    at = PREAMBLE + 4
    length = int.from_bytes(content[at + 8 : at + 12], "little")
    start = at + 12 + length
    if content[at : at + 6] != b"\x02\x00\x00\x00UL" or start > len(content):
        raise refused(path, "DICOM", "its header has no length")
    limit = min(max(INFLATED_RATIO * len(content), 1 << 20), FILE_LIMIT)
    inflater = zlib.decompressobj(-15)
    data = inflater.decompress(content[start:], limit)
    if inflater.unconsumed_tail:
        raise RecordingError(
            f"{shown(path)} would unpack to more than {limit >> 20} MB: it was not opened."
        )
    meta = dcmread(BytesIO(content[:start]), force=True).file_meta
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    packed = DicomBytesIO()
    write_file_meta_info(packed, meta, enforce_standard=False)
    return content[:PREAMBLE] + MAGIC + packed.getvalue() + data
