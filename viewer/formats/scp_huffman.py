"""Huffman codes and differences of SCP-ECG (EN 1064, annex C)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEFAULT_TABLES = 19999
"""The number that stands for "the table of the standard" in section 2."""

WINDOW = 16
TABLES_LIMIT, CODES_LIMIT = 64, 4096


@dataclass(frozen=True, slots=True)
class Code:
    """prefix_bits and total_bits; value, or table to go on with; base: first bit lowest."""

    prefix_bits: int
    total_bits: int
    stays: bool
    value: int
    base: int


def default_table() -> tuple[Code, ...]:
    """Table C.1: 0 to ±8 as codes of their own, then originals of 8 and of 16 bits."""
    codes = [Code(1, 1, True, 0, 0)]
    for value in range(1, 9):
        bits = value + 2
        ones = (1 << value) - 1
        codes.append(Code(bits, bits, True, value, ones))
        codes.append(Code(bits, bits, True, -value, ones | 1 << (bits - 1)))
    return (*codes, Code(10, 18, True, 0, 511), Code(10, 26, True, 0, 1023))


def tables_of(section: bytes) -> tuple[tuple[Code, ...], ...]:
    """The tables in the body of section 2. Raises ValueError."""
    count = int.from_bytes(section[:2], "little")
    if count == DEFAULT_TABLES:
        return (default_table(),)
    if not 1 <= count <= TABLES_LIMIT:
        raise ValueError("number of Huffman tables")
    tables, at = [], 2
    for _ in range(count):
        n_codes = int.from_bytes(section[at : at + 2], "little")
        at += 2
        body = section[at : at + 9 * n_codes]
        if not 1 <= n_codes <= CODES_LIMIT or len(body) != 9 * n_codes:
            raise ValueError("length of a Huffman table")
        tables.append(tuple(_code(body[i : i + 9]) for i in range(0, len(body), 9)))
        at += len(body)
    return tuple(tables)


def _code(raw: bytes) -> Code:
    return Code(
        prefix_bits=raw[0],
        total_bits=raw[1],
        stays=raw[2] != 0,
        value=int.from_bytes(raw[3:5], "little", signed=True),
        base=int.from_bytes(raw[5:9], "little"),
    )


def decoded(data: bytes, tables: Sequence[Sequence[Code]], n_samples: int) -> NDArray[np.int64]:
    """The first n_samples numbers of a lead. Raises ValueError when there are fewer."""
    lookups = [_lookup(table) for table in tables]
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    n_bits = len(bits)
    padded = np.concatenate([bits, np.zeros(2 * WINDOW, np.uint8)]).astype(np.uint32)
    windows: NDArray[np.uint32] = np.zeros(n_bits + WINDOW, np.uint32)
    for shift in range(WINDOW):  # the 16 bits from every position on, as a number
        windows = (windows << 1 | padded[shift : shift + len(windows)]).astype(np.uint32)
    ahead = windows.tolist()
    result: list[int] = []
    at, lookup = 0, lookups[0]
    while len(result) < n_samples:
        if at >= n_bits:
            raise ValueError("fewer samples than announced")
        code = lookup.get(ahead[at])
        if code is None:
            raise ValueError("a code that is in no table")
        more = code.total_bits - code.prefix_bits
        at += code.total_bits
        if at > n_bits:
            raise ValueError("fewer samples than announced")
        if not code.stays:
            if not 1 <= code.value <= len(lookups):
                raise ValueError("a table that does not exist")
            lookup = lookups[code.value - 1]
        elif more == 0:
            result.append(code.value)
        else:
            raw = ahead[at - more] >> (WINDOW - more)
            result.append(raw - (1 << more) if raw >> (more - 1) else raw)
    return np.array(result, np.int64)


class _Lookup:
    """Which code a window of bits begins with."""

    def __init__(self, codes: Sequence[Code]) -> None:
        self._codes: list[Code | None] = [None] * (1 << WINDOW)
        for code in codes:
            more = code.total_bits - code.prefix_bits
            if not (1 <= code.prefix_bits <= WINDOW and 0 <= more <= WINDOW):
                raise ValueError("length of a Huffman code")
            mirrored = int(f"{code.base % (1 << code.prefix_bits):0{code.prefix_bits}b}"[::-1], 2)
            free = WINDOW - code.prefix_bits
            first = mirrored << free
            self._codes[first : first + (1 << free)] = [code] * (1 << free)

    def get(self, window: int) -> Code | None:
        return self._codes[window]


def _lookup(codes: Sequence[Code]) -> _Lookup:
    return _Lookup(codes)


def summed(numbers: NDArray[np.int64], order: int) -> NDArray[np.int64]:
    """Samples from their first or second differences; the first ones are samples themselves."""
    if order == 0 or len(numbers) < 2:
        return numbers
    if order == 1:
        return np.cumsum(numbers)
    if order != 2:
        raise ValueError("order of differences")
    slopes = numbers.copy()
    slopes[0], slopes[1] = 0, numbers[1] - numbers[0]
    slopes[1:] = np.cumsum(slopes[1:])
    result: NDArray[np.int64] = numbers[0] + np.cumsum(slopes)
    return result
