"""The recordings that are timed: a real ECG, repeated for a day."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from tests.shared_data import SAMPLES

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
FS_HZ, GAIN = 500, 1000


def folder_of_short_ones(folder: Path, n: int = 8) -> list[Path]:
    """n copies of the bundled ten-second ECGs, under different names."""
    paths = []
    for number in range(n):
        source = ("ptbxl_clean", "ptbxl_noisy")[number % 2]
        name = f"{source}_{number}"
        shutil.copyfile(SAMPLES / f"{source}.dat", folder / f"{name}.dat")
        header = (SAMPLES / f"{source}.hea").read_text().replace(source, name)
        (folder / f"{name}.hea").write_text(header)
        paths.append(folder / f"{name}.hea")
    return paths


def long_one(folder: Path, hours: float) -> Path:
    """12 leads at 500 Hz in WFDB format 16, made of the clean sample with slow drift."""
    signal = _ten_seconds()
    n = int(hours * 3600 * FS_HZ)
    sums = np.zeros(len(LEADS), np.int64)
    block = 360 * signal.shape[1]
    repeated = np.tile(signal, (1, 360))
    with (folder / "day.dat").open("wb") as file:
        for start in range(0, n, block):
            count = min(block, n - start)
            drift = (200 * np.sin(np.arange(start, start + count) / FS_HZ / 97)).astype(np.int16)
            part = repeated[:, :count] + drift
            sums += part.sum(axis=1, dtype=np.int64)
            np.ascontiguousarray(part.T).tofile(file)
    first = repeated[:, 0] + 0
    lines = [f"day {len(LEADS)} {FS_HZ} {n}"]
    for lead, value, total in zip(LEADS, first, sums, strict=True):
        checksum = (int(total) + 2**15) % 2**16 - 2**15
        lines.append(f"day.dat 16 {GAIN}(0)/mV 16 0 {value} {checksum} 0 {lead}")
    path = folder / "day.hea"
    path.write_text("\n".join(lines) + "\n")
    return path


def _ten_seconds() -> np.ndarray:
    """The clean sample as int16 µV [12, 5000]."""
    from viewer.formats import open_recording

    recording = open_recording(SAMPLES / "ptbxl_clean.hea")
    order = [recording.leads.index(lead) for lead in LEADS]
    return np.round(recording.signal_mv[order] * GAIN).astype(np.int16)
