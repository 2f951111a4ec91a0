"""Does the guard fire when ST moves, and only then?

The raw recordings are test recordings as they are (and with recorded noise added); the
"cleaned" ones are the same with one lead's ST segment moved, or cleaned faithfully.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from inference.evaluation.noise import Condition, Noise, corrupt
from inference.evaluation.sources import Reference
from inference.evaluation.st_shift import st_course
from inference.guard import GuardReport, guard
from inference.signal.lead_algebra import STANDARD_LEADS

FS_HZ = 500.0
SHIFTS_MV = (0.05, 0.075, 0.1, 0.2, 0.3)
FIRED = ("warn", "block")
ECTOPIC_RECORDS = ("106", "119", "200", "208", "221", "233")
Signal = NDArray[np.float32]


@dataclass(frozen=True)
class Tally:
    """Leads by answer of the guard."""

    what: str
    fired: int
    cannot_tell: int
    silent: int

    @property
    def total(self) -> int:
        return self.fired + self.cannot_tell + self.silent

    def share(self, part: int) -> str:
        return f"{100 * part / self.total:.1f} %" if self.total else "–"


def tally(what: str, states: Sequence[str]) -> Tally:
    fired = sum(state in FIRED for state in states)
    unsure = sum(state == "cannot_tell" for state in states)
    return Tally(what, fired, unsure, len(states) - fired - unsure)


def detection(records: Sequence[Reference]) -> list[Tally]:
    """Both signs, all sizes, every trusted lead of every record moved once per size."""
    rng = np.random.default_rng(101)
    states: dict[float, list[str]] = {size: [] for size in SHIFTS_MV}
    for record in records:
        course = st_course(record.signal_mv, FS_HZ)
        if course is None:
            continue
        for size in SHIFTS_MV:
            signs = rng.choice([-1.0, 1.0], 12)
            moved = record.signal_mv + (size * signs[:, None] * course[None]).astype(np.float32)
            states[size] += _states(record, guard(record.signal_mv, moved, FS_HZ, STANDARD_LEADS))
    return [tally(f"ST moved by ±{size:g} mV", found) for size, found in states.items()]


def _states(record: Reference, report: GuardReport) -> list[str]:
    rows = zip(report.leads, record.trusted, strict=True)
    return [row.state for row, trusted in rows if trusted]


def faithful(records: Sequence[Reference], noise: Noise) -> list[Tally]:
    """Cleanings that leave the ECG alone; whoever fires here cries wolf."""
    rng = np.random.default_rng(102)
    ways: dict[str, Callable[[Reference], tuple[Signal, Signal]]] = {
        "identity": lambda r: (r.signal_mv, r.signal_mv),
        "5 µV of noise taken away": lambda r: (_rough(r, 0.005, rng), r.signal_mv),
        "20 µV of noise taken away": lambda r: (_rough(r, 0.020, rng), r.signal_mv),
        "drift of 0.1 mV taken away": lambda r: (_drift(r, 0.1, rng), r.signal_mv),
        "drift of 0.5 mV taken away": lambda r: (_drift(r, 0.5, rng), r.signal_mv),
        "recorded noise, 12 dB, taken away": lambda r: _restored(r, noise, 12.0),
        "recorded noise, 0 dB, taken away": lambda r: _restored(r, noise, 0.0),
    }
    found = []
    for what, way in ways.items():
        states: list[str] = []
        for record in records:
            raw, clean = way(record)
            states += _states(record, guard(raw, clean, FS_HZ, STANDARD_LEADS))
        found.append(tally(what, states))
    return found


def detection_in_noise(records: Sequence[Reference], noise: Noise) -> list[Tally]:
    """Noise is taken away faithfully, but one ST segment per lead is moved beside it."""
    rng = np.random.default_rng(103)
    states: dict[tuple[float, float], list[str]] = {}
    for record in records:
        course = st_course(record.signal_mv, FS_HZ)
        if course is None:
            continue
        for snr_db in (12.0, 0.0):
            noisy = corrupt(record, Condition("mix", "all leads", snr_db, 104), noise).signal_mv
            for size in (0.05, 0.1, 0.3):
                signs = rng.choice([-1.0, 1.0], 12)
                moved = record.signal_mv + (size * signs[:, None] * course[None]).astype(np.float32)
                found = _states(record, guard(noisy, moved, FS_HZ, STANDARD_LEADS))
                states.setdefault((snr_db, size), []).extend(found)
    return [
        tally(f"{snr_db:g} dB removed, ST moved by ±{size:g} mV", found)
        for (snr_db, size), found in states.items()
    ]


def ectopics(folder: Path) -> list[Tally]:
    """Runs with many ventricular beats: the usual beat's ST moved, and nothing moved."""
    same: list[str] = []
    moved: list[str] = []
    for name in ECTOPIC_RECORDS:
        record = wfdb.rdrecord(str(folder / name), sampto=360 * 120)
        signal_mv = record.p_signal.T.astype(np.float32)
        leads, fs_hz = tuple(record.sig_name), float(record.fs)
        course = st_course(signal_mv, fs_hz)
        if course is None:
            continue
        rough = signal_mv + np.random.default_rng(105).normal(0, 0.01, signal_mv.shape)
        shifted = signal_mv + (0.1 * course[None]).astype(np.float32)
        same += [r.state for r in guard(rough.astype(np.float32), signal_mv, fs_hz, leads).leads]
        moved += [r.state for r in guard(signal_mv, shifted, fs_hz, leads).leads]
    return [tally("10 µV of noise taken away", same), tally("ST moved by +0.1 mV", moved)]


