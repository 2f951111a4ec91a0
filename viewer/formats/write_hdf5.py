"""HDF5 with a checksum on every block of samples (fletcher32)."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from viewer.formats.about import about_to
from viewer.formats.block_source import signal_blocks
from viewer.formats.writing import write_all
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
    with (folder / name).open("w+b", buffering=0) as raw:
        careful = _Careful(raw)
        with h5py.File(careful, "w", track_order=False) as file:
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
    if careful.error is not None:
        raise careful.error
    return (name,)


class _Careful(io.RawIOBase):
    """A file that remembers the first failed write instead of raising it.

    The HDF5 library cannot close a file whose writes fail, and complains on stderr; so it
    is told that all went well, and the error is raised when it has let go of the file.
    """

    def __init__(self, file: io.FileIO) -> None:
        super().__init__()
        self._file = file
        self.error: OSError | None = None

    def write(self, content: Any) -> int:
        if self.error is None:
            try:
                write_all(self._file, content)
            except OSError as error:
                self.error = error
        return memoryview(content).nbytes

    def readinto(self, buffer: Any) -> int:
        return self._file.readinto(buffer) or 0

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def truncate(self, size: int | None = None) -> int:
        if self.error is None:
            try:
                return self._file.truncate(size)
            except OSError as error:
                self.error = error
        return size or 0

    def flush(self) -> None:
        """Nothing is held back."""


def _bytes(file: Any, key: str, content: bytes) -> None:
    """JSON text as bytes: variable-length strings would escape the checksum."""
    array = np.frombuffer(content, np.uint8)
    file.create_dataset(key, data=array, chunks=(len(array),), fletcher32=True)
