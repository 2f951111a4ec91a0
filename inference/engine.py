"""Runs a network over windows: models are loaded once, chunks shrink when memory is short."""

import logging
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inference.device import on_device, pick_device
from inference.models import build
from inference.models.lead_shared import LeadShared
from inference.registry import Method
from inference.weights import load_weights

log = logging.getLogger(__name__)

Signal = NDArray[np.float32]
Progress = Callable[[float], None]
IDLE_GATE = 0.5  # a lead whose gate never reaches this is left untouched by inference.learned
_CHUNK = {"cpu": 2, "cuda": 32}  # windows at once: on a CPU about 0.1 s between reports


@lru_cache(maxsize=4)
def loaded(method: Method, device: str) -> nn.Module:
    """The network of a method with its verified weights, ready to run."""
    torch.set_num_threads(1)  # faster beside a drawing thread, and the same bytes everywhere
    model = build(method.card["architecture"], method.card["hyperparameters"])
    model.load_state_dict(load_weights(method))
    return model.eval().requires_grad_(False).to(device)


def run_windows(
    method: Method, windows_mv: Signal, device: str, progress: Progress
) -> tuple[Signal, Signal, str]:
    """Restored signal and gate, both float32 [n_windows, 12, n], and the device used."""
    picked = pick_device(device)
    used = {"device": "cpu"}

    def run(where: torch.device) -> tuple[Signal, Signal]:
        used["device"] = where.type
        return _run(loaded(method, where.type), windows_mv, where, progress)

    signal, gate = on_device(picked, run)
    return signal, gate, used["device"]


def _run(
    model: nn.Module, windows_mv: Signal, device: torch.device, progress: Progress
) -> tuple[Signal, Signal]:
    """All windows, chunk by chunk; half the chunk whenever the GPU runs out of memory."""
    chunk, position = _CHUNK[device.type], 0
    signals, gates = [], []
    while position < len(windows_mv):
        progress(position / len(windows_mv))
        part = windows_mv[position : position + chunk]
        try:
            signal, gate = _forward(model, part, device)
        except torch.OutOfMemoryError:
            if chunk == 1:
                raise
            chunk = max(1, chunk // 2)
            log.warning("GPU memory full, trying %d windows at once", chunk)
            continue
        signals.append(signal)
        gates.append(gate)
        position += len(part)
    return np.concatenate(signals), np.concatenate(gates)


@torch.inference_mode()
def _forward(model: nn.Module, part: Signal, device: torch.device) -> tuple[Signal, Signal]:
    options = {"idle_below": IDLE_GATE} if isinstance(model, LeadShared) else {}
    out = model(torch.from_numpy(np.ascontiguousarray(part)).to(device), **options)
    if isinstance(out, torch.Tensor):  # a network without a gate changes every lead
        return out.cpu().numpy(), np.ones(part.shape, dtype=np.float32)
    return out.signal_mv.cpu().numpy(), out.gate.cpu().numpy()
