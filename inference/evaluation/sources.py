"""Test recordings with their trusted leads, in millivolts at 500 Hz, standard lead order.

PTB-XL: fold 10 only. LUDB: raw integers over 1000, because its header gains scale every
lead to one millivolt peak to peak. NSTDB: the last 20 % only.
"""

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from inference.signal.lead_algebra import STANDARD_LEADS
from inference.training.prepare import (
    DUPLICATED_PTBXL_IDS,
    noisy_leads,
    read_nstdb,
    reference_leads,
)

STRATA = ("normal", "STD-type", "infarction", "bundle branch block")
_BENDING = (
    "Conduction abnormalities", "Hypertrophies", "Cardiac pacing", "Ischemia",
    "Non-specific repolarization abnormalities", "Other states",
)  # fmt: skip
_NOISE_COLUMNS = ("baseline_drift", "static_noise", "burst_noise", "electrodes_problems")


@dataclass(frozen=True)
class QrsEdges:
    """Expert QRS onsets and offsets of one lead, in samples."""

    onset: NDArray[np.int64]
    offset: NDArray[np.int64]


@dataclass(frozen=True)
class Reference:
    """One recording of the test part.

    trusted   bool [12]: reference quality (no remark, little hum, little wander)
    unmarked  bool [12]: no noise remark, whatever the signal looks like
    edges     expert QRS limits per lead, LUDB only
    strata    which of STRATA its diagnoses put it in, LUDB only
    """

    name: str
    dataset: str
    patient: str
    signal_mv: NDArray[np.float32]
    trusted: NDArray[np.bool_]
    unmarked: NDArray[np.bool_]
    edges: dict[int, QrsEdges] = field(default_factory=dict)
    strata: tuple[str, ...] = ()


def ptbxl_fold_10(folder: Path) -> list[Reference]:
    """Records of fold 10 with at least 4 trusted leads."""
    records = []
    with (folder / "ptbxl_database.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            path = folder / row["filename_hr"]
            here = path.with_suffix(".hea").exists()
            if row["strat_fold"] != "10" or int(row["ecg_id"]) in DUPLICATED_PTBXL_IDS or not here:
                continue
            marked = np.any([noisy_leads(row[column]) for column in _NOISE_COLUMNS], axis=0)
            name, patient = f"ptbxl-{row['ecg_id']}", f"ptbxl-{row['patient_id']}"
            records.append(_record(name, "PTB-XL", patient, _millivolts(path, 1000.0), marked))
    return [record for record in records if record.trusted.sum() >= 4]


def ludb(folder: Path) -> list[Reference]:
    """Records with at least 4 trusted leads and their expert QRS limits."""
    records, diagnoses = [], ludb_strata(folder / "ludb.csv")
    for path in sorted((folder / "data").glob("*.hea"), key=lambda p: int(p.stem)):
        stem = path.with_suffix("")
        signal = _millivolts(stem, 1000.0)
        record = _record(
            f"ludb-{stem.name}", "LUDB", f"ludb-{stem.name}", signal, np.zeros(12, bool)
        )
        record = replace(record, strata=diagnoses.get(stem.name, ()))
        record.edges.update(_edges(stem))
        records.append(record)
    return [record for record in records if record.trusted.sum() >= 4]


def ludb_strata(path: Path) -> dict[str, tuple[str, ...]]:
    """Per record id, from the columns of diagnoses.

    normal    sinus rhythm without any other finding that bends ST (hypertrophy, conduction,
              ischaemia, repolarisation, pacing, early repolarisation)
    STD-type  ischaemia without infarction; infarction: STEMI, NSTEMI or scar
    """
    found = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            text = {key: " ".join(value.lower().split()) for key, value in row.items()}
            ischaemia, conduction = text["Ischemia"], text["Conduction abnormalities"]
            bends = [text[column] for column in _BENDING if text[column]]
            strata = []
            if "sinus" in text["Rhythms"] and not bends:
                strata.append("normal")
            if "stemi" in ischaemia or "scar" in ischaemia:
                strata.append("infarction")
            elif ischaemia:
                strata.append("STD-type")
            if "bundle" in conduction and "incomplete" not in conduction:
                strata.append("bundle branch block")
            found[text["ID"]] = tuple(strata)
    return found


def bundled(folder: Path) -> list[Reference]:
    """The clean sample of resources/samples, for the smoke run."""
    signal = _millivolts(folder / "ptbxl_clean", 1000.0)
    return [_record("ptbxl_clean", "sample", "sample", signal, np.zeros(12, bool))]


def held_out_noise(folder: Path) -> dict[str, NDArray[np.float32]]:
    """bw, em, ma: float32 [2, n] at 500 Hz, the part no training has seen."""
    return read_nstdb(folder)["test"]


def _millivolts(path: Path, counts_per_mv: float) -> NDArray[np.float32]:
    record = wfdb.rdrecord(str(path.with_suffix("")), physical=False)
    names = [name.upper() for name in record.sig_name]
    rows = [names.index(lead.upper()) for lead in STANDARD_LEADS]
    signal = record.d_signal.T[rows] / counts_per_mv
    return np.ascontiguousarray(signal[:, :5000], dtype=np.float32)


def _record(
    name: str, dataset: str, patient: str, signal: NDArray[np.float32], marked: NDArray[np.bool_]
) -> Reference:
    unmarked = ~marked & (np.ptp(signal, axis=1) > 0.02)
    return Reference(name, dataset, patient, signal, reference_leads(signal) & unmarked, unmarked)


def _edges(stem: Path) -> dict[int, QrsEdges]:
    """QRS "(" N ")" triples of every lead's annotation file."""
    edges = {}
    for index, lead in enumerate(STANDARD_LEADS):
        marks = wfdb.rdann(str(stem), lead.lower())
        peaks = [k for k, symbol in enumerate(marks.symbol) if symbol == "N"]
        whole = [
            (marks.sample[k - 1], marks.sample[k + 1])
            for k in peaks
            if 0 < k < len(marks.symbol) - 1
            and marks.symbol[k - 1] == "("
            and marks.symbol[k + 1] == ")"
        ]
        pairs = np.array(whole, dtype=np.int64).reshape(-1, 2)
        edges[index] = QrsEdges(pairs[:, 0], pairs[:, 1])
    return edges
