"""Which device computes, and what happens when it cannot."""

import logging
from collections.abc import Callable
from typing import TypeVar

import torch

log = logging.getLogger(__name__)
T = TypeVar("T")

PREFERENCES = ("auto", "cpu", "cuda")
_CPU = torch.device("cpu")
_state = {"cuda_broken": False}  # a device-side assert poisons the context until exit


def pick_device(preference: str = "auto") -> torch.device:
    """The best device that really computes.

    "cuda" falls back to the CPU with a warning; ValueError for an unknown preference.
    """
    if preference not in PREFERENCES:
        raise ValueError(f"There is no device {preference!r}; choose auto, cpu or cuda.")
    if preference == "cpu" or _state["cuda_broken"]:
        return _CPU
    if torch.cuda.is_available():
        try:
            torch.ones(1, device="cuda").add(1).item()  # a listed GPU may still fail
            return torch.device("cuda")
        except RuntimeError as error:
            log.warning("GPU unusable, using CPU: %s", error)
    elif preference == "cuda":
        log.warning("No GPU was found, using CPU")
    return _CPU


def on_device(device: torch.device, run: Callable[[torch.device], T]) -> T:
    """run(device); on the CPU when the GPU's memory is full or the GPU fails.

    After a failure other than memory the GPU is not used again in this process.
    """
    if device.type == "cpu":
        return run(device)
    try:
        return run(device)
    except torch.OutOfMemoryError:
        log.warning("GPU memory full, repeating on CPU")
    except RuntimeError as error:
        log.warning("GPU failed, using CPU from now on: %s", error)
        _state["cuda_broken"] = True
    if not _state["cuda_broken"]:
        torch.cuda.empty_cache()  # after except: the traceback held the tensors
    return run(_CPU)
