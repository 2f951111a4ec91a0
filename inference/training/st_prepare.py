"""Writes the median beats that the ST classifier is trained and validated on.

    python -m inference.training.st_prepare --data ~/ecg --out st_beats.npz

PTB-XL records of all folds with their statements, and the acceptable CinC 2011 records,
which carry no statement. Split as everywhere: folds 1-8 and nine tenths train, fold 9 and
one tenth validate, fold 10 tests.
"""

from __future__ import annotations

import argparse
import ast
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from inference.st import measure
from inference.st_features import BEAT_LEADS, person, st_input
from inference.training.prepare import DUPLICATED_PTBXL_IDS

UNKNOWN = -1
STD_CODES = ("STD_", "ISC", "INJ")  # INJ* is subendocardial injury: depression
VAGUE_CODES = ("NST_", "NDT", "DIG")  # may or may not be depressed: no label
BLOCK_CODES = ("CLBBB", "CRBBB", "PACE", "WPW")
INFARCTION = ("AMI", "IMI", "ASMI", "ALMI", "ILMI", "LMI", "PMI", "IPMI", "IPLMI")


@dataclass(frozen=True)
class Labelled:
    """One recording: mV, person, labels (1, 0, UNKNOWN)."""

    name: str
    split: str
    signal_mv: NDArray[np.float32]
    fs_hz: float
    age_years: float | None
    sex: str | None
    ste: int
    std: int


def ptbxl_labels(codes: set[str]) -> tuple[int, int]:
    """(STE, STD) from PTB-XL statements; the set has no statement of elevation."""
    std = any(code.startswith(STD_CODES) for code in codes)
    vague = any(code.startswith((*VAGUE_CODES, *BLOCK_CODES)) for code in codes)
    ste = UNKNOWN if codes & set(INFARCTION) or vague else 0
    return ste, 1 if std else (UNKNOWN if vague else 0)


def read_signal(path: Path) -> tuple[NDArray[np.float32], float]:
    """float32 [12, n] in mV in the order of BEAT_LEADS, and the rate."""
    record = wfdb.rdrecord(str(path))
    names = [name.upper() for name in record.sig_name]
    rows = [names.index(lead.upper()) for lead in BEAT_LEADS]
    return record.p_signal.T[rows].astype(np.float32), float(record.fs)


def read_ptbxl(folder: Path) -> Iterator[Labelled]:
    with (folder / "ptbxl_database.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if int(row["ecg_id"]) in DUPLICATED_PTBXL_IDS:
                continue
            signal_mv, fs_hz = read_signal(folder / row["filename_hr"])
            ste, std = ptbxl_labels(set(ast.literal_eval(row["scp_codes"])))
            fold = int(row["strat_fold"])
            age = float(row["age"]) if row["age"] else None
            yield Labelled(
                name=f"ptbxl-{row['ecg_id']}",
                split="train" if fold <= 8 else ("val" if fold == 9 else "test"),
                signal_mv=signal_mv,
                fs_hz=fs_hz,
                age_years=age,
                sex={"0": "M", "1": "F"}.get(row["sex"].split(".")[0]),
                ste=ste,
                std=std,
            )


def read_cinc2011(folder: Path) -> Iterator[Labelled]:
    for name in (folder / "RECORDS-acceptable").read_text().split():
        signal_mv, fs_hz = read_signal(folder / name)
        val = hashlib.sha256(name.encode()).digest()[0] < 26
        split = "val" if val else "train"
        yield Labelled(f"cinc2011-{name}", split, signal_mv, fs_hz, None, None, UNKNOWN, UNKNOWN)


def beats_of(records: Iterator[Labelled]) -> dict[str, NDArray[np.generic]]:
    """Arrays with one row per measurable record, ready to be saved."""
    rows: dict[str, list[object]] = {}
    for record in records:
        report = measure(
            record.signal_mv,
            record.fs_hz,
            BEAT_LEADS,
            age_years=record.age_years,
            sex=record.sex,
        )
        seen = st_input(report)
        if seen is None or report.fiducials is None or report.beats is None:
            continue
        end = report.fiducials.t_end
        met = {c.kind for c in report.criteria} - {"TWI"}
        values = {
            "name": record.name,
            "split": record.split,
            "beat": seen.beat,
            "present": seen.present,
            "onset": seen.onset,
            "j": seen.j,
            "t_end": seen.j + ((end - report.fiducials.j) / report.fs_hz * 250 if end > 0 else 70),
            "person": person(record.age_years, record.sex),
            "ste": record.ste if record.ste != UNKNOWN else (UNKNOWN if "STE" in met else 0),
            "std": record.std,
            "met_ste": "STE" in met,
            "met_std": "STD" in met,
            "spread_mv": max(row.spread_mv for row in report.st),
        }
        for key, value in values.items():
            rows.setdefault(key, []).append(value)
    return {key: np.array(value) for key, value in rows.items()}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="st_prepare", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of unpacked archives")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(argv)

    def records() -> Iterator[Labelled]:
        yield from read_ptbxl(options.data / "ptb-xl-500")
        yield from read_cinc2011(options.data / "cinc2011-set-a")

    beats = beats_of(records())
    np.savez(options.out, **beats)  # type: ignore[arg-type]
    print(f"{len(beats['name'])} median beats in {options.out}")


if __name__ == "__main__":
    main()
