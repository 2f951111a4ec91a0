"""The npy layout read by hand: the header is checked before a single sample is loaded."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from viewer.formats.errors import RecordingError

MAGIC = b"\x93NUMPY"
HEADER_LIMIT = 10_000
BLOCK_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Npy:
    """What an npy header says. fortran: the first axis varies fastest."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool
    header_bytes: int

    @property
    def data_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def read_npy_header(file: IO[bytes], name: str) -> Npy:
    """The header at the beginning of file, which is left at the first sample.

    Raises RecordingError for anything that is not a plain array of numbers or text.
    """
    start = file.read(8)
    if len(start) < 8 or not start.startswith(MAGIC) or start[6] not in (1, 2, 3):
        raise RecordingError(f"{name} is no NumPy array: it is damaged or something else.")
    length_bytes = file.read(2 if start[6] == 1 else 4)
    length = int.from_bytes(length_bytes, "little")
    if length > HEADER_LIMIT:
        raise RecordingError(f"{name} has a header of {length} bytes: it is damaged.")
    header = file.read(length)
    if len(header) != length:
        raise RecordingError(f"{name} ends within its header: get it again from its source.")
    try:
        fields = ast.literal_eval(header.decode("latin-1").strip())
        descr, shape, fortran = fields["descr"], fields["shape"], fields["fortran_order"]
        dtype = np.dtype(descr) if isinstance(descr, str) else None
    except (SyntaxError, ValueError, KeyError, TypeError, RecursionError, MemoryError):
        raise RecordingError(f"{name} has a damaged header: get it again.") from None
    plain = (
        isinstance(shape, tuple)
        and len(shape) <= 8
        and all(type(n) is int and 0 <= n < 2**48 for n in shape)
        and isinstance(fortran, bool)
    )
    if not plain:
        raise RecordingError(f"{name} has a damaged header: get it again.")
    if dtype is None or dtype.hasobject:
        raise RecordingError(
            f"{name} stores Python objects, which could run programs and are never opened: "
            "save the samples as a plain array of numbers."
        )
    return Npy(
        dtype=dtype, shape=shape, fortran=fortran, header_bytes=8 + len(length_bytes) + length
    )


def check_numbers(npy: Npy, name: str) -> None:
    """Raise RecordingError unless the array can be an ECG: real numbers, not empty."""
    if npy.dtype.kind not in "fiu" or npy.dtype.itemsize > 8:
        raise RecordingError(
            f"{name} holds {npy.dtype} values; an ECG is made of real numbers: save it as float32."
        )
    if math.prod(npy.shape) == 0:
        raise RecordingError(f"{name} is an empty array of shape {npy.shape}: nothing to show.")


def blocks(file: IO[bytes], npy: Npy, row_items: int, name: str) -> Iterator[NDArray[Any]]:
    """The samples after the header, in whole rows of row_items, in native byte order."""
    row_bytes = row_items * npy.dtype.itemsize
    step = max(BLOCK_BYTES // row_bytes, 1) * row_bytes
    left = npy.data_bytes
    while left:
        raw = file.read(min(step, left))
        if not raw or len(raw) % row_bytes:
            raise RecordingError(f"{name} ends before its last sample: get it again.")
        left -= len(raw)
        yield np.frombuffer(raw, npy.dtype).astype(npy.dtype.newbyteorder("="), copy=False)


def small_array(file: IO[bytes], npy: Npy, limit: int, name: str) -> NDArray[Any] | None:
    """The whole of a small array (names, rates); None when it is larger than limit bytes."""
    if npy.data_bytes > limit:
        return None
    raw = file.read(npy.data_bytes)
    if len(raw) != npy.data_bytes:
        raise RecordingError(f"{name} ends before its last value: get it again.")
    array = np.frombuffer(raw, npy.dtype)
    return array.reshape(npy.shape, order="F" if npy.fortran else "C")
