"""Between a recording's sampling rate and the model's, on one common time axis."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


def ratio(from_hz: float, to_hz: float) -> Fraction:
    """to/from as a fraction of small numbers (rates like 128.5 or 257 Hz are exact)."""
    exact = Fraction(to_hz).limit_denominator(1000) / Fraction(from_hz).limit_denominator(1000)
    return exact.limit_denominator(2000)


def resampled_length(n: int, from_hz: float, to_hz: float) -> int:
    """How many samples `resample` gives for n."""
    step = ratio(from_hz, to_hz)
    return -(-n * step.numerator // step.denominator)


def resample(signal: NDArray[np.floating], from_hz: float, to_hz: float) -> NDArray[np.float32]:
    """[..., n] at from_hz to float32 [..., m] at to_hz; sample 0 stays at time 0.

    Polyphase with an anti-alias filter; ends are extended by straight lines, so that a
    baseline away from zero makes no ringing.
    """
    step = ratio(from_hz, to_hz)
    if step == 1:
        return np.asarray(signal, dtype=np.float32)
    from scipy.signal import resample_poly

    out = resample_poly(
        np.asarray(signal, dtype=np.float64),
        step.numerator,
        step.denominator,
        axis=-1,
        padtype="line",
    )
    return np.asarray(out, dtype=np.float32)
