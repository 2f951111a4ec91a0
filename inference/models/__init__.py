"""Architectures, one file each. `build` makes one by the name its card gives."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from torch import nn

_FACTORIES = {
    "lead_shared": ("inference.models.lead_shared", "make"),
    "cd_ecgnet": ("inference.models.cd_ecgnet", "make"),
    "fcn_dae": ("inference.models.fcn_dae", "make"),
    "deep_filter": ("inference.models.deep_filter", "make"),
    "cgan": ("inference.models.cgan", "make"),
}


def build(architecture: str, hyperparameters: dict[str, Any]) -> nn.Module:
    """A network with untrained weights; ValueError for an unknown architecture."""
    if architecture not in _FACTORIES:
        raise ValueError(f"unknown architecture {architecture!r}; known: {sorted(_FACTORIES)}")
    module, name = _FACTORIES[architecture]
    factory: Callable[..., nn.Module] = getattr(import_module(module), name)
    return factory(
        **{k: tuple(v) if isinstance(v, list) else v for k, v in hyperparameters.items()}
    )
