"""The evaluation in seconds: bundled recordings, a bundled excerpt of NSTDB, golden numbers.

Golden numbers guard the maths: whoever changes them shows the numbers before and after in
the commit. `--smoke --write-golden` writes them anew.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from inference.evaluation.measure import PRIMARY, latency, run
from inference.evaluation.measured import Results
from inference.evaluation.methods import Contender
from inference.evaluation.noise import RECORDED_KINDS, SYNTHETIC_KINDS, Condition, Noise
from inference.evaluation.probes import judged, pauses, pure_noise
from inference.evaluation.sources import bundled
from inference.registry import DENOISERS, default_denoiser
from inference.signal.resample import resample

_REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = _REPOSITORY / "resources" / "samples"
GOLDEN = _REPOSITORY / "tests" / "golden"
SAMPLE = "sample"
_SEED = 103  # the sample's first seed with noise in some leads and none in others
_PROBES = 2
_TOLERANCE = {"gain": 0.05, "clean_rmse": 0.05}  # dB, µV: processors round differently


def smoke(methods: list[Contender], results: Results, write: bool = False) -> list[str]:
    """Measure a few methods; returns one sentence for every number that is not as golden."""
    noise, records = excerpt(), bundled(SAMPLES)
    few = [m for m in methods if m.name in ("input", "fir", "iir", default_denoiser())]
    for contender in few:
        for condition in _conditions():
            run(contender, condition, SAMPLE, records, noise, results)
    ours = [m for m in few if m.name == default_denoiser()]
    for contender in ours:
        results.probes[f"{SAMPLE}: {contender.name}"] = [
            *judged("pure noise", contender, pure_noise(noise, _PROBES)),
            *judged("3 s asystole", contender, pauses(records, noise, _PROBES)),
        ]
    latency(ours, records, noise, results, runs=3)
    measured = numbers(results)
    path = GOLDEN / "denoising.json"
    if write:
        path.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
        return []
    return compare(json.loads(path.read_text(encoding="utf-8")), measured)


def excerpt() -> Noise:
    """bw, em, ma: float32 [2, n] at 500 Hz, twenty seconds each."""
    with np.load(GOLDEN / "nstdb.npz") as file:
        return {kind: resample(file[kind].astype(np.float32), 360.0, 500.0) for kind in file.files}


def numbers(results: Results) -> dict[str, Any]:
    """SNR gain and change of clean leads by method and row, and the default's weights."""
    default = DENOISERS[default_denoiser()]
    found: dict[str, Any] = {"weights": {default.name: default.sha256}}
    for (_, condition, method), scores in results.scores.items():
        row = {name: scores.mean(name) for name in _TOLERANCE}
        found.setdefault(method, {})[condition] = {
            name: round(value, 3) for name, value in row.items() if np.isfinite(value)
        }
    return found


def compare(golden: dict[str, Any], measured: dict[str, Any]) -> list[str]:
    """Sentences about what differs by more than rounding."""
    if golden["weights"] != measured["weights"]:
        return [
            "The golden numbers belong to other weights; look at the change and write them "
            "anew with --smoke --write-golden."
        ]
    wrong = []
    for method, rows in golden.items():
        for condition, row in rows.items() if method != "weights" else ():
            now = measured.get(method, {}).get(condition, {})
            wrong += [
                f"{method}, {condition}: {name} was {value}, is {now.get(name)}."
                for name, value in row.items()
                if name not in now or abs(now[name] - value) > _TOLERANCE[name]
            ]
    return wrong


def _conditions() -> list[Condition]:
    recorded = [Condition(kind=kind, seed=_SEED) for kind in (*RECORDED_KINDS, PRIMARY.kind)]
    return recorded + [Condition(kind=kind) for kind in SYNTHETIC_KINDS]