def _rough(record: Reference, sd_mv: float, rng: np.random.Generator) -> Signal:
    noise = rng.normal(0, sd_mv, record.signal_mv.shape)
    return (record.signal_mv + noise).astype(np.float32)


def _drift(record: Reference, peak_mv: float, rng: np.random.Generator) -> Signal:
    t = np.arange(record.signal_mv.shape[1]) / FS_HZ
    phase, rate = rng.uniform(0, 2 * np.pi, (12, 1)), rng.uniform(0.1, 0.35, (12, 1))
    drift = peak_mv * np.sin(2 * np.pi * rate * t[None] + phase)
    return (record.signal_mv + drift).astype(np.float32)


def _restored(record: Reference, noise: Noise, snr_db: float) -> tuple[Signal, Signal]:
    noisy = corrupt(record, Condition("mix", "electrodes", snr_db, 101), noise)
    return noisy.signal_mv, record.signal_mv


def bending(records: Sequence[Reference]) -> list[Tally]:
    """Filters known to bend ST: recordings in which the guard fires on any lead."""
    from scipy.signal import butter, sosfilt, sosfiltfilt

    causal = butter(2, 0.5, "highpass", fs=FS_HZ, output="sos")
    gentle = butter(2, 0.05, "highpass", fs=FS_HZ, output="sos")
    ways: dict[str, Callable[[Signal], Signal]] = {
        "causal 0.5 Hz high-pass, second order": lambda x: sosfilt(causal, x, axis=1),
        "zero-phase 0.05 Hz high-pass": lambda x: sosfiltfilt(gentle, x, axis=1),
    }
    found = []
    for what, way in ways.items():
        states = []
        for record in records:
            clean = way(record.signal_mv).astype(np.float32)
            states.append(guard(record.signal_mv, clean, FS_HZ, STANDARD_LEADS).state)
        found.append(tally(what, states))
    return found


def report(records: Sequence[Reference], noise: Noise, mitdb: Path) -> list[str]:
    """The tables of results/st.md."""
    from inference.evaluation.st import table

    def rows(tallies: Sequence[Tally]) -> list[tuple[object, ...]]:
        return [
            (t.what, t.share(t.fired), t.share(t.cannot_tell), t.share(t.silent), t.total)
            for t in tallies
        ]

    answers = ("fired", "cannot tell", "silent")
    return [
        f"{len(records)} test recordings (LUDB without those on which thresholds were chosen, and "
        "PTB-XL fold 10), trusted leads. Fired: amber or red.",
        "",
        *table(("one lead's ST segment moved", *answers, "leads"), rows(detection(records))),
        *table(
            ("noise taken away and ST moved", *answers, "leads"),
            rows(detection_in_noise(records[::2], noise)),
        ),
        *table(("faithful cleaning", *answers, "leads"), rows(faithful(records, noise))),
        *table(("filter", *answers, "recordings"), rows(bending(records))),
        f"Two minutes each of MIT-BIH records with many ventricular beats "
        f"({', '.join(ECTOPIC_RECORDS)}), both leads.",
        "",
        *table(("beside ectopic beats", *answers, "leads"), rows(ectopics(mitdb))),
    ]
