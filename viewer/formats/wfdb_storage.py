"""The storage formats of WFDB signal files, decoded with numpy, block by block.

After signal(5) of the WFDB Applications Guide (https://wfdb.io/spec/signal-files.html).
A decoder hands out frames in file order; the caller never holds more than one block.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from viewer.formats.errors import RecordingError
from viewer.formats.files import open_regular, shown

Ints = NDArray[Any]

ALIGNMENT = 6
"""Blocks of a multiple of six samples start on a byte in every packed format."""


def _little(raw: NDArray[np.uint8]) -> Ints:
    return raw.view("<i2")


def _big(raw: NDArray[np.uint8]) -> Ints:
    return raw.view(">i2").astype(np.int16)


def _offset_8(raw: NDArray[np.uint8]) -> Ints:
    return raw.astype(np.int16) - 128


def _offset_16(raw: NDArray[np.uint8]) -> Ints:
    return (raw.view("<u2").astype(np.int32) - 32768).astype(np.int16)


def _signed_24(raw: NDArray[np.uint8]) -> Ints:
    padded = np.zeros((len(raw) // 3, 4), np.uint8)
    padded[:, 1:] = raw.reshape(-1, 3)
    return padded.view("<i4")[:, 0] >> 8


def _signed_32(raw: NDArray[np.uint8]) -> Ints:
    return raw.view("<i4")


def _sign(values: Ints, bits: int) -> Ints:
    return (values ^ (1 << (bits - 1))) - (1 << (bits - 1))


def _packed_212(raw: NDArray[np.uint8]) -> Ints:
    """Two 12-bit samples in three bytes."""
    triples = _padded(raw, 3)
    samples = np.empty((len(triples), 2), np.int16)
    samples[:, 0] = triples[:, 0] | (triples[:, 1] & 0x0F) << 8
    samples[:, 1] = triples[:, 2] | (triples[:, 1] & 0xF0) << 4
    return _sign(samples, 12).reshape(-1)


def _packed_310(raw: NDArray[np.uint8]) -> Ints:
    """Three 10-bit samples in two 16-bit words: 11 bits (lowest unused) and 5 + 5 high bits."""
    words = _padded(raw, 4).astype(np.int16)
    low = words[:, 0] | words[:, 1] << 8
    high = words[:, 2] | words[:, 3] << 8
    samples = np.empty((len(words), 3), np.int16)
    samples[:, 0] = low >> 1 & 0x3FF
    samples[:, 1] = high >> 1 & 0x3FF
    samples[:, 2] = (low >> 11 & 0x1F) | (high >> 11 & 0x1F) << 5
    return _sign(samples, 10).reshape(-1)


def _packed_311(raw: NDArray[np.uint8]) -> Ints:
    """Three 10-bit samples in one 32-bit word, lowest bits first."""
    words = _padded(raw, 4).astype(np.int32)
    word = words[:, 0] | words[:, 1] << 8 | words[:, 2] << 16 | words[:, 3] << 24
    samples = np.stack([word & 0x3FF, word >> 10 & 0x3FF, word >> 20 & 0x3FF], axis=1)
    return _sign(samples.astype(np.int16), 10).reshape(-1)


def _padded(raw: NDArray[np.uint8], group: int) -> Ints:
    """Bytes in rows of group, the last one filled with zeros; wide enough to shift."""
    missing = -len(raw) % group
    return np.pad(raw, (0, missing)).reshape(-1, group).astype(np.int16)


class Packing:
    """How one storage format lays samples into bytes.

    group_bytes bytes hold group_samples samples; missing is the value that means "none".
    """

    def __init__(
        self,
        unpack: Callable[[NDArray[np.uint8]], Ints],
        group_samples: int,
        group_bytes: int,
        dtype: type[np.integer[Any]],
        missing: int | None,
    ) -> None:
        self.unpack, self.dtype, self.missing = unpack, np.dtype(dtype), missing
        self.group_samples, self.group_bytes = group_samples, group_bytes

    def bytes_for(self, n_samples: int) -> int:
        """Bytes that n_samples need at least; a last partial group may be cut short."""
        whole, rest = divmod(n_samples, self.group_samples)
        extra = rest * self.group_bytes
        return whole * self.group_bytes + -(-extra // self.group_samples)

    def samples_in(self, n_bytes: int) -> int:
        """Whole samples that n_bytes hold; the inverse of bytes_for."""
        whole, rest = divmod(n_bytes, self.group_bytes)
        return whole * self.group_samples + rest * self.group_samples // self.group_bytes


PACKINGS = {
    8: Packing(lambda raw: raw.view(np.int8).astype(np.int32), 1, 1, np.int32, None),
    16: Packing(_little, 1, 2, np.int16, -(2**15)),
    24: Packing(_signed_24, 1, 3, np.int32, -(2**23)),
    32: Packing(_signed_32, 1, 4, np.int32, -(2**31)),
    61: Packing(_big, 1, 2, np.int16, -(2**15)),
    80: Packing(_offset_8, 1, 1, np.int16, -(2**7)),
    160: Packing(_offset_16, 1, 2, np.int16, -(2**15)),
    212: Packing(_packed_212, 2, 3, np.int16, -(2**11)),
    310: Packing(_packed_310, 3, 4, np.int16, -(2**9)),
    311: Packing(_packed_311, 3, 4, np.int16, -(2**9)),
}
FLAC: dict[int, tuple[int, np.dtype[Any]]] = {
    508: (8, np.dtype(np.int16)),
    516: (16, np.dtype(np.int16)),
    524: (24, np.dtype(np.int32)),
}


class Decoder(Protocol):
    """Frames of one signal file, in order."""

    n_samples: int
    """Samples (of all signals together) that the file really holds."""

    def read(self, n_samples: int) -> Ints:
        """The next samples as a flat array; fewer at the end of the file."""

    def close(self) -> None: ...


def dtype_of(format_: int) -> np.dtype[Any]:
    """What can hold every sample of this storage format."""
    return FLAC[format_][1] if format_ in FLAC else PACKINGS[format_].dtype


def missing_of(format_: int) -> int | None:
    """The digital value that means "not recorded", None when the format has none."""
    return -(2 ** (FLAC[format_][0] - 1)) if format_ in FLAC else PACKINGS[format_].missing


class PackedFile:
    """Every format but FLAC."""

    def __init__(self, path: Path, format_: int, offset: int) -> None:
        self._packing = PACKINGS[format_]
        self._file = open_regular(path)
        size = path.stat().st_size
        self.n_samples = self._packing.samples_in(max(size - offset, 0))
        self._file.seek(offset)

    def read(self, n_samples: int) -> Ints:
        raw = np.frombuffer(self._file.read(self._packing.bytes_for(n_samples)), np.uint8)
        whole = self._packing.samples_in(len(raw))
        usable = raw[: self._packing.bytes_for(whole)]
        return self._packing.unpack(usable)[: min(whole, n_samples)]

    def close(self) -> None:
        self._file.close()


class FlacFile:
    """FLAC files; every signal of one file has the same samples per frame."""

    def __init__(self, path: Path, format_: int, offset: int, frame: int, n_signals: int) -> None:
        import soundfile  # needs libsndfile: loaded only for these files

        bits = {"PCM_S8": 8, "PCM_16": 16, "PCM_24": 24}
        self._frame, self._n_signals = frame, n_signals
        self._name = shown(path)
        self._raw = open_regular(path)
        try:
            if self._raw.read(4) != b"fLaC":
                raise RecordingError(f"{self._name} is not a FLAC file as its header says.")
            self._raw.seek(0)
            self._file = soundfile.SoundFile(self._raw)
            stored = bits.get(self._file.subtype, 99)
            if stored > FLAC[format_][0] or self._file.channels != n_signals:
                raise RecordingError(
                    f"{self._name} holds {self._file.channels} signals of {stored} bits; "
                    f"its header says {n_signals} of {FLAC[format_][0]} at most."
                )
            self._dtype = np.dtype(np.int32 if stored == 24 else np.int16)
            self._shift = 0 if stored == 16 else 8
            self.n_samples = max(len(self._file) - offset, 0) * n_signals
            if self.n_samples:
                self._file.seek(offset)
        except soundfile.LibsndfileError:
            self._raw.close()
            raise RecordingError(f"{self._name} is a damaged FLAC file; get it again.") from None
        except RecordingError:
            self._raw.close()
            raise

    def read(self, n_samples: int) -> Ints:
        import soundfile

        try:
            block = self._file.read(
                n_samples // self._n_signals, dtype=self._dtype.name, always_2d=True
            )
        except soundfile.LibsndfileError:
            raise RecordingError(f"{self._name} is a damaged FLAC file; get it again.") from None
        frames = len(block) // self._frame
        block = (block[: frames * self._frame] >> self._shift).reshape(
            frames, self._frame, self._n_signals
        )
        flat: Ints = block.transpose(0, 2, 1).reshape(-1)
        return flat

    def close(self) -> None:
        self._file.close()
        self._raw.close()
