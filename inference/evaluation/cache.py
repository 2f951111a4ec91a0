"""Figures of one method kept as JSON, so that a new method costs only its own time.

A kept figure is used again only when nothing it depends on has changed: the recordings, the
noise, the text of the protocol, the text of the code that cleans, and the weights.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from inference.evaluation.measured import Results
from inference.evaluation.methods import Contender
from inference.evaluation.noise import Noise
from inference.evaluation.probes import ProbeResult
from inference.evaluation.rhythms import Strip
from inference.evaluation.scoring import Scores
from inference.evaluation.sources import Reference
from inference.registry import DENOISERS

_INFERENCE = Path(__file__).resolve().parents[1]
_PROTOCOL = ("noise", "sources", "scoring", "metrics", "fidelity", "measure", "measured")
_PROBES = ("probes", "rhythms")
_CLEANING = (
    "denoise.py", "learned.py", "engine.py", "pieces.py",
    "signal/resample.py", "signal/lead_algebra.py", "signal/fibrillation.py",
)  # fmt: skip
_FILTERS = ("denoise.py", "signal/filters.py")
_PACKAGES = {"neurokit2": "neurokit2", "biosppy": "biosppy", "deepfade": "ecgdatakit"}


def data_key(records: Sequence[Reference], strips: Sequence[Strip], noise: Noise) -> str:
    """Hash of everything measured on, and of the text of the protocol."""
    digest = hashlib.sha256()
    for record in records:
        digest.update(f"{record.name} {record.strata}".encode())
        for array in (record.signal_mv, record.trusted, record.unmarked):
            digest.update(np.ascontiguousarray(array).tobytes())
    for strip in strips:
        digest.update(strip.signal_mv.tobytes())
    for kind, array in noise.items():
        digest.update(kind.encode() + array.tobytes())
    names = (*_PROTOCOL, *_PROBES)
    _add_files(digest, (Path(__file__).with_name(f"{name}.py") for name in names))
    return digest.hexdigest()


def method_key(contender: Contender) -> str:
    """Hash of a method: its weights and its code, or a peer's version."""
    digest = hashlib.sha256(contender.name.encode())
    method = DENOISERS.get(contender.name)
    if method is not None and method.learned:
        digest.update(str(method.sha256).encode())
        model = _INFERENCE / "models" / f"{method.card['architecture']}.py"
        _add_files(digest, [model, *(_INFERENCE / name for name in _CLEANING)])
    elif method is not None:
        _add_files(digest, (_INFERENCE / name for name in _FILTERS))
    elif contender.peer:
        digest.update(_installed(_PACKAGES[contender.name]).encode())
    return digest.hexdigest()


def cache_file(folder: Path, dataset: str, contender: Contender, data: str) -> Path:
    """Where the figures of this method on this data are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    key = f"{contender.name}-{method_key(contender)[:12]}-{data[:12]}"
    return folder / f"{dataset.split()[0]}-{key}.json"


def store(path: Path, results: Results) -> None:
    """Write whole or not at all."""
    content: dict[str, Any] = {
        "scores": [[*key, _plain(scores)] for key, scores in results.scores.items()],
        "lenient": [[*key, values] for key, values in results.lenient.items()],
        "paper": results.paper,
        "probes": {key: [asdict(r) for r in rows] for key, rows in results.probes.items()},
        "digests": results.digests,
    }
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content), encoding="utf-8")
    partial.replace(path)


def load(path: Path) -> Results:
    """What `store` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    results = Results(
        paper=content["paper"],
        digests=content["digests"],
        lenient={(a, b): values for a, b, values in content["lenient"]},
        probes={k: [ProbeResult(**row) for row in rows] for k, rows in content["probes"].items()},
    )
    for dataset, condition, method, plain in content["scores"]:
        results.scores[dataset, condition, method] = _scores(plain)
    return results


def _plain(scores: Scores) -> dict[str, Any]:
    plain = dict(vars(scores))
    for name in ("st_noisy_uv", "st_clean_uv"):
        plain[name] = [part.tolist() for part in plain[name]]
    return plain


def _scores(plain: dict[str, Any]) -> Scores:
    for name in ("st_noisy_uv", "st_clean_uv"):
        plain[name] = [np.array(part, dtype=np.float64).reshape(-1, 3) for part in plain[name]]
    plain["flips"] = [tuple(row) for row in plain["flips"]]
    return Scores(**plain)


def _add_files(digest: Any, paths: Iterable[Path]) -> None:
    for path in paths:
        digest.update(path.read_bytes())


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
