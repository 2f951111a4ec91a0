"""Shipped weights: only a file with the hash pinned in the source is loaded."""

import hashlib
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from inference.registry import Method


class WeightsRefused(Exception):
    """A weights file is missing, damaged or not ours; the text is for the user."""


def load_weights(method: Method) -> dict[str, Tensor]:
    """The tensors of a learned method, after its hash was compared.

    safetensors holds numbers only: nothing in the file is executed.
    """
    path = method.weights
    if path is None or method.sha256 is None:
        raise WeightsRefused(f"{method.title} is a filter and has no weights.")
    return read_verified(path, method.sha256)


def read_verified(path: Path, sha256: str) -> dict[str, Tensor]:
    """Read once, hash what was read, then parse those same bytes."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsRefused(
            f"The weights {path.name} cannot be read; install Leadlight again."
        ) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise WeightsRefused(
            f"The weights {path.name} are not the ones this version was published with; "
            "install Leadlight again."
        )
    try:
        return load(data)
    except SafetensorError as error:
        raise WeightsRefused(f"The weights {path.name} are damaged: {error}") from error
