"""Trains the grade's score from features, in seconds, on one core.

    python -m inference.training.quality_grade --features features.npz --out noise_grade.safetensors

Two demands at once: the artefact labels of CinC 2011 leads (cross-entropy), and that more
injected noise of the same kind never scores lower (pairwise logistic ranking over leads).
Bins and probabilities come from PTB-XL fold 9.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from inference.quality_score import FEATURE_NAMES, Grader

KNOTS = ("knots_score", "knots_probability")
MEMBERS, HIDDEN, EPOCHS, BATCH = 6, 32, 60, 512
RANK_WEIGHT, RANK_STEEPNESS, RANK_GAP_DB = 0.3, 2.0, 2.0
LEARNING_RATE, WEIGHT_DECAY = 3e-3, 1e-3
CARD = {
    "name": "noise_grade",
    "title": "Noise grade",
    "task": "quality",
    "version": "1",
    "architecture": "two ensembles (with and without PSNR) of six networks with two hidden "
    f"layers of {HIDDEN}, in NumPy",
    "input": "noise indices of one lead and 10 s, and its scalogram PSNR where that is known",
    "training_data": "artefact labels of single leads of PhysioNet/CinC Challenge 2011 set A, "
    "70 % by content (ODC-BY 1.0); MIT-BIH Noise Stress Test Database, first 70 % of each channel "
    "(ODC-BY 1.0), on PTB-XL folds 1-8; calibrated on noise remarks of PTB-XL fold 9 (CC BY 4.0)",
    "licence": "MIT",
    "metrics": {},
}
Arrays = dict[str, NDArray[np.float32]]


def _network(inputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, HIDDEN), nn.SiLU(),
        nn.Linear(HIDDEN, 1),
    )  # fmt: skip


def _ranking_loss(score: Tensor, kind: Tensor, snr_db: Tensor) -> Tensor:
    """Mean cost of pairs of one kind whose noisier member does not score higher."""
    pair = (kind[:, None] == kind[None]) & (snr_db[None] - snr_db[:, None] > RANK_GAP_DB)
    return F.softplus(-RANK_STEEPNESS * (score[:, None] - score[None])[pair]).mean()


def train_member(
    labelled: tuple[Tensor, Tensor], injected: tuple[Tensor, Tensor, Tensor], seed: int
) -> nn.Sequential:
    torch.manual_seed(seed)
    x, y = labelled
    net = _network(x.shape[1])
    optimiser = torch.optim.AdamW(net.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * (len(x) // BATCH)
    for step in range(steps):
        rows, pairs = torch.randint(len(x), (BATCH,)), torch.randint(len(injected[0]), (BATCH,))
        loss = F.binary_cross_entropy_with_logits(net(x[rows])[:, 0], y[rows])
        noisy, kind, snr_db = (t[pairs] for t in injected)
        loss = loss + RANK_WEIGHT * _ranking_loss(net(noisy)[:, 0], kind, snr_db)
        optimiser.param_groups[0]["lr"] = LEARNING_RATE * (1 - step / steps) + 1e-5
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return net


def _linear(net: nn.Sequential, layer: int) -> nn.Linear:
    found = net[layer]
    assert isinstance(found, nn.Linear)
    return found


def train_grader(table: dict[str, NDArray[Any]], *, with_psnr: bool) -> Grader:
    """An ensemble on all training features, with bins and probabilities of fold 9."""
    inputs = {name: _inputs(table, name, with_psnr) for name in _SETS}
    everything = np.concatenate([inputs["cinc"], inputs["accepted"], inputs["injected"]])
    mean, sd = everything.mean(axis=0), everything.std(axis=0) + 1e-6

    def scaled(x: NDArray[np.float32]) -> Tensor:
        return torch.from_numpy(np.clip((x - mean) / sd, -4, 4).astype(np.float32))

    x = torch.cat([scaled(inputs["cinc"]), scaled(inputs["accepted"])])
    y = torch.zeros(len(x))
    y[: len(inputs["cinc"])] = torch.from_numpy(table["cinc.noisy"].astype(np.float32))
    injected = (
        scaled(inputs["injected"]),
        torch.from_numpy(table["injected.kind"]),
        torch.from_numpy(table["injected.snr_db"].astype(np.float32)),
    )
    members = [train_member((x, y), injected, seed) for seed in range(MEMBERS)]
    weights: Arrays = {"mean": mean.astype(np.float32), "sd": sd.astype(np.float32)}
    for number, layer in enumerate((0, 2, 4)):
        linear = [_linear(m, layer) for m in members]
        weights[f"w{number}"] = np.stack([m.weight.detach().numpy().T for m in linear])
        weights[f"b{number}"] = np.stack([m.bias.detach().numpy() for m in linear])
    nothing = np.zeros(1, dtype=np.float32)
    grader = Grader(weights, (0.0, 0.0, 0.0), (nothing, nothing), with_psnr)
    score = grader.score(inputs["ptbxl_val"])
    return calibrated(grader, score, table["ptbxl_val.noisy"].astype(bool))


_SETS = ("cinc", "accepted", "injected", "ptbxl_val")


def _inputs(table: dict[str, NDArray[Any]], name: str, with_psnr: bool) -> NDArray[np.float32]:
    x = table[name + ".x"]
    return np.column_stack([x, table[name + ".psnr"]]) if with_psnr else x


def calibrated(grader: Grader, score: NDArray[np.float32], noisy: NDArray[np.bool_]) -> Grader:
    """With bins at the clean leads' quantiles and P(noisy remark | score)."""
    q75, q95, q99 = np.quantile(score[~noisy], [0.75, 0.95, 0.99])
    return Grader(
        grader.weights,
        (float(q75), float(q95), float(q99)),
        isotonic_knots(score, noisy),
        grader.with_psnr,
    )


