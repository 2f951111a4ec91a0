"""Ten-second strips of rhythms that a cleaner must not turn into something else.

Ventricular beats: INCART I06 (12 leads). Atrial fibrillation and flutter: the samples of the
CinC 2021 challenge. Ventricular flutter: MIT-BIH 207 (two leads, the other ten stay empty).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from inference.signal.lead_algebra import STANDARD_LEADS
from inference.signal.resample import resample

FS_HZ = 500.0
_LENGTH_S = 10.0
_AF_CODES = {"164889003", "164890007"}  # SNOMED: atrial fibrillation, atrial flutter
_BEFORE_S, _AFTER_S = 0.25, 0.45


@dataclass(frozen=True)
class Strip:
    """A rhythm: float32 [12, 5000] in mV at 500 Hz, absent leads zero.

    spans  what is compared, by name: (start, stop) in samples
    """

    kind: str
    signal_mv: NDArray[np.float32]
    spans: dict[str, list[tuple[int, int]]]


def strips(folder: Path) -> list[Strip]:
    """All strips that the unpacked archives `long`, `mitdb` and `cinc2021-samples` give."""
    found = []
    if (folder / "long" / "I06.hea").exists():
        found += ventricular_beats(folder / "long" / "I06")
    if (folder / "cinc2021-samples").exists():
        found += atrial_fibrillation(folder / "cinc2021-samples")
    if (folder / "mitdb" / "207.hea").exists():
        found += ventricular_flutter(folder / "mitdb" / "207")
    return found


def ventricular_beats(stem: Path, most: int = 40) -> list[Strip]:
    """Strips around annotated ventricular beats, at most one per ten seconds."""
    record, marks = wfdb.rdrecord(str(stem)), wfdb.rdann(str(stem), "atr")
    fs_hz, n = float(record.fs), round(_LENGTH_S * record.fs)
    found, free_from = [], 0
    for sample, symbol in zip(marks.sample.tolist(), marks.symbol, strict=True):
        start = sample - n // 2
        if symbol != "V" or start < free_from or start + n > record.sig_len:
            continue
        free_from = start + n
        spans = {
            "ventricular beats": _around(marks, "V", start, n, fs_hz),
            "normal beats": _around(marks, "N", start, n, fs_hz),
        }
        part = record.p_signal[start : start + n].T
        found.append(Strip("ventricular beat", _twelve(part, record.sig_name, fs_hz), spans))
        if len(found) == most:
            break
    return found


def atrial_fibrillation(folder: Path) -> list[Strip]:
    """The first ten seconds of every record with that diagnosis."""
    found = []
    for path in sorted(folder.glob("*.hea")):
        record = wfdb.rdheader(str(path.with_suffix("")))
        text = next((c for c in record.comments if c.startswith("Dx")), "")
        codes = {code.strip() for code in text.partition(":")[2].split(",")}
        if not codes & _AF_CODES or record.sig_len < _LENGTH_S * record.fs:
            continue
        n = round(_LENGTH_S * record.fs)
        part = wfdb.rdrecord(str(path.with_suffix("")), sampto=n)
        signal = _twelve(part.p_signal.T, part.sig_name, float(part.fs))
        found.append(
            Strip("atrial fibrillation", signal, {"the whole strip": [(0, signal.shape[1])]})
        )
    return found


def ventricular_flutter(stem: Path) -> list[Strip]:
    """Whole ten-second pieces between the marks "[" and "]"."""
    record, marks = wfdb.rdrecord(str(stem)), wfdb.rdann(str(stem), "atr")
    n = round(_LENGTH_S * record.fs)
    starts = [
        s for s, symbol in zip(marks.sample.tolist(), marks.symbol, strict=True) if symbol == "["
    ]
    stops = [
        s for s, symbol in zip(marks.sample.tolist(), marks.symbol, strict=True) if symbol == "]"
    ]
    found = []
    for start, stop in zip(starts, stops, strict=False):
        for first in range(start, stop - n, n):
            signal = _twelve(
                record.p_signal[first : first + n].T, record.sig_name, float(record.fs)
            )
            found.append(
                Strip("ventricular flutter", signal, {"the whole strip": [(0, signal.shape[1])]})
            )
    return found


def _around(
    marks: wfdb.Annotation, symbol: str, start: int, n: int, fs_hz: float
) -> list[tuple[int, int]]:
    """Spans around the beats of one kind that lie whole inside the strip, at 500 Hz."""
    spans = []
    for sample, found in zip(marks.sample.tolist(), marks.symbol, strict=True):
        at = (sample - start) / fs_hz
        if found == symbol and _BEFORE_S < at < n / fs_hz - _AFTER_S:
            spans.append((round((at - _BEFORE_S) * FS_HZ), round((at + _AFTER_S) * FS_HZ)))
    return spans


def _twelve(part_mv: NDArray[np.float64], names: list[str], fs_hz: float) -> NDArray[np.float32]:
    """Leads in their places of twelve, at 500 Hz, exactly ten seconds."""
    known = {lead.upper(): row for row, lead in enumerate(STANDARD_LEADS)} | {"MLII": 1}
    n = round(_LENGTH_S * FS_HZ)
    out = np.zeros((len(STANDARD_LEADS), n), dtype=np.float32)
    for name, lead_mv in zip(names, part_mv, strict=True):
        row = known.get(name.upper())
        if row is not None:
            out[row] = resample(lead_mv, fs_hz, FS_HZ)[:n]
    return out
