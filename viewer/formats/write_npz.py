"""NPZ as design.md lays it down: signal_mv, fs_hz, leads, provenance."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from viewer.formats.about import about_to
from viewer.formats.block_source import signal_blocks
from viewer.recording import Recording

SHORT_BYTES = 64 * 1024 * 1024
"""Longer arrays are stored sample after sample (Fortran order), to be written in one go."""


def write_npz(
    recording: Recording, folder: Path, stem: str, provenance: Mapping[str, Any]
) -> tuple[str, ...]:
    """Write stem.npz into folder. Raises OSError."""
    name = f"{stem}.npz"
    document = json.dumps({**provenance, "recording": about_to(recording)})
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_STORED) as archive:
        _write_signal(archive, recording)
        _write_array(archive, "fs_hz", np.float64(recording.fs_hz))
        _write_array(archive, "leads", np.array(recording.leads))
        _write_array(archive, "provenance", np.array(document))
    return (name,)


def _write_signal(archive: zipfile.ZipFile, recording: Recording) -> None:
    shape = (len(recording.leads), recording.n_samples)
    fortran = 4 * shape[0] * shape[1] > SHORT_BYTES
    header = {"descr": "<f4", "fortran_order": fortran, "shape": shape}
    with archive.open("signal_mv.npy", "w", force_zip64=True) as part:
        np.lib.format.write_array_header_1_0(part, header)
        if not fortran:
            part.write(recording.signal_mv.astype("<f4").tobytes())
            return
        for _, block in signal_blocks(recording):
            part.write(np.ascontiguousarray(block.T, "<f4").tobytes())


def _write_array(archive: zipfile.ZipFile, key: str, value: Any) -> None:
    buffer = io.BytesIO()
    np.save(buffer, value, allow_pickle=False)
    archive.writestr(key + ".npy", buffer.getvalue())
