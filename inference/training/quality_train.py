"""Trains the scalogram networks of the noise map within a time budget.

    python -m inference.training.quality_train autoencoder --data scalograms.npz --out DIR
    python -m inference.training.quality_train latent --data scalograms.npz --out DIR
    python -m inference.training.quality_train pixel  --data scalograms.npz --out DIR

`--size reference` trains the published sizes, `--resume` goes on from DIR/<model>.pt.
Weights: DIR/<model>.pt, of the running average; a line of JSON per report goes to
DIR/<model>.jsonl.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.models.scalogram_autoencoder import (
    REFERENCE_AUTOENCODER,
    AutoencoderConfig,
    ScalogramAutoencoder,
)
from inference.models.scalogram_unet import (
    REFERENCE_LATENT,
    REFERENCE_PIXEL,
    SMALL_PIXEL,
    ScalogramUNet,
    UNetConfig,
)
from inference.models.schedulers import add_noise

BATCH, LEARNING_RATE, EMA, WARM_UP = 16, 2e-3, 0.998, 0.04
# scoring starts near half of these: steps beyond are never asked for. Neighbouring pixels
# agree, latents hardly do: the same noise hides less of an image, so pixels start later
MAX_STEP = {"latent": 500, "pixel": 800}
CONFIGS: dict[tuple[str, str], AutoencoderConfig | UNetConfig] = {
    ("autoencoder", "small"): AutoencoderConfig(),
    ("autoencoder", "reference"): REFERENCE_AUTOENCODER,
    ("latent", "small"): UNetConfig(),
    ("latent", "reference"): REFERENCE_LATENT,
    ("pixel", "small"): SMALL_PIXEL,
    ("pixel", "reference"): REFERENCE_PIXEL,
}
Batch = Callable[[], Tensor]


def augmented(log_power: NDArray[np.float16], rng: np.random.Generator, size: int) -> Tensor:
    """A batch [size, 1, 32, 256] in −1…1: random gains (a shift of the logs), time reversed.

    Both are exact: a scalogram of a reversed lead is the reversed scalogram.
    """
    chosen = log_power[rng.integers(0, len(log_power), size)].astype(np.float32)
    chosen += rng.uniform(-0.5, 0.5, (size, 1, 1)).astype(np.float32)  # gain × 0.56…1.78
    if rng.random() < 0.5:
        chosen = chosen[:, :, ::-1]
    image = np.clip(chosen, -8, 0) / 4 + 1
    return torch.from_numpy(np.ascontiguousarray(image))[:, None]


def _running_average(average: Tensor, current: Tensor, n: Tensor | int) -> Tensor:
    """Exponential, but short at first, so that the first weights are soon forgotten."""
    keep = min(EMA, float((1 + n) / (10 + n)))
    return average + (current - average) * (1 - keep)


def fit(model: nn.Module, loss_of: Callable[[], Tensor], minutes: float, log: Path) -> nn.Module:
    """AdamW with a cosine over the budget of CPU minutes; returns the averaged weights."""
    average = torch.optim.swa_utils.AveragedModel(model, avg_fn=_running_average)
    optimiser = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98))
    began, step, smooth = time.process_time(), 0, math.nan
    while (spent := (time.process_time() - began) / (60 * minutes)) < 1:
        rate = min(1.0, spent / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * spent)) + 1e-3
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * rate
        loss = loss_of()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(model)
        step, value = step + 1, float(loss.detach())
        smooth = value if math.isnan(smooth) else 0.98 * smooth + 0.02 * value
        if step % 100 == 0:
            with log.open("a") as file:
                print(json.dumps({"step": step, "spent": spent, "loss": smooth}), file=file)
    trained: nn.Module = average.module
    return trained.eval()


def train_autoencoder(
    model: ScalogramAutoencoder, batch: Batch, minutes: float, log: Path
) -> ScalogramAutoencoder:
    def loss() -> Tensor:
        image = batch()
        return nn.functional.mse_loss(model(image), image)

    trained = fit(model, loss, minutes, log)
    assert isinstance(trained, ScalogramAutoencoder)
    with torch.inference_mode():
        latents = torch.cat([trained.encode(batch()) for _ in range(40)])
        trained.latent_mean.copy_(latents.mean(dim=(0, 2, 3)))
        trained.latent_sd.copy_(latents.std(dim=(0, 2, 3)))
    return trained


def train_unet(
    model: ScalogramUNet, clean: Batch, max_step: int, minutes: float, log: Path
) -> nn.Module:
    def loss() -> Tensor:
        x = clean()
        noise, step = torch.randn_like(x), torch.randint(0, max_step, (len(x),))
        return nn.functional.mse_loss(model(add_noise(x, noise, step), step), noise)

    return fit(model, loss, minutes, log)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="quality_train", description=__doc__)
    parser.add_argument("model", choices=("autoencoder", "latent", "pixel"))
    parser.add_argument("--data", type=Path, required=True, help="file of quality_prepare")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and log")
    parser.add_argument("--size", choices=("small", "reference"), default="small")
    parser.add_argument("--minutes", type=float, default=12.0, help="of CPU time")
    parser.add_argument("--seed", type=int, default=123)
    parser.add_argument("--keep", type=float, default=1.0, help="share of the cleanest leads")
    parser.add_argument("--resume", action="store_true", help="from the weights in --out")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    images = _purest(options.data, options.keep)
    config = CONFIGS[options.model, options.size]
    log = options.out / f"{options.model}.jsonl"
    weights = options.out / f"{options.model}.pt"
    model = build(config)
    if options.resume:
        model.load_state_dict(torch.load(weights, weights_only=True))
    if isinstance(model, ScalogramAutoencoder):
        model.latent_mean.zero_()  # of the last training: the new one sets its own
        model.latent_sd.fill_(1.0)
        trained: nn.Module = train_autoencoder(
            model, lambda: augmented(images, rng, BATCH), options.minutes, log
        )
    else:
        latent = options.model == "latent"
        source = (
            _latents(images, rng, options) if latent else (lambda: augmented(images, rng, BATCH))
        )
        trained = train_unet(model, source, MAX_STEP[options.model], options.minutes, log)
    torch.save(trained.state_dict(), weights)


def _purest(data: Path, keep: float) -> NDArray[np.float16]:
    """The images of quality_prepare whose noise ranks lowest: what nobody marked is no proof."""
    with np.load(data) as table:
        limit = np.quantile(table["noise_rank"], keep)
        return np.asarray(table["log_power"][table["noise_rank"] <= limit])


def build(config: AutoencoderConfig | UNetConfig) -> ScalogramAutoencoder | ScalogramUNet:
    if isinstance(config, AutoencoderConfig):
        return ScalogramAutoencoder(config)
    return ScalogramUNet(config)


def _latents(
    images: NDArray[np.float16], rng: np.random.Generator, options: argparse.Namespace
) -> Batch:
    """Batches of latents, all encoded once beforehand, augmented."""
    config = CONFIGS["autoencoder", options.size]
    assert isinstance(config, AutoencoderConfig)
    coder = ScalogramAutoencoder(config)
    coder.load_state_dict(torch.load(options.out / "autoencoder.pt", weights_only=True))
    coder.eval()
    with torch.inference_mode():
        n_batches = len(images) // 64
        table = torch.cat([coder.encode(augmented(images, rng, 64)) for _ in range(n_batches)])
    table = table.clone()  # out of inference mode, which forbids gradients through it
    return lambda: table[torch.from_numpy(rng.integers(0, len(table), 2 * BATCH))]


if __name__ == "__main__":
    main()
