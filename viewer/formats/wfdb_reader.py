"""WFDB records: single, multi-segment, several files, several rates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from viewer.formats.checks import amplitude_warnings, hashing
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import beside, shown
from viewer.formats.parsed import Decoding, Outcome, Parsed
from viewer.formats.patient import age_and_sex
from viewer.formats.sinks import Sink
from viewer.formats.wfdb_decode import Sum, Target, decode_layout
from viewer.formats.wfdb_find import find_header, header_beside, looks_like_header
from viewer.formats.wfdb_header import SAMPLE_LIMIT, Header, SignalLine, read_header
from viewer.formats.wfdb_layout import (
    Layout,
    MissingSignals,
    NoEcg,
    check_rate,
    rate_of,
    single_layout,
)
from viewer.formats.wfdb_rows import Part, Rows, rows_of, scales_of, slower_leads, stored_as
from viewer.recording import Integrity

DERIVED_REMARK = "Leads computed from others: "
"""How our own export marks derived leads in the header's remarks."""


class WfdbReader:
    name = "WFDB"

    def sniff(self, path: Path, head: bytes) -> bool:
        known = path.suffix.lower() in (".hea", ".dat", ".mat")
        return looks_like_header(head) or known or header_beside(path) is not None

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        header = read_header(find_header(path))
        return _multi(header, hints) if header.segments else _single(header, hints)


def _single(header: Header, hints: ImportHints) -> Parsed:
    rate_of(header, hints)
    layout = single_layout(header, hints)
    return _assemble(header, (Part(0, layout),), layout.frames, hints, list(layout.warnings))


def _multi(header: Header, hints: ImportHints) -> Parsed:
    """Join segments whose headers agree; gaps stay gaps."""
    rate = rate_of(header, hints)
    variable = header.segments[0][1] == 0
    total = sum(length for _, length in header.segments)
    if total > SAMPLE_LIMIT or total != (header.length or total):
        raise RecordingError(
            f"{shown(header.path)} announces {header.length or 0} samples but its segments have "
            f"{total} together: the header is damaged; get it again from its source."
        )
    parts: list[Part] = []
    warnings: list[str] = []
    absent: list[str] = []
    start = 0
    for name, length in header.segments:
        if name != "~" and length > 0:
            try:
                layout = _segment(header, name, length, rate, hints)
                parts.append(Part(start, layout))
                warnings += layout.warnings
            except (FileNotFoundError, MissingSignals):
                absent.append(name)
            except NoEcg:
                pass  # a stretch without ECG is a gap in the ECG
        start += length
    if not parts:
        raise RecordingError(
            f"{shown(header.path)} lists {len(header.segments)} segments, but none with an ECG "
            "is here: keep the header and all its segments in one folder."
        )
    if absent:
        warnings.append(f"{_some(absent)} missing from the folder: shown as gaps.")
    if not variable:
        _check_same_leads(header, parts)
    return _assemble(header, tuple(parts), total, hints, list(dict.fromkeys(warnings)))


def _segment(master: Header, name: str, length: int, rate: float, hints: ImportHints) -> Layout:
    header = read_header(beside(master.path.parent, name + ".hea"))
    if header.segments:
        raise RecordingError(
            f"{shown(master.path)} has the segment {shown(name)}, which has "
            "segments itself: the header is damaged."
        )
    if header.fs_hz is not None and header.fs_hz != rate:
        raise RecordingError(
            f"{shown(master.path)} states {rate:g} Hz but its segment {shown(name)} "
            f"{header.fs_hz:g} Hz: open the segments one by one."
        )
    if header.length is not None and header.length != length:
        raise RecordingError(
            f"{shown(master.path)} gives segment {shown(name)} {length} samples, the segment "
            f"itself says {header.length}: the header is damaged."
        )
    layout = single_layout(header, hints)
    if layout.frames > length:
        raise RecordingError(f"{shown(name)} is longer than its place in {shown(master.path)}.")
    return layout


def _check_same_leads(header: Header, parts: Sequence[Part]) -> None:
    """In a fixed layout every segment has the same leads in the same units."""
    expected = parts[0].layout
    for part in parts[1:]:
        if part.layout.names != expected.names:
            raise RecordingError(
                f"{shown(header.path)} joins segments with different leads "
                f"({shown(part.layout.header.path)} differs): open the segments one by one."
            )


