"""Packs trained scalogram networks for shipping: numbers only, nothing is executed on loading.

    python -m inference.training.quality_export --weights DIR --out noise_diffusion.safetensors

Writes one safetensors file and its card beside it, and prints the hash to pin in
`inference/quality_weights.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from inference.quality_diffusion import Projection
from inference.training.quality_train import CONFIGS


def card(projection: Projection, sha256: str, parameters: int) -> dict[str, Any]:
    return {
        "name": "noise_diffusion",
        "title": "Noise diffusion",
        "task": "quality",
        "version": "1",
        "architecture": "scalogram autoencoder and latent UNet",
        "method": "Han et al. 2025 (arXiv 2506.11815), own code, own size, own thresholds",
        "parameters": parameters,
        "sha256": sha256,
        "fs_hz": 500,
        "units": "mV; 10 s; superlet scalogram 32 × 256, 0.5–40 Hz",
        "training_data": (
            "clean-labelled leads of PTB-XL folds 1–8 of records 1–500 (CC BY 4.0) and of 70 % "
            "of the acceptable PhysioNet/CinC 2011 recordings (ODC-BY), and mixtures of them"
        ),
        "licence": "MIT",
        "metrics": {},
        "limits": (
            "Blind above 40 Hz and nearly to mains; rare rhythms score low; says nothing about "
            "the ST segment."
        ),
        "settings": {
            "autoencoder": asdict(CONFIGS["autoencoder", "small"]),  # type: ignore[call-overload]
            "unet": asdict(CONFIGS["latent", "small"]),  # type: ignore[call-overload]
            "projection": asdict(projection),
        },
    }


def main(argv: list[str] | None = None) -> None:
    from safetensors.torch import save

    parser = argparse.ArgumentParser(prog="quality_export", description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="folder of quality_train")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=int, default=Projection.start)
    parser.add_argument("--calls", type=int, default=Projection.calls)
    parser.add_argument("--draws", type=int, default=Projection.draws)
    options = parser.parse_args(argv)
    tensors: dict[str, torch.Tensor] = {}
    for prefix, name in (("autoencoder.", "autoencoder.pt"), ("unet.", "latent.pt")):
        state = torch.load(options.weights / name, weights_only=True)
        tensors |= {prefix + key: value.contiguous() for key, value in state.items()}
    data = save(tensors)
    sha256 = hashlib.sha256(data).hexdigest()
    projection = Projection(start=options.start, calls=options.calls, draws=options.draws)
    parameters = sum(value.numel() for value in tensors.values())
    options.out.write_bytes(data)
    text = json.dumps(card(projection, sha256, parameters), indent=2, ensure_ascii=False)
    options.out.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    print(f"{options.out.name}: {parameters} parameters, SHA-256 {sha256}")


if __name__ == "__main__":
    main()
