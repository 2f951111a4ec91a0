"""WFDB annotation files (".atr"): PhysioNet's MIT format, read and written by ourselves.

Layout: 16-bit words, least byte first; the upper 6 bits say what, the lower 10 how long
after the annotation before. SKIP (59) is followed by a long interval, high half first;
NUM (60), SUB (61) and CHN (62) set fields, AUX (63) is followed by text. See
https://physionet.org/physiotools/wag/annot-5.htm.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from viewer.annotation import NOISE, Annotation
from viewer.formats.errors import RecordingError
from viewer.formats.files import read_limited, shown
from viewer.formats.writing import publish, staging

SKIP, NUM, SUB, CHN, AUX = 59, 60, 61, 62, 63
LAST_TYPE = 49
LONGEST_STEP, LONGEST_SKIP, LONGEST_AUX = 1023, 2**31 - 1, 255
MOST_BYTES = 64 * 2**20
LATEST = 2**48
"""No recording has a sample beyond this; an annotation file that says so is damaged."""

SYMBOLS = dict(enumerate("NLRaVFJASEj/Q~", start=1))
SYMBOLS |= {16: "|", 18: "s", 19: "T", 20: "*", 21: "D", 22: '"', 23: "=", 24: "p", 25: "B"}
SYMBOLS |= {26: "^", 27: "t", 28: "+", 29: "u", 30: "?", 31: "!", 32: "[", 33: "]", 34: "e"}
SYMBOLS |= {35: "n", 36: "@", 37: "x", 38: "f", 39: "(", 40: ")", 41: "r"}
CODES = {symbol: code for code, symbol in SYMBOLS.items()}

RESOLUTION = "## time resolution:"
DEFINITIONS, END_OF_DEFINITIONS = "## annotation type definitions", "## end of definitions"
NOISE_FROM, NOISE_TO = "noise from here: ", "noise until here: "
"""The notes by which a noisy stretch of one lead is found again between two "~" marks."""


def read_annotations(path: Path, fs_hz: float) -> list[Annotation]:
    """The annotations of a file, in samples of a recording of fs_hz. Raises RecordingError."""
    try:
        content = read_limited(path, MOST_BYTES)
    except FileNotFoundError:
        raise RecordingError(f"{shown(path)} does not exist: choose another file.") from None
    try:
        return decode(content, fs_hz)
    except ValueError as error:
        raise RecordingError(
            f"{shown(path)} holds no readable annotations ({error}); the recording is unharmed."
        ) from None


def decode(content: bytes, fs_hz: float) -> list[Annotation]:
    """The annotations in order of time. Raises ValueError for a damaged file."""
    found = _points(content)
    found, ticks_hz = _without_preamble(found)
    if ticks_hz is not None and ticks_hz != fs_hz:
        found = [replace(one, sample=round(one.sample * fs_hz / ticks_hz)) for one in found]
    return sorted(_with_intervals(found), key=lambda one: one.order)


def _points(content: bytes) -> list[Annotation]:
    """What the words say, one annotation each."""
    found: list[Annotation] = []
    place, time, chan, num = 0, 0, 0, 0
    while place + 2 <= len(content):
        kind, value = _word(content, place)
        place += 2
        if kind == 0 and value == 0:
            return [one for one in found if one.symbol != "#0"]  # "#0": a place, not a mark
        if kind == SKIP:
            time += _long(content, place)
            place += 4
        elif kind == AUX:
            text = content[place : place + value]
            place += value + value % 2
            if len(text) < value or not found:
                raise ValueError("a text is cut short")
            found[-1] = replace(found[-1], note=_decoded(text))
        elif kind == SUB and found:
            found[-1] = replace(found[-1], subtype=_signed(value))
        elif kind == CHN and found:
            chan = value & 0xFF
            found[-1] = replace(found[-1], chan=chan)
        elif kind == NUM and found:
            num = _signed(value)
            found[-1] = replace(found[-1], num=num)
        elif kind <= LAST_TYPE:
            time += value
            if not 0 <= time < LATEST:
                raise ValueError("a time lies outside every recording")
            found.append(Annotation(time, SYMBOLS.get(kind, f"#{kind}"), chan=chan, num=num))
        else:
            raise ValueError("an unknown code")
    raise ValueError("its end is missing")


def _word(content: bytes, place: int) -> tuple[int, int]:
    word = content[place] | content[place + 1] << 8
    return word >> 10, word & 0x3FF


def _long(content: bytes, place: int) -> int:
    if place + 4 > len(content):
        raise ValueError("an interval is cut short")
    high, low = struct.unpack_from("<HH", content, place)
    value: int = high << 16 | low
    return value - 2**32 if value >= 2**31 else value


def _signed(value: int) -> int:
    """A number stored as a signed char."""
    low = value & 0xFF
    return low - 256 if low >= 128 else low


def _decoded(text: bytes) -> str:
    text = text.rstrip(b"\0")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _without_preamble(found: list[Annotation]) -> tuple[list[Annotation], float | None]:
    """Without the notes at time 0 that speak of the file itself: resolution, own symbols."""
    ticks_hz: float | None = None
    names: dict[str, str] = {}
    kept: list[Annotation] = []
    defining = False
    for one in found:
        about = one.sample == 0 and one.symbol == '"'
        if about and one.note.startswith(RESOLUTION):
            ticks_hz = _resolution(one.note)
        elif about and one.note.startswith(DEFINITIONS):
            defining = True
        elif about and one.note.startswith(END_OF_DEFINITIONS):
            defining = False
        elif about and defining:
            code, *name = one.note.split()
            if name:
                names[f"#{code}"] = name[0]
        else:
            kept.append(one)
    if names:
        kept = [replace(one, symbol=names.get(one.symbol, one.symbol)) for one in kept]
    return kept, ticks_hz


def _resolution(note: str) -> float:
    ticks_hz = float(note.removeprefix(RESOLUTION).split()[0])
    if not 0 < ticks_hz < 1e9:
        raise ValueError("its time resolution is no frequency")
    return ticks_hz


def _with_intervals(found: Iterable[Annotation]) -> list[Annotation]:
    """Pairs of our own noise marks as one stretch; a start without an end stays a point."""
    kept: list[Annotation] = []
    begun: dict[str, int] = {}
    for one in found:
        lead = one.note.removeprefix(NOISE_TO)
        if one.symbol == NOISE and one.note.startswith(NOISE_TO) and lead in begun:
            index = begun.pop(lead)
            start = kept[index]
            kept[index] = Annotation(
                start.sample, NOISE, lead=lead, stop=one.sample, chan=start.chan
            )
            continue
        if one.symbol == NOISE and one.note.startswith(NOISE_FROM):
            begun[one.note.removeprefix(NOISE_FROM)] = len(kept)
        kept.append(one)
    return kept


# ---- writing ----


def encode(annotations: Iterable[Annotation], leads: tuple[str, ...] = ()) -> bytes:
    """The file's bytes; leads in the order of the record's signals. Raises ValueError."""
    points = sorted(_without_intervals(annotations, leads), key=lambda one: one.order)
    words = bytearray()
    time, chan, num = 0, 0, 0
    for one in points:
        words += _stepped(one.sample - time, _code(one.symbol))
        time = one.sample
        if one.subtype:
            words += _packed(SUB, one.subtype & 0xFF)
        if one.chan != chan:
            chan = one.chan
            words += _packed(CHN, chan & 0xFF)
        if one.num != num:
            num = one.num
            words += _packed(NUM, num & 0xFF)
        if one.note:
            text = _encoded(one.note)
            words += _packed(AUX, len(text)) + text + b"\0" * (len(text) % 2)
    return bytes(words) + b"\0\0"


def _stepped(step: int, code: int) -> bytes:
    """An annotation so many samples after the one before."""
    words = b""
    while step > LONGEST_STEP:
        skip = min(step, LONGEST_SKIP)
        words += _packed(SKIP, 0) + struct.pack("<HH", skip >> 16, skip & 0xFFFF)
        step -= skip
    return words + _packed(code, step)


def _packed(kind: int, value: int) -> bytes:
    return struct.pack("<H", kind << 10 | value)


def _code(symbol: str) -> int:
    if symbol in CODES:
        return CODES[symbol]
    digits = symbol.removeprefix("#")
    if digits.isdigit() and 0 < int(digits) <= LAST_TYPE:
        return int(digits)
    return CODES['"']  # a symbol of another file's own making: kept as a note


def _encoded(note: str) -> bytes:
    """At most 255 bytes of one line; a letter is never cut in two."""
    text = " ".join(note.split()).encode("utf-8")[:LONGEST_AUX]
    return text.decode("utf-8", "ignore").encode("utf-8")


def _without_intervals(
    annotations: Iterable[Annotation], leads: tuple[str, ...]
) -> Iterable[Annotation]:
    """Noisy stretches as two "~" marks on the lead's channel, all else as it is."""
    for one in annotations:
        if one.stop is None:
            yield one if one.symbol in CODES or one.note else replace(one, note=one.symbol)
            continue
        chan = leads.index(one.lead) if one.lead in leads else one.chan
        yield Annotation(one.sample, NOISE, NOISE_FROM + one.lead, subtype=1, chan=chan)
        yield Annotation(one.stop, NOISE, NOISE_TO + one.lead, chan=chan)


def write_annotations(
    path: Path, annotations: Iterable[Annotation], leads: tuple[str, ...] = ()
) -> None:
    """Write the whole file or nothing, and read it again. Raises RecordingError."""
    content = encode(annotations, leads)
    with staging(path) as stage:
        (stage / path.name).write_bytes(content)
        if (stage / path.name).read_bytes() != content:
            raise RecordingError(f"{shown(path)} was not saved: the disk gave back other bytes.")
        publish(stage, (path.name,), path.parent)
