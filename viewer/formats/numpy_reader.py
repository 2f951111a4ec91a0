"""NPZ and NPY: arrays saved by NumPy. Nothing in them is ever unpickled."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from numpy.typing import NDArray

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
from viewer.formats.array_rows import read_first_page, read_rows
from viewer.formats.checks import amplitude_warnings, hashing
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import open_regular, shown
from viewer.formats.npy import Npy, check_numbers, read_npy_header, small_array
from viewer.formats.parsed import Decoding, Outcome, Parsed
from viewer.formats.sinks import Sink
from viewer.recording import Integrity

SIGNAL_KEYS = (
    *("signal_mv", "signal_uv", "signal", "signals", "ecg", "ecg_mv", "ecg_uv", "data", "ecg_data"),
    *("ecg_signal", "p_signal", "waveform", "waveforms", "samples", "x", "X", "val", "arr_0"),
)
RATE_KEYS = (
    *("fs_hz", "fs", "Fs", "FS", "sampling_rate", "sample_rate", "samplerate", "sampling_rate_hz"),
    *("sampling_frequency", "sfreq", "srate", "frequency", "freq", "rate"),
)
LEAD_KEYS = ("leads", "lead_names", "lead", "sig_name", "channels", "channel_names", "ch_names")
UNIT_KEYS = ("unit", "units")
MEMBER_LIMIT, SMALL_BYTES = 256, 1 << 20
UNPACKED_LIMIT, UNPACKED_RATIO = 256 * 1024 * 1024, 100
LOOK_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Member:
    """One array: its name in the archive (None: the file itself is the array)."""

    key: str | None
    npy: Npy


class NpyReader:
    name = "NPY"

    def sniff(self, path: Path, head: bytes) -> bool:
        return head.startswith(b"\x93NUMPY")

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        with open_regular(path) as file:
            npy = read_npy_header(file, shown(path))
        check_numbers(npy, shown(path))
        if npy.header_bytes + npy.data_bytes != path.stat().st_size:
            raise RecordingError(
                f"{shown(path)} has not the size its header says: get it again from its source."
            )
        stated = Stated(name=shown(path), shape=npy.shape)
        return _parsed(path, "NPY", _Member(None, npy), stated, hints, {})


class NpzReader:
    name = "NPZ"

    def sniff(self, path: Path, head: bytes) -> bool:
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        with _archive(path) as archive:
            members = _members(archive, path)
            signal_key = _signal_key(members, path, hints)
            small = {
                key: _small(archive, key, npy, path)
                for key, npy in members.items()
                if key != signal_key and key in _KNOWN
            }
        npy = members[signal_key]
        check_numbers(npy, shown(path))
        provenance = _json(small.get("provenance"))
        stated = Stated(
            name=shown(path),
            shape=npy.shape,
            fs_hz=_first(small, RATE_KEYS, number),
            unit=_unit(signal_key, small),
            leads=_first(small, LEAD_KEYS, texts),
            own=signal_key == "signal_mv" and "provenance" in small,
        )
        return _parsed(path, "NPZ", _Member(signal_key, npy), stated, hints, provenance)


_KNOWN = frozenset((*RATE_KEYS, *LEAD_KEYS, *UNIT_KEYS, "provenance"))


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """The open archive; every way in which a zip can be broken is one RecordingError."""
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        raise RecordingError(
            f"{shown(path)} is damaged (its checksum or its archive is wrong): "
            "get it again from its source."
        ) from None


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, Npy]:
    """Headers of all arrays, after checking the sizes the archive declares."""
    infos = archive.infolist()
    if len(infos) > MEMBER_LIMIT:
        raise RecordingError(f"{shown(path)} holds {len(infos)} parts, too many for a recording.")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > UNPACKED_LIMIT and unpacked > UNPACKED_RATIO * path.stat().st_size:
        raise RecordingError(
            f"{shown(path)} would unpack to {unpacked / 1e9:.3g} GB: it was not opened."
        )
    members: dict[str, Npy] = {}
    for info in infos:
        if not info.filename.endswith(".npy") or info.is_dir():
            continue
        key = info.filename[:-4]
        with archive.open(info) as file:
            try:
                npy = read_npy_header(file, shown(path))
            except RecordingError:
                if key in SIGNAL_KEYS:
                    raise
                continue  # something else beside the signal, which is not needed
        if npy.header_bytes + npy.data_bytes != info.file_size:
            raise RecordingError(
                f"{shown(path)}: the array {key[:40]!r} has not the size its header says."
            )
        members[key] = npy
    if not members:
        raise RecordingError(f"{shown(path)} is an archive without NumPy arrays: not a recording.")
    return members


def _signal_key(members: dict[str, Npy], path: Path, hints: ImportHints) -> str:
    """Which array is the ECG: as told, by name, else the only one that can be it."""
    if hints.array in members:
        return hints.array
    for key in SIGNAL_KEYS:
        if key in members:
            return key
    likely = [
        key
        for key, npy in members.items()
        if npy.dtype.kind in "fiu" and max(npy.shape, default=0) > 50
    ]
    return which_array(path, likely, hints)


def _small(archive: zipfile.ZipFile, key: str, npy: Npy, path: Path) -> NDArray[Any] | None:
    with archive.open(key + ".npy") as file:
        read_npy_header(file, shown(path))
        return small_array(file, npy, SMALL_BYTES, shown(path))


def _first(small: dict[str, Any], keys: tuple[str, ...], convert: Any) -> Any:
    for key in keys:
        value = convert(small.get(key))
        if value is not None:
            return value
    return None


def _unit(signal_key: str, small: dict[str, NDArray[Any] | None]) -> str | None:
    """The unit as stated by its own array or by the signal's name."""
    units = _first(small, UNIT_KEYS, texts)
    if units:
        return units[0] if len(set(units)) == 1 else None
    return {"_mv": "mV", "_uv": "uV"}.get(signal_key[-3:])


