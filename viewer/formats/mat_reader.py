"""MATLAB .mat up to version 7 (and 4); version 7.3 is HDF5 and read there."""

from __future__ import annotations

import math
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.formats.about import About
from viewer.formats.array_import import (
    Plan,
    Stated,
    array_parsed,
    number,
    plan,
    texts,
    which_array,
)
from viewer.formats.array_rows import Found, to_float
from viewer.formats.checks import amplitude_warnings, hashing
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import shown
from viewer.formats.numpy_reader import LEAD_KEYS, RATE_KEYS, SIGNAL_KEYS, UNIT_KEYS
from viewer.formats.parsed import Decoding, Outcome, Parsed
from viewer.formats.sinks import Sink
from viewer.formats.wfdb_find import header_beside
from viewer.recording import Integrity

TITLE = b"MATLAB 5.0 MAT-file"
VARIABLES_LIMIT, UNPACKED_LIMIT, UNPACKED_RATIO = 256, 256 * 1024 * 1024, 100
FILE_LIMIT = 512 * 1024 * 1024


class MatReader:
    name = "MATLAB"

    def sniff(self, path: Path, head: bytes) -> bool:
        """Not the signal file of a WFDB record, which may look like MATLAB 4."""
        known = head.startswith(TITLE) or _is_version_4(head)
        return known and header_beside(path) is None

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        with _errors_in_words(path):
            arrays = _arrays(path)
        key = _signal_key(arrays, path, hints)
        signal = arrays[key]
        stated = Stated(
            name=shown(path),
            shape=signal.shape,
            fs_hz=_first(arrays, key, RATE_KEYS, number),
            unit=_unit(arrays, key),
            leads=_first(arrays, key, LEAD_KEYS, _names),
        )
        found = plan(stated, hints, path, signal)

        def decode(sink: Sink) -> Decoding:
            return _decode(path, signal, found, sink)

        return array_parsed(path, "MATLAB", found, About(), decode)


def _is_version_4(head: bytes) -> bool:
    """Five numbers of four bytes: type, rows, columns, imaginary, length of the name."""
    if len(head) < 24:
        return False
    kind, rows, columns, imaginary, length = np.frombuffer(head, "<i4", 5).tolist()
    name = head[20 : 20 + max(length, 0)].rstrip(b"\0")
    plain = 0 <= kind <= 52 and kind % 10 in (0, 1, 2) and imaginary == 0
    return plain and rows > 0 and columns > 0 and 1 < length <= 64 and name.isalnum()


@contextmanager
def _errors_in_words(path: Path) -> Iterator[None]:
    from scipy.io.matlab import MatReadError

    broken: tuple[type[Exception], ...] = (
        *(MatReadError, OSError, ValueError, TypeError, KeyError, IndexError, NotImplementedError),
        *(EOFError, OverflowError, AttributeError, AssertionError, RecursionError),
        zlib.error,
    )

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except RecordingError:
        raise
    except broken:
        raise RecordingError(
            f"{shown(path)} is damaged (MATLAB's layout is broken): get it again from its source."
        ) from None


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Numbers and texts by name; the fields of a structure as "ecg.signal"."""
    from scipy.io import loadmat, whosmat

    size = path.stat().st_size
    if size > FILE_LIMIT:
        raise RecordingError(f"{shown(path)} is larger than {FILE_LIMIT >> 20} MB: split it.")
    listed = whosmat(path, appendmat=False)
    if len(listed) > VARIABLES_LIMIT:
        raise RecordingError(f"{shown(path)} holds {len(listed)} variables, too many to be an ECG.")
    unpacked = sum(8 * math.prod(shape) for _, shape, _ in listed)
    if unpacked > UNPACKED_LIMIT and unpacked > UNPACKED_RATIO * size:
        raise RecordingError(
            f"{shown(path)} would unpack to {unpacked / 1e9:.3g} GB: it was not opened."
        )
    kinds = ("double", "single", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")
    wanted = [name for name, _, kind in listed if kind in (*kinds, "char", "cell", "struct")]
    loaded = loadmat(path, appendmat=False, variable_names=wanted, chars_as_strings=True)
    found: dict[str, NDArray[Any]] = {}
    for name in wanted:
        value = loaded.get(name)
        if not isinstance(value, np.ndarray):
            continue
        if value.dtype.names and value.size == 1:
            for field in value.dtype.names[:VARIABLES_LIMIT]:
                inner = value.reshape(-1)[0][field]
                if isinstance(inner, np.ndarray):
                    found[f"{name}.{field}"] = inner
        else:
            found[name] = value
    return found


def _signal_key(arrays: dict[str, NDArray[Any]], path: Path, hints: ImportHints) -> str:
    """As told, by its name, else the only one that can be it."""
    numbers = {k: v for k, v in arrays.items() if v.dtype.kind in "fiu" and v.size}
    if hints.array in numbers:
        return hints.array
    for wanted in SIGNAL_KEYS:
        for key in numbers:
            if key.rpartition(".")[2] == wanted and max(numbers[key].shape) > 50:
                return key
    return which_array(path, [k for k, v in numbers.items() if max(v.shape) > 50], hints)


def _first(arrays: dict[str, NDArray[Any]], key: str, keys: tuple[str, ...], convert: Any) -> Any:
    """The first that can be understood; beside the signal before elsewhere."""
    inside = key.rpartition(".")[0]
    for name in keys:
        for full in (f"{inside}.{name}" if inside else name, name):
            value = convert(arrays.get(full))
            if value is not None:
                return value
    return None


def _names(value: NDArray[Any] | None) -> tuple[str, ...] | None:
    """Texts, or a cell array of texts."""
    if value is not None and value.dtype == object:
        items = [item.reshape(-1) for item in value.reshape(-1) if isinstance(item, np.ndarray)]
        if len(items) == value.size and all(i.size == 1 and i.dtype.kind == "U" for i in items):
            return tuple(str(item[0]).strip() for item in items)
        return None
    found = texts(value)
    return tuple(name.strip() for name in found) if found else None


def _unit(arrays: dict[str, NDArray[Any]], key: str) -> str | None:
    units = _first(arrays, key, UNIT_KEYS, _names)
    if units:
        return units[0] if len(set(units)) == 1 else None
    return {"_mv": "mV", "_uv": "uV"}.get(key[-3:])


def _decode(path: Path, signal: NDArray[Any], found: Plan, sink: Sink) -> Decoding:
    noticed = Found([np.inf] * found.n_leads, [-np.inf] * found.n_leads)
    turned = signal.reshape([n for n in signal.shape if n != 1] or [1])
    by_lead = np.atleast_2d(turned) if found.leads_first else np.atleast_2d(turned.T)
    for lead in range(found.n_leads):
        row = found.row[lead]
        sink.write(row, 0, to_float(by_lead[lead], found.mv, noticed, row))
    integrity: Integrity = "absent"
    digest = yield from hashing((path,), found.n_samples)
    return Outcome(
        integrity=(integrity,) * found.n_leads,
        warnings=amplitude_warnings(found.leads, noticed.spans_mv),
        source_sha256=digest,
    )
