"""`python -m inference.evaluation quality`: the noise map against people and known noise.

Test parts only: CinC 2011 recordings whose content falls into the 30 % never trained on,
PTB-XL fold 10, LUDB, CinC 2021 samples, the last fifth of NSTDB.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.evaluation import quality_probes as probes
from inference.evaluation import quality_report
from inference.evaluation.quality_scores import Judge, Scores
from inference.quality import QualityMap, quality
from inference.quality_weights import load_scorer
from inference.training.quality_data import (
    LEADS,
    FloatArray,
    LabelledRecord,
    cinc2011,
    cinc2021,
    ludb,
    nstdb,
    ptbxl,
)
from inference.training.quality_prepare import band_sd, looks_clean

RESULTS = Path(__file__).parent / "results" / "quality.md"
REFERENCE_WANDER_MV = 0.060
RHYTHMS = {
    "atrial fibrillation": {"AFIB", "AFLT", "fibrillation", "164889003", "164890007"},
    "bundle branch block": {"CLBBB", "CRBBB", "bundle branch", "164909002", "59118001"},
    "paced": {"PACE", "10370003"},
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Measured:
    """All that the report prints."""

    cinc: Scores
    cinc_noisy: NDArray[np.bool_]
    contact: NDArray[np.bool_]
    whole: Scores
    unacceptable: NDArray[np.bool_]
    ptbxl: Scores
    ptbxl_noisy: NDArray[np.bool_]
    ptbxl_kinds: dict[str, NDArray[np.bool_]]
    ranks: dict[str, dict[str, float]]
    n_rank_leads: int
    companions: list[list[str]]
    stability: list[list[str]]
    grades: dict[str, QualityMaps]
    rhythm_maps: dict[str, QualityMaps]
    seed_sd_db: float
    cpu_s: float
    wall_s: float
    clean_psnr_db: tuple[float, float]
    about: dict[str, str]


QualityMaps = list[tuple[QualityMap, LabelledRecord]]


def reference_leads(records: Iterable[LabelledRecord]) -> FloatArray:
    """Leads [n, 5000] without a remark whose own noise is small: what noise is put on."""
    found = []
    for record in records:
        marked = np.zeros(12, dtype=bool) if record.noisy is None else record.noisy
        calm = band_sd(record.signal_mv, 0.05, 0.5) < REFERENCE_WANDER_MV
        found.append(record.signal_mv[looks_clean(record.signal_mv) & calm & ~marked])
    return np.concatenate(found)


def _thinned(leads: FloatArray, n: int) -> FloatArray:
    return np.asarray(leads[np.linspace(0, len(leads) - 1, min(n, len(leads))).astype(int)])


def _maps(records: Iterable[LabelledRecord]) -> QualityMaps:
    return [(quality(r.signal_mv, 500.0, LEADS, device="cpu"), r) for r in records]


def measure(data: Path, n_leads: int) -> Measured:
    """Everything, from the archives under `data`; n_leads get injected noise."""
    began = time.monotonic()
    judge = Judge(load_scorer("cpu"))
    tests = [r for r in cinc2011(data / "cinc2011-set-a") if r.part == "test"]
    labelled = [r for r in tests if r.noisy is not None]
    fold10 = [r for r in ptbxl(data / "ptb-xl-500") if r.part == "test"]
    others = [*ludb(data / "ludb"), *cinc2021(data / "cinc2021-samples")]
    cinc_maps, ptbxl_maps = _maps(tests), _maps(fold10)
    whole = judge.maps(cinc_maps)
    rows = [i for i, r in enumerate(tests) if r.noisy is not None]
    cinc = {name: values[rows] for name, values in whole.items()}
    clean = reference_leads(fold10)
    chosen = _thinned(clean, n_leads)
    grades = {
        "PTB-XL fold 10": ptbxl_maps,
        "CinC 2011, labelled leads": [cinc_maps[i] for i in rows],
    }
    rare = {
        name: [pair for pair in ptbxl_maps if pair[1].codes & codes]
        + _maps(r for r in others if r.codes & codes)
        for name, codes in RHYTHMS.items()
    }
    few = [r.signal_mv for r in fold10[:: max(len(fold10) // 8, 1)]][:8]
    scores = judge.maps(ptbxl_maps)
    noisy = np.stack([r.noisy for r in fold10 if r.noisy is not None])
    cpu_s, wall_s = probes.cpu_times_s(few[0])
    ranks = probes.injected_ranks(judge, chosen, nstdb(data / "nstdb", "test"))
    return Measured(
        cinc=cinc,
        cinc_noisy=np.stack([r.noisy for r in labelled if r.noisy is not None]),
        contact=(cinc["flat_share"] < 0.5) & (cinc["extreme_mv"] < 9.0),
        whole=whole,
        unacceptable=np.array([not r.acceptable for r in tests]),
        ptbxl=scores,
        ptbxl_noisy=noisy,
        ptbxl_kinds={k: np.stack([r.kinds[k] for r in fold10]) for k in fold10[0].kinds},
        ranks=ranks,
        n_rank_leads=len(chosen),
        companions=probes.companion_table(clean),
        stability=probes.stability_table(few),
        grades=grades,
        rhythm_maps=rare,
        seed_sd_db=probes.seed_spread_db(judge.scorer, few[:4], 5),
        cpu_s=cpu_s,
        wall_s=wall_s,
        clean_psnr_db=_mean_and_sd(-scores["autoencoder"][~noisy]),
        about={
            "minutes": f"{(time.monotonic() - began) / 60:.0f}",
            "machine": probes.machine(),
            "projection": quality_report.projection_text(judge.scorer.projection),
        },
    )


def _mean_and_sd(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values.mean()), float(values.std())


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m inference.evaluation quality")
    parser.add_argument("--data", type=Path, required=True, help="folder of unpacked archives")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--leads", type=int, default=72, help="clean leads that get noise")
    options = parser.parse_args(argv)
    text = quality_report.document(measure(options.data.expanduser(), options.leads))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
