"""Where a signal swings like ventricular flutter or fibrillation, or a tremor.

Such a rhythm has no beats to keep, and a network that learned beats takes it for noise. Its
mark is that nearly all of its power lies in one narrow band and its octave, in most leads at
once; beats have many harmonics, movement and muscle have no narrow band.
After the idea of the spectral tests of Barro et al. (1989), with our own limits.
"""

import numpy as np
from numpy.typing import NDArray

GRID_HZ = 50.0
WINDOW_S, HOP_S = 4.0, 1.0
BAND_HZ = (1.5, 22.0)
PEAK_HZ = (1.9, 9.0)  # 115 to 540 deflections a minute
HALF_WIDTH_HZ = 0.75
CERTAIN = 0.76  # of the band's power within the peak and its octave; highest value of 137
# records under electrode noise 0.73, lowest of 12 strips of ventricular flutter 0.81
LIKELY = 0.60  # enough for a window beside a certain one
LEAST_MV = 0.08  # RMS within the band: finer swings are not judged
LEAD_SHARE = 0.6  # of the leads that have a signal


def swinging(signal_mv: NDArray[np.floating], fs_hz: float) -> NDArray[np.bool_]:
    """bool [n]: samples inside windows of 4 s that swing; signal_mv [n_leads, n], no NaN.

    Leads that are constant do not vote. A signal shorter than 4 s never swings.
    """
    inside = np.zeros(signal_mv.shape[1], dtype=bool)
    signal_mv = signal_mv[np.ptp(signal_mv, axis=1) > 0]
    if not len(signal_mv):
        return inside
    share, rms = narrow_share(signal_mv, fs_hz)
    needed = max(1.0, LEAD_SHARE * len(signal_mv))
    likely, certain = (
        ((share >= limit) & (rms >= LEAST_MV)).sum(axis=0) >= needed for limit in (LIKELY, CERTAIN)
    )
    for run in np.split(np.arange(len(likely)), np.flatnonzero(np.diff(likely)) + 1):
        if run.size and certain[run].any():
            start, stop = run[0] * HOP_S, run[-1] * HOP_S + WINDOW_S
            inside[round(start * fs_hz) : round(stop * fs_hz)] = True
    return inside


def narrow_share(
    signal_mv: NDArray[np.floating], fs_hz: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of power in the strongest narrow band and its octave, and RMS of the whole band
    in mV, both [n_leads, n_windows]."""
    step = max(1, round(fs_hz / GRID_HZ))
    length = signal_mv.shape[1] // step
    grid = signal_mv[:, : length * step].reshape(len(signal_mv), length, step).mean(axis=2)
    rate = fs_hz / step
    size, hop = round(WINDOW_S * rate), round(HOP_S * rate)
    if length < size:
        return np.zeros((len(signal_mv), 0)), np.zeros((len(signal_mv), 0))
    windows = np.lib.stride_tricks.sliding_window_view(grid, size, axis=1)[:, ::hop]
    windows = (windows - windows.mean(axis=2, keepdims=True)) * np.hanning(size)
    power = np.abs(np.fft.rfft(windows, axis=2)) ** 2
    hz = np.fft.rfftfreq(size, 1 / rate)
    band = (hz >= BAND_HZ[0]) & (hz <= BAND_HZ[1])
    peaks = (hz >= PEAK_HZ[0]) & (hz <= PEAK_HZ[1])
    total = power[..., band].sum(axis=2) + 1e-20
    top = hz[peaks][power[..., peaks].argmax(axis=2)][..., None]
    near = (np.abs(hz - top) <= HALF_WIDTH_HZ) | (np.abs(hz - 2 * top) <= HALF_WIDTH_HZ)
    share = (power * (near & band)).sum(axis=2) / total
    rms = np.sqrt(2 * total / (size * (np.hanning(size) ** 2).sum()))
    return share, rms
