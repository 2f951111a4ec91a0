"""Superlet scalograms of 10 s ECG leads: the image on which the noise score is computed.

Method: superlets (Moca et al. 2021) with the constants of the published ECG noise
quantification (Han et al. 2025): 32 frequencies from 0.5 to 40 Hz, orders 1 to 16,
multiplicative, wavelets of 2 s, log10 power between -8 and 0, 256 columns.

Only the samples that the 256 columns are interpolated from are transformed, and every
wavelet is folded about its middle (its real part is even, its imaginary part odd) and cut
where its envelope has fallen to `CUT_SIGMAS`; see the tests for the equality with a plain
convolution.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

FS_HZ = 500.0
SEGMENT_S = 10.0
SEGMENT_SAMPLES = 5000
N_FREQUENCIES = 32
N_COLUMNS = 256
MAX_ORDER = 16
TAPS = 1000
LOG_FLOOR, LOG_CEILING = -8.0, 0.0
GREY_STEP_DB = 10 * (LOG_CEILING - LOG_FLOOR) / 255  # one grey level in dB of power
CUT_SIGMAS = 6.5  # the envelope is 7e-10 there
STANDARD_LEVEL, MAX_SHIFT = -2.5, 1.2  # log10 of the mean power; ×4 in amplitude
_EPSILON = np.float32(1e-12)
_HALF = TAPS // 2
_SUPPORT_CLASSES = (80, 150, 250, 350, 500)  # half widths in samples

FloatArray = NDArray[np.float32]


def frequencies_hz() -> NDArray[np.float64]:
    """The 32 analysed frequencies, ascending (image row 0 is the last of them)."""
    return np.linspace(0.5, 40.0, N_FREQUENCIES)


def orders() -> NDArray[np.int64]:
    """How many wavelets (of 1, 2, ... cycles) are averaged at each frequency."""
    f = frequencies_hz()
    return np.rint(1 + (MAX_ORDER - 1) * (f - 0.5) / 39.5).astype(np.int64)


def wavelet(frequency_hz: float, cycles: int) -> NDArray[np.complex128]:
    """One Morlet wavelet [1000] of 2 s at 500 Hz, its absolute values summing to 1."""
    t = np.linspace(-1.0, 1.0, TAPS)
    width = cycles / (5.0 * frequency_hz)
    w = np.exp(-(t**2) / (2 * width**2)) * np.exp(2j * np.pi * frequency_hz * t)
    return np.asarray(w / np.abs(w).sum(), dtype=np.complex128)


class _Block(NamedTuple):
    """Wavelets of similar length: folded banks [half, n] and where their rows belong."""

    half: int
    even: FloatArray
    odd: FloatArray
    rows: slice


class _Bank(NamedTuple):
    blocks: tuple[_Block, ...]
    group: FloatArray  # [n_frequencies, n_wavelets]: mean over orders, times 2


@lru_cache(maxsize=1)
def _bank() -> _Bank:
    """All 272 wavelets, sorted by length; 3 MB, made once per process."""
    found = []
    for row, (f, n_orders) in enumerate(zip(frequencies_hz(), orders(), strict=True)):
        for cycles in range(1, int(n_orders) + 1):
            reach = CUT_SIGMAS * cycles / (5.0 * f) * FS_HZ
            half = next((h for h in _SUPPORT_CLASSES if reach <= h), _HALF)
            found.append((half, row, int(n_orders), wavelet(f, cycles)[_HALF:]))
    found.sort(key=lambda item: item[0])
    group = np.zeros((N_FREQUENCIES, len(found)), dtype=np.float32)
    for column, (_, row, n_orders, _) in enumerate(found):
        group[row, column] = 2.0 / n_orders
    blocks, start = [], 0
    for half in sorted({item[0] for item in found}):
        right = np.stack([w[:half] for h, _, _, w in found if h == half], axis=1)
        rows = slice(start, start + right.shape[1])
        start = rows.stop
        blocks.append(_Block(half, _f32(right.real), _f32(right.imag), rows))
    return _Bank(tuple(blocks), group)


def _f32(values: NDArray[np.float64]) -> FloatArray:
    return np.ascontiguousarray(values, dtype=np.float32)


@lru_cache(maxsize=1)
def _columns() -> tuple[NDArray[np.int64], FloatArray]:
    """Left neighbour sample and weight of the right one, for each of the 256 columns.

    Linear interpolation without anti-alias at pixel centres, as image libraries do it.
    """
    position = (np.arange(N_COLUMNS) + 0.5) * SEGMENT_SAMPLES / N_COLUMNS - 0.5
    left = np.floor(position).astype(np.int64)
    return left, (position - left).astype(np.float32)


def log_power(segment_mv: FloatArray) -> FloatArray:
    """log10 of the superlet power, float32 [n_leads, 32, 256]; row 0 is 40 Hz; not clipped.

    segment_mv  [n_leads, 5000] at 500 Hz, millivolts, no NaN; the lead's median is removed.
    """
    segment_mv = np.asarray(segment_mv, dtype=np.float32)
    if segment_mv.ndim != 2 or segment_mv.shape[1] != SEGMENT_SAMPLES:
        raise ValueError(f"expected [n_leads, {SEGMENT_SAMPLES}] samples, got {segment_mv.shape}")
    out = np.empty((len(segment_mv), N_FREQUENCIES, N_COLUMNS), dtype=np.float32)
    for lead, signal in enumerate(segment_mv):
        out[lead] = _lead_log_power(signal - np.median(signal))
    return out


def _lead_log_power(signal: FloatArray) -> FloatArray:
    """[5000] → [32, 256], frequencies flipped."""
    left, weight = _columns()
    bank = _bank()
    padded = np.pad(signal, TAPS)
    # "same" convolution: output n is centred between padded samples n + 999 and n + 1000
    windows = sliding_window_view(padded, TAPS)
    frames = windows[np.concatenate([left, left + 1]) + _HALF]
    after, before = frames[:, _HALF:], frames[:, _HALF - 1 :: -1]
    even, odd = after + before, after - before
    logs = np.empty((len(frames), bank.group.shape[1]), dtype=np.float32)
    for block in bank.blocks:
        real = even[:, : block.half] @ block.even
        imaginary = odd[:, : block.half] @ block.odd
        np.multiply(real, real, out=real)
        real += np.square(imaginary, out=imaginary)
        np.sqrt(real, out=real)
        real *= np.float32(np.sqrt(2.0))
        real += _EPSILON
        np.log(real, out=logs[:, block.rows])
    image = bank.group @ logs.T * np.float32(1 / np.log(10))
    first, second = image[:, :N_COLUMNS], image[:, N_COLUMNS:]
    return np.asarray((first + (second - first) * weight)[::-1], dtype=np.float32)


def at_standard_level(log10_power: FloatArray) -> FloatArray:
    """The images [n, 32, 256] shifted to one mean power, as if every lead had the same gain.

    A gain is a shift of the logs, so this is exact. What is compared is then the noise in
    relation to the lead, whatever its amplitude; a flat line is lifted by four at most.
    """
    level = np.log10(np.mean(10.0**log10_power, axis=(1, 2), keepdims=True) + 1e-12)
    shift = np.clip(STANDARD_LEVEL - level, -MAX_SHIFT, MAX_SHIFT)
    return np.asarray(log10_power + shift, dtype=np.float32)


def to_grey(log10_power: FloatArray) -> NDArray[np.uint8]:
    """The 8-bit image of the published score: -8…0 becomes 0…255."""
    scaled = (np.clip(log10_power, LOG_FLOOR, LOG_CEILING) - LOG_FLOOR) / (LOG_CEILING - LOG_FLOOR)
    return np.asarray(np.rint(scaled * 255), dtype=np.uint8)


def scalograms(segment_mv: FloatArray) -> NDArray[np.uint8]:
    """uint8 [n_leads, 32, 256] scalograms of one 10 s segment (500 Hz, mV), as published."""
    return to_grey(log_power(segment_mv))
