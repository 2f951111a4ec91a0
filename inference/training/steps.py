"""The smallest pieces of a training step, shared by every objective."""

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def restore(denoiser: nn.Module, noisy_mv: Tensor) -> Tensor:
    """[B, 12, T] mV cleaned, whatever the denoiser returns."""
    out = denoiser(noisy_mv)
    signal: Tensor = out if isinstance(out, Tensor) else out.signal_mv
    return signal


def descend(loss: Tensor, model: nn.Module, steppers: list[Optimizer]) -> dict[str, float]:
    """Backward, clip at 1, step. A non-finite gradient skips the step."""
    for stepper in steppers:
        stepper.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    if torch.isfinite(norm):
        for stepper in steppers:
            stepper.step()
    return {"loss": float(loss.detach()), "grad": float(norm)}
