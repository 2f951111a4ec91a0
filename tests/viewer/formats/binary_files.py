"""SCP-ECG, ISHNE and MFER files written for tests from the standards alone."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np


def crc_ccitt(data: bytes) -> int:
    """Bit by bit, as the standard's example does it."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def scp_bits(numbers: Sequence[int]) -> bytes:
    """The default Huffman table: small numbers short, others as 8 or 16 plain bits."""
    text = ""
    for n in numbers:
        if n == 0:
            text += "0"
        elif abs(n) <= 8:
            text += "1" * abs(n) + "0" + ("1" if n < 0 else "0")
        elif -128 <= n < 128:
            text += "1111111110" + f"{n & 0xFF:08b}"
        else:
            text += "1111111111" + f"{n & 0xFFFF:016b}"
    text += "0" * (-len(text) % 16)
    return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))


def differences(digits: np.ndarray, order: int) -> list[int]:
    """The first `order` samples as they are, then what is new."""
    values = digits.astype(int)
    return [*values[:order].tolist(), *np.diff(values, order).tolist()]


def scp_section(number: int, body: bytes, *, spoil: bool = False) -> bytes:
    body += b"\0" * (len(body) % 2)
    rest = struct.pack("<HIBB6s", number, len(body) + 16, 20, 20, b"") + body
    return struct.pack("<H", crc_ccitt(rest) ^ (1 if spoil else 0)) + rest


def scp_signal(
    leads: Sequence[np.ndarray],
    *,
    avm_nv: int = 2500,
    interval_us: int = 2000,
    order: int = 2,
    bimodal: int = 0,
    huffman: bool = True,
) -> bytes:
    rows = [
        scp_bits(differences(d, order)) if huffman else d.astype("<i2").tobytes() for d in leads
    ]
    head = struct.pack("<HHBB", avm_nv, interval_us, order if huffman else 0, bimodal)
    return head + b"".join(struct.pack("<H", len(row)) for row in rows) + b"".join(rows)


def scp_leads(numbers: Sequence[int], n_samples: int, *, subtracted: bool = False) -> bytes:
    rows = b"".join(struct.pack("<IIB", 1, n_samples, number) for number in numbers)
    return bytes([len(numbers), 4 | subtracted]) + rows


def scp_tags(*tags: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([n]) + struct.pack("<H", len(v)) + v for n, v in (*tags, (255, b"")))


def scp_file(
    sections: dict[int, bytes], *, spoil_file: bool = False, spoil_section: int = -1
) -> bytes:
    """Sections by number, put behind a section 0 that points to them."""
    packed = {n: scp_section(n, body, spoil=n == spoil_section) for n, body in sections.items()}
    numbers = range(1, 12)
    at = 6 + 16 + 10 * (len(numbers) + 1)
    pointers = struct.pack("<HII", 0, at - 6, 7)
    for number in numbers:
        raw = packed.get(number, b"")
        pointers += struct.pack("<HII", number, len(raw), at + 1 if raw else 0)
        at += len(raw)
    rest = struct.pack("<HIBB6s", 0, 16 + len(pointers), 20, 20, b"SCPECG") + pointers
    zero = struct.pack("<H", crc_ccitt(rest)) + rest
    body = struct.pack("<I", at) + zero + b"".join(packed[n] for n in numbers if n in packed)
    return struct.pack("<H", crc_ccitt(body) ^ (1 if spoil_file else 0)) + body


def ishne_file(
    digits: np.ndarray,
    codes: Sequence[int],
    *,
    fs_hz: int = 200,
    step_nv: int = 5000,
    n_samples: int | None = None,
    spoil: bool = False,
    n_leads: int | None = None,
    magic: bytes = b"ISHNE1.0",
) -> bytes:
    """digits [n, n_leads]; every text and number at the place of the published layout."""
    n = len(digits) if n_samples is None else n_samples
    head = struct.pack("<iiiih", 0, n, 522, 522, 1)
    head += b"Jane".ljust(40, b"\0") + b"Doe".ljust(40, b"\0") + b"ID7".ljust(20, b"\0")
    head += struct.pack("<hh", 2, 1) + struct.pack("<9h", 2, 5, 1951, 4, 3, 2002, 5, 3, 2002)
    head += struct.pack("<3h", 23, 59, 58) + struct.pack(
        "<h", len(codes) if n_leads is None else n_leads
    )
    pad = 12 - len(codes)
    head += struct.pack("<12h", *codes, *[-9] * pad) + struct.pack("<12h", *[0] * 12)
    head += struct.pack("<12h", *[step_nv] * len(codes), *[-9] * pad)
    head += struct.pack("<h", 0) + b"Recorder X".ljust(40, b"\0") + struct.pack("<h", fs_hz)
    head += b"\0" * (80 + 80 + 88)
    stated = crc_ccitt(head) ^ (1 if spoil else 0)
    return magic + struct.pack("<H", stated) + head + digits.astype("<i2").tobytes()


def mfer_part(tag: int, value: bytes, *, channel: int | None = None) -> bytes:
    head = bytes([tag]) if channel is None else bytes([tag, channel])
    size = len(value)
    length = bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")
    return head + length + value


def mfer_file(
    digits: np.ndarray,
    leads: Sequence[int] = (1, 2, 3),
    *,
    block: int = 100,
    little: bool = False,
    kind: tuple[int, str] = (0, "i2"),
    interval: bytes = b"\1\xfd\0\2",
    sensitivity: bytes | None = b"\0\xfa\0\5",
    sequences: int | None = None,
    more: bytes = b"",
    tail: bytes = b"\x80\0",
) -> bytes:
    """digits [n_leads, n]; interval and sensitivity: unit, power of ten, number (big endian)."""
    order = "<" if little else ">"

    def number(value: int, size: int = 2) -> bytes:
        return value.to_bytes(size, "little" if little else "big")

    def turned(scale: bytes) -> bytes:
        return scale[:2] + (scale[2:][::-1] if little else scale[2:])

    n_leads, n = digits.shape
    blocks = digits.reshape(n_leads, n // block, block).transpose(1, 0, 2)
    parts = [
        mfer_part(0x40, b"MFR Standard 12 leads ECG".ljust(32)),
        mfer_part(0x01, bytes([little])),
        mfer_part(0x08, number(1)),
        mfer_part(0x0B, turned(interval)),
        mfer_part(0x0A, bytes([kind[0]])),
        b"" if sensitivity is None else mfer_part(0x0C, turned(sensitivity)),
        mfer_part(0x04, number(block)),
        mfer_part(0x05, bytes([n_leads])),
        mfer_part(0x06, number(n // block if sequences is None else sequences)),
        *(
            mfer_part(0x3F, mfer_part(0x09, number(lead)), channel=index)
            for index, lead in enumerate(leads)
        ),
        more,
        mfer_part(0x81, b"Doe Jane"),
        mfer_part(0x85, struct.pack(order + "H5BHH", 2021, 3, 4, 5, 6, 7, 250, 0)),
        mfer_part(0x1E, np.ascontiguousarray(blocks).astype(order + kind[1]).tobytes()),
        tail,
    ]
    return b"".join(parts)