def isotonic_knots(
    score: NDArray[np.float32], noisy: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Pool-adjacent-violators fit of the label on the score: knots (score, probability).

    Blocks start with 20 leads each, and half a clean and half a noisy lead is added to
    each pool, so that nothing is ever called certain.
    """
    order = np.argsort(score)
    blocks = [
        [float(np.median(score[part])), float(noisy[part].sum()), float(len(part))]
        for part in np.array_split(order, max(len(order) // 20, 1))
    ]
    merged: list[list[float]] = []
    for block in blocks:
        merged.append(block)
        while len(merged) > 1 and merged[-2][1] / merged[-2][2] >= merged[-1][1] / merged[-1][2]:
            last = merged.pop()
            merged[-1] = [
                (merged[-1][0] * merged[-1][2] + last[0] * last[2]) / (merged[-1][2] + last[2]),
                merged[-1][1] + last[1],
                merged[-1][2] + last[2],
            ]
    knots = np.array([[s, (k + 0.5) / (n + 1)] for s, k, n in merged], dtype=np.float32)
    return knots[:, 0].copy(), np.maximum.accumulate(knots[:, 1])


def save(graders: list[Grader], out: Path) -> str:
    """One safetensors file with a card; returns its SHA-256."""
    from safetensors.numpy import save as to_bytes

    tensors: Arrays = {}
    card: dict[str, Any] = {"name": "noise_grade", "inputs": [*FEATURE_NAMES, "psnr_db"]}
    for grader in graders:
        prefix = "psnr." if grader.with_psnr else "plain."
        tensors |= {prefix + k: np.ascontiguousarray(v) for k, v in grader.weights.items()}
        tensors |= {prefix + n: k for n, k in zip(KNOTS, grader.isotonic, strict=True)}
        card[prefix + "bins"] = grader.bins
    data = to_bytes(tensors, metadata={"card": json.dumps(card)})
    out.write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    parameters = sum(tensor.size for tensor in tensors.values())
    public = {**CARD, "parameters": parameters, "sha256": sha256}
    out.with_suffix(".json").write_text(json.dumps(public, indent=2) + "\n", encoding="utf-8")
    return sha256


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="quality_grade", description=__doc__)
    parser.add_argument("--features", type=Path, required=True, help="file of quality_features")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    table = dict(np.load(options.features))
    graders = [train_grader(table, with_psnr=False)]
    if np.isfinite(table["cinc.psnr"]).all():
        graders.append(train_grader(table, with_psnr=True))
    print(f"{options.out.name}: SHA-256 {save(graders, options.out)}")
    for grader in graders:
        print("bins", grader.bins, "with PSNR" if grader.with_psnr else "indices alone")


if __name__ == "__main__":
    main()
