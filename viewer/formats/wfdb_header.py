"""WFDB headers read strictly, from bytes: nothing is guessed, nothing is dropped.

Grammar: header(5) of the WFDB Applications Guide (https://wfdb.io/spec/header-files.html).
Written for this program: the usual parser loses the µ of a unit, takes a sampling rate
of "1e3" for 1 and replaces a gain of zero by 200 without a word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from viewer.formats.errors import RecordingError
from viewer.formats.files import read_limited, shown

HEADER_LIMIT = 4 * 1024 * 1024
LINE_LIMIT = 2000
SIGNAL_LIMIT = 256
SEGMENT_LIMIT = 100_000
SAMPLE_LIMIT = 10**10
SKEW_LIMIT = 100_000
FRAME_LIMIT = 10_000  # samples per frame

_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_RECORD = re.compile(
    rf"(?P<name>.+?)(?:/(?P<segments>[0-9]+))?\s+(?P<signals>[0-9]+)"
    rf"(?:\s+(?P<fs>\S+?)(?:/(?P<counter>{_NUMBER})(?:\({_NUMBER}\))?)?"
    rf"(?:\s+(?P<length>[0-9]+)(?P<when>(?:\s+\S+)*))?)?\s*"
)
_SIGNAL = re.compile(
    rf"(?P<file>.+?)\s+(?P<format>[0-9]+)(?:x(?P<frame>[0-9]+))?(?::(?P<skew>[0-9]+))?"
    rf"(?:\+(?P<offset>[0-9]+))?"
    rf"(?:\s+(?P<gain>{_NUMBER}|[-+]?(?:nan|inf(?:inity)?))"
    rf"(?:\((?P<baseline>[-+]?[0-9]+)\))?(?:/(?P<unit>\S+))?"
    rf"(?:\s+(?P<bits>[0-9]+)(?:\s+(?P<zero>[-+]?[0-9]+)(?:\s+(?P<first>[-+]?[0-9]+)"
    rf"(?:\s+(?P<checksum>[-+]?[0-9]+)(?:\s+(?P<block>[0-9]+)(?:\s+(?P<lead>.*))?)?)?)?)?)?)?\s*",
    re.IGNORECASE,
)
_SEGMENT = re.compile(r"(?P<name>\S.*?)\s+(?P<length>[0-9]+)\s*")
_TIME = re.compile(r"(?:(?:([0-9]{1,2}):)?([0-9]{1,2}):)?([0-9]{1,2})(?:\.([0-9]{1,6})[0-9]*)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLine:
    """One signal as the header describes it.

    gain      digital units per physical unit; None when missing or 0 (uncalibrated)
    baseline  the digital value of 0 physical units
    unit      as written, "mV" when the header leaves it out (the standard's default)
    first     the initial value; checksum the 16-bit sum of all samples; None: not stated
    """

    file: str
    format: int
    frame: int = 1
    skew: int = 0
    offset: int = 0
    gain: float | None = None
    baseline: int = 0
    unit: str = "mV"
    first: int | None = None
    checksum: int | None = None
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A record's header.

    fs_hz     frames per second; None when the header does not say
    length    frames; None when the header does not say
    segments  (name, length) of each segment of a multi-segment record, else empty
    source    the header's own bytes, for the hash of the source
    """

    path: Path
    n_signals: int
    fs_hz: float | None
    length: int | None
    start_time: datetime | None
    signals: tuple[SignalLine, ...]
    segments: tuple[tuple[str, int], ...]
    comments: tuple[str, ...]
    source: bytes


def read_header(path: Path) -> Header:
    """The header in the file; path is resolved. Raises RecordingError, FileNotFoundError."""
    return parse_header(read_limited(path, HEADER_LIMIT), path)


def parse_header(source: bytes, path: Path) -> Header:
    """The header in these bytes. Raises RecordingError naming the line that is wrong."""
    lines = [line.strip() for line in re.split(r"\r\n|\r|\n", _text(source))]
    if any(len(line) > LINE_LIMIT for line in lines if not line.startswith("#")):
        raise RecordingError(f"{shown(path)} has a line too long for a WFDB header.")
    comments = tuple(line.lstrip("#").strip() for line in lines if line.startswith("#"))
    content = iter([line for line in lines if line and not line.startswith("#")])
    record = next(content, None)
    if record is None or "\0" in record:
        raise RecordingError(f"{shown(path)} is empty: choose the header of a recording.")
    found = _record_match(record, path.stem)
    if found is None:
        raise RecordingError(
            f"{shown(path)} is not a WFDB header: its first line should hold a name, "
            "the number of signals and the sampling rate."
        )
    n_signals = _bounded(found["signals"], SIGNAL_LIMIT, "signals", path)
    length = _bounded(found["length"], SAMPLE_LIMIT, "samples", path) if found["length"] else None
    segments: tuple[tuple[str, int], ...] = ()
    signals: tuple[SignalLine, ...] = ()
    if found["segments"] is not None:
        n_segments = _bounded(found["segments"], SEGMENT_LIMIT, "segments", path)
        segments = _segments(content, n_segments, path)
    else:
        described = list(content)
        if len(described) != n_signals:  # before reading each of a million lines
            raise RecordingError(
                f"{shown(path)} announces {n_signals} signals but describes {len(described)}: "
                "the header is damaged; get it again from its source."
            )
        signals = tuple(_signal(line, path) for line in described)
    return Header(
        path=path,
        n_signals=n_signals,
        fs_hz=_rate(found["fs"], path),
        length=length or None,
        start_time=start_time((found["when"] or "").split()),
        signals=signals,
        segments=segments,
        comments=tuple(c for c in comments if c),
        source=source,
    )


def start_time(fields: list[str]) -> datetime | None:
    """Date and time in either order; None unless both are there and make sense.

    Dates are day/month/year as the standard has it, or like 05-May-2020.
    """
    if len(fields) != 2:
        return None
    for clock, day in (fields, fields[::-1]):
        time, date = _TIME.fullmatch(clock), _date(day)
        if time and date:
            hour, minute, second, fraction = time.groups(default="0")
            try:
                return datetime(
                    *date, int(hour), int(minute), int(second), int(fraction.ljust(6, "0"))
                )
            except ValueError:
                return None
    return None


def _date(text: str) -> tuple[int, int, int] | None:
    """(year, month, day), or None."""
    parts = re.fullmatch(r"([0-9]{1,2})([/.-])([0-9]{1,2}|[A-Za-z]{3})\2([0-9]{4})", text)
    if parts is None:
        return None
    day, _, month, year = parts.groups()
    if month.isdigit():
        return int(year), int(month), int(day)
    if month.lower() in _MONTHS:
        return int(year), _MONTHS.index(month.lower()) + 1, int(day)
    return None


def _text(source: bytes) -> str:
    """Header bytes as text; UTF-8 where it is, else Latin-1, so that no µ gets lost."""
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return source.decode("latin-1")


def _record_match(line: str, stem: str) -> re.Match[str] | None:
    """The record line; a name with spaces is recognised by the file's own name."""
    if line.startswith(stem) and line[len(stem) :].lstrip()[:1].isdigit():
        return _RECORD.fullmatch("-" + line[len(stem) :])
    if line.startswith(stem + "/"):
        return _RECORD.fullmatch("-" + line[len(stem) :])
    return _RECORD.fullmatch(line)


def _segments(lines: Iterator[str], expected: int, path: Path) -> tuple[tuple[str, int], ...]:
    listed = list(lines)
    if len(listed) != expected or not listed:
        raise RecordingError(
            f"{shown(path)} announces {expected} segments but lists {len(listed)}: "
            "the header is damaged; get it again from its source."
        )
    segments = []
    for line in listed:
        found = _SEGMENT.fullmatch(line)
        if found is None:
            raise RecordingError(f"{shown(path)} has a segment line that cannot be read.")
        segments.append((found["name"], _bounded(found["length"], SAMPLE_LIMIT, "samples", path)))
    return tuple(segments)


def _signal(line: str, path: Path) -> SignalLine:
    matched = _signal_match(line, path.parent)
    if matched is None:
        raise RecordingError(
            f"{shown(path)} has a signal line that cannot be read: "
            "the header is damaged; get it again from its source."
        )
    file, found = matched
    gain = _gain(found["gain"], path)
    zero = int(found["zero"] or 0)
    baseline = int(found["baseline"]) if found["baseline"] is not None else zero
    if abs(baseline) > 2**31 or abs(zero) > 2**31:
        raise RecordingError(f"{shown(path)} states a baseline that no recorder can have.")
    return SignalLine(
        file=file,
        format=int(found["format"][:6]),
        frame=max(_bounded(found["frame"] or "1", FRAME_LIMIT, "samples per frame", path), 1),
        skew=_bounded(found["skew"] or "0", SKEW_LIMIT, "samples of skew", path),
        offset=_bounded(found["offset"] or "0", 2**31, "bytes of offset", path),
        gain=gain,
        baseline=baseline,
        unit=found["unit"] or "mV",
        first=_small(found["first"], path),
        checksum=_small(found["checksum"], path),
        lead=(found["lead"] or "").strip(),
    )


def _signal_match(line: str, folder: Path) -> tuple[str, re.Match[str]] | None:
    """File name and fields; with numbers in a spaced name, the split whose file exists wins."""
    first = _SIGNAL.fullmatch(line)
    if first is None:
        return None
    if " " in line[: first.end("file") + 1].rstrip() or not (folder / first["file"]).exists():
        for gap in list(re.finditer(r"\s+", line))[:8]:
            name, rest = line[: gap.start()], _SIGNAL.fullmatch("-" + line[gap.start() :])
            if rest and (folder / name).exists():
                return name, rest
    return first["file"], first


def _gain(text: str | None, path: Path) -> float | None:
    """Digital units per physical unit; None for 0 and missing, which mean "uncalibrated"."""
    if text is None:
        return None
    gain = float(text)
    if gain == 0 and not text.strip("+-0.eE"):
        return None
    if not math.isfinite(gain) or not 1e-12 < abs(gain) < 1e15:
        raise RecordingError(
            f"{shown(path)} states a gain of {text[:20]}, which no recorder has: "
            "the header is damaged; get it again from its source."
        )
    return gain


def _rate(text: str | None, path: Path) -> float | None:
    if text is None:
        return None
    if not re.fullmatch(_NUMBER, text):
        raise RecordingError(f"{shown(path)} states the sampling rate {text[:20]!r}: not a number.")
    rate = float(text)
    if not (math.isfinite(rate) and 0 < rate < 1e6):
        raise RecordingError(
            f"{shown(path)} states a sampling rate of {text[:20]} Hz, which cannot be: "
            "the header is damaged; get it again from its source."
        )
    return rate


def _bounded(text: str, limit: int, what: str, path: Path) -> int:
    if len(text) > 18 or int(text) > limit:
        raise RecordingError(
            f"{shown(path)} announces {text[:20]} {what}, more than any recording has "
            f"({limit}): the header is damaged."
        )
    return int(text)


def _small(text: str | None, path: Path) -> int | None:
    if text is None:
        return None
    if len(text) > 12:
        raise RecordingError(f"{shown(path)} holds a checksum or first value out of range.")
    return int(text)
