"""The grade's score: a small network on the noise indices, with or without the PSNR.

Plain NumPy, so that a grade needs neither torch nor the diffusion weights. Trained on the
artefact labels of single leads (see the model card); larger is noisier.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.signal.noise_indices import INDEX_NAMES

FloatArray = NDArray[np.float32]
_SPREAD = 4.0  # inputs beyond four standard deviations are as strange as these
_LOG_LIMITS = {"_uv": (0.3, 3e3), "_mv": (3e-3, 30.0), "_ratio": (0.3, 1e3)}
_UNUSED = frozenset({"mains_hz"})
FEATURE_NAMES = tuple(n for n in INDEX_NAMES if n not in _UNUSED)


class GradeModelMissing(Exception):
    """The grade's own small model cannot be read; the text is for the user."""


@dataclass(frozen=True, eq=False)
class Grader:
    """An ensemble of small networks and the thresholds learned with them.

    weights     arrays of every network: w0 [members, inputs, hidden], b0, w1, b1, w2, b2
    bins        score quantiles 75, 95 and 99 % of clean validation leads: good|fair|poor|bad
    isotonic    score and probability knots: P(a person calls the lead noisy)
    with_psnr   whether the PSNR is the last input
    """

    weights: dict[str, FloatArray]
    bins: tuple[float, float, float]
    isotonic: tuple[FloatArray, FloatArray]
    with_psnr: bool

    def score(self, features: FloatArray) -> FloatArray:
        """Scores [n] of features [n, inputs]: the mean log-odds of the members."""
        w = self.weights
        x = np.clip((features - w["mean"]) / w["sd"], -_SPREAD, _SPREAD)
        for layer in ("0", "1", "2"):
            x = x @ w["w" + layer] + w["b" + layer][:, None]
            if layer != "2":
                x = x / (1 + np.exp(-x))
        return np.asarray(x[..., 0].mean(axis=0), dtype=np.float32)

    def probability(self, score: FloatArray) -> FloatArray:
        return np.asarray(np.interp(score, *self.isotonic), dtype=np.float32)


def features(indices: dict[str, FloatArray], psnr_db: FloatArray | None = None) -> FloatArray:
    """[n, inputs]: every index on a scale where differences mean the same everywhere."""
    columns = [_scaled(name, indices[name]) for name in FEATURE_NAMES]
    if psnr_db is not None:
        columns.append(psnr_db)
    return np.stack(columns, axis=-1).astype(np.float32)


def _scaled(name: str, value: FloatArray) -> FloatArray:
    if name == "clipped_share":
        return np.minimum(value * 20, 2.0)
    if name == "low_share":
        return np.log10(value / (1 - value + 1e-4) + 1e-4)
    suffix = "_ratio" if name == "kurtosis" else name[name.rfind("_") :]
    if suffix in _LOG_LIMITS:
        return np.log10(np.clip(value, *_LOG_LIMITS[suffix]))
    return value


@lru_cache(maxsize=2)
def load_grader(path: Path, sha256: str, *, with_psnr: bool) -> Grader:
    """Reads one ensemble from the safetensors file; GradeModelMissing if that fails."""
    from safetensors.numpy import load

    try:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise GradeModelMissing(
                f"{path.name} is not the file this version was published with; "
                "install Leadlight again."
            )
        return _ensemble(load(data), _metadata(data), with_psnr=with_psnr)
    except (OSError, ValueError, KeyError) as error:
        raise GradeModelMissing(
            f"The grade's model {path.name} cannot be read; install Leadlight again."
        ) from error


def _ensemble(tensors: dict[str, FloatArray], card: dict[str, Any], *, with_psnr: bool) -> Grader:
    """One of the two ensembles of the file; KeyError when it is not in there."""
    prefix = "psnr." if with_psnr else "plain."
    weights = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
    good, fair, poor = card[prefix + "bins"]
    knots = weights.pop("knots_score"), weights.pop("knots_probability")
    return Grader(weights, (good, fair, poor), knots, with_psnr)


def _metadata(data: bytes) -> dict[str, Any]:
    """The JSON card in a safetensors header (8 bytes of length, then JSON)."""
    size = int.from_bytes(data[:8], "little")
    found: dict[str, Any] = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["card"])
    return found
