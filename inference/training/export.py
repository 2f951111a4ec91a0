"""From a training run to what ships: one safetensors file and its card."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from inference.training.config import TrainConfig
from inference.training.objectives import OBJECTIVES

_ARCHITECTURES = {"gated": "lead_shared", "disentangled": "cd_ecgnet"}
_TRAINING_DATA = (
    "PTB-XL 1.0.3, records 1-500, folds 1-8 (CC BY 4.0); PhysioNet/CinC Challenge 2011 set A, "
    "nine tenths of the acceptable records (ODC-BY 1.0); noise: MIT-BIH Noise Stress Test "
    "Database, first 70 % of each channel (ODC-BY 1.0), and synthetic noises"
)


def export(config: TrainConfig, run: Path, out: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Write <out>/<name>.safetensors and .json from a run's best.pt; returns the card.

    facts  what the run itself cannot know: "hardware", "notes", "metrics"
    """
    best = torch.load(run / "best.pt", map_location="cpu", weights_only=True)
    state = {name: tensor.contiguous() for name, tensor in best["denoiser"].items()}
    network = OBJECTIVES[config.objective](config).denoiser
    network.load_state_dict(state)  # proves that they fit
    shape = getattr(network, "config", None)
    data = save(state)
    (out / f"{config.name}.safetensors").write_bytes(data)
    card = {
        "name": config.name,
        "task": "denoise",
        "architecture": _ARCHITECTURES.get(config.objective, config.objective),
        "hyperparameters": asdict(shape) if shape else config.model_options,
        "parameters": sum(tensor.numel() for tensor in state.values()),
        "sha256": hashlib.sha256(data).hexdigest(),
        "input": "12 leads, millivolts, 500 Hz",
        "training_data": _TRAINING_DATA,
        "split": "by patient and by time; validation: PTB-XL fold 9, the other CinC tenth, "
        "NSTDB 70-80 %; test: PTB-XL fold 10, LUDB, NSTDB 80-100 %",
        "seed": config.seed,
        "steps": int(best["row"]["step"]),
        "minutes": best["row"]["minutes"],
        "validation": {k: round(v, 3) for k, v in best["row"].items() if "_" in k},
        "settings": _settings(config),
        "licence": "MIT; attribution of the training data as named",
    } | facts
    text = json.dumps(card, indent=1, ensure_ascii=False) + "\n"
    (out / f"{config.name}.json").write_text(text, encoding="utf-8")
    return card


def _settings(config: TrainConfig) -> dict[str, Any]:
    kept = ("objective", "batch", "crop", "optimizer", "lr", "ema", "warmup")
    return {name: value for name, value in asdict(config).items() if name in kept}
