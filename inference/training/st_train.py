"""Trains and calibrates the ST classifier on median beats.

    python -m inference.training.st_train --beats st_beats.npz --out st_classifier --minutes 14

Half of each batch is bent to a known ST level (st_morph), half is as recorded, with the
depression statements of PTB-XL as labels where there are any. Stops after the given
minutes of processor time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from inference.models.st_classifier import StClassifier
from inference.st_features import phases
from inference.training.st_morph import disturb, level_at_j, morph, thresholds_of

Arrays = dict[str, NDArray[Any]]

BATCH = 64
REAL_POSITIVE_ODDS = 6.0  # how much oftener a record with an STD statement is drawn
LEVELS_WEIGHT = 0.3
EMA = 0.99
SPECIFICITY = 0.95
TRAINING_DATA = (
    "PTB-XL 1.0.3, records 1-500, folds 1-8 (CC BY 4.0); PhysioNet/CinC Challenge 2011 set A, nine "
    "tenths of the acceptable records (ODC-BY 1.0)"
)
LABELS = (
    "Elevation: no recording at hand has a statement of it; every positive is a clean recording "
    "whose ST segment was bent by a dipole of known size until the amplitude criterion was met. "
    "Depression: bent recordings likewise, and 32 training recordings of PTB-XL with STD_, ISC* or "
    "INJ* (subendocardial injury) statements, whatever their amplitude. Negatives of CinC 2011 "
    "carry no statement and were taken as negative where no criterion is met."
)
LIMITS = (
    "A demonstration of the method, not a detector of infarction: real elevation was never seen "
    "in training. Pericarditis, early repolarisation, bundle branch block, hypertrophy and "
    "pacing were not taught as classes; the service abstains for QRS over 120 ms, pacing and "
    "noise. The probability of elevation is calibrated to one bent recording in ten, that of "
    "depression to the share of statements in PTB-XL fold 9."
)


class Beats:
    """The prepared beats of one split."""

    def __init__(self, path: Path, split: str) -> None:
        with np.load(path, allow_pickle=False) as file:
            pick = file["split"] == split
            self.rows: dict[str, NDArray[Any]] = {key: file[key][pick] for key in file.files}
        known = self.rows["std"] >= 0
        quiet = ~known & ~self.rows["met_std"] & np.char.startswith(self.rows["name"], "cinc")
        self.rows["std"] = np.where(quiet, 0, self.rows["std"])  # unlabelled and not depressed
        self.plain = ~self.rows["met_ste"] & ~self.rows["met_std"] & (self.rows["std"] == 0)

    def __len__(self) -> int:
        return len(self.rows["name"])

    def take(self, index: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
        return {key: values[index] for key, values in self.rows.items()}


def batch(
    beats: Beats, size: int, rng: np.random.Generator, bent_share: float = 0.5
) -> tuple[Arrays, Tensor, Tensor]:
    """(arrays of the network's input, labels [n, 2] with -1 unknown, levels [n, 12])."""
    odds = 1.0 + (REAL_POSITIVE_ODDS - 1.0) * (beats.rows["std"] == 1)
    n_bent = round(size * bent_share)
    bent_from = rng.choice(np.flatnonzero(beats.plain), n_bent)
    as_is = rng.choice(len(beats), size - n_bent, p=odds / odds.sum())
    rows = beats.take(np.concatenate([bent_from, as_is]))
    gain = rng.uniform(0.8, 1.25, (size, 1, 1))
    gain[n_bent:] = rng.uniform(0.93, 1.07, (size - n_bent, 1, 1))
    beat = rows["beat"] * gain
    labels = np.stack([rows["ste"], rows["std"]], axis=1).astype(np.float32)
    bent = morph(
        beat[:n_bent],
        rows["j"][:n_bent],
        rows["t_end"][:n_bent],
        thresholds_of(rows["person"][:n_bent]),
        rng,
    )
    beat[:n_bent] = bent.beat
    labels[:n_bent] = np.stack([bent.ste, bent.std], axis=1)
    levels = level_at_j(beat, rows["j"] + 15.0)  # J+60
    arrays = {
        "beat": disturb(beat, rng),
        "onset": rows["onset"] + rng.normal(0, 0.8, size),
        "j": rows["j"] + rng.normal(0, 1.0, size),
        "person": rows["person"].copy(),
        "present": rows["present"].astype(np.float64),
    }
    _hide(arrays, rng)
    return arrays, torch.from_numpy(labels), torch.from_numpy((levels / 0.1).astype(np.float32))


def _hide(arrays: Arrays, rng: np.random.Generator) -> None:
    """Take away age and sex, or leads, as recordings in the wild do."""
    n = len(arrays["beat"])
    arrays["person"][rng.random(n) < 0.3] = (0.0, 1.0, 0.0, 0.0)
    gone = (rng.random((n, 12)) < 0.15) & (rng.random((n, 1)) < 0.25)
    arrays["beat"][gone] = 0.0
    arrays["present"][gone] = 0.0


def tensors(arrays: Arrays) -> tuple[Tensor, Tensor, Tensor]:
    extra = np.concatenate([arrays["present"], arrays["person"]], axis=1)
    return (
        torch.from_numpy(arrays["beat"].astype(np.float32)),
        torch.from_numpy(phases(arrays["onset"], arrays["j"])),
        torch.from_numpy(extra.astype(np.float32)),
    )


def loss_of(logits: Tensor, levels: Tensor, labels: Tensor, true_levels: Tensor) -> Tensor:
    known = (labels >= 0).float()
    bce = nn.functional.binary_cross_entropy_with_logits(
        logits, labels.clamp(min=0.0), reduction="none"
    )
    verdict = (bce * known).sum() / known.sum().clamp(min=1.0)
    level = nn.functional.smooth_l1_loss(levels, true_levels.clamp(-8, 8))
    return verdict + LEVELS_WEIGHT * level


def train(beats: Beats, minutes: float, seed: int, log: Path) -> StClassifier:
    """The averaged network after so many minutes of processor time."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model, best = StClassifier(), StClassifier()
    best.load_state_dict(model.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    start, step, running = time.process_time(), 0, 0.0
    while (done := (time.process_time() - start) / 60 / minutes) < 1.0:
        rate = min(1.0, step / 60) * 0.5 * (1 + math.cos(math.pi * done))
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * rate + 1e-5
        arrays, labels, levels = batch(beats, BATCH, rng)
        logits, guessed = model.train()(*tensors(arrays))
        loss = loss_of(logits, guessed, labels, levels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        share = min(EMA, step / (step + 20))
        with torch.no_grad():
            for averaged, value in zip(best.parameters(), model.parameters(), strict=True):
                averaged.lerp_(value, 1 - share)
        running = 0.98 * running + 0.02 * loss.item() if step > 1 else loss.item()
        if step % 50 == 0:
            with log.open("a") as file:
                file.write(json.dumps({"step": step, "done": done, "loss": running}) + "\n")
    return best.eval()


@torch.no_grad()
def logits_of(model: StClassifier, arrays: Arrays) -> NDArray[np.float64]:
    logits: NDArray[np.float64] = model(*tensors(arrays))[0].double().numpy()
    return logits


def calibrate(model: StClassifier, val: Beats) -> dict[str, dict[str, float]]:
    """Slope and offset of each logit, and the threshold at 95 % specificity, on validation.

    Elevation is calibrated on bent beats at a share of one in ten; depression on the real
    statements of fold 9, and its threshold on the records without one.
    """
    rng = np.random.default_rng(9)
    real: Arrays = {
        k: np.asarray(v, dtype=np.float64)
        for k, v in val.rows.items()
        if k in ("beat", "onset", "j", "person", "present")
    }
    z_real = logits_of(model, real)
    bent, labels, _ = batch(val, 600, rng, bent_share=1.0)
    z_bent = logits_of(model, bent)
    ste_neg, ste_pos = z_real[val.rows["ste"] == 0, 0], z_bent[labels[:, 0].numpy() == 1, 0]
    named = np.char.startswith(val.rows["name"], "ptbxl") & (val.rows["std"] >= 0)
    std_neg = z_real[named & (val.rows["std"] == 0), 1]
    std_pos = z_real[named & (val.rows["std"] == 1), 1]
    out = {}
    for name, negative, positive, share in (
        ("STE", ste_neg, ste_pos, 0.1),
        ("STD", std_neg, std_pos, len(std_pos) / (len(std_pos) + len(std_neg))),
    ):
        slope, offset = platt(negative, positive, share)
        logit = float(np.quantile(negative, SPECIFICITY))
        out[name] = {
            "slope": slope,
            "offset": offset,
            # a chance below the prior is no finding, however rare among the others
            "threshold": max(share, 1 / (1 + math.exp(-(slope * logit + offset)))),
            "prevalence": share,
        }
    return out


def platt(
    negative: NDArray[np.float64], positive: NDArray[np.float64], share: float
) -> tuple[float, float]:
    """Logistic regression of the label on the logit, classes weighted to the given share."""
    z = torch.from_numpy(np.concatenate([negative, positive]))
    y = torch.cat([torch.zeros(len(negative)), torch.ones(len(positive))]).double()
    w = torch.where(y > 0, share / len(positive), (1 - share) / len(negative)).double()
    knobs = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([knobs], max_iter=100)

    def closure() -> Tensor:
        optimizer.zero_grad()
        raw = nn.functional.binary_cross_entropy_with_logits(
            knobs[0] * z + knobs[1], y, reduction="none"
        )
        loss = (raw * w).sum() + 1e-3 * (knobs[0] - 1) ** 2
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    slope, offset = knobs.detach().tolist()
    return max(slope, 0.05), offset


def write_card(
    out: Path,
    model: StClassifier,
    calibration: dict[str, dict[str, float]],
    minutes: float,
    seed: int,
) -> None:
    """What the weights are, beside them."""
    digest = hashlib.sha256(out.with_suffix(".safetensors").read_bytes()).hexdigest()
    card = {
        "name": "st_classifier",
        "task": "st",
        "architecture": "st_classifier",
        "parameters": sum(p.numel() for p in model.parameters()),
        "sha256": digest,
        "input": "median beat of twelve leads, 250 Hz, mV; age and sex or 'unknown'",
        "training_data": TRAINING_DATA,
        "labels": LABELS,
        "split": "by patient; validation: PTB-XL fold 9 and one CinC tenth; test: fold 10, LUDB",
        "calibration": calibration,
        "seed": seed,
        "minutes": minutes,
        "licence": "MIT; attribution of the training data as named",
        "limits": LIMITS,
        "metrics": {},
    }
    out.with_suffix(".json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="st_train", description=__doc__)
    parser.add_argument("--beats", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="path without suffix")
    parser.add_argument("--minutes", type=float, default=14.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    log = options.out.with_suffix(".jsonl")
    model = train(Beats(options.beats, "train"), options.minutes, options.seed, log)
    calibration = calibrate(model, Beats(options.beats, "val"))
    save_file(model.state_dict(), options.out.with_suffix(".safetensors"))
    write_card(options.out, model, calibration, options.minutes, options.seed)
    print(json.dumps(calibration))


if __name__ == "__main__":
    main()
