"""XLI, the compression of Philips Sierra ECGs: LZW of 10-bit codes over second differences.

Method: the openly documented scheme of Philips' SierraECG tools. Every lead is a chunk
of 4 bytes length, 2 bytes unused, 2 bytes first prediction error, and LZW codes. The
unpacked bytes are the high halves of all numbers, then all low halves.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

BITS = 10
LAST_CODE = (1 << BITS) - 2
"""The highest code that is ever given to a string; the one above it ends the data."""

BIAS = 64


def xli_leads(data: bytes, n_samples: int, n_leads: int) -> list[NDArray[np.int32]]:
    """The chunks as digits [n_samples] each. Raises ValueError for whatever does not fit."""
    leads: list[NDArray[np.int32]] = []
    while data and len(leads) < n_leads:
        size = int.from_bytes(data[:4], "little", signed=True)
        first = int.from_bytes(data[6:8], "little", signed=True)
        if size <= 0 or size > len(data) - 8:
            raise ValueError("a chunk is longer than the data")
        unpacked = lzw(data[8 : 8 + size], 2 * n_samples + 4)
        leads.append(_sums(unpacked, first, n_samples))
        data = data[8 + size :]
    return leads


def lzw(data: bytes, limit: int) -> bytes:
    """Unpack 10-bit LZW codes into at most limit bytes. Raises ValueError."""
    strings: list[bytes] = [bytes([value]) for value in range(256)]
    result = bytearray()
    previous = b""
    for code in _codes(data):
        if code > LAST_CODE:
            break
        if code < len(strings):
            current = strings[code]
        elif code == len(strings) and previous:
            current = previous + previous[:1]
        else:
            raise ValueError("a code that was never defined")
        if previous and len(strings) <= LAST_CODE:
            strings.append(previous + current[:1])
        result += current
        if len(result) > limit:
            raise ValueError("more samples than announced")
        previous = current
    return bytes(result)


def _codes(data: bytes) -> Iterator[int]:
    """10 bits at a time, the highest first; what is left at the end is padding."""
    held = bits = 0
    for byte in data:
        held, bits = (held << 8) | byte, bits + 8
        if bits >= BITS:
            bits -= BITS
            yield held >> bits
            held &= (1 << bits) - 1


def _sums(unpacked: bytes, first: int, n_samples: int) -> NDArray[np.int32]:
    """Numbers from their second differences, each of which predicts the next but one."""
    padded = unpacked + b"\0" * (len(unpacked) % 2)
    halves = np.frombuffer(padded, np.uint8).reshape(2, -1).astype(np.uint16)
    codes = (halves[0] << 8 | halves[1]).view(np.int16).astype(np.int64)
    if len(codes) < max(n_samples, 2):
        raise ValueError("fewer samples than announced")
    codes = codes[:n_samples]
    bends = np.empty(n_samples, np.int64)
    bends[0] = codes[0]
    bends[1] = codes[1] - 2 * codes[0]
    if n_samples > 2:
        bends[2] = -first
        bends[3:] = BIAS - codes[2:-1]
    digits = np.cumsum(np.cumsum(bends))
    if np.abs(digits).max(initial=0) > 2**20:
        raise ValueError("samples beyond every range")
    return digits.astype(np.int32)


def rebuild_limb_leads(leads: list[NDArray[np.int32]]) -> None:
    """III, aVR, aVL and aVF are stored as what the lead equations leave over; in place."""
    one, two = leads[0], leads[1]
    leads[2] = two - one - leads[2]
    leads[3] = -leads[3] - (one + two) // 2
    leads[4] = (one - leads[2]) // 2 - leads[4]
    leads[5] = (two + leads[2]) // 2 - leads[5]
