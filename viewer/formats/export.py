"""Writing a recording: prepared aside, read back, compared, and only then put in place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from viewer.formats.about import about_to
from viewer.formats.errors import RecordingError
from viewer.formats.files import read_limited, shown
from viewer.formats.verify import compare
from viewer.formats.write_csv import write_csv
from viewer.formats.write_hdf5 import write_hdf5
from viewer.formats.write_npz import write_npz
from viewer.formats.write_wfdb import choose_scale, write_wfdb
from viewer.formats.writing import not_saved, publish, sha256_of, staging
from viewer.recording import Recording

ExportFormat = Literal["wfdb", "npz", "hdf5", "csv"]
Writer = Callable[[Recording, Path, str, Mapping[str, Any]], tuple[str, ...]]

WRITERS: dict[str, Writer] = {
    "wfdb": write_wfdb,
    "npz": write_npz,
    "hdf5": write_hdf5,
    "csv": write_csv,
}
SUFFIXES = {"wfdb": ".hea", "npz": ".npz", "hdf5": ".h5", "csv": ".csv"}
ENDINGS = {"wfdb": (".hea", ".dat"), "npz": (".npz",), "hdf5": (".h5", ".hdf5"), "csv": (".csv",)}
SIDECAR = ".leadlight.json"
SCHEMA = "leadlight-export/1"


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
) -> ExportProof:
    """Write the recording and its sidecar. Raises RecordingError; then nothing was changed.

    out_path   with or without the format's suffix
    source     a file that must never be written over, besides recording.path
    """
    if format not in WRITERS:
        raise RecordingError(f"{format!r} cannot be written; known: {', '.join(WRITERS)}.")
    target = _target(Path(out_path), format)
    _check_ready(recording, target)
    try:
        _check_place(recording, target, format, overwrite=overwrite, source=source)
    except OSError as error:
        raise not_saved(target, error) from None
    with staging(target) as stage:
        names = WRITERS[format](recording, stage, _stem(target), provenance)
        main = stage / names[-1]
        error_uv = compare(recording, main, _tolerance_mv(recording, format))
        digest = sha256_of([stage / name for name in names[::-1]])
        sidecar = _stem(target) + SIDECAR
        document = _document(recording, format, provenance, stage, names, error_uv)
        (stage / sidecar).write_text(json.dumps(document, indent=2) + "\n", "utf-8")
        publish(stage, (sidecar, *names), target.parent)
    return ExportProof(
        path=target.parent / names[-1],
        sidecar=target.parent / sidecar,
        sha256=digest,
        max_error_uv=error_uv,
    )


def _target(path: Path, format_: str) -> Path:
    """The path with the format's suffix; "x.h5" stays, "rec.1" becomes "rec.1.npz"."""
    if path.suffix.lower() in ENDINGS[format_]:
        path = path.with_name(path.name[: -len(path.suffix)])
    if path.name in ("", ".", ".."):
        raise RecordingError("The export needs a file name.")
    return path.with_name(path.name + SUFFIXES[format_])


def _stem(target: Path) -> str:
    return target.name[: -len(target.suffix)]


def _check_ready(recording: Recording, target: Path) -> None:
    if recording.samples.ready_until < recording.n_samples:
        raise RecordingError(
            f"{shown(target)} was not saved: the recording is still being read; wait a moment."
        )


def _check_place(
    recording: Recording, target: Path, format_: str, *, overwrite: bool, source: Path | None
) -> None:
    """Refuse to touch the source, ever, and other existing files unless asked."""
    written = [target, target.with_name(_stem(target) + SIDECAR)]
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
    """What may differ per lead: half a step in WFDB, nothing elsewhere."""
    if format_ != "wfdb":
        return np.zeros(len(recording.leads))
    return np.array(choose_scale(recording).step_mv) / 2


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