def _json(value: NDArray[Any] | None) -> dict[str, Any]:
    """Our own provenance, {} when there is none or it is something else."""
    items = texts(value)
    try:
        found = json.loads(items[0]) if items else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _parsed(
    path: Path,
    format_: str,
    member: _Member,
    stated: Stated,
    hints: ImportHints,
    provenance: dict[str, Any],
) -> Parsed:
    look = None
    if member.npy.data_bytes <= LOOK_BYTES and not stated.leads and not hints.leads:
        look = _whole(path, member)
    found = plan(stated, hints, path, look)
    about = about_from(provenance, found.n_leads)

    def decode(sink: Sink) -> Decoding:
        return _decode(path, member, found, sink)

    return array_parsed(path, format_, found, about, decode)


@contextmanager
def _samples(path: Path, member: _Member) -> Iterator[IO[bytes]]:
    """The file at its first sample."""
    if member.key is None:
        with open_regular(path) as file:
            file.seek(member.npy.header_bytes)
            yield file
        return
    with _archive(path) as archive, archive.open(member.key + ".npy") as part:
        part.read(member.npy.header_bytes)
        yield part


def _whole(path: Path, member: _Member) -> NDArray[Any]:
    """The array as it is, to look at; its last byte also proves the archive's checksum."""
    with _samples(path, member) as file:
        array = small_array(file, member.npy, member.npy.data_bytes, shown(path))
    assert array is not None
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _decode(path: Path, member: _Member, found: Plan, sink: Sink) -> Decoding:
    integrity: Integrity = "absent"
    with _samples(path, member) as file:
        if member.key is None:  # can be searched: the first page before the rest
            start = member.npy.header_bytes
            yield read_first_page(file, start, member.npy, found, sink, shown(path))
            file.seek(start)
        noticed = yield from read_rows(file, member.npy, found, sink, shown(path))
        if member.key is not None:
            file.read(1)  # the archive compares its checksum at the very end
            integrity = "ok"
    digest = yield from hashing((path,), found.n_samples)
    warnings = amplitude_warnings(found.leads, noticed.spans_mv)
    if noticed.infinite:
        warnings += ("Some values are infinite; they are shown as gaps.",)
    return Outcome(integrity=(integrity,) * found.n_leads, warnings=warnings, source_sha256=digest)
