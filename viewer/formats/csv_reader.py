"""CSV, TSV and other tables of numbers as text; what they do not say is asked."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viewer.formats.array_import import Plan, Stated, plan
from viewer.formats.csv_layout import (
    Layout,
    is_index,
    layout_of,
    lead_and_unit,
    rate_of_times,
    time_unit,
)
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import read_limited, shown
from viewer.formats.leads import is_other_signal
from viewer.formats.parsed import Parsed
from viewer.formats.wfdb_find import looks_like_header
from viewer.formats.whole import Channel, Told, whole

FILE_LIMIT = 256 * 1024 * 1024
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".tab")
ENCODINGS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class CsvReader:
    name = "CSV"

    def sniff(self, path: Path, head: bytes) -> bool:
        encoding = _encoding(head)
        if encoding != "utf-16" and b"\0" in head:
            return False
        if looks_like_header(head) and path.suffix.lower() not in TABLE_SUFFIXES:
            return False  # a WFDB header, whose segments may have numbers for names
        lines = head[: len(head) // 2 * 2].decode(encoding, "replace").splitlines()
        whole_head = len(head) < 4096
        if len(lines) > 3 or whole_head:
            return layout_of(lines if whole_head else lines[:-1]) is not None
        wide = lines[0].replace("\ufffd", "") if lines else ""
        return bool(wide) and set(wide) <= set("0123456789+-.,;eE \t\"'NnaA")

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        content = read_limited(path, FILE_LIMIT)
        text = content.decode(_encoding(content), "replace")
        del content
        layout = layout_of(_first_lines(text))
        if layout is None:
            raise RecordingError(
                f"{shown(path)} is text, but no table of numbers: save the ECG with one column "
                "per lead."
            )
        values = _values(text, layout, path)
        table = _Table(layout, values, path)
        fs_hz = table.fs_hz if table.fs_hz is not None else layout.fs_hz
        stated = Stated(
            name=shown(path),
            shape=table.signal.shape,
            fs_hz=fs_hz,
            unit=table.unit or layout.unit,
            leads=table.leads,
        )
        found = plan(stated, hints, path, table.signal)
        told = Told(warnings=(*table.notes, *found.warnings))
        return whole(path, "CSV", _channels(table.signal, found), found.fs_hz, told)


def _encoding(head: bytes) -> str:
    for mark, encoding in ENCODINGS.items():
        if head.startswith(mark):
            return encoding
    try:
        head[: max(len(head) - 4, 0)].decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _first_lines(text: str) -> list[str]:
    lines = []
    with io.StringIO(text) as file:
        for line in file:
            lines.append(line.rstrip("\r\n"))
            if len(lines) >= 100:
                break
    return lines


def _values(text: str, layout: Layout, path: Path) -> NDArray[np.float64]:
    """[rows, columns], NaN for an empty field. Raises RecordingError."""
    separator = layout.separator
    if layout.decimal_comma:
        text = text.replace(",", ".")
    text = text.replace('"', "")
    with io.StringIO(text) as file:
        for _ in range(layout.skip):
            file.readline()
        lines = (_filled(line, separator) for line in file if line.strip() and line[0] not in "#%")
        try:
            return np.loadtxt(
                lines, delimiter=None if separator == " " else separator, ndmin=2, comments=None
            )
        except ValueError:
            raise RecordingError(
                f"{shown(path)} holds a line that is no row of {layout.n_columns} numbers: "
                "correct it, then open it again."
            ) from None


def _filled(line: str, separator: str) -> str:
    """Missing fields as NaN, in the ways that tables write them."""
    if separator != " " and (
        separator * 2 in line
        or line.rstrip("\r\n").endswith(separator)
        or line.startswith(separator)
        or "N" in line
        or "-" in line
    ):
        fields = [field.strip() for field in line.rstrip("\r\n").split(separator)]
        return separator.join("nan" if field in ("", "-", "NA") else field for field in fields)
    return line


class _Table:
    """The columns sorted into time and leads."""

    def __init__(self, layout: Layout, values: NDArray[np.float64], path: Path) -> None:
        self.notes: list[str] = []
        self.fs_hz: float | None = None
        self.unit: str | None = None
        self.leads: tuple[str, ...] | None = None
        names = layout.names
        kept = list(range(values.shape[1]))
        if len(values) > 2 and values.shape[1] > 1:
            kept = self._without_time(names, values, kept, path)
        if names:
            kept = [i for i in kept if not self._is_other(names[i])]
            told = [lead_and_unit(names[i]) for i in kept]
            self.leads = tuple(lead for lead, _ in told)
            units = {unit for _, unit in told}
            if len(units - {None}) > 1:
                raise RecordingError(
                    f"{shown(path)} mixes units ({', '.join(sorted(u for u in units if u))}): give "
                    "all leads in one unit."
                )
            self.unit = next(iter(units - {None}), None)
        if not kept:
            raise RecordingError(f"{shown(path)} holds no column that could be a lead.")
        self.signal = values if len(kept) == values.shape[1] else values[:, kept]

    def _is_other(self, name: str) -> bool:
        other = is_other_signal(name)
        if other:
            self.notes.append(f"The column {name[:40]} is not an ECG and is not shown.")
        return other

    def _without_time(
        self, names: tuple[str, ...], values: NDArray[np.float64], kept: list[int], path: Path
    ) -> list[int]:
        """The columns without a leading time or count. Raises RecordingError for odd times."""
        heading = names[0] if names else ""
        is_time, unit_s = time_unit(heading)
        first = values[:, 0]
        rising = bool(np.isfinite(first).all() and (np.diff(first) > 0).all())
        if is_index(heading) and rising:
            return kept[1:]
        if (is_time or not names) and rising:
            try:
                self.fs_hz = rate_of_times(first, unit_s)
            except ValueError:
                if is_time:
                    raise RecordingError(
                        f"{shown(path)} has samples at uneven times, which would bend the trace: "
                        "resample it or remove the time column."
                    ) from None
                return kept
            counts = not names and bool((np.diff(first) == 1).all())
            return kept[1:] if is_time or self.fs_hz is not None or counts else kept
        if is_time:
            raise RecordingError(
                f"{shown(path)} has times that do not always rise: correct its first column."
            )
        return kept


def _channels(signal: NDArray[np.float64], found: Plan) -> list[Channel]:
    """One channel per lead, in clinical order; whole numbers keep their step."""
    flat = signal.reshape(1, -1) if 1 in signal.shape else signal
    by_lead = flat if found.leads_first else flat.T
    channels = []
    for index, lead in sorted(enumerate(found.row), key=lambda pair: pair[1]):
        values = by_lead[index]
        whole_numbers = bool(np.isfinite(values).all() and (values == np.rint(values)).all())
        small = whole_numbers and float(np.abs(values).max(initial=0)) < 2**31
        exact = small and math.isfinite(found.mv) and found.mv <= 0.1
        digits = values.astype(np.int32) if exact else (values * found.mv).astype(np.float32)
        step = found.mv if exact else 1.0
        channels.append(Channel(name=found.leads[lead], digits=digits, step_mv=step))
    return channels
