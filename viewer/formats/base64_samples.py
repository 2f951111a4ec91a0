"""Samples as base64 text: GE MUSE and Philips Sierra keep little-endian 16-bit integers."""

from __future__ import annotations

import base64
import binascii

import numpy as np
from numpy.typing import NDArray


def unpacked(text: str | None) -> bytes:
    """The bytes behind base64 with any white space in it. Raises ValueError."""
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None


def int16(raw: bytes) -> NDArray[np.int16]:
    """Little-endian 16-bit integers. Raises ValueError for an odd number of bytes."""
    return np.frombuffer(raw, "<i2")
