"""Losses of the gated denoisers, in mV, on the leads whose reference is trusted."""

import torch
from torch import Tensor
from torch.nn import functional as F

from inference.models.lead_shared import Restored
from inference.training.batches import Batch

_FLOOR_MV2 = 1e-6  # 1 µV RMS: better than that is not worth a gradient


def masked_mean(values: Tensor, weight: Tensor) -> Tensor:
    """Mean of values where weight > 0, weighted; 0 if there is nothing to see."""
    return (values * weight).sum() / weight.sum().clamp_min(1.0)


def gated_loss(restored: Restored, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """Fidelity of the blend, of the ungated estimate, and of the gate."""
    weight = batch.weight * (1 + 4 * batch.untouched[..., None])
    error = restored.signal_mv - batch.clean_mv
    slope = error.diff(dim=-1)
    level = masked_mean(error.abs(), weight)
    edges = masked_mean(slope.abs(), weight[..., 1:])
    lead_weight = batch.weight.amin(-1) * batch.noisy
    decibel = masked_mean(torch.log(error.square().mean(-1) + _FLOOR_MV2), lead_weight)
    estimate = restored.noise_mv - (batch.noisy_mv - batch.clean_mv)
    ungated = masked_mean(estimate.abs(), batch.weight * batch.noisy[..., None])
    sure = batch.weight * (batch.noisy | batch.untouched)[..., None]
    target = batch.noisy[..., None].float().expand_as(restored.gate_logit)
    doubt = F.binary_cross_entropy_with_logits(restored.gate_logit, target, reduction="none")
    gate = masked_mean(doubt, sure)
    loss = 4 * level + 8 * edges + 0.2 * decibel + 2 * ungated + 0.5 * gate
    parts = {"l1": level, "diff": edges, "log_mse": decibel, "ungated": ungated, "gate": gate}
    return loss, {name: float(value.detach()) for name, value in parts.items()}
