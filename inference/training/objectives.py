"""How each model learns: its modules, its optimisers and one step.

The loop knows nothing of losses; it calls `step` and scales the learning rates.
"""

from collections.abc import Callable
from typing import Protocol

from safetensors.torch import load_file
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from inference.models import cgan, deep_filter, fcn_dae
from inference.models.lead_shared import LeadShared, LeadSharedConfig
from inference.registry import MODELS_FOLDER
from inference.training.batches import Batch
from inference.training.config import TrainConfig
from inference.training.disentangle import Disentangled
from inference.training.losses import gated_loss
from inference.training.optim import optimizers
from inference.training.steps import descend


class Objective(Protocol):
    """One model in training. `denoiser` is what ships; `modules` holds all that learns."""

    @property
    def denoiser(self) -> nn.Module:
        """The network that is validated and shipped."""

    @property
    def modules(self) -> nn.ModuleDict:
        """Everything with weights, for checkpoints."""

    @property
    def optimizers(self) -> list[Optimizer]:
        """In a fixed order, for checkpoints and the schedule."""

    def step(self, batch: Batch, progress: float) -> dict[str, float]:
        """Learn from one batch; `progress` runs 0…1 over the budget."""


class Gated:
    """The lead-shared backbone with the gated loss."""

    def __init__(self, config: TrainConfig) -> None:
        options = dict(config.model_options)
        start = options.pop("start", None)
        self.denoiser: nn.Module = LeadShared(LeadSharedConfig(**options))
        if start:  # weights that shipped before
            self.denoiser.load_state_dict(load_file(MODELS_FOLDER / f"{start}.safetensors"))
        self.modules = nn.ModuleDict({"denoiser": self.denoiser})
        self.optimizers = optimizers(self.denoiser, config.optimizer, config.lr, config.muon_lr)

    def step(self, batch: Batch, progress: float) -> dict[str, float]:
        """One update."""
        loss, parts = gated_loss(self.denoiser(batch.noisy_mv), batch)
        return descend(loss, self.denoiser, self.optimizers) | parts


class Plain:
    """A network from noisy to clean with one loss of its own."""

    def __init__(
        self, config: TrainConfig, network: nn.Module, loss: Callable[..., Tensor]
    ) -> None:
        self.denoiser = network
        self.modules = nn.ModuleDict({"denoiser": network})
        self.optimizers: list[Optimizer] = [Adam(network.parameters(), lr=config.lr)]
        self._loss = loss

    def step(self, batch: Batch, progress: float) -> dict[str, float]:
        """One update."""
        loss = self._loss(self.denoiser(batch.noisy_mv), batch.clean_mv, batch.weight)
        return descend(loss, self.denoiser, self.optimizers)


class Adversarial:
    """cGAN-style: least-squares adversarial loss beside the reconstruction loss."""

    def __init__(self, config: TrainConfig) -> None:
        self.denoiser: nn.Module = cgan.make(**config.model_options)
        self.judge = cgan.Discriminator()
        self.modules = nn.ModuleDict({"denoiser": self.denoiser, "judge": self.judge})
        self.optimizers: list[Optimizer] = [
            Adam(module.parameters(), lr=config.lr, betas=(0.5, 0.999))
            for module in (self.denoiser, self.judge)
        ]

    def step(self, batch: Batch, progress: float) -> dict[str, float]:
        """One update of the discriminator, one of the generator."""
        output = self.denoiser(batch.noisy_mv)
        real = self.judge(batch.noisy_mv, batch.clean_mv * batch.weight)
        fake = self.judge(batch.noisy_mv, output.detach() * batch.weight)
        judged = (real - 1).square().mean() + fake.square().mean()
        descend(judged, self.judge, self.optimizers[1:])
        fooled = (self.judge(batch.noisy_mv, output * batch.weight) - 1).square().mean()
        loss = fooled + cgan.reconstruction_loss(output, batch.clean_mv, batch.weight)
        return descend(loss, self.denoiser, self.optimizers[:1]) | {"judge": float(judged.detach())}


def _fcn_dae(config: TrainConfig) -> Objective:
    return Plain(config, fcn_dae.make(**config.model_options), fcn_dae.loss)


def _deep_filter(config: TrainConfig) -> Objective:
    return Plain(config, deep_filter.make(**config.model_options), deep_filter.loss)


OBJECTIVES: dict[str, Callable[[TrainConfig], Objective]] = {
    "gated": Gated,
    "disentangled": Disentangled,
    "fcn_dae": _fcn_dae,
    "deep_filter": _deep_filter,
    "cgan": Adversarial,
}
