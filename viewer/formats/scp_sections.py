"""The frame of an SCP-ECG file: sections, their bounds and their checksums."""

from __future__ import annotations

import binascii
from dataclasses import dataclass

HEADER = 16
SECTIONS_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Section:
    """body: without its header of 16 bytes; sound: whether its CRC fits."""

    number: int
    version: int
    body: bytes
    sound: bool


def crc(data: bytes) -> int:
    """CCITT, polynomial 0x1021, start value 0xFFFF."""
    return binascii.crc_hqx(data, 0xFFFF)


def looks_like_scp(head: bytes) -> bool:
    """Section 0 with its name, as the standard asks for; older files lack the name."""
    named = head[16:22] == b"SCPECG"
    zero = head[8:10] == b"\0\0" and 80 <= int.from_bytes(head[10:14], "little") <= 4096
    size = int.from_bytes(head[2:6], "little")
    bare = zero and head[16:22] == bytes(6) and head[22:24] == b"\0\0" and size > 200
    return len(head) > 40 and ((named and zero) or bare)


def sections_of(content: bytes) -> tuple[dict[int, Section], bool]:
    """The sections that hold something, and whether the file's CRC fits. Raises ValueError."""
    size = int.from_bytes(content[2:6], "little")
    if size > len(content) or size < 100:
        raise ValueError("the file is shorter than it says")
    whole_is_sound = crc(content[2:size]) == int.from_bytes(content[:2], "little")
    first = _section(content, 6, int.from_bytes(content[10:14], "little"), size)
    pointers = first.body
    found = {0: first}
    if len(pointers) // 10 > SECTIONS_LIMIT:
        raise ValueError("too many sections")
    for at in range(0, len(pointers) - 9, 10):
        number = int.from_bytes(pointers[at : at + 2], "little")
        length = int.from_bytes(pointers[at + 2 : at + 6], "little")
        index = int.from_bytes(pointers[at + 6 : at + 10], "little")
        if length == 0 or number == 0:
            continue
        section = _section(content, index - 1, length, size)
        if section.number != number or number in found:
            raise ValueError("a section is not where it should be")
        found[number] = section
    return found, whole_is_sound


def _section(content: bytes, start: int, length: int, size: int) -> Section:
    if start < 6 or length < HEADER or start + length > size:
        raise ValueError("a section lies outside the file")
    raw = content[start : start + length]
    if int.from_bytes(raw[4:8], "little") != length:
        raise ValueError("a section has two lengths")
    return Section(
        number=int.from_bytes(raw[2:4], "little"),
        version=raw[8],
        body=raw[HEADER:],
        sound=crc(raw[2:]) == int.from_bytes(raw[:2], "little"),
    )
