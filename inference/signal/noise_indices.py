"""Classical noise indices of every lead of one segment: what the scalogram score cannot see.

The scalogram ends at 40 Hz, is nearly blind to mains and scores a flat line as perfect, so
these indices stand beside it. All of them work on [n_leads, n] arrays at 500 Hz in
millivolts without NaN; NumPy only. Windows are cut by time, never by detected beats, so
that they mean the same in every rhythm.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

FS_HZ = 500.0
MAINS_HZ = (50.0, 60.0)
FLAT_MV = 0.005  # peak to peak over one second: no electrode is that quiet
_BLOCK = 50  # 0.1 s: shorter than the way from one QRS to the next
_WINDOW = 500  # 1 s
_NOVELTY, _APART = 40, 20  # samples at 100 Hz: 0.4 s, at least 0.2 s apart

FloatArray = NDArray[np.float32]
Array = NDArray[np.floating[Any]]
Spectrum = NDArray[np.complexfloating[Any, Any]]


@dataclass(frozen=True, eq=False, kw_only=True)
class NoiseIndices:
    """One number per lead, float32 [n_leads]; see each comment for the unit."""

    mains_uv: FloatArray  # amplitude of the stronger of 50 and 60 Hz
    mains_hz: FloatArray  # which of the two
    high_frequency_uv: FloatArray  # RMS above 40 Hz without mains, between the QRS complexes
    high_frequency_peak_uv: FloatArray  # the same in the worst second
    muscle_uv: FloatArray  # RMS of 20–40 Hz between the QRS complexes
    drift_mv: FloatArray  # peak to peak below 0.7 Hz
    motion_mv: FloatArray  # largest difference of the means of neighbouring seconds
    flat_share: FloatArray  # part of the time with less than 5 µV peak to peak per second
    clipped_share: FloatArray  # part of the samples on a cut-off plateau
    extreme_mv: FloatArray  # largest distance from the median
    jump_mv: FloatArray  # largest change within 10 ms
    amplitude_mv: FloatArray  # median of the peak to peak of all seconds
    amplitude_ratio: FloatArray  # largest of those by their median
    power_ratio: FloatArray  # 1–40 Hz power of the loudest second by the median second
    low_share: FloatArray  # power below 0.6 Hz by the power below 40 Hz, slow trends included
    qrs_share: FloatArray  # power of 5–15 Hz by the power of 1–40 Hz
    kurtosis: FloatArray  # of the 1–40 Hz signal; small when no QRS stands out
    regularity: FloatArray  # highest autocorrelation of the QRS envelope, 0.3–2 s
    rms_mv: FloatArray  # of the 1–40 Hz signal
    novelty_uv: FloatArray  # what 0.4 s differ from the likest other 0.4 s of the lead, median
    novelty_peak_uv: FloatArray  # the same, 95th percentile

    def as_dict(self) -> dict[str, FloatArray]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


INDEX_NAMES = tuple(f.name for f in fields(NoiseIndices))


def noise_indices(signal_mv: FloatArray) -> NoiseIndices:
    """Indices of one segment [n_leads, n], n ≥ 1000 (2 s at 500 Hz)."""
    if signal_mv.ndim != 2 or signal_mv.shape[1] < 2 * _WINDOW:
        raise ValueError(f"expected [n_leads, >= {2 * _WINDOW}] samples, got {signal_mv.shape}")
    x = np.asarray(signal_mv, dtype=np.float64)
    x = x - np.median(x, axis=1, keepdims=True)
    n = x.shape[1]
    spectrum, f = np.fft.rfft(_detrended(x), axis=1), np.fft.rfftfreq(n, 1 / FS_HZ)
    middle = _band(spectrum, f, 1.0, 40.0, n)
    mains_uv, mains_hz = mains(x)
    high = _band(_without_mains(spectrum, f), f, 40.0, 250.0, n)
    seconds = _windows(x, _WINDOW)
    heights = np.ptp(seconds, axis=2)
    height = np.median(heights, axis=1)
    loudness = np.mean(_windows(middle, _WINDOW) ** 2, axis=2)
    values = {
        "mains_uv": mains_uv,
        "mains_hz": mains_hz,
        "high_frequency_uv": 1000 * _quiet_rms(high),
        "high_frequency_peak_uv": 1000 * _worst_second_rms(high),
        "muscle_uv": 1000 * _quiet_rms(_band(spectrum, f, 20.0, 40.0, n)),
        "drift_mv": np.ptp(_slow(x), axis=1),
        "motion_mv": np.abs(np.diff(seconds.mean(axis=2), axis=1)).max(axis=1),
        "flat_share": flat_share(x),
        "clipped_share": clipped_share(np.asarray(signal_mv)),
        "extreme_mv": np.abs(x).max(axis=1),
        "jump_mv": np.abs(x[:, 5:] - x[:, :-5]).max(axis=1),
        "amplitude_mv": height,
        "amplitude_ratio": heights.max(axis=1) / (height + 1e-3),
        "power_ratio": loudness.max(axis=1) / (np.median(loudness, axis=1) + 1e-6),
        "low_share": _low_share(x, f),
        "qrs_share": _total(spectrum, f, 5.0, 15.0) / _total(spectrum, f, 1.0, 40.0),
        "kurtosis": np.mean(middle**4, axis=1) / (np.mean(middle**2, axis=1) ** 2 + 1e-12),
        "regularity": _regularity(_band(spectrum, f, 5.0, 25.0, n)),
        "rms_mv": np.sqrt(np.mean(middle**2, axis=1)),
        **_novelty(middle),
    }
    return NoiseIndices(**{k: np.asarray(v, dtype=np.float32) for k, v in values.items()})


def mains(signal_mv: Array) -> tuple[Array, Array]:
    """Amplitude (µV, sine) and frequency of the stronger mains component per lead.

    The peak of a Hann spectrum within ±0.6 Hz, less what its neighbourhood suggests that
    muscle noise or QRS edges put there.
    """
    n = signal_mv.shape[1]
    window = np.hanning(n)
    amplitude = np.abs(np.fft.rfft(signal_mv * window, axis=1)) * 2 / window.sum()
    f = np.fft.rfftfreq(n, 1 / FS_HZ)
    found = []
    for centre in MAINS_HZ:
        distance = np.abs(f - centre)
        peak = amplitude[:, distance <= 0.6].max(axis=1)
        around = amplitude[:, (distance > 1.0) & (distance < 4.0)]
        floor = np.sqrt(np.mean(around**2, axis=1))
        found.append(np.sqrt(np.maximum(peak**2 - 4 * floor**2, 0.0)))
    both = np.stack(found)
    chosen = both.argmax(axis=0)
    return 1000 * both.max(axis=0), np.asarray(MAINS_HZ)[chosen]


def flat_share(signal_mv: Array) -> Array:
    """Part of the half-overlapping seconds in which a lead moves less than 5 µV."""
    windows = sliding_window_view(signal_mv, _WINDOW, axis=1)[:, :: _WINDOW // 2]
    return np.asarray(np.mean(np.ptp(windows, axis=2) < FLAT_MV, axis=1))


def clipped_share(signal_mv: Array) -> Array:
    """Part of the samples on a plateau at the lead's highest or lowest value.

    A plateau is five equal samples entered or left steeply (20 µV in 4 ms), or a fifth of
    a second of equal samples, in a lead that is not flat.
    """
    shares = np.zeros(len(signal_mv))
    for lead, x in enumerate(signal_mv):
        if np.ptp(x) > 0.1:
            shares[lead] = sum(_plateau_samples(x, edge) for edge in (x.max(), x.min())) / len(x)
    return shares


def _plateau_samples(x: Array, edge: float) -> int:
    at_edge = np.concatenate([[0], np.abs(x - edge) < 1e-4, [0]]).astype(np.int8)
    change = np.diff(at_edge)
    count = 0
    for start, stop in zip(_places(change == 1), _places(change == -1), strict=True):
        if stop - start < 5:
            continue
        before, after = x[max(start - 2, 0)], x[min(stop + 1, len(x) - 1)]
        steep = max(abs(before - edge), abs(after - edge)) > 0.02
        if steep or stop - start >= 100:
            count += stop - start
    return count


def _places(where: NDArray[np.bool_]) -> list[int]:
    return [int(i) for i in np.flatnonzero(where)]


def algebra_residual_uv(signal_mv: FloatArray, leads: tuple[str, ...]) -> float | None:
    """RMS of I + III − II in µV, or None when one of them is missing."""
    if not {"I", "II", "III"} <= set(leads):
        return None
    one, two, three = (signal_mv[leads.index(name)] for name in ("I", "II", "III"))
    return float(1000 * np.sqrt(np.mean((one + three - two) ** 2)))


def _detrended(x: Array) -> Array:
    """Without the line through both ends, so that the spectrum sees no jump at the seam."""
    n = x.shape[1]
    first, last = x[:, :25].mean(axis=1), x[:, -25:].mean(axis=1)
    return np.asarray(x - first[:, None] - np.outer(last - first, np.linspace(0, 1, n)))


def _band(spectrum: Spectrum, f: Array, low: float, high: float, n: int) -> Array:
    return np.fft.irfft(spectrum * ((f >= low) & (f < high)), n, axis=1)


def _without_mains(spectrum: Spectrum, f: Array) -> Spectrum:
    keep = np.ones(len(f), dtype=bool)
    for centre in MAINS_HZ:
        for harmonic in (1, 2, 3, 4):
            keep &= np.abs(f - harmonic * centre) > 0.7
    return spectrum * keep


def _windows(x: Array, width: int) -> Array:
    """[n_leads, n_windows, width], a remainder at the end is left out."""
    n = x.shape[1] // width
    return x[:, : n * width].reshape(len(x), n, width)


def _quiet_rms(x: Array) -> Array:
    """Median over blocks of 0.1 s: QRS complexes fill fewer than half of them."""
    return np.asarray(np.sqrt(np.median(np.mean(_windows(x, _BLOCK) ** 2, axis=2), axis=1)))


def _worst_second_rms(x: Array) -> Array:
    """The loudest second, each second by the median of its blocks."""
    blocks = np.mean(_windows(x, _BLOCK) ** 2, axis=2)
    n = blocks.shape[1] // 10
    seconds = np.median(blocks[:, : 10 * n].reshape(len(x), n, 10), axis=2)
    return np.asarray(np.sqrt(seconds.max(axis=1)))


def _slow(x: Array) -> Array:
    """Baseline below about 0.7 Hz at 25 Hz: medians of 0.1 s, then three means of 0.62 s."""
    medians = np.median(_windows(x, _BLOCK), axis=2)
    kernel = np.ones(6) / 6
    smooth = np.convolve(np.convolve(kernel, kernel), np.ones(3) / 3)
    padded = np.pad(medians, ((0, 0), (len(smooth) // 2, len(smooth) // 2)), mode="edge")
    return np.asarray(sliding_window_view(padded, len(smooth), axis=1) @ smooth)


def _total(spectrum: Spectrum, f: Array, low: float, high: float) -> Array:
    """Power of a band, never zero."""
    power = np.abs(spectrum[:, (f >= low) & (f < high)]) ** 2
    return np.asarray(power.sum(axis=1) + 1e-6)


def _low_share(x: Array, f: Array) -> Array:
    """Without removing a trend first: a trend is wander, too."""
    spectrum = np.fft.rfft(x - x.mean(axis=1, keepdims=True), axis=1)
    return _total(spectrum, f, 0.0, 0.6) / _total(spectrum, f, 0.0, 40.0)


def _novelty(x: Array) -> dict[str, Array]:
    """How far each 0.4 s of a lead is from the likest other 0.4 s, RMS in µV.

    Beats repeat and noise does not, so this is a noise level that needs no beat detector;
    a nearest-neighbour search (matrix profile) at 100 Hz, windows freed of their mean.
    """
    slow = _windows(x, 5).mean(axis=2).astype(np.float32)
    result = np.empty((2, len(x)))
    for lead, signal in enumerate(slow):
        windows = sliding_window_view(signal, _NOVELTY)
        windows = windows - windows.mean(axis=1, keepdims=True)
        asked = windows[::2]
        power = np.einsum("ij,ij->i", windows, windows)
        distance = power[None] - 2 * asked @ windows.T
        for shift in range(-_APART, _APART + 1):  # a window is like itself: leave those out
            rows = np.arange(len(asked))
            columns = 2 * rows + shift
            inside = (columns >= 0) & (columns < len(windows))
            distance[rows[inside], columns[inside]] = np.inf
        nearest = np.maximum(distance.min(axis=1) + power[::2], 0.0) / _NOVELTY
        result[:, lead] = np.quantile(np.sqrt(nearest), [0.5, 0.95])
    return {"novelty_uv": 1000 * result[0], "novelty_peak_uv": 1000 * result[1]}


def _regularity(x: Array) -> Array:
    """Highest normalised autocorrelation of the 20 ms envelope at lags of 0.3–2 s."""
    envelope = np.sqrt(np.mean(_windows(x, 10) ** 2, axis=2))
    envelope -= envelope.mean(axis=1, keepdims=True)
    n = envelope.shape[1]
    power = np.abs(np.fft.rfft(envelope, 2 * n, axis=1)) ** 2
    correlation = np.fft.irfft(power, axis=1)[:, :n] * n / (n - np.arange(n))
    best = correlation[:, 15 : min(100, n // 2)].max(axis=1)
    return np.asarray(best / (correlation[:, 0] + 1e-9))
