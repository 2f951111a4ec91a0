"""The corruptions of protocol P1: the same noise for every method, from stored seeds.

Excerpts depend on (record, electrode, seed) alone, so a table can be rebuilt and a new
method meets exactly the inputs the others met.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.sources import Reference
from inference.signal.lead_algebra import ELECTRODES, STANDARD_LEADS, lead_matrix

FS_HZ = 500.0
NOISY_RMS_MV = 0.020
SEEDS = (101, 102, 103, 104, 105)
RECORDED_KINDS = ("bw", "em", "ma")
SYNTHETIC_KINDS = ("sine drift", "step", "hum", "EMG", "white floor", "dropout")
SNR_LEVELS_DB = (-6, 0, 6, 12, 18, 24)
_MATRIX = lead_matrix()

Noise = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Condition:
    """One row of the protocol.

    kind     bw, em, ma, mix or a synthetic one
    place    "electrodes", "leads" (independent) or "all leads" (all of them, independent)
    snr_db   fixed level, or None for the relative level r ~ U(0.2, 1.5)
    """

    kind: str = "mix"
    place: str = "electrodes"
    snr_db: float | None = None
    seed: int = SEEDS[0]

    @property
    def title(self) -> str:
        """As printed."""
        level = "relative" if self.snr_db is None else f"{self.snr_db:g} dB"
        return f"{self.kind}, {self.place}, {level}"


@dataclass(frozen=True)
class Corrupted:
    """The noisy recording [12, n] in mV, which leads are noisy, and how it was made."""

    signal_mv: NDArray[np.float32]
    injected_mv: NDArray[np.float32]
    noisy: NDArray[np.bool_]
    untouched: NDArray[np.bool_]
    manifest: dict[str, Any]


def corrupt(record: Reference, condition: Condition, noise: Noise) -> Corrupted:
    """Noise for one record under one condition."""
    rng = _generator(record.name, condition.seed, "scenario")
    if condition.kind in SYNTHETIC_KINDS:
        injected, how = _synthetic(record, condition, rng)
    else:
        injected, how = _recorded(record, condition, noise, rng)
    rms = np.sqrt(np.square(injected).mean(axis=1))
    manifest = {"record": record.name, "seed": condition.seed, "condition": condition.title} | how
    return Corrupted(
        (record.signal_mv + injected).astype(np.float32),
        injected.astype(np.float32),
        rms > NOISY_RMS_MV,
        rms == 0,
        manifest,
    )


def _recorded(
    record: Reference, condition: Condition, noise: Noise, rng: np.random.Generator
) -> tuple[NDArray[np.float64], dict[str, Any]]:
    n = record.signal_mv.shape[1]
    if condition.place == "electrodes":
        active, mixing = _scenario(rng), _MATRIX
        names: tuple[str, ...] = ELECTRODES
    else:
        everywhere = condition.place == "all leads"
        active = np.flatnonzero((rng.random(12) < 0.5) | everywhere)
        mixing, names = np.eye(12), STANDARD_LEADS
    ratio = float(rng.uniform(0.2, 1.5))
    level = ratio * float(np.median(np.ptp(record.signal_mv[record.trusted], axis=1)))
    sources = np.zeros((mixing.shape[1], n))
    offsets = {}
    for place in active:
        excerpt, where = _excerpt(record.name, names[place], condition, noise, n)
        sources[place] = level * excerpt
        offsets[names[place]] = where
    injected = mixing @ sources
    if condition.snr_db is not None and len(active):
        injected *= _to_snr(record, injected, condition.snr_db)
    return injected, {"ratio": round(ratio, 4), "excerpts": offsets}


def _scenario(rng: np.random.Generator) -> NDArray[np.intp]:
    """One V electrode 35 %, one limb 25 %, two or three 20 %, all 10 %, none 10 %."""
    case = rng.random()
    if case < 0.35:
        return rng.integers(3, 9, size=1)
    if case < 0.60:
        return rng.integers(0, 3, size=1)
    if case < 0.80:
        return rng.choice(9, size=int(rng.integers(2, 4)), replace=False)
    return np.arange(9 if case < 0.90 else 0)


def _excerpt(
    record: str, place: str, condition: Condition, noise: Noise, n: int
) -> tuple[NDArray[np.float64], list[Any]]:
    """[n] with peak to peak 1: one kind, or a Dirichlet mix of all."""
    rng = _generator(record, condition.seed, place)
    kinds = RECORDED_KINDS if condition.kind == "mix" else (condition.kind,)
    shares = rng.dirichlet(np.ones(len(kinds)))
    total, where = np.zeros(n), []
    for kind, share in zip(kinds, shares, strict=True):
        channel = int(rng.integers(2))
        start = int(rng.integers(noise[kind].shape[1] - n))
        part = noise[kind][channel, start : start + n].astype(np.float64)
        total += share * (part - part.mean()) / np.ptp(part)
        where.append([kind, channel, start, round(float(share), 4)])
    return total / np.ptp(total), where


def _to_snr(record: Reference, injected: NDArray[np.float64], snr_db: float) -> float:
    """Factor that brings the median noisy lead to the wanted SNR (AC power)."""
    touched = injected.std(axis=1) > 0
    signal, noise = record.signal_mv[touched].var(axis=1), injected[touched].var(axis=1)
    now = np.median(10 * np.log10((signal + 1e-12) / noise))
    return float(10 ** ((now - snr_db) / 20))


def _synthetic(
    record: Reference, condition: Condition, rng: np.random.Generator
) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """Noises NSTDB does not hold, on one to three electrodes (white: on every lead)."""
    n = record.signal_mv.shape[1]
    t = np.arange(n) / FS_HZ
    if condition.kind == "white floor":
        return 0.015 * rng.standard_normal((12, n)), {}
    if condition.kind == "dropout":
        lead, start = int(rng.integers(6, 12)), int(rng.integers(n // 2))
        injected = np.zeros((12, n))
        held = slice(start, start + n // 4)
        injected[lead, held] = record.signal_mv[lead, start] - record.signal_mv[lead, held]
        return injected, {"lead": STANDARD_LEADS[lead], "start": start}
    sources = np.zeros((9, n))
    active = rng.choice(9, size=int(rng.integers(1, 4)), replace=False)
    for place in active:
        sources[place] = _shape(condition.kind, t, rng)
    return _MATRIX @ sources, {"electrodes": [ELECTRODES[place] for place in active]}


def _shape(kind: str, t: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """One electrode's synthetic noise, mV."""
    if kind == "sine drift":
        return 0.3 * np.sin(2 * np.pi * (rng.uniform(0.1, 0.4) * t + rng.random()))
    if kind == "step":
        return np.asarray(0.5 * (t > rng.uniform(0.2, 0.8) * t[-1]))
    if kind == "hum":
        return 0.1 * np.sin(2 * np.pi * (50 * t + rng.random()))
    hz = np.fft.rfftfreq(t.size, 1 / FS_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(t.size)) * ((hz >= 20) & (hz <= 150))
    emg = np.fft.irfft(spectrum, t.size)
    return np.asarray(0.05 * emg / emg.std())


def _generator(*key: object) -> np.random.Generator:
    digest = hashlib.sha256("|".join(map(str, key)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))