def _some(names: Sequence[str]) -> str:
    shown_names = ", ".join(shown(n) for n in names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{len(names)} segment{'s' if len(names) > 1 else ''} ({shown_names}{more})"


def _assemble(
    header: Header,
    parts: tuple[Part, ...],
    frames: int,
    hints: ImportHints,
    warnings: list[str],
) -> Parsed:
    rows = rows_of(parts)
    factor = max(part.layout.oversampling for part in parts)
    fs_hz = check_rate(rate_of(header, hints) * factor, header.path)
    warnings += rows.warnings
    warnings += slower_leads(parts, factor, fs_hz)
    scales, common = scales_of(parts, rows)
    dtype = np.dtype(np.float32) if common else stored_as(parts)
    comments = header.comments or parts[0].layout.header.comments
    age, sex = age_and_sex(comments)
    sources = _sources(header, parts)

    def decode(sink: Sink) -> Decoding:
        return _decode(parts, rows, factor, common, dtype, sources, frames * factor, sink)

    return Parsed(
        leads=rows.leads,
        fs_hz=fs_hz,
        n_samples=frames * factor,
        dtype=dtype,
        step_mv=tuple(step for step, _ in scales),
        offset_mv=tuple(offset for _, offset in scales),
        decode=decode,
        name=header.path.stem,
        path=header.path,
        format="WFDB",
        sources=sources,
        source_bytes=sum(path.stat().st_size for path in sources),
        start_time=header.start_time or _first_start(parts),
        age_years=age,
        sex=sex,
        comments=comments,
        warnings=tuple(dict.fromkeys(warnings)),
        derived=frozenset(_derived(comments) & set(rows.leads)),
    )


def _derived(comments: Sequence[str]) -> set[str]:
    """Leads that our own export marked as computed from others."""
    return {
        name.strip()
        for comment in comments
        if comment.startswith(DERIVED_REMARK)
        for name in comment.removeprefix(DERIVED_REMARK).split(",")
    }


def _first_start(parts: Sequence[Part]) -> datetime | None:
    """The first segment's time is the record's, when nothing comes before it."""
    return parts[0].layout.header.start_time if parts[0].start == 0 else None


def _sources(header: Header, parts: Sequence[Part]) -> tuple[Path, ...]:
    paths = [header.path]
    for part in parts:
        paths.append(part.layout.header.path)
        paths += [group.path for group in part.layout.groups]
    return tuple(dict.fromkeys(paths))


def _decode(
    parts: Sequence[Part],
    rows: Rows,
    factor: int,
    common: bool,
    dtype: np.dtype[np.generic],
    sources: Sequence[Path],
    n_samples: int,
    sink: Sink,
) -> Decoding:
    verdicts: list[list[Integrity]] = [[] for _ in rows.leads]
    spans_mv = [0.0] * len(rows.leads)
    for part, part_rows in zip(parts, rows.rows, strict=True):
        layout = part.layout
        targets = [Target(None) for _ in layout.header.signals]
        for index, row, (step, offset) in zip(
            layout.shown_signals, part_rows, layout.scale, strict=True
        ):
            rescale = (step, offset) if common else None
            frame = layout.header.signals[index].frame
            targets[index] = Target(row, factor // frame, rescale)
        sums = yield from decode_layout(layout, targets, sink, part.start * factor, factor, dtype)
        for index, row, (step, _) in zip(
            layout.shown_signals, part_rows, layout.scale, strict=True
        ):
            verdicts[row].append(_verdict(sums[index], layout.header.signals, index))
            spans_mv[row] = max(spans_mv[row], sums[index].span * abs(step))
    digest = yield from hashing(sources, n_samples)
    return Outcome(
        integrity=tuple(_together(v) for v in verdicts),
        warnings=amplitude_warnings(rows.leads, spans_mv),
        source_sha256=digest,
    )


def _verdict(found: Sum, signals: tuple[SignalLine, ...], index: int) -> Integrity:
    """Some programs write 0 for every checksum: that is no checksum, not a failed one."""
    if not any(signal.checksum for signal in signals) and found.verdict(signals[index]) != "ok":
        return "absent"
    return found.verdict(signals[index])


def _together(verdicts: Sequence[Integrity]) -> Integrity:
    if "failed" in verdicts:
        return "failed"
    return "ok" if "ok" in verdicts else "absent"
