"""Distances between a reference y, a noisy x and an output x̂, per lead.

All take float arrays [..., n] in mV and reduce the last axis. The paper-style ones are
kept apart: their normalisation inflates every figure.
"""

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.floating]
Values = NDArray[np.float64]
_TINY = 1e-12


def ssd_mv2(y: Signal, out: Signal) -> Values:
    """Sum of squared differences, mV²."""
    return np.asarray(np.square(y - out, dtype=np.float64).sum(axis=-1))


def rmse_uv(y: Signal, out: Signal) -> Values:
    """Root mean squared error, µV."""
    return np.asarray(1000 * np.sqrt(np.square(y - out, dtype=np.float64).mean(axis=-1)))


def max_error_uv(y: Signal, out: Signal) -> Values:
    """Largest absolute difference, µV."""
    return np.asarray(1000 * np.abs(y - out).max(axis=-1), dtype=np.float64)


def prd_percent(y: Signal, out: Signal) -> Values:
    """Percentage RMS difference against the mean-free reference."""
    return 100 * np.sqrt(ssd_mv2(y, out) / (_energy(y) + _TINY))


def cosine_percent(y: Signal, out: Signal) -> Values:
    """Cosine between the mean-free signals, percent."""
    a, b = _mean_free(y), _mean_free(out)
    return np.asarray(100 * (a * b).sum(-1) / (np.sqrt(_energy(y) * _energy(out)) + _TINY))


def snr_db(y: Signal, out: Signal) -> Values:
    """AC power of the reference over AC power of the error, dB."""
    return np.asarray(10 * np.log10((_energy(y) + _TINY) / (_energy(out - y) + _TINY)))


def snr_gain_db(y: Signal, x: Signal, out: Signal) -> Values:
    """How much cleaner the output is than the input, dB."""
    return snr_db(y, out) - snr_db(y, x)


def paper_style(y: Signal, out: Signal, pad_to: int = 7500) -> dict[str, Values]:
    """SSD, PRD, CosSim, SNR, RMSE the way the published tables seem to be made.

    Each lead scaled to [0, 1] by the reference, zero-padded to 15 s, offsets kept; PRD
    with the *prediction* against the batch mean in the denominator (DeepFilter's code).
    """
    low = y.min(axis=-1, keepdims=True)
    span = np.ptp(y, axis=-1, keepdims=True) + _TINY
    pads = [(0, 0)] * (y.ndim - 1) + [(0, max(pad_to - y.shape[-1], 0))]
    a, b = (np.pad((s - low) / span, pads).astype(np.float64) for s in (y, out))
    squares = np.square(a - b).sum(-1)
    energy = np.square(a).sum(-1)
    return {
        "SSD": squares,
        "PRD": 100 * np.sqrt(squares / (np.square(b - a.mean()).sum(-1) + _TINY)),
        "CosSim": 100 * (a * b).sum(-1) / (np.sqrt(energy * np.square(b).sum(-1)) + _TINY),
        "SNR": 10 * np.log10((energy + _TINY) / (squares + _TINY)),
        "RMSE": np.sqrt(squares / a.shape[-1]),
    }


def _mean_free(x: Signal) -> Values:
    return np.asarray(x - x.mean(axis=-1, keepdims=True), dtype=np.float64)


def _energy(x: Signal) -> Values:
    return np.asarray(np.square(_mean_free(x)).sum(axis=-1))
