"""Original dataset folders to the one compact training file.

Reads PTB-XL (the whole set as downloaded, or a part), the CinC 2011 records and NSTDB.
Only this step needs wfdb.
"""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfiltfilt

from inference.signal.lead_algebra import STANDARD_LEADS, expand_to_twelve
from inference.training.container import NOISE_KINDS, SPLITS, Corpus, save

N_SAMPLES = 5000
DUPLICATED_PTBXL_IDS = frozenset({137, 139, 140, 141, 142, 143, 145, 456, 458, 459, 461, 462})
_NOISE_COLUMNS = ("baseline_drift", "static_noise", "burst_noise", "electrodes_problems")
_LEAD_KEYS = tuple(lead.upper() for lead in STANDARD_LEADS)
_NOISE_SHARES = {"train": (0.0, 0.7), "val": (0.7, 0.8), "test": (0.8, 1.0)}


@dataclass(frozen=True)
class Entry:
    """One record before packing; samples int16 [8, 5000], marked bool [12]."""

    record_id: str
    source: str
    split: str
    samples: NDArray[np.int16]
    uv_per_step: float
    marked: NDArray[np.bool_]


def noisy_leads(remark: str) -> NDArray[np.bool_]:
    """PTB-XL noise remark to bool [12]; "I-AVF" is a range, "alles" means every lead."""
    text = re.sub(r"[.;]", ",", remark.upper().replace(" ", ""))
    marked = np.zeros(12, dtype=bool)
    if not text.strip(","):
        return marked
    known = False
    for part in filter(None, text.split(",")):
        ends = ["V" + end if end in "123456" else end for end in part.split("-")]
        if all(end in _LEAD_KEYS for end in ends) and len(ends) <= 2:
            marked[_LEAD_KEYS.index(ends[0]) : _LEAD_KEYS.index(ends[-1]) + 1] = True
            known = True
    if not known or "ALLES" in text:
        marked[:] = True  # a remark that names no lead is taken to mean all of them
    return marked


def reference_leads(leads_mv: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of [12, 5000] are clean enough to learn from (µV limits of the recipe)."""
    high = butter(4, 40, "highpass", fs=500, output="sos")
    low = butter(2, 0.5, "lowpass", fs=500, output="sos")
    hum = sosfiltfilt(high, leads_mv, axis=1)
    floor = 1.4826 * np.median(np.abs(hum), axis=1)  # QRS edges are not noise
    wander = sosfiltfilt(low, leads_mv, axis=1).std(axis=1)
    loud = np.abs(leads_mv).max(axis=1) < 8
    return np.asarray((floor < 0.02) & (wander < 0.06) & (leads_mv.std(axis=1) > 0.02) & loud)


def read_ptbxl(folder: Path) -> Iterator[Entry]:
    """Records named in ptbxl_database.csv whose 500 Hz files are there."""
    with (folder / "ptbxl_database.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if int(row["ecg_id"]) in DUPLICATED_PTBXL_IDS:
                continue
            path = folder / row["filename_hr"]
            if not path.with_suffix(".hea").exists():
                continue
            fold = int(row["strat_fold"])
            marked = np.any([noisy_leads(row[column]) for column in _NOISE_COLUMNS], axis=0)
            split = "train" if fold <= 8 else ("val" if fold == 9 else "test")
            yield _entry(path, f"ptbxl-{row['ecg_id']}", "ptbxl", split, marked)


def read_cinc2011(folder: Path) -> Iterator[Entry]:
    """The acceptable records; one in ten (by hash of its name) validates."""
    artefacts = {}
    with (folder / "lead_artefacts.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            artefacts[row["record"]] = np.array([row[lead] == "1" for lead in STANDARD_LEADS])
    for name in (folder / "RECORDS-acceptable").read_text().split():
        split = "val" if hashlib.sha256(name.encode()).digest()[0] < 26 else "train"
        marked = artefacts.get(name, np.zeros(12, dtype=bool))
        yield _entry(folder / name, f"cinc2011-{name}", "cinc2011", split, marked)


def read_nstdb(folder: Path) -> dict[str, dict[str, NDArray[np.float32]]]:
    """bw, em, ma by time: cut first, then 360 to 500 Hz; every channel to SD 1."""
    noise: dict[str, dict[str, NDArray[np.float32]]] = {split: {} for split in SPLITS}
    for kind in NOISE_KINDS:
        digital = wfdb.rdrecord(str(folder / kind), physical=False).d_signal.T.astype(np.float64)
        for split, (start, stop) in _NOISE_SHARES.items():
            n = digital.shape[1]
            part = digital[:, int(start * n) : int(stop * n)]
            part = resample_poly(part - part.mean(axis=1, keepdims=True), 25, 18, axis=1)
            noise[split][kind] = (part / part.std(axis=1, keepdims=True)).astype(np.float32)
    return noise


def prepare(ptbxl: Path, cinc2011: Path, nstdb: Path, out: Path) -> Corpus:
    """Write the training file; returns what it holds."""
    entries = [*read_ptbxl(ptbxl), *read_cinc2011(cinc2011)]
    samples = np.stack([entry.samples for entry in entries])
    steps = np.array([entry.uv_per_step for entry in entries], dtype=np.float32)
    reference = np.stack(
        [
            reference_leads(expand_to_twelve(entry.samples * np.float32(entry.uv_per_step / 1000)))
            & ~entry.marked
            for entry in entries
        ]
    )
    corpus = Corpus(
        samples=samples,
        uv_per_step=steps,
        reference=reference,
        split=np.array([SPLITS.index(entry.split) for entry in entries], dtype=np.int8),
        source=np.array([entry.source for entry in entries]),
        record_id=np.array([entry.record_id for entry in entries]),
        noise=read_nstdb(nstdb),
    )
    save(out, corpus)
    return corpus


def _entry(path: Path, record_id: str, source: str, split: str, marked: NDArray[np.bool_]) -> Entry:
    record = wfdb.rdrecord(str(path), physical=False)
    if record.fs != 500 or record.sig_len != N_SAMPLES:
        raise ValueError(f"{path.name}: expected 10 s at 500 Hz, found {record.sig_len} samples")
    names = [name.upper() for name in record.sig_name]
    rows = [names.index(lead) for lead in ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")]
    if len({(record.adc_gain[row], record.baseline[row]) for row in rows}) != 1:
        raise ValueError(f"{path.name}: leads with different gains cannot share one scale")
    samples = record.d_signal.T[rows] - record.baseline[rows[0]]
    clipped = np.clip(samples, -32768, 32767).astype(np.int16)
    return Entry(record_id, source, split, clipped, 1000 / record.adc_gain[rows[0]], marked)
