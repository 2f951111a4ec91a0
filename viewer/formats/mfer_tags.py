"""The tags of MFER (ISO 22077-1): what is set before a frame of samples, in file order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

TAGS_LIMIT, CHANNELS_LIMIT, DEPTH_LIMIT = 100_000, 256, 4
BIG, BLOCK, CHANNELS, SEQUENCES, WAVE_KIND = 0x01, 0x04, 0x05, 0x06, 0x08
LEAD, TYPE, INTERVAL, SENSITIVITY, OFFSET, COMPRESSION = 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E
FILTER, NULL, NOTE, MAKER, SAMPLES = 0x11, 0x12, 0x16, 0x17, 0x1E
CHANNEL, PREAMBLE, SKEW, GROUP, END = 0x3F, 0x40, 0x43, 0x67, 0x80
NAME, PATIENT_ID, AGE, SEX, TIME = 0x81, 0x82, 0x83, 0x84, 0x85

TYPES = {0: "i2", 1: "u2", 2: "i4", 3: "u1", 5: "i1", 6: "u4", 7: "f4", 8: "f8"}
"""4 is a status and 9 a differential code of 8 bits; neither is a plain number."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for a channel; the standard's own defaults."""

    block: int = 1
    type: int = 0
    hz: float = 1000.0
    mv: float | None = None
    offset: float = 0.0
    null: bytes = b""
    lead: int = 0
    label: str = ""
    volts: bool = True


@dataclass(slots=True)
class Frame:
    """Samples with what was set when they came."""

    data: bytes
    little: bool
    channels: list[Settings]
    sequences: int


@dataclass(slots=True)
class Contents:
    frames: list[Frame] = field(default_factory=list)
    texts: dict[int, list[bytes]] = field(default_factory=dict)


def contents_of(data: bytes) -> Contents:
    """All frames and texts. Raises ValueError for whatever the standard does not allow."""
    found, common = Contents(), Settings()
    special: dict[int, list[tuple[int, bytes]]] = {}
    little, n_channels, sequences = False, 1, 0
    for tag, value, channel in elements(data):
        if tag == BIG:
            little = value[:1] == b"\1"
        elif tag == CHANNELS:
            n_channels = integer(value, little)
            special.clear()
            if not 1 <= n_channels <= CHANNELS_LIMIT:
                raise ValueError("number of channels")
        elif tag == SEQUENCES:
            sequences = integer(value, little)
        elif tag == CHANNEL:
            special.setdefault(channel, []).extend((t, v) for t, v, _ in elements(value))
        elif tag == COMPRESSION and integer(value[:2], little):
            raise ValueError("its samples are compressed")
        elif tag == SAMPLES:
            rows = [_special(common, special.get(i, []), little) for i in range(n_channels)]
            found.frames.append(Frame(value, little, rows, sequences))
        elif tag in (MAKER, NOTE, FILTER, NAME, PATIENT_ID, AGE, SEX, TIME, PREAMBLE):
            found.texts.setdefault(tag, []).append(value)
        else:
            common = changed(common, tag, value, little)
    return found


def elements(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """(tag, value, channel of tag 3F), until the end mark. Raises ValueError."""
    at = 0
    for _ in range(TAGS_LIMIT):
        if at >= len(data) or data[at] == END:
            return
        tag, at, channel = data[at], at + 1, 0
        if tag == 0:
            continue  # padding
        if tag == CHANNEL:
            while True:
                part = _byte(data, at)
                channel, at = channel << 7 | part & 0x7F, at + 1
                if part < 0x80:
                    break
                if channel > CHANNELS_LIMIT:
                    raise ValueError("number of a channel")
        length, at = _length(data, at)
        if length > len(data) - at:
            raise ValueError("a part is longer than the file")
        yield tag, data[at : at + length], channel
        at += length
    if at < len(data):
        raise ValueError("too many parts")


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise ValueError("cut off")
    return data[at]


def _length(data: bytes, at: int) -> tuple[int, int]:
    first = _byte(data, at)
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    if not 1 <= count <= 4 or at + 1 + count > len(data):
        raise ValueError("length of a part")
    return int.from_bytes(data[at + 1 : at + 1 + count], "big"), at + 1 + count


def _special(common: Settings, changes: list[tuple[int, bytes]], little: bool) -> Settings:
    for tag, value in changes:
        common = changed(common, tag, value, little)
    return common


def changed(settings: Settings, tag: int, value: bytes, little: bool) -> Settings:
    """Settings with one tag taken in; tags that say nothing of samples change nothing."""
    if tag == BLOCK:
        return replace(settings, block=integer(value, little))
    if tag == LEAD:
        label = value[2:].partition(b"\0")[0].decode("utf-8", "replace")
        return replace(settings, lead=integer(value[:2], little), label=label)
    if tag == TYPE:
        return replace(settings, type=integer(value, little))
    if tag == INTERVAL:
        unit, number = scaled(value, little)
        if unit not in (0, 1) or not number > 0:
            raise ValueError("its sampling rate")
        return replace(settings, hz=number if unit == 0 else 1 / number)
    if tag == SENSITIVITY:
        unit, number = scaled(value, little)
        return replace(settings, mv=number * 1000, volts=unit == 0)
    if tag == OFFSET:
        code = TYPES.get(settings.type, "i2")
        plain = len(value) == np.dtype(code).itemsize
        return replace(settings, offset=float(numbers(value, code, little)[0]) if plain else 0.0)
    return replace(settings, null=value) if tag == NULL else settings


def integer(value: bytes, little: bool) -> int:
    if not 1 <= len(value) <= 4:
        raise ValueError("length of a number")
    return int.from_bytes(value, "little" if little else "big")


def scaled(value: bytes, little: bool) -> tuple[int, float]:
    """(unit, number) of a unit, a power of ten and a number of 1 to 4 bytes or a float."""
    if not 3 <= len(value) <= 6:
        raise ValueError("length of a scale")
    number = int.from_bytes(value[2:], "little" if little else "big", signed=True)
    exponent = int.from_bytes(value[1:2], "big", signed=True)
    result = number * 10.0**exponent
    if not math.isfinite(result):
        raise ValueError("scale")
    return value[0], float(result)


def numbers(data: bytes, code: str, little: bool) -> NDArray[Any]:
    return np.frombuffer(data, ("<" if little else ">") + code)
