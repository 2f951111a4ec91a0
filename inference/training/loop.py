"""The training loop: time- or step-budgeted cosine, EMA, checkpoints, a log anyone can plot."""

import csv
import math
import os
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import nn

from inference.training.batches import Batches
from inference.training.config import TrainConfig
from inference.training.container import Corpus, quieter
from inference.training.corrupt import Corruption
from inference.training.objectives import OBJECTIVES, Objective
from inference.training.plot import write_plot
from inference.training.validation import validate

VALIDATION_SEED = 71_077
VALIDATION_AMOUNTS = Corruption(
    none=0.1,
    per_lead=0.0,
    low_level=0.0,
    low_pass=0.0,
    synthetic=0.0,
    reference_floor=0.0,
    reference_drift=0.0,
    no_ecg=0.0,
    asystole=0.0,
    pacing=0.0,
    swapped_arms=0.0,
    lead_dropout=0.0,
    hold=0.0,
)


class Trainer:
    """One run in one folder: checkpoint.pt, best.pt (EMA weights), log.csv, log.svg."""

    def __init__(self, config: TrainConfig, corpus: Corpus, out: Path) -> None:
        torch.manual_seed(config.seed)
        self.config, self.out = config, out
        out.mkdir(parents=True, exist_ok=True)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.objective: Objective = OBJECTIVES[config.objective](config)
        self.objective.modules.to(self.device)
        self.ema = deepcopy(self.objective.denoiser).eval().requires_grad_(False)
        self._base_lr = [[g["lr"] for g in o.param_groups] for o in self.objective.optimizers]
        self.step, self.elapsed_s, self.best = 0, 0.0, -math.inf
        quiet = quieter(corpus, config.quiet_uv) if config.quiet_uv < 20.0 else corpus
        self.batches = Batches(
            quiet,
            "train",
            seed=config.seed,
            size=config.batch,
            crop=config.crop,
            amounts=config.corruption,
            sources=config.sources,
        )
        self.validation = {
            source: [
                Batches(
                    corpus,
                    "val",
                    seed=VALIDATION_SEED,
                    size=12,
                    crop=4960,
                    amounts=VALIDATION_AMOUNTS,
                    sources=(source,),
                )(step)
                for step in range(2)
            ]
            for source in ("ptbxl", "cinc2011")
            if len(corpus.records("val", (source,)))
        }
        if self._checkpoint.exists():
            self._resume()

    def run(self) -> None:
        """Train until the budget is spent; safe to interrupt and start again."""
        clock = time.process_time if self.config.clock == "cpu" else time.monotonic
        started = clock() - self.elapsed_s
        validated = self.elapsed_s
        while (progress := self._progress()) < 1.0:
            parts = self.train_step(progress)
            self.elapsed_s = clock() - started
            if self.step % 20 == 0:
                self._say(progress, parts)
            if self.elapsed_s - validated > 60 * self.config.validate_minutes:
                validated = self.elapsed_s
                self._validate(parts)
        self._validate({})

    def train_step(self, progress: float) -> dict[str, float]:
        """One batch, one update, one EMA update."""
        self._set_lr(progress)
        batch = self.batches(self.step).to(self.device)
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device.type == "cuda"):
            parts = self.objective.step(batch, progress)
        self.step += 1
        decay = min(self.config.ema, self.step / (self.step + 10))
        _update_ema(self.ema, self.objective.denoiser, decay)
        return parts

    @property
    def _checkpoint(self) -> Path:
        return self.out / "checkpoint.pt"

    def _progress(self) -> float:
        if self.config.steps:
            return self.step / self.config.steps
        return self.elapsed_s / (60 * self.config.minutes)

    def _set_lr(self, progress: float) -> None:
        warm = min(1.0, (progress + 1e-4) / self.config.warmup)
        factor = warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))
        for optimizer, bases in zip(self.objective.optimizers, self._base_lr, strict=True):
            for group, base in zip(optimizer.param_groups, bases, strict=True):
                group["lr"] = base * factor

    def _say(self, progress: float, parts: dict[str, float]) -> None:
        left = self.elapsed_s * (1 - progress) / max(progress, 1e-6) / 60
        shown = " ".join(f"{name} {value:.4f}" for name, value in parts.items())
        print(f"step {self.step} {100 * progress:.1f} % {left:.1f} min left {shown}", flush=True)

    def _validate(self, parts: dict[str, float]) -> None:
        row: dict[str, float] = {"step": self.step, "minutes": round(self.elapsed_s / 60, 2)}
        row["loss"] = parts.get("loss", math.nan)
        for source, batches in self.validation.items():
            row |= {f"{source}_{k}": v for k, v in validate(self.ema, batches, self.device).items()}
        gains = [value for name, value in row.items() if name.endswith("_gain_db")]
        score = sum(gains) / max(len(gains), 1)
        self._log(row)
        if score > self.best:
            self.best = score
            _write(self.out / "best.pt", {"denoiser": self.ema.state_dict(), "row": row})
        self._save()

    def _log(self, row: dict[str, float]) -> None:
        path = self.out / "log.csv"
        fresh = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(row))
            if fresh:
                writer.writeheader()
            writer.writerow({k: f"{v:.6g}" for k, v in row.items()})
        print(" ".join(f"{k}={v:.5g}" for k, v in row.items()), flush=True)
        write_plot(path, path.with_suffix(".svg"))

    def _save(self) -> None:
        state: dict[str, Any] = {
            "modules": self.objective.modules.state_dict(),
            "ema": self.ema.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.objective.optimizers],
            "step": self.step,
            "elapsed_s": self.elapsed_s,
            "best": self.best,
            "torch_rng": torch.get_rng_state(),
        }
        _write(self._checkpoint, state)

    def _resume(self) -> None:
        state = torch.load(self._checkpoint, map_location=self.device, weights_only=True)
        self.objective.modules.load_state_dict(state["modules"])
        self.ema.load_state_dict(state["ema"])
        for optimizer, saved in zip(self.objective.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.elapsed_s = state["step"], state["elapsed_s"]
        self.best = state["best"]
        torch.set_rng_state(state["torch_rng"].cpu())


@torch.no_grad()
def _update_ema(ema: nn.Module, model: nn.Module, decay: float) -> None:
    for average, weight in zip(ema.parameters(), model.parameters(), strict=True):
        average.lerp_(weight, 1 - decay)


def _write(path: Path, state: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)
