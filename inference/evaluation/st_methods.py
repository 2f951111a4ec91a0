"""Every method of the registry as the program uses it, for the ST tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from inference.denoise import DenoiseRefused, denoise
from inference.registry import DENOISERS, default_denoiser
from inference.signal.lead_algebra import STANDARD_LEADS
from inference.weights import WeightsRefused

FS_HZ = 500.0
Signal = NDArray[np.float32]


def cleaned_by(method: str, signal_mv: Signal, fs_hz: float = FS_HZ) -> Signal:
    """Twelve standard leads cleaned; the raw signal where the result was refused."""
    try:
        return denoise(signal_mv, fs_hz, STANDARD_LEADS, method=method, device="cpu").signal_mv
    except DenoiseRefused:
        return signal_mv


def methods() -> Iterator[str]:
    """Names of all methods whose weights are there, the default one first."""
    still = np.zeros((12, 1000), np.float32)
    for name in sorted(DENOISERS, key=lambda n: n != default_denoiser()):
        try:
            denoise(still, FS_HZ, STANDARD_LEADS, method=name, device="cpu")
        except WeightsRefused:
            continue
        yield name
