"""HDF5: our own layout, and arrays that say what they are. Only ever in a throw-away process.

HDF5 files can name other files (external storage, external links, virtual datasets);
all three are refused, and every object is reached link by link.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from viewer.formats.about import about_from
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
from viewer.formats.wfdb_find import first_bytes
from viewer.recording import Integrity

MAGIC = b"\x89HDF\r\n\x1a\n"
LINKS_LIMIT, DEPTH_LIMIT = 1000, 3
SMALL_BYTES = 1 << 22
BLOCK_BYTES = 4 * 1024 * 1024


class Hdf5Reader:
    name = "HDF5"

    def sniff(self, path: Path, head: bytes) -> bool:
        return hdf5_at(head) is not None

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        head_at = hdf5_at(first_bytes(path))
        with _file(path) as file:
            key = _signal_key(file, path, hints)
            dataset = _dataset(file, key, path)
            _check(dataset, path)
            provenance = _json(_small(file, "provenance", path))
            own = file.attrs.get("format") == "Leadlight recording 1"
            stated = Stated(
                name=shown(path),
                shape=tuple(int(n) for n in dataset.shape),
                fs_hz=_rate(file, dataset, path),
                unit=_unit(file, dataset, key, path),
                leads=_leads(file, dataset, path),
                own=bool(own),
            )
            summed = bool(dataset.fletcher32)
        found = plan(stated, hints, path, None)
        about = about_from(provenance, found.n_leads)

        def decode(sink: Sink) -> Decoding:
            return _decode(path, key, found, summed, sink)

        return array_parsed(path, "HDF5" if head_at == 0 else "MATLAB 7.3", found, about, decode)


def hdf5_at(head: bytes) -> int | None:
    """Where the HDF5 part of a file begins: 0, or 512 behind the title of a MATLAB file."""
    if head.startswith(MAGIC):
        return 0
    matlab = head.startswith(b"MATLAB") and head[512 : 512 + len(MAGIC)] == MAGIC
    return 512 if matlab else None


@contextmanager
def _file(path: Path) -> Iterator[Any]:
    import h5py

    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except RecordingError:
        raise
    except (OSError, RuntimeError, KeyError, TypeError, AttributeError, UnicodeError):
        raise RecordingError(
            f"{shown(path)} is damaged (HDF5 cannot read it): get it again from its source."
        ) from None


def _dataset(file: Any, key: str, path: Path) -> Any:
    """The dataset at a path of group names, every link a hard one."""
    import h5py

    here = file
    for part in key.split("/"):
        link = here.get(part, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise RecordingError(
                f"{shown(path)} points to another file or place ({part[:40]}); it was not followed."
            )
        here = here[part]
    return here


def _signal_key(file: Any, path: Path, hints: ImportHints) -> str:
    """Which dataset is the ECG: as told, by name at the top, else the only likely one."""
    for name in SIGNAL_KEYS:
        if hints.array is None and file.get(name, getlink=True) is not None:
            return name  # _dataset() says what is wrong with it
    return which_array(path, list(_likely(file)), hints)


def _likely(group: Any, prefix: str = "", depth: int = 0) -> Iterator[str]:
    """Paths of the arrays of numbers, reached by hard links only, not too deep."""
    import h5py

    for index, name in enumerate(group):
        if index >= LINKS_LIMIT:
            return
        if not isinstance(group.get(name, getlink=True), h5py.HardLink) or name == "#refs#":
            continue
        child = group[name]
        if isinstance(child, h5py.Group) and depth < DEPTH_LIMIT:
            yield from _likely(child, f"{prefix}{name}/", depth + 1)
        elif isinstance(child, h5py.Dataset) and _is_signal(child):
            yield f"{prefix}{name}"


def _is_signal(dataset: Any) -> bool:
    text = dataset.attrs.get("MATLAB_class") == b"char"
    return not text and dataset.dtype.kind in "fiu" and max(dataset.shape, default=0) > 50


def _check(dataset: Any, path: Path) -> None:
    """Refuse what reads other files, is no array of numbers, or would not fit."""
    import h5py

    if not isinstance(dataset, h5py.Dataset):
        raise RecordingError(f"{shown(path)} holds a group where the ECG should be.")
    if dataset.external or dataset.is_virtual:
        raise RecordingError(
            f"{shown(path)} keeps its samples in another file, which is never followed."
        )
    if dataset.dtype.kind not in "fiu" or dataset.dtype.itemsize > 8:
        raise RecordingError(f"{shown(path)} holds {dataset.dtype} values; an ECG is numbers.")
    if math.prod(dataset.shape) == 0:
        raise RecordingError(f"{shown(path)} holds an empty array: nothing to show.")


def _small(file: Any, key: str, path: Path) -> Any:
    """A small dataset as an array, None when it is missing, large or linked."""
    import h5py

    if not isinstance(file.get(key, getlink=True), h5py.HardLink):
        return None
    found = file[key]
    if not isinstance(found, h5py.Dataset) or found.external or found.is_virtual:
        return None
    if math.prod(found.shape) * found.dtype.itemsize > SMALL_BYTES:
        return None
    value = np.asarray(found[()])
    if found.attrs.get("MATLAB_class") == b"char" and value.dtype == np.uint16:
        return np.array(["".join(map(chr, value.T.reshape(-1).tolist()))])
    if value.dtype.kind == "O":  # variable-length text
        value = np.array(
            [
                v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v)
                for v in value.reshape(-1)[:1000]
            ]
        )
    return value


def _stated(file: Any, dataset: Any, keys: tuple[str, ...], path: Path) -> Iterator[Any]:
    """Values under any of the keys: attributes first, then datasets beside the signal."""
    for key in keys:
        for attributes in (dataset.attrs, file.attrs):
            if key in attributes:
                value = attributes[key]
                yield np.array([value]) if isinstance(value, str | bytes) else np.asarray(value)
        value = _small(file, key, path)
        if value is not None:
            yield value


def _rate(file: Any, dataset: Any, path: Path) -> float | None:
    return next(
        (n for v in _stated(file, dataset, RATE_KEYS, path) if (n := number(v)) is not None), None
    )


def _unit(file: Any, dataset: Any, key: str, path: Path) -> str | None:
    for value in _stated(file, dataset, UNIT_KEYS, path):
        units = texts(value)
        if units:
            return units[0] if len(set(units)) == 1 else None
    return {"_mv": "mV", "_uv": "uV"}.get(key[-3:])


def _leads(file: Any, dataset: Any, path: Path) -> tuple[str, ...] | None:
    for value in _stated(file, dataset, LEAD_KEYS, path):
        names = texts(value) or _json(value)
        if isinstance(names, list | tuple) and all(isinstance(name, str) for name in names):
            return tuple(names) or None
    return None


def _json(value: Any) -> Any:
    """JSON stored as bytes, {} when it is something else."""
    if value is None or value.dtype != np.uint8:
        return {}
    try:
        return json.loads(value.tobytes())
    except (ValueError, RecursionError):
        return {}


def _decode(path: Path, key: str, found: Plan, summed: bool, sink: Sink) -> Decoding:
    noticed = Found([np.inf] * found.n_leads, [-np.inf] * found.n_leads)
    with _file(path) as file:
        dataset = _dataset(file, key, path)
        _check(dataset, path)
        step = max(BLOCK_BYTES // (dataset.dtype.itemsize * found.n_leads), 1)
        for start in range(0, found.n_samples, step):
            stop = min(start + step, found.n_samples)
            block = _block(dataset, found, start, stop)
            for lead in range(found.n_leads):
                values = to_float(block[lead], found.mv, noticed, found.row[lead])
                sink.write(found.row[lead], start, values)
            yield stop
    integrity: Integrity = "ok" if summed else "absent"
    digest = yield from hashing((path,), found.n_samples)
    return Outcome(
        integrity=(integrity,) * found.n_leads,
        warnings=amplitude_warnings(found.leads, noticed.spans_mv),
        source_sha256=digest,
    )


def _block(dataset: Any, found: Plan, start: int, stop: int) -> Any:
    """[n_leads, stop - start] of a dataset whose other axes have length 1."""
    long_axes = [axis for axis, n in enumerate(dataset.shape) if n != 1]
    if len(long_axes) <= 1:  # one lead
        index = [slice(None)] * len(dataset.shape)
        if long_axes:
            index[long_axes[0]] = slice(start, stop)
        return np.asarray(dataset[tuple(index)]).reshape(1, -1)
    time_axis = long_axes[1] if found.leads_first else long_axes[0]
    index = [slice(None)] * len(dataset.shape)
    index[time_axis] = slice(start, stop)
    block = np.asarray(dataset[tuple(index)])
    block = block.reshape([n for axis, n in enumerate(block.shape) if axis in long_axes])
    return block if found.leads_first else block.T
