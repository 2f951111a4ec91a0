"""Writing a recording: prepared aside, read back, compared, and only then put in place."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from viewer.formats.about import about_to
from viewer.formats.errors import RecordingError
from viewer.formats.files import read_limited, shown
from viewer.formats.read_back import ReadBack
from viewer.formats.scale import BITS, choose_scale
from viewer.formats.verify import compare
from viewer.formats.writing import not_saved, publish, sha256_of, staging
from viewer.recording import Recording
from viewer.writable import FORMATS

Writer = Callable[[Recording, Path, str, Mapping[str, Any]], tuple[str, ...]]
"""(recording, folder, stem, provenance) -> names of the files, the one to open again last."""

SCHEMA = "leadlight-export/1"
"""Described in resources/schema/leadlight-export-1.json."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportProof:
    """What was written and read back.

    path          of the file to open again (the header of a WFDB record)
    sidecar       the JSON beside it
    sha256        of the written files; a Recording opened from them has it as source_sha256
    max_error_uv  largest difference between the recording and what was read back
    """

    path: Path
    sidecar: Path
    sha256: str
    max_error_uv: float


def export_recording(
    recording: Recording,
    out_path: Path | str,
    format: str,
    provenance: Mapping[str, Any],
    *,
    overwrite: bool = False,
    source: Path | None = None,
    writer: Writer | None = None,
    beside: Mapping[str, bytes] | None = None,
) -> ExportProof:
    """Write the recording and its sidecar. Raises RecordingError; then nothing was changed.

    out_path   with or without the format's suffix
    source     a file that must never be written over, besides recording.path
    writer     instead of the format's own, for tests of what goes wrong
    beside     further files of the record by their suffix: {".atr": annotations}
    """
    if format not in FORMATS:
        raise RecordingError(f"{format!r} cannot be written; known: {', '.join(FORMATS)}.")
    target = _target(Path(out_path), format)
    _check_ready(recording, target)
    try:
        further = [target.with_name(_stem(target) + suffix) for suffix in beside or {}]
        _check_place(recording, target, format, further, overwrite=overwrite, source=source)
    except OSError as error:
        raise not_saved(target, error) from None
    write, read_back = _tools(format)
    with staging(target) as stage:
        names = (writer or write)(recording, stage, _stem(target), provenance)
        main = stage / names[-1]
        error_uv = compare(recording, main, _tolerance_mv(recording, format), read_back)
        digest = sha256_of([stage / name for name in names[::-1]])
        sidecar = FORMATS[format].sidecar(_stem(target))
        document = _document(recording, format, provenance, stage, names, error_uv)
        (stage / sidecar).write_text(json.dumps(document, indent=2) + "\n", "utf-8")
        for path, content in zip(further, (beside or {}).values(), strict=True):
            (stage / path.name).write_bytes(content)
        publish(stage, (sidecar, *(path.name for path in further), *names), target.parent)
    return ExportProof(
        path=target.parent / names[-1],
        sidecar=target.parent / sidecar,
        sha256=digest,
        max_error_uv=error_uv,
    )


def _tools(format_: str) -> tuple[Writer, Callable[[Path], ReadBack] | None]:
    """The format's writer, and how its files are read back if not as every recording is."""
    module = importlib.import_module(f"viewer.formats.write_{format_}")
    writer: Writer = getattr(module, f"write_{format_}")
    return writer, getattr(module, "read_back", None)


def _target(path: Path, format_: str) -> Path:
    """The path with the format's suffix; "x.h5" stays, "rec.1" becomes "rec.1.npz"."""
    if path.suffix.lower() in FORMATS[format_].endings:
        path = path.with_name(path.name[: -len(path.suffix)])
    if path.name in ("", ".", ".."):
        raise RecordingError("The export needs a file name.")
    return path.with_name(path.name + FORMATS[format_].suffix)


def _stem(target: Path) -> str:
    return target.name[: -len(target.suffix)]


def _check_ready(recording: Recording, target: Path) -> None:
    if recording.samples.ready_until < recording.n_samples:
        raise RecordingError(
            f"{shown(target)} was not saved: the recording is still being read; wait a moment."
        )


def _check_place(
    recording: Recording,
    target: Path,
    format_: str,
    further: list[Path],
    *,
    overwrite: bool,
    source: Path | None,
) -> None:
    """Refuse to touch the source, ever, and other existing files unless asked."""
    written = [target, target.with_name(FORMATS[format_].sidecar(_stem(target))), *further]
    if format_ == "wfdb":
        written.append(target.with_name(_stem(target) + ".dat"))
    originals = [path for path in (source, recording.path) if path is not None]
    for path in written:
        if any(_is_part_of(path, original) for original in originals):
            raise RecordingError(
                f"{shown(path)} is part of the original recording, which is never overwritten: "
                "choose another name or folder."
            )
    if overwrite:
        return
    for path in written:
        if path.exists() or path.is_symlink():
            raise RecordingError(
                f"{shown(path)} exists already: choose another name, or allow it to be replaced."
            )


def _is_part_of(path: Path, original: Path) -> bool:
    """Whether path is the original's file, or one that its header names."""
    try:
        if path.exists() and original.exists() and path.samefile(original):
            return True
        if original.suffix.lower() != ".hea" or not path.exists():
            return False
        if path.resolve().parent != original.resolve().parent:
            return False
        return path.resolve().name.encode() in read_limited(original.resolve(), 1 << 22)
    except (OSError, RecordingError):
        return False


def _tolerance_mv(recording: Recording, format_: str) -> Any:
    """What may differ per lead: half a step in digital formats, nothing elsewhere."""
    if not FORMATS[format_].digital:
        return np.zeros(len(recording.leads))
    bits = {"wfdb": BITS, "aecg": (32,)}.get(format_, (16,))
    return np.array(choose_scale(recording, bits).step_mv) / 2


def _document(
    recording: Recording,
    format_: str,
    provenance: Mapping[str, Any],
    stage: Path,
    names: tuple[str, ...],
    error_uv: float,
) -> dict[str, Any]:
    """The sidecar: how it was made, what it is, and the proof."""
    return {
        "schema": SCHEMA,
        **provenance,
        "recording": about_to(recording),
        "output": {
            "format": format_,
            "files": {name: sha256_of([stage / name]) for name in names},
            "leads": list(recording.leads),
            "fs_hz": recording.fs_hz,
            "n_samples": recording.n_samples,
            "max_error_uv": error_uv,
        },
    }
