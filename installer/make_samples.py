"""Cut the bundled recordings of resources/samples out of the original archives.

    python installer/make_samples.py FOLDER_WITH_UNPACKED_ARCHIVES

The signals are cut byte by byte, so that every sample keeps the value, the step and the
storage format of its source; only initial values and checksums of the header are new.
"""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

OUT = Path(__file__).resolve().parents[1] / "resources" / "samples"


@dataclass(frozen=True)
class Whole:
    """A PTB-XL record, taken as it is; age and sex come from ptbxl_database.csv."""

    name: str
    record: int


@dataclass(frozen=True)
class Excerpt:
    """Seconds start_s to stop_s of a long record with its beat annotations."""

    name: str
    source: str
    title: str
    start_s: int
    stop_s: int


WHOLE = (Whole("ptbxl_clean", 387), Whole("ptbxl_noisy", 352))
EXCERPTS = (
    Excerpt("incart_i06", "long/I06", "INCART record I06", 25 * 60, 27 * 60),
    Excerpt("mitbih_100", "mitdb/100", "MIT-BIH Arrhythmia record 100", 25 * 60, 27 * 60),
)


def digital_16(frames: bytes, n_leads: int) -> NDArray[np.int64]:
    """Format 16, little-endian int16 -> int64 [n_samples, n_leads]."""
    return np.frombuffer(frames, "<i2").astype(np.int64).reshape(-1, n_leads)


def digital_212(frames: bytes, n_leads: int) -> NDArray[np.int64]:
    """Format 212, two 12-bit values in three bytes -> int64 [n_samples, n_leads]."""
    first, middle, last = np.frombuffer(frames, np.uint8).astype(np.int64).reshape(-1, 3).T
    pairs = np.stack([first + (middle & 0x0F) * 256, last + (middle >> 4) * 256], axis=1)
    return np.where(pairs > 2047, pairs - 4096, pairs).reshape(-1, n_leads)


FORMATS: dict[str, tuple[int, Callable[[bytes, int], NDArray[np.int64]]]] = {
    "16": (16, digital_16),
    "212": (12, digital_212),
}
"""Bits per value and decoder of the two storage formats met here."""


def signal_line(line: str, name: str, digital: NDArray[np.int64]) -> str:
    """The header line of one lead, for its excerpt: new file, initial value and checksum."""
    fields = line.split()
    fields[0] = f"{name}.dat"
    checksum = int(digital.sum()) & 0xFFFF
    fields[5], fields[6] = str(digital[0]), str(checksum - 0x10000 * (checksum > 0x7FFF))
    return " ".join(fields)


def cut(excerpt: Excerpt, archives: Path) -> None:
    """Write the excerpt's .dat, .hea and .atr."""
    source = archives / excerpt.source
    lines = source.with_suffix(".hea").read_text().splitlines()
    n_leads, fs_hz = int(lines[0].split()[1]), int(lines[0].split()[2])
    bits, decode = FORMATS[lines[1].split()[1]]
    start, stop = excerpt.start_s * fs_hz, excerpt.stop_s * fs_hz
    frames = source.with_suffix(".dat").read_bytes()
    frames = frames[start * n_leads * bits // 8 : stop * n_leads * bits // 8]
    (OUT / f"{excerpt.name}.dat").write_bytes(frames)

    leads = zip(lines[1 : 1 + n_leads], decode(frames, n_leads).T, strict=True)
    header = [
        f"{excerpt.name} {n_leads} {fs_hz} {stop - start}",
        *(signal_line(line, excerpt.name, digital) for line, digital in leads),
        *lines[1 + n_leads :],
        f"# {excerpt.title}, {excerpt.start_s} s to {excerpt.stop_s} s",
    ]
    (OUT / f"{excerpt.name}.hea").write_text("\n".join(header) + "\n")
    cut_beats(source, excerpt.name, start, stop)


def cut_beats(source: Path, name: str, start: int, stop: int) -> None:
    """Write the annotations between two samples, counted from the first of them."""
    import wfdb

    beats = wfdb.rdann(str(source), "atr", sampfrom=start, sampto=stop - 1, shift_samps=True)
    wfdb.wrann(name, "atr", beats.sample, symbol=beats.symbol, write_dir=str(OUT))


def copy(whole: Whole, archives: Path) -> None:
    """Copy a PTB-XL record under a new name, with age and sex in its header."""
    folder = archives / "ptb-xl-500"
    with (folder / "ptbxl_database.csv").open(newline="") as file:
        row = next(r for r in csv.DictReader(file) if int(float(r["ecg_id"])) == whole.record)
    source = folder / row["filename_hr"]
    shutil.copyfile(source.with_suffix(".dat"), OUT / f"{whole.name}.dat")
    header = source.with_suffix(".hea").read_text().replace(source.name, whole.name)
    remarks = (
        f"# Age: {float(row['age']):.0f}",
        f"# Sex: {'Female' if float(row['sex']) else 'Male'}",
        f"# PTB-XL record {whole.record}, fold {float(row['strat_fold']):.0f}",
    )
    (OUT / f"{whole.name}.hea").write_text("\n".join([header.rstrip(), *remarks]) + "\n")


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    archives = Path(sys.argv[1])
    OUT.mkdir(parents=True, exist_ok=True)
    for whole in WHOLE:
        copy(whole, archives)
    for excerpt in EXCERPTS:
        cut(excerpt, archives)
    return 0


if __name__ == "__main__":
    sys.exit(main())
