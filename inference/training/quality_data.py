"""The labelled recordings on which the noise map is trained and measured.

Folders are the unpacked archives of `shared/data/README.md`. Splits: PTB-XL by its own
folds (1–8 train, 9 validate, 10 test); CinC 2011 by the content of the recording, so that
exact copies of one recording stay on one side (70 % train, 30 % test).
"""

from __future__ import annotations

import ast
import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
NOISE_COLUMNS = ("static_noise", "baseline_drift", "burst_noise", "electrodes_problems")
PTBXL_DROPPED = frozenset({137, 139, 140, 141, 142, 143, 145, 456, 458, 459, 461, 462})
FS_HZ = 500.0
_UPPER = tuple(lead.upper() for lead in LEADS)
_ALL = frozenset(range(12))

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class LabelledRecord:
    """Twelve leads of 10 s with what people said about their noise.

    signal_mv   float32 [12, 5000] at 500 Hz
    noisy       bool [12] from people, or None where nobody looked at single leads
    kinds       {noise column: bool [12]} (PTB-XL only)
    acceptable  the whole recording's label (CinC 2011 only)
    part        "train", "val" or "test"
    """

    name: str
    source: str
    signal_mv: FloatArray
    part: str
    noisy: NDArray[np.bool_] | None = None
    kinds: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    acceptable: bool | None = None
    codes: frozenset[str] = frozenset()


def remark_leads(text: str) -> frozenset[int]:
    """Lead numbers 0–11 that a PTB-XL noise remark names.

    `I-AVF` is a range in the usual order, bare 1–6 are chest leads, `alles` is every lead,
    and so are remarks that name none.
    """
    plain = re.sub(r"\s+", "", text.upper())
    plain = re.sub(r"[.;]", ",", plain)
    found: set[int] = set()
    for part in filter(None, plain.split(",")):
        found |= _remark_part(part)
    return frozenset(found)


def _remark_part(part: str) -> frozenset[int]:
    if part in ("ALLES", "NOISYRECORDING", "DRIFT", "STARK"):
        return _ALL
    first, dash, last = part.partition("-")
    a, b = _remark_lead(first), _remark_lead(last)
    if dash and a is not None and b is not None:
        return frozenset(range(min(a, b), max(a, b) + 1))
    return frozenset(i for i in (a, b) if i is not None)


def _remark_lead(name: str) -> int | None:
    if name in _UPPER:
        return _UPPER.index(name)
    return 5 + int(name) if name in tuple("123456") else None


def _read_mv(path: Path) -> tuple[FloatArray, float]:
    import wfdb

    record = wfdb.rdrecord(str(path))
    order = [[n.upper() for n in record.sig_name].index(lead) for lead in _UPPER]
    return np.ascontiguousarray(record.p_signal.T[order], dtype=np.float32), float(record.fs)


