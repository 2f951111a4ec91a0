"""Noise schedules of the scalogram diffusion: linear β, ε prediction, DDPM and DDIM.

Ho et al. 2020 and Song et al. 2021 in the conventions of the published quantification:
1000 training steps, β from 1e-4 to 0.02, predicted x₀ clipped, small fixed variance for
DDPM, η = 0 and ᾱ = 1 after the last step for DDIM.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

N_STEPS = 1000
Predict = Callable[[Tensor, Tensor], Tensor]  # (x_t, step numbers [B]) → noise


@lru_cache(maxsize=1)
def alpha_bars() -> NDArray[np.float64]:
    """ᾱ(t) for t = 0…999: how much of the clean signal's variance is left."""
    return np.asarray(np.cumprod(1.0 - np.linspace(1e-4, 0.02, N_STEPS)), dtype=np.float64)


def add_noise(clean: Tensor, noise: Tensor, step: Tensor) -> Tensor:
    """x_t of every item of the batch at its own step [B]."""
    table = torch.as_tensor(alpha_bars(), dtype=clean.dtype, device=clean.device)
    a = table[step].view(-1, *[1] * (clean.ndim - 1))
    out: Tensor = torch.sqrt(a) * clean + torch.sqrt(1 - a) * noise
    return out


def reverse_steps(start: int, calls: int) -> tuple[int, ...]:
    """`calls` evenly spaced steps from `start` down, excluding 0: (250, 167, 83) for 3."""
    return tuple(round(start * (calls - k) / calls) for k in range(calls))


def _clean(x: Tensor, noise: Tensor, step: int, clip: float) -> Tensor:
    a = float(alpha_bars()[step])
    clean: Tensor = ((x - (1 - a) ** 0.5 * noise) / a**0.5).clamp(-clip, clip)
    return clean


def ddim(x: Tensor, predict: Predict, steps: tuple[int, ...], clip: float) -> Tensor:
    """Deterministic way back from x at steps[0] to the clean signal, one call per step."""
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        noise = predict(x, torch.full((len(x),), step, device=x.device))
        clean = _clean(x, noise, step, clip)
        a = float(alpha_bars()[step])
        b = 1.0 if following is None else float(alpha_bars()[following])
        noise = (x - a**0.5 * clean) / (1 - a) ** 0.5  # what fits the clipped signal
        x = b**0.5 * clean + (1 - b) ** 0.5 * noise
    return x


def ddpm(
    x: Tensor, predict: Predict, start: int, clip: float, draw: Callable[[], Tensor]
) -> Tensor:
    """Every step from `start` to 0; `draw` returns fresh unit noise of x's shape."""
    table = alpha_bars()
    for step in range(start, -1, -1):
        clean = _clean(x, predict(x, torch.full((len(x),), step, device=x.device)), step, clip)
        a, b = float(table[step]), float(table[step - 1]) if step else 1.0
        alpha = a / b
        x = (b**0.5 * (1 - alpha) * clean + alpha**0.5 * (1 - b) * x) / (1 - a)
        if step:
            x = x + ((1 - b) / (1 - a) * (1 - alpha)) ** 0.5 * draw()
    return x
