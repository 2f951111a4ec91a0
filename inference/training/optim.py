"""Muon for the convolutions, AdamW for the rest.

Muon (Jordan et al. 2024) replaces a weight's momentum by the nearest orthogonal matrix,
found with five Newton-Schulz steps; on short budgets it needs fewer steps than AdamW.
"""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

_A, _B, _C = 3.4445, -4.7750, 2.0315


def orthogonalise(matrix: Tensor, steps: int = 5) -> Tensor:
    """[rows, columns] with all singular values near 1, same singular vectors."""
    x = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = _A * x + (_B * gram + _C * gram @ gram) @ x
    result: Tensor = x.T if matrix.shape[0] > matrix.shape[1] else x
    return result


class Muon(Optimizer):
    """Orthogonalised momentum for weights of two or more dimensions."""

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 0.02,
        momentum: float = 0.95,
        weight_decay: float = 1e-4,
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                velocity = state.setdefault("velocity", torch.zeros_like(weight))
                velocity.lerp_(weight.grad, 1 - group["momentum"])
                ahead = weight.grad.lerp(velocity, group["momentum"]).flatten(1)
                scale = max(1.0, ahead.shape[0] / ahead.shape[1]) ** 0.5
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                update = orthogonalise(ahead).reshape(weight.shape)
                weight.add_(update, alpha=-group["lr"] * scale)


def optimizers(model: nn.Module, kind: str, lr: float, muon_lr: float) -> list[Optimizer]:
    """[AdamW] or [Muon, AdamW]; heads, stems, norms and embeddings always go to AdamW."""
    hidden = {id(w) for w in _hidden_weights(model)} if kind == "muon" else set()
    rest = [w for w in model.parameters() if id(w) not in hidden]
    adam = AdamW(rest, lr=lr, betas=(0.9, 0.98), weight_decay=1e-4)
    if not hidden:
        return [adam]
    return [Muon([w for w in model.parameters() if id(w) in hidden], lr=muon_lr), adam]


def _hidden_weights(model: nn.Module) -> Iterator[Tensor]:
    for name, weight in model.named_parameters():
        outer = any(part in name for part in ("stem", "head", "lead", ".up."))
        if weight.ndim >= 2 and not outer:
            yield weight