def ptbxl(folder: Path) -> Iterator[LabelledRecord]:
    """PTB-XL 1–500 without the twelve ids that newer releases dropped."""
    with (folder / "ptbxl_database.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if int(row["ecg_id"]) in PTBXL_DROPPED:
            continue
        signal, _ = _read_mv(folder / row["filename_hr"])
        kinds = {name: _mask(remark_leads(row[name])) for name in NOISE_COLUMNS}
        fold = int(float(row["strat_fold"]))
        yield LabelledRecord(
            name=Path(row["filename_hr"]).name,
            source="ptb-xl",
            signal_mv=signal,
            part={9: "val", 10: "test"}.get(fold, "train"),
            noisy=np.any(list(kinds.values()), axis=0),
            kinds=kinds,
            codes=frozenset(ast.literal_eval(row["scp_codes"])),
        )


def _mask(leads: frozenset[int]) -> NDArray[np.bool_]:
    return np.array([i in leads for i in range(12)])


def cinc2011(folder: Path) -> Iterator[LabelledRecord]:
    """PhysioNet/CinC Challenge 2011, set A."""
    accepted = dict.fromkeys((folder / "RECORDS-acceptable").read_text().split(), True)
    accepted |= dict.fromkeys((folder / "RECORDS-unacceptable").read_text().split(), False)
    with (folder / "lead_artefacts.csv").open(newline="") as file:
        table = {r["record"]: [r[lead] == "1" for lead in LEADS] for r in csv.DictReader(file)}
    for name in sorted(accepted):
        signal, _ = _read_mv(folder / name)
        digest = hashlib.sha256(signal.tobytes()).digest()
        yield LabelledRecord(
            name=name,
            source="cinc2011",
            signal_mv=signal,
            part="train" if digest[0] < 0.7 * 256 else "test",
            noisy=np.array(table[name]) if name in table else None,
            acceptable=accepted[name],
        )


def ludb(folder: Path) -> Iterator[LabelledRecord]:
    """LUDB, test only. Its header gains are wrong: raw integers are microvolts."""
    import wfdb

    for header in sorted(folder.rglob("*.hea"), key=lambda p: int(p.stem)):
        record = wfdb.rdrecord(str(header.with_suffix("")), physical=False)
        signal = np.ascontiguousarray(record.d_signal.T / 1000, dtype=np.float32)
        text = " ".join(record.comments).lower()
        yield LabelledRecord(
            name=header.stem,
            source="ludb",
            signal_mv=signal[:, :5000],
            part="test",
            codes=frozenset(w for w in ("fibrillation", "bundle branch", "pac") if w in text),
        )


def cinc2021(folder: Path) -> Iterator[LabelledRecord]:
    """The 12-lead, 500 Hz, at least 10 s samples of CinC 2021; test only; SNOMED codes."""
    import wfdb

    for header in sorted(folder.rglob("*.hea")):
        head = wfdb.rdheader(str(header.with_suffix("")))
        if head.fs != FS_HZ or head.sig_len < 5000 or head.n_sig != 12:
            continue
        signal, _ = _read_mv(header.with_suffix(""))
        codes = next((c for c in head.comments if c.startswith("Dx")), "Dx:")
        yield LabelledRecord(
            name=header.stem,
            source="cinc2021",
            signal_mv=np.nan_to_num(signal[:, :5000]),
            part="test",
            codes=frozenset(codes.partition(":")[2].replace(" ", "").split(",")),
        )


def nstdb(folder: Path, part: str) -> dict[str, FloatArray]:
    """{"bw" | "em" | "ma": float32 [2, n]} at 360 Hz, each channel with unit SD.

    Split by time: 70 % train, 10 % val, 20 % test.
    """
    import wfdb

    low, high = {"train": (0.0, 0.7), "val": (0.7, 0.8), "test": (0.8, 1.0)}[part]
    noises = {}
    for kind in ("bw", "em", "ma"):
        raw = wfdb.rdrecord(str(folder / kind), physical=False).d_signal.T.astype(np.float32)
        n = raw.shape[1]
        cut = raw[:, int(low * n) : int(high * n)]
        noises[kind] = (cut - cut.mean(axis=1, keepdims=True)) / cut.std(axis=1, keepdims=True)
    return noises


def noise_excerpt(noise: FloatArray, rng: np.random.Generator, n: int = 5000) -> FloatArray:
    """n samples at 500 Hz of a random channel and place of `noise` [2, m] (360 Hz)."""
    from scipy.signal import resample_poly

    need = int(np.ceil(n * 18 / 25)) + 36
    start = int(rng.integers(0, noise.shape[1] - need))
    piece = noise[int(rng.integers(0, 2)), start : start + need]
    out = resample_poly(piece - piece.mean(), 25, 18)[18 : 18 + n]
    return np.asarray(out * rng.choice([-1.0, 1.0]), dtype=np.float32)


def add_at_snr(clean: FloatArray, noise: FloatArray, snr_db: float) -> FloatArray:
    """clean + noise with the noise scaled to `snr_db` (AC power over the 10 s)."""
    noise = noise - noise.mean()
    scale = clean.std() / (noise.std() + 1e-9) * 10 ** (-snr_db / 20)
    return np.asarray(clean + scale * noise, dtype=np.float32)
