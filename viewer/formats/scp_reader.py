"""SCP-ECG (EN 1064 / ISO 11073-91064), versions 1 and 2: rhythm, reference beat, checksums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viewer.acquisition import MedianBeats
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import read_limited, shown
from viewer.formats.lead_codes import lead_of_number
from viewer.formats.leads import clinical_order, distinct
from viewer.formats.parsed import Parsed
from viewer.formats.scp_about import told_by
from viewer.formats.scp_huffman import Code, decoded, summed, tables_of
from viewer.formats.scp_sections import Section, looks_like_scp, sections_of
from viewer.formats.whole import Channel, refused, whole
from viewer.recording import Integrity

FILE_LIMIT, SAMPLES_LIMIT, LEADS_LIMIT = 32 * 1024 * 1024, 5_000_000, 85
ONE_RATE = "its beat and its rhythm are sampled in different ways"


class ScpReader:
    name = "SCP-ECG"

    def sniff(self, path: Path, head: bytes) -> bool:
        return looks_like_scp(head)

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        content = read_limited(path, FILE_LIMIT)
        try:
            sections, sound = sections_of(content)
            _check_kind(sections, path)
            file = _Signals(sections, path)
            rhythm = file.rhythm()
            beats = file.reference_beat()
            told = told_by(sections, beats)
        except (ValueError, OverflowError) as error:
            raise refused(path, "SCP-ECG", str(error) or "its samples") from None
        needed = (sections[number] for number in (2, 3, 4, 5, 6) if number in sections)
        integrity: Integrity = "ok" if sound and all(s.sound for s in needed) else "failed"
        channels = [
            Channel(
                name=lead,
                digits=digits.astype(np.int32),
                step_mv=file.step_mv,
                start=start,
                integrity=integrity,
            )
            for lead, start, digits in zip(file.leads, file.starts, rhythm, strict=True)
        ]
        return whole(path, "SCP-ECG", channels, file.fs_hz, told)


def _check_kind(sections: dict[int, Section], path: Path) -> None:
    if 6 not in sections or 3 not in sections:
        kind = "a long-term recording (section 12)" if 12 in sections else "no rhythm"
        raise RecordingError(
            f"{shown(path)} is an SCP-ECG file with {kind}, which cannot be read: export it as "
            "DICOM, HL7 aECG or EDF."
        )


class _Signals:
    """Sections 2 to 6 together."""

    def __init__(self, sections: dict[int, Section], path: Path) -> None:
        self._sections = sections
        self._tables = tables_of(sections[2].body) if 2 in sections else None
        body = sections[3].body
        self._n_leads = body[0] if body else 0
        self._subtracted = len(body) > 1 and bool(body[1] & 1)
        if not 1 <= self._n_leads <= LEADS_LIMIT or len(body) < 2 + 9 * self._n_leads:
            raise ValueError("its list of leads")
        rows = [body[2 + 9 * i : 11 + 9 * i] for i in range(self._n_leads)]
        self.leads = [lead_of_number(row[8]) for row in rows]
        first = [int.from_bytes(row[:4], "little") for row in rows]
        last = [int.from_bytes(row[4:8], "little") for row in rows]
        self.counts = [stop - start + 1 for start, stop in zip(first, last, strict=True)]
        self.starts = [start - min(first) for start in first]
        if min(self.counts) < 2 or max(self.counts) + max(self.starts) > SAMPLES_LIMIT:
            raise ValueError("the lengths of its leads")
        head = sections[6].body
        self._avm_nv, self._interval_us = (_u16(head, 0), _u16(head, 2))
        if not self._avm_nv or not self._interval_us or len(head) < 6:
            raise ValueError("its resolution or its sampling time is zero")
        self._order, self._bimodal = head[4], head[5]
        if self._bimodal:
            raise RecordingError(
                f"{shown(path)} is an SCP-ECG file with bimodal compression, which loses part of "
                "the signal and cannot be read: export it without."
            )
        self.step_mv = self._avm_nv * 1e-6
        self.fs_hz = 1e6 / self._interval_us

    def rhythm(self) -> list[NDArray[np.int64]]:
        rows = self._rows(self._sections[6].body, self._order, self.counts)
        if self._subtracted:
            self._add_beats(rows)
        if max(int(np.abs(row).max()) for row in rows) >= 2**31:
            raise ValueError("samples beyond every range")
        return rows

    def _rows(self, body: bytes, order: int, counts: list[int]) -> list[NDArray[np.int64]]:
        at = 6 + 2 * self._n_leads
        rows = []
        for lead, count in enumerate(counts):
            size = _u16(body, 6 + 2 * lead)
            data = body[at : at + size]
            if len(data) != size:
                raise ValueError("a lead reaches beyond its section")
            rows.append(summed(_numbers(data, self._tables, count), order))
            at += size
        return rows

    def reference_beat(self) -> MedianBeats | None:
        """Section 5, the typical beat of the recorder; None where there is none."""
        found = self._beat_rows()
        if found is None:
            return None
        rows, step_mv, fs_hz = found
        names, _ = distinct(self.leads)
        order = clinical_order(names)
        return MedianBeats(
            signal_mv=np.array([rows[i] * step_mv for i in order], np.float32),
            leads=tuple(names[i] for i in order),
            fs_hz=fs_hz,
        )

    def _beat_rows(self) -> tuple[list[NDArray[np.int64]], float, float] | None:
        if 5 not in self._sections or 4 not in self._sections:
            return None
        body = self._sections[5].body
        avm_nv, interval_us = _u16(body, 0), _u16(body, 2)
        length_ms = _u16(self._sections[4].body, 0)
        if not avm_nv or not interval_us or len(body) < 6:
            raise ValueError("the resolution of its beat is zero")
        count = round(length_ms * 1000 / interval_us)
        if not 2 <= count <= SAMPLES_LIMIT:
            return None
        rows = self._rows(body, body[4], [count] * self._n_leads)
        return rows, avm_nv * 1e-6, 1e6 / interval_us

    def _add_beats(self, rows: list[NDArray[np.int64]]) -> None:
        """Put the reference beat back where it was subtracted (EN 1064, 5.7)."""
        found = self._beat_rows()
        if found is None:
            raise ValueError("its beat was subtracted but is not there")
        beats, step_mv, fs_hz = found
        if step_mv != self.step_mv or fs_hz != self.fs_hz:
            raise ValueError(ONE_RATE)
        body = self._sections[4].body
        fiducial, count = _u16(body, 2), _u16(body, 4)
        if len(body) < 6 + 14 * count:
            raise ValueError("its list of beats")
        for index in range(count):
            item = body[6 + 14 * index : 20 + 14 * index]
            if _u16(item, 0) != 0:
                continue  # another type of beat: nothing was subtracted
            begin, centre, end = (int.from_bytes(item[i : i + 4], "little") for i in (2, 6, 10))
            for row, beat in zip(rows, beats, strict=True):
                _add(row, beat, begin - 1, end, begin - centre + fiducial - 1)


def _add(
    row: NDArray[np.int64], beat: NDArray[np.int64], begin: int, end: int, offset: int
) -> None:
    """row[begin:end] += beat[offset:], as far as both reach."""
    if begin < 0 or end <= begin or offset < 0:
        raise ValueError("a beat lies outside the rhythm")
    n = min(end - begin, len(row) - begin, len(beat) - offset)
    if n > 0:
        row[begin : begin + n] += beat[offset : offset + n]


def _numbers(
    data: bytes, tables: tuple[tuple[Code, ...], ...] | None, count: int
) -> NDArray[np.int64]:
    """Huffman codes, or plain 16-bit integers in a file without section 2."""
    if tables is not None:
        return decoded(data, tables, count)
    if len(data) < 2 * count:
        raise ValueError("fewer samples than announced")
    return np.frombuffer(data, "<i2", count).astype(np.int64)


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")
