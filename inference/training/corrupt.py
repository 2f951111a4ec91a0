"""Noise for training: put on electrodes (or on leads), scaled, and projected to 12 leads.

Real excerpts alone teach a network the fingerprint of one recorder, so synthetic noises,
low-passed excerpts, beat-free stretches and imperfect references belong to every epoch.
All amounts below are drawn per record; `Corruption` holds the probabilities.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.signal.lead_algebra import lead_matrix

FS_HZ = 500.0
N = 5000
NOISY_RMS_MV = 0.020  # a lead with more injected noise than this counts as noisy
UNTOUCHED_RMS_MV = 0.002
_ELECTRODES = lead_matrix().astype(np.float32)
_T = (np.arange(N) / FS_HZ).astype(np.float32)

Noise = dict[str, NDArray[np.float32]]
Signal = NDArray[np.float32]


@dataclass(frozen=True)
class Corruption:
    """How often what happens to a record."""

    none: float = 0.08
    per_lead: float = 0.32  # the rest is electrode noise
    one_kind: float = 0.60
    low_level: float = 0.12
    low_pass: float = 0.40
    synthetic: float = 0.35
    reference_floor: float = 0.50
    reference_drift: float = 0.40
    no_ecg: float = 0.03
    asystole: float = 0.05
    pacing: float = 0.03
    swapped_arms: float = 0.05
    lead_dropout: float = 0.10
    hold: float = 0.05
    muscle: float = 0.0


@dataclass(frozen=True)
class Example:
    """One record after corruption, all [12, 5000] but `injected_mv_rms` [12]."""

    noisy_mv: Signal
    clean_mv: Signal
    weight: Signal  # 1 where the loss may look
    injected_mv: Signal


def excerpt(rng: np.random.Generator, noise: Noise, one_kind: float) -> Signal:
    """[5000] of recorded noise, one kind or a Dirichlet mix, peak to peak 1."""
    kinds = list(noise)
    if rng.random() < one_kind:
        weights = np.eye(len(kinds))[rng.integers(len(kinds))]
    else:
        weights = rng.dirichlet(np.ones(len(kinds)))
    total = np.zeros(N, dtype=np.float32)
    for kind, weight in zip(kinds, weights, strict=True):
        if weight > 0.01:
            channel = noise[kind][rng.integers(2)]
            start = rng.integers(len(channel) - N)
            part = channel[start : start + N]
            total += np.float32(weight / (np.ptp(part) + 1e-9)) * (part - part.mean())
    total = total[::-1] if rng.random() < 0.5 else total
    sign = np.float32(rng.choice((-1.0, 1.0)))
    return np.asarray(sign * total / (np.ptp(total) + 1e-9), dtype=np.float32)


def chosen_electrodes(rng: np.random.Generator) -> NDArray[np.intp]:
    """Which of RA, LA, LL, V1…V6 are noisy; limb electrodes, the hardest, are drawn often."""
    case = rng.random()
    if case < 0.25:
        return rng.integers(3, 9, size=1)
    if case < 0.60:
        return rng.integers(0, 3, size=1)
    if case < 0.85:
        return rng.choice(9, size=rng.integers(2, 4), replace=False)
    return np.arange(9)


def synthetic(rng: np.random.Generator) -> Signal:
    """[5000] mV: drift, step, mains, muscle or white noise, at amounts met in practice."""
    kind = rng.integers(5)
    if kind == 0:
        return _sines(rng, 0.05, 0.5, 2) * _log_uniform(rng, 0.12, 1.0)
    if kind == 1:
        return _step(rng) * _log_uniform(rng, 0.05, 2.0)
    if kind == 2:
        return _mains(rng) * _log_uniform(rng, 0.02, 0.3)
    low, high = ((15, 150), (0.5, 249))[kind - 3]
    band = _band(rng, rng.uniform(low, 40) if kind == 3 else low, high)
    if kind == 3 and rng.random() < 0.5:
        band *= np.abs(_sines(rng, 0.05, 1.0, 2))
    return band * _log_uniform(rng, 0.010, 0.2)


def muscle(rng: np.random.Generator) -> Signal:
    """[5000] mV as a tense patient gives it: 10–80 µV RMS, steady or in bursts.

    What NSTDB's muscle recordings lack: they are loud from end to end.
    """
    noise = _band(rng, rng.uniform(8, 30), rng.uniform(60, 200))
    envelope = np.full(N, rng.choice((0.0, 0.3, 1.0)), dtype=np.float32)
    for _ in range(rng.integers(0, 5)):
        length = int(rng.integers(40, 900))
        start = int(rng.integers(N - length))
        envelope[start : start + length] += rng.uniform(0.3, 2.0) * np.hanning(length)
    return np.asarray(noise * envelope * _log_uniform(rng, 0.010, 0.080), dtype=np.float32)


def corrupt(
    clean_mv: Signal,
    reference: NDArray[np.bool_],
    noise: Noise,
    rng: np.random.Generator,
    amounts: Corruption,
) -> Example:
    """A training example from one record [12, 5000] mV; `reference` bool [12]."""
    clean = clean_mv * np.float32(rng.uniform(0.6, 1.6))
    clean = clean - np.median(clean, axis=1, keepdims=True) * np.float32(rng.random() < 0.5)
    level_mv = float(np.median(np.ptp(clean[reference], axis=1)))
    clean = _changed_record(clean, rng, amounts)
    weight = np.repeat(reference[:, None].astype(np.float32), N, axis=1)
    injected = _injected(level_mv, noise, rng, amounts)
    if rng.random() < amounts.reference_drift:
        clean, injected = _wandering(clean, injected, rng)
    noisy = clean + injected
    if rng.random() < amounts.hold:
        lead, start, length = rng.integers(12), rng.integers(N - 500), rng.integers(200, 2500)
        noisy[lead, start : start + length] = noisy[lead, start]
        weight[lead, start : start + length] = 0
    if rng.random() < amounts.lead_dropout:
        missing = rng.random(12) < rng.uniform(0.1, 0.9)
        for array in (noisy, clean, weight, injected):
            array[missing] = 0
    return Example(noisy, clean, weight, injected)


def _injected(
    level_mv: float, noise: Noise, rng: np.random.Generator, amounts: Corruption
) -> Signal:
    """[12, 5000] of noise in the leads."""
    case = rng.random()
    if case < amounts.none:
        return np.zeros((12, N), dtype=np.float32)
    if case < amounts.none + amounts.per_lead:
        mixing = np.eye(12, dtype=np.float32)
        active = np.flatnonzero(rng.random(12) < rng.uniform(0.05, 1.0))
    else:
        mixing, active = _ELECTRODES, chosen_electrodes(rng)
    kind = rng.random() < amounts.synthetic
    recorded = not kind or rng.random() < 0.3
    sources = np.zeros((len(active), N), dtype=np.float32)
    quiet = rng.random() < amounts.low_level
    tense = amounts.muscle > 0 and rng.random() < amounts.muscle
    for row in sources:
        if tense:
            row += muscle(rng)
            continue
        if recorded:
            ratio = _log_uniform(rng, 0.02, 0.4) if quiet else rng.uniform(0.2, 1.5)
            row += np.float32(ratio * level_mv) * excerpt(rng, noise, amounts.one_kind)
    if tense:
        return mixing[:, active] @ sources
    if recorded and rng.random() < amounts.low_pass:
        sources = _low_passed(sources, float(_log_uniform(rng, 1, 100)))
    if kind:
        common = synthetic(rng) if rng.random() < 0.5 else None
        for row in sources:
            row += common * rng.uniform(-1, 1) if common is not None else synthetic(rng)
    return mixing[:, active] @ sources


def _changed_record(clean: Signal, rng: np.random.Generator, amounts: Corruption) -> Signal:
    """Rare records (no beats, pauses, pacing, swapped arms) and imperfect references."""
    case = rng.random()
    if case < amounts.no_ecg:
        clean = np.zeros_like(clean)
    elif case < amounts.no_ecg + amounts.asystole:
        start, stop = np.sort(rng.integers(0, N, size=2))
        fade = np.clip(np.minimum(np.arange(N) - start, stop - np.arange(N)) / 50, 0, 1)
        rest = np.median(clean, axis=1, keepdims=True)
        clean = (clean - (clean - rest) * fade).astype(np.float32)
    if rng.random() < amounts.swapped_arms:
        clean = clean[[0, 2, 1, 4, 3, 5, *range(6, 12)]]
        clean[0] = -clean[0]
    if rng.random() < amounts.pacing:
        clean = clean + _spikes(rng)
    if rng.random() < amounts.reference_floor:
        floor = rng.standard_normal((12, N), dtype=np.float32)
        clean = clean + np.float32(rng.uniform(0, 0.004)) * floor
    return np.asarray(clean, dtype=np.float32)


def _wandering(clean: Signal, injected: Signal, rng: np.random.Generator) -> tuple[Signal, Signal]:
    """A little drift everywhere: part of the picture on a quiet lead, noise on a noisy one."""
    sources = np.stack([_sines(rng, 0.05, 0.5, 3) for _ in range(9)])
    drift = np.float32(rng.uniform(0.003, 0.05)) * (_ELECTRODES @ sources)
    noisy = np.sqrt(np.square(injected).mean(axis=1, keepdims=True)) > NOISY_RMS_MV
    return clean + drift * ~noisy, injected + drift * noisy


def _spikes(rng: np.random.Generator) -> Signal:
    train = np.zeros(N, dtype=np.float32)
    for start in range(int(rng.integers(400)), N - 2, int(rng.integers(350, 600))):
        train[start : start + 2] = 1
    return rng.uniform(-2, 2, size=(12, 1)).astype(np.float32) * train


def _sines(rng: np.random.Generator, low_hz: float, high_hz: float, count: int) -> Signal:
    total = np.zeros(N, dtype=np.float32)
    for _ in range(count):
        phase = 2 * np.pi * (rng.uniform(low_hz, high_hz) * _T + rng.random())
        total += np.sin(phase).astype(np.float32) * np.float32(rng.random())
    return total


def _step(rng: np.random.Generator) -> Signal:
    """A jump of 1, sharp or soft, that stays or decays."""
    after = np.arange(N) - rng.integers(N)
    rise = 0.5 + 0.5 * np.tanh(after / rng.uniform(0.3, 30))
    decay = np.exp(-np.maximum(after, 0) / (FS_HZ * rng.choice((2.0, 60.0, 1e6))))
    return np.asarray(rng.choice((-1, 1)) * rise * decay, dtype=np.float32)


def _mains(rng: np.random.Generator) -> Signal:
    base_hz = rng.choice((50.0, 60.0)) + rng.normal(0, 0.05)
    total = np.zeros(N)
    for harmonic, share in ((1, 1.0), (2, rng.uniform(0, 0.3)), (3, rng.uniform(0, 0.5))):
        total += share * np.sin(2 * np.pi * (harmonic * base_hz * _T + rng.random()))
    return total.astype(np.float32)


def _band(rng: np.random.Generator, low_hz: float, high_hz: float) -> Signal:
    """Gaussian noise between two frequencies, SD 1."""
    hz = np.fft.rfftfreq(N, 1 / FS_HZ)
    inside = (hz >= low_hz) & (hz <= high_hz)
    spectrum = (rng.standard_normal(hz.size) + 1j * rng.standard_normal(hz.size)) * inside
    signal = np.fft.irfft(spectrum, N)
    return np.asarray(signal / (signal.std() + 1e-12), dtype=np.float32)


def _low_passed(sources: Signal, cutoff_hz: float) -> Signal:
    hz = np.fft.rfftfreq(N, 1 / FS_HZ)
    gain = 1 / (1 + (hz / cutoff_hz) ** 8)
    out = np.fft.irfft(np.fft.rfft(sources, axis=1) * gain, N, axis=1)
    return np.asarray(out, dtype=np.float32)


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> np.float32:
    return np.float32(np.exp(rng.uniform(np.log(low), np.log(high))))
