"""Classical baselines: FIR and IIR band-pass, wavelet shrinkage, spline baseline removal.

All are zero phase: a causal high-pass bends the ST segment. Signals are float arrays
[..., n] in mV without NaN; every function returns a new array of the same shape.
Constants of FIR and IIR: Kaiser and Butterworth, 0.67–150 Hz, as used for the published
comparisons of ECG denoisers.
"""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]

LOW_HZ, HIGH_HZ = 0.67, 150.0
RIPPLE_DB = 61 / 4.5  # about 13.6 dB, twice that after both passes
WIDTH_HZ = 0.07
IIR_ORDER = 4
_SHRINK_ABOVE_HZ = 12


@lru_cache(maxsize=16)
def fir_taps(fs_hz: float) -> tuple[Signal, ...]:
    """High-pass then low-pass taps of odd length; no low-pass if fs cannot hold 150 Hz."""
    from scipy.signal import firwin, kaiserord

    count, beta = kaiserord(RIPPLE_DB, WIDTH_HZ / (fs_hz / 2))
    count |= 1  # an even high-pass has a zero at the Nyquist frequency
    window = ("kaiser", beta)
    taps = [firwin(count, LOW_HZ, window=window, pass_zero=False, fs=fs_hz)]
    if fs_hz / 2 > HIGH_HZ:
        taps.append(firwin(count, HIGH_HZ, window=window, pass_zero=True, fs=fs_hz))
    return tuple(np.asarray(t, dtype=np.float64) for t in taps)


def fir(signal_mv: NDArray[np.floating], fs_hz: float) -> Signal:
    """Kaiser FIR, forward and backward, by FFT."""
    out = np.asarray(signal_mv, dtype=np.float64)
    for taps in fir_taps(fs_hz):
        out = _with_padding(out, len(taps), partial(_fir_both_ways, taps=taps))
    return out


def iir(signal_mv: NDArray[np.floating], fs_hz: float) -> Signal:
    """Butterworth of order 4, high-pass then low-pass, forward and backward."""
    from scipy.signal import butter, sosfiltfilt

    out = np.asarray(signal_mv, dtype=np.float64)
    bands = [(LOW_HZ, "highpass")] + ([(HIGH_HZ, "lowpass")] if fs_hz / 2 > HIGH_HZ else [])
    for edge_hz, kind in bands:
        sos = butter(IIR_ORDER, edge_hz, kind, fs=fs_hz, output="sos")
        settle = int(2 * fs_hz / edge_hz)
        out = _with_padding(out, settle, partial(sosfiltfilt, sos))
    return out


def swt(signal_mv: NDArray[np.floating], fs_hz: float) -> Signal:
    """Stationary wavelet shrinkage, sym8, garrote threshold; the baseline is removed too.

    Details above 12 Hz (below it the ECG itself would be the "noise") are shrunk by their own
    universal threshold; the coarsest approximation (below about 0.5 Hz) is the baseline.
    """
    import pywt

    x = np.asarray(signal_mv, dtype=np.float64)
    n = x.shape[-1]
    levels = max(1, int(np.round(np.log2(fs_hz / 2 / 0.5))))
    step = 2**levels
    side = min(round(4 * fs_hz), n - 1)
    total = -(-(n + 2 * side) // step) * step
    padding = [(0, 0)] * (x.ndim - 1) + [(side, total - n - side)]
    padded = np.pad(x, padding, mode="reflect" if total - n - side < n else "edge")
    coefficients = pywt.swt(padded, "sym8", level=levels, axis=-1, norm=True, trim_approx=True)
    coefficients[0] = np.zeros_like(coefficients[0])
    for index in range(1, len(coefficients)):
        centre_hz = 0.75 * fs_hz / 2 ** (len(coefficients) - index)
        if centre_hz > _SHRINK_ABOVE_HZ:
            coefficients[index] = _garrote(coefficients[index], round(4 * fs_hz))
    return np.asarray(pywt.iswt(coefficients, "sym8", axis=-1, norm=True)[..., side : side + n])


def spline(signal_mv: NDArray[np.floating], fs_hz: float) -> Signal:
    """Baseline removed: cubic spline through the medians of 0.6 s windows of a 0.2 s median.

    The first median hides QRS complexes, the second P and T waves.
    """
    from scipy.interpolate import CubicSpline
    from scipy.ndimage import median_filter

    x = np.asarray(signal_mv, dtype=np.float64)
    n = x.shape[-1]
    stride = max(1, round(fs_hz / 50))  # 50 Hz is plenty for a baseline
    short, long = (max(3, round(seconds * fs_hz / stride) | 1) for seconds in (0.2, 0.6))
    size = [1] * (x.ndim - 1)
    slow = median_filter(x[..., ::stride], [*size, short], mode="nearest")
    slow = median_filter(slow, [*size, long], mode="nearest")
    knot = max(1, round(0.6 * fs_hz / stride))
    at = np.unique(np.append(np.arange(0, slow.shape[-1], knot), slow.shape[-1] - 1))
    if len(at) < 2:
        return np.asarray(x - slow[..., :1])
    curve = CubicSpline(at * stride, slow[..., at], axis=-1, bc_type="natural")
    return np.asarray(x - curve(np.minimum(np.arange(n), at[-1] * stride)))


def _with_padding(x: Signal, length: int, run: Callable[[Signal], Signal]) -> Signal:
    """Short signals: the reversed signal in front, a constant tail behind, then cut."""
    n = x.shape[-1]
    if n > 3 * length:
        return np.asarray(run(x))
    tail = np.repeat(x[..., -1:], max(3 * length - n, 0) + 1, axis=-1)
    padded = run(np.concatenate([x[..., ::-1], x, tail], axis=-1))
    return np.asarray(padded[..., n : 2 * n])


def _fir_both_ways(x: Signal, taps: Signal) -> Signal:
    """Symmetric taps twice: convolution with their autocorrelation, ends extended oddly."""
    from scipy.signal import oaconvolve

    kernel = np.convolve(taps, taps[::-1])
    side = min(len(kernel) // 2, x.shape[-1] - 1)
    front = 2 * x[..., :1] - x[..., side:0:-1]
    back = 2 * x[..., -1:] - x[..., -2 : -side - 2 : -1]
    extended = np.concatenate([front, x, back], axis=-1)
    kernel = kernel.reshape((1,) * (x.ndim - 1) + (-1,))
    out = oaconvolve(extended, kernel, mode="same", axes=-1)
    return np.asarray(out[..., side : side + x.shape[-1]])


def _garrote(detail: Signal, window: int) -> Signal:
    """Non-negative garrote at a universal threshold that follows the noise over time.

    The deviation is the median over windows of `window` samples, joined by straight lines.
    """
    n = detail.shape[-1]
    edges = np.arange(0, max(n - window, 0) + 1, window)
    sigma = np.stack(
        [np.median(np.abs(detail[..., a : a + window]), axis=-1) / 0.6745 for a in edges], axis=-1
    )
    at = np.clip((np.arange(n) - window / 2) / window, 0, len(edges) - 1)
    low = np.minimum(at.astype(int), max(len(edges) - 2, 0))
    high = np.minimum(low + 1, len(edges) - 1)
    local = sigma[..., low] * (1 - (at - low)) + sigma[..., high] * (at - low)
    limit = local * np.sqrt(2 * np.log(max(window, 2)))
    return np.where(np.abs(detail) > limit, detail - limit**2 / (detail + 1e-300), 0.0)
