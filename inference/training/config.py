"""A training configuration, read from TOML."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from inference.training.corrupt import Corruption


@dataclass(frozen=True)
class TrainConfig:
    """What to train and for how long; `minutes` or `steps` is the budget."""

    name: str
    objective: str
    seed: int = 1
    minutes: float = 0.0
    steps: int = 0
    clock: str = "wall"  # or "cpu": minutes of computing, fair on a shared machine
    batch: int = 8
    crop: int = 1920
    optimizer: str = "adamw"
    lr: float = 3e-3
    muon_lr: float = 0.02
    warmup: float = 0.04
    ema: float = 0.998
    validate_minutes: float = 2.5
    sources: tuple[str, ...] = ()
    quiet_uv: float = 20.0  # a reference lead's own noise above 40 Hz, at most
    model_options: dict[str, Any] = field(default_factory=dict)
    corruption: Corruption = field(default_factory=Corruption)


def read_config(path: Path) -> TrainConfig:
    """ValueError names the unknown key or the missing budget."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {f.name for f in fields(TrainConfig)}
    if unknown := set(values) - known:
        raise ValueError(f"{path.name}: unknown settings {sorted(unknown)}; known: {sorted(known)}")
    if bool(values.get("minutes")) == bool(values.get("steps")):
        raise ValueError(f"{path.name}: give either minutes or steps as the budget")
    if values.get("clock", "wall") not in ("wall", "cpu"):
        raise ValueError(f'{path.name}: clock is "wall" or "cpu"')
    values["sources"] = tuple(values.get("sources", ()))
    values["corruption"] = Corruption(**values.get("corruption", {}))
    options = values.get("model_options", {})
    values["model_options"] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in options.items()
    }
    return TrainConfig(**values)
