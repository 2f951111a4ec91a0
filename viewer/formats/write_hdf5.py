"""HDF5 with a checksum on every block of samples (fletcher32)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from viewer.formats.about import about_to
from viewer.formats.block_source import signal_blocks
from viewer.recording import Recording

CHUNK_SAMPLES = 16_384


def write_hdf5(
    recording: Recording, folder: Path, stem: str, provenance: Mapping[str, Any]
) -> tuple[str, ...]:
    """Write stem.h5: signal_mv, leads and provenance with fletcher32, fs_hz. Raises OSError."""
    import h5py

    name = f"{stem}.h5"
    document = json.dumps({**provenance, "recording": about_to(recording)}).encode()
    shape = (len(recording.leads), recording.n_samples)
    try:
        with h5py.File(folder / name, "w", track_order=False) as file:
            file.attrs["fs_hz"] = np.float64(recording.fs_hz)
            file.attrs["format"] = "Leadlight recording 1"
            signal = file.create_dataset(
                "signal_mv",
                shape=shape,
                dtype="<f4",
                chunks=(1, min(CHUNK_SAMPLES, shape[1])),
                fletcher32=True,
            )
            signal.attrs["unit"] = "mV"
            for start, block in signal_blocks(recording):
                signal[:, start : start + block.shape[1]] = block
            _bytes(file, "leads", json.dumps(list(recording.leads)).encode())
            _bytes(file, "provenance", document)
    except RuntimeError as error:  # how the library reports some failed writes
        raise OSError(None, str(error)) from None
    return (name,)


def _bytes(file: Any, key: str, content: bytes) -> None:
    """JSON text as bytes: variable-length strings would escape the checksum."""
    array = np.frombuffer(content, np.uint8)
    file.create_dataset(key, data=array, chunks=(len(array),), fletcher32=True)
