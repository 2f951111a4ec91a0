"""Safety probes: a cleaner must never draw beats that are not there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.methods import Contender
from inference.evaluation.noise import Noise
from inference.evaluation.sources import Reference
from inference.signal.lead_algebra import lead_matrix

FS_HZ = 500.0
PAUSE_S = 3.0
BEAT_MV = 0.10  # a hump of the QRS band (5–20 Hz) this high would look like a beat
_MATRIX = lead_matrix()


@dataclass(frozen=True)
class ProbeResult:
    """Probes of one kind: how many showed a beat-like hump, and what was left."""

    kind: str
    probes: int
    with_beats_input: int
    with_beats_output: int
    rest_input_uv: float
    rest_output_uv: float


def run_probes(
    contender: Contender, records: list[Reference], noise: Noise, count: int
) -> list[ProbeResult]:
    """`count` probes of pure noise and `count` of a pause under electrode noise."""
    return [
        _result("pure noise", contender, [_pure_noise(noise, k) for k in range(count)]),
        _result("3 s asystole", contender, [_asystole(records, noise, k) for k in range(count)]),
    ]


def humps(signal_mv: NDArray[np.floating]) -> bool:
    """Does the RMS over leads of the QRS band exceed BEAT_MV anywhere? signal_mv [12, n]."""
    from scipy.signal import butter, sosfiltfilt

    band = butter(2, (5, 20), "bandpass", fs=FS_HZ, output="sos")
    energy = np.sqrt(np.square(sosfiltfilt(band, signal_mv, axis=1)).mean(axis=0))
    return bool(energy.max() > BEAT_MV)


def _result(
    kind: str, contender: Contender, probes: list[tuple[NDArray[np.float32], slice]]
) -> ProbeResult:
    before, after, rest_before, rest_after = 0, 0, [], []
    for noisy, silent in probes:
        out = contender.clean(noisy)
        before += humps(noisy[:, silent])
        after += humps(out[:, silent])
        rest_before.append(noisy[:, silent].std(axis=1).mean())
        rest_after.append(out[:, silent].std(axis=1).mean())
    return ProbeResult(
        kind, len(probes), before, after,
        float(1000 * np.mean(rest_before)), float(1000 * np.mean(rest_after)),
    )  # fmt: skip


def _electrode_noise(noise: Noise, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """[12, n] of em, ma or bw noise on three to nine electrodes, 0.2–1 mV peak to peak."""
    sources = np.zeros((9, n))
    kind = list(noise)[rng.integers(len(noise))]
    for place in rng.choice(9, size=int(rng.integers(3, 10)), replace=False):
        start = int(rng.integers(noise[kind].shape[1] - n))
        part = noise[kind][rng.integers(2), start : start + n].astype(np.float64)
        sources[place] = rng.uniform(0.2, 1.0) * (part - part.mean()) / np.ptp(part)
    return _MATRIX @ sources


def _pure_noise(noise: Noise, index: int) -> tuple[NDArray[np.float32], slice]:
    rng = np.random.default_rng([9001, index])
    return _electrode_noise(noise, rng, 5000).astype(np.float32), slice(0, 5000)


def _asystole(
    records: list[Reference], noise: Noise, index: int
) -> tuple[NDArray[np.float32], slice]:
    """A real record that stands still for three seconds, under electrode noise."""
    rng = np.random.default_rng([9002, index])
    clean = records[int(rng.integers(len(records)))].signal_mv.astype(np.float64)
    length = round(PAUSE_S * FS_HZ)
    start = int(rng.integers(500, 5000 - length - 500))
    position = np.arange(5000)
    fade = np.clip(np.minimum(position - start, start + length - position) / 25, 0, 1)
    silent = clean - fade * (clean - np.median(clean, axis=1, keepdims=True))
    noisy = silent + _electrode_noise(noise, rng, 5000)
    return noisy.astype(np.float32), slice(start + 75, start + length - 75)
