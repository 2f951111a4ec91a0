"""Safety probes: a cleaner must draw no beat that is not there and lose none that is.

Every probe is a noisy recording and a judge. The judge looks at the recording before and
after cleaning with the same eyes; beats are found by the program's own beat finder, by the
rule of the ST service: where no lead is quiet between deflections, there are no beats.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.methods import Contender
from inference.evaluation.noise import Noise
from inference.evaluation.rhythms import Strip
from inference.evaluation.sources import Reference
from inference.signal.lead_algebra import STANDARD_LEADS, lead_matrix
from inference.signal.rpeaks import find_beats

FS_HZ = 500.0
PAUSE_S = 3.0
HARMLESS = 0.2  # of a beat's height: a judged residue below this is no beat
_MATRIX = lead_matrix()
_SWAPPED = (0, 2, 1, 4, 3, 5)  # II and III, aVR and aVL change places, I turns over

Signal = NDArray[np.float32]
Judge = Callable[[Signal], dict[str, float]]


@dataclass(frozen=True)
class Probe:
    """One noisy recording [12, n] in mV, and what is looked at in it."""

    noisy_mv: Signal
    judge: Judge


@dataclass(frozen=True)
class ProbeResult:
    """One figure of one kind of probe: means over the probes before and after cleaning."""

    kind: str
    probes: int
    figure: str
    before: float
    after: float
    worst: float


def run_probes(
    contender: Contender, records: list[Reference], strips: list[Strip], noise: Noise, count: int
) -> list[ProbeResult]:
    """`count` probes of every kind (beats and rhythms: a third of it, as many as there are)."""
    few = max(2, count // 3)
    results = judged("pure noise", contender, pure_noise(noise, count))
    for everywhere in (False, True):
        how = ", all electrodes noisy" if everywhere else ""
        kinds: list[tuple[str, Callable[..., Probe], int]] = [
            ("3 s asystole", _asystole, few if everywhere else count),
            ("a beat replaced by a flat line", _lost_beat, few),
            ("arm electrodes swapped", _swapped_arms, few),
            ("pacing spikes", _pacing, few),
        ]
        for kind, make, wanted in kinds:
            probes = (make(records, noise, k, everywhere) for k in range(wanted))
            results += judged(kind + how, contender, probes)
        for kind in dict.fromkeys(strip.kind for strip in strips):
            chosen = [strip for strip in strips if strip.kind == kind][:few]
            probes = (_rhythm(strip, noise, k, everywhere) for k, strip in enumerate(chosen))
            results += judged(kind + how, contender, probes)
    return results + judged("flat lead", contender, (_flat(records, k) for k in range(few)))


def judged(kind: str, contender: Contender, probes: Iterator[Probe]) -> list[ProbeResult]:
    """Means of every figure over the probes."""
    before: dict[str, list[float]] = {}
    after: dict[str, list[float]] = {}
    for probe in probes:
        for found, signal in ((before, probe.noisy_mv), (after, contender.clean(probe.noisy_mv))):
            for name, value in probe.judge(signal).items():
                found.setdefault(name, []).append(value)
    return [
        ProbeResult(
            kind, len(values), name, _mean(before[name]), _mean(values), float(np.nanmax(values))
        )
        for name, values in after.items()
    ]


def pure_noise(noise: Noise, count: int, first: int = 0) -> Iterator[Probe]:
    """Electrode noise and no heart at all."""
    return (_pure_noise(noise, k) for k in range(first, first + count))


def pauses(records: list[Reference], noise: Noise, count: int) -> Iterator[Probe]:
    """Three seconds of asystole, some electrodes noisy."""
    return (_asystole(records, noise, k, False) for k in range(count))


def r_peaks(signal_mv: Signal) -> NDArray[np.int64]:
    """Beats as the ST service accepts them, in samples of [12, n] at 500 Hz."""
    found = find_beats(signal_mv, FS_HZ)
    return found.samples if found.stand_out else np.zeros(0, np.int64)


def _mean(values: list[float]) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def _electrode_noise(
    noise: Noise, rng: np.random.Generator, n: int, everywhere: bool = False
) -> NDArray[np.float64]:
    """[12, n] of em, ma or bw noise on three to nine electrodes, 0.2–1 mV peak to peak."""
    sources = np.zeros((9, n))
    kind = list(noise)[rng.integers(len(noise))]
    size = 9 if everywhere else int(rng.integers(3, 10))
    for place in rng.choice(9, size=size, replace=False):
        start = int(rng.integers(noise[kind].shape[1] - n))
        part = noise[kind][rng.integers(2), start : start + n].astype(np.float64)
        sources[place] = rng.uniform(0.2, 1.0) * (part - part.mean()) / np.ptp(part)
    return _MATRIX @ sources


def _in_silence(span: slice) -> Judge:
    """Nothing beats here."""

    def judge(signal_mv: Signal) -> dict[str, float]:
        peaks = r_peaks(signal_mv)
        inside = (peaks >= span.start) & (peaks < span.stop)
        return {
            "probes with an R peak in the silence, %": 100.0 * inside.any(),
            "SD left in the silence, µV": float(1000 * signal_mv[:, span].std(axis=1).mean()),
        }

    return judge


def _pure_noise(noise: Noise, index: int) -> Probe:
    rng = np.random.default_rng([9001, index])
    return Probe(_electrode_noise(noise, rng, 5000).astype(np.float32), _in_silence(slice(0, 5000)))


def _asystole(records: list[Reference], noise: Noise, index: int, everywhere: bool) -> Probe:
    """A real record that stands still for three seconds, under electrode noise."""
    rng = np.random.default_rng([9002, index])
    clean = _drawn(records, rng)
    length = round(PAUSE_S * FS_HZ)
    start = int(rng.integers(500, 5000 - length - 500))
    position = np.arange(5000)
    fade = np.clip(np.minimum(position - start, start + length - position) / 25, 0, 1)
    silent = clean - fade * (clean - np.median(clean, axis=1, keepdims=True))
    noisy = silent + _electrode_noise(noise, rng, 5000, everywhere)
    return Probe(noisy.astype(np.float32), _in_silence(slice(start + 75, start + length - 75)))


def _lost_beat(records: list[Reference], noise: Noise, index: int, everywhere: bool) -> Probe:
    """One whole beat becomes a straight line; is it drawn again?"""
    rng = np.random.default_rng([9003, index])
    clean, beats = np.zeros((12, 5000)), np.zeros(0, np.int64)
    while len(beats) < 4:
        clean = _drawn(records, rng)
        beats = r_peaks(clean.astype(np.float32))
        beats = beats[(beats > 700) & (beats < 4300)]
    beat = int(beats[rng.integers(1, len(beats) - 1)])
    start, stop = beat - 140, beat + 220  # P wave to the end of T
    line = np.linspace(clean[:, start], clean[:, stop], stop - start, axis=1)
    without = clean.copy()
    without[:, start:stop] = line
    shape = clean[:, beat - 50 : beat + 50] - without[:, beat - 50 : beat + 50]

    def judge(signal_mv: Signal) -> dict[str, float]:
        rest = signal_mv[:, beat - 50 : beat + 50] - without[:, beat - 50 : beat + 50]
        share = float((rest * shape).sum() / (shape * shape).sum())
        near = np.abs(r_peaks(signal_mv) - beat) < 50
        return {
            "probes with an R peak in its place, %": 100.0 * near.any(),
            "height drawn again, % of the beat": 100 * share,
            f"more than {100 * HARMLESS:.0f} % drawn again, % of probes": 100.0
            * (share > HARMLESS),
        }

    noisy = without + _electrode_noise(noise, rng, 5000, everywhere)
    return Probe(noisy.astype(np.float32), judge)


def _swapped_arms(records: list[Reference], noise: Noise, index: int, everywhere: bool) -> Probe:
    """LA and RA exchanged: the cleaner must not put them right."""
    rng = np.random.default_rng([9004, index])
    right = _drawn(records, rng)
    swapped = right.copy()
    swapped[:6] = right[list(_SWAPPED)]
    swapped[0] = -right[0]

    def judge(signal_mv: Signal) -> dict[str, float]:
        to_swapped, to_right = (_cosine(signal_mv[:6], x[:6]) for x in (swapped, right))
        return {
            "limb leads nearer to the swapped truth, % of probes": 100.0
            * (to_swapped.mean() > to_right.mean()),
            "cosine of the limb leads with the swapped truth, %": 100 * float(to_swapped.mean()),
        }

    noisy = swapped + _electrode_noise(noise, rng, 5000, everywhere)
    return Probe(noisy.astype(np.float32), judge)


def _pacing(records: list[Reference], noise: Noise, index: int, everywhere: bool) -> Probe:
    """Spikes of 2 ms and 0.5–2 mV in every V lead, 80 ms before each beat."""
    rng = np.random.default_rng([9005, index])
    clean = _drawn(records, rng)
    at = np.array([b - 40 for b in r_peaks(clean.astype(np.float32)) if b > 60], dtype=int)
    height = rng.uniform(0.5, 2.0)
    paced = clean.copy()
    paced[6:, at] += height

    def judge(signal_mv: Signal) -> dict[str, float]:
        if not at.size:
            return {}
        beside = (signal_mv[6:][:, at - 2] + signal_mv[6:][:, at + 2]) / 2
        under = (clean[6:][:, at - 2] + clean[6:][:, at + 2]) / 2
        kept = (signal_mv[6:][:, at] - beside - (clean[6:][:, at] - under)) / height
        return {
            "spike height, % of the true one": 100 * float(kept.mean()),
            "spikes at 80–120 % of their height, %": 100.0 * float((np.abs(kept - 1) < 0.2).mean()),
        }

    noisy = paced + _electrode_noise(noise, rng, 5000, everywhere)
    return Probe(noisy.astype(np.float32), judge)


def _rhythm(strip: Strip, noise: Noise, index: int, everywhere: bool) -> Probe:
    """A real rhythm under noise: its marked stretches and its beats stay what they were."""
    rng = np.random.default_rng([9006, index])
    there = np.ptp(strip.signal_mv, axis=1) > 0
    noisy = strip.signal_mv + there[:, None] * _electrode_noise(
        noise, rng, strip.signal_mv.shape[1], everywhere
    )
    beats = r_peaks(strip.signal_mv)

    def judge(signal_mv: Signal) -> dict[str, float]:
        figures = {}
        for name, spans in strip.spans.items():
            values = [
                _cosine(signal_mv[there, a:b], strip.signal_mv[there, a:b]).mean() for a, b in spans
            ]
            if values:
                figures[f"cosine of {name} with the truth, %"] = 100 * float(np.mean(values))
        if len(beats):
            figures["R peaks as in the clean strip, F1 %"] = 100 * _agreement(
                r_peaks(signal_mv), beats
            )
        return figures

    return Probe(noisy.astype(np.float32), judge)


def _flat(records: list[Reference], index: int) -> Probe:
    """A lead that lies at one value stays there."""
    rng = np.random.default_rng([9007, index])
    signal = _drawn(records, rng).astype(np.float32)
    lead = int(rng.integers(len(STANDARD_LEADS)))
    signal[lead] = np.float32(rng.uniform(-1, 1))
    level = signal[lead, 0]

    def judge(signal_mv: Signal) -> dict[str, float]:
        return {"flat leads that changed, %": 100.0 * bool((signal_mv[lead] != level).any())}

    return Probe(signal, judge)


def _drawn(records: list[Reference], rng: np.random.Generator) -> NDArray[np.float64]:
    return records[int(rng.integers(len(records)))].signal_mv.astype(np.float64)


def _cosine(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Per lead, of the mean-free signals [leads, n]."""
    a = a - a.mean(axis=1, keepdims=True, dtype=np.float64)
    b = b - b.mean(axis=1, keepdims=True, dtype=np.float64)
    size = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1)) + 1e-12
    return np.asarray((a * b).sum(axis=1) / size)


def _agreement(found: NDArray[np.int64], true: NDArray[np.int64]) -> float:
    """F1 of two lists of beats, 75 ms apart at most."""
    if not len(found):
        return 0.0
    near = np.abs(found[:, None] - true[None]) <= 0.075 * FS_HZ
    return float((near.any(axis=1).sum() + near.any(axis=0).sum()) / (len(found) + len(true)))
