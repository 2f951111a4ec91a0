"""One method on one data set under every condition of protocol P1 that it takes part in."""

import hashlib
import sys
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.measured import Results
from inference.evaluation.methods import FS_HZ, Contender, oracle_wiener
from inference.evaluation.metrics import paper_style, snr_db
from inference.evaluation.noise import (
    RECORDED_KINDS,
    SEEDS,
    SNR_LEVELS_DB,
    SYNTHETIC_KINDS,
    Condition,
    Corrupted,
    Noise,
    corrupt,
)
from inference.evaluation.probes import judged, pauses, pure_noise, run_probes
from inference.evaluation.rhythms import Strip
from inference.evaluation.scoring import score
from inference.evaluation.sources import Reference
from inference.registry import default_denoiser
from inference.signal.lead_algebra import STANDARD_LEADS

PRIMARY = Condition()
SETS = ("PTB-XL fold 10", "LUDB")
_PAPER = Condition(place="all leads")
_FEW = 3  # records for a peer that needs seconds per lead
_SWEEP_EVERY = 3  # the SNR sweep uses every third record,
_SYNTHETIC_EVERY = 2  # the synthetic rows every second one
_PROBES = 100
_LATENCY_RUNS = 15
_SLOW = "deepfade"


def conditions() -> list[Condition]:
    """Every row of the protocol, the primary one first."""
    return [
        PRIMARY,
        Condition(seed=SEEDS[1]),
        *(Condition(kind=kind) for kind in RECORDED_KINDS),
        Condition(place="leads"),
        *(Condition(snr_db=level) for level in SNR_LEVELS_DB),
        *(Condition(kind=kind) for kind in SYNTHETIC_KINDS),
    ]


def measure(
    contender: Contender,
    dataset: str,
    records: list[Reference],
    strips: list[Strip],
    noise: Noise,
) -> Results:
    """All scores and probes of one method on one data set."""
    results = Results()
    for condition in conditions():
        if takes_part(contender, condition):
            say(f"{dataset}: {contender.name}: {condition.title}, seed {condition.seed}")
            run(contender, condition, dataset, _chosen(records, condition), noise, results)
    if dataset == SETS[0] and not (contender.peer or contender.rung or contender.name == "swt"):
        _paper_table(contender, records, noise, results)
    if contender.name in ("input", "iir") or (contender.learned and not contender.rung):
        say(f"{dataset}: {contender.name}: probes")
        results.probes[f"{dataset}: {contender.name}"] = (
            run_probes(contender, records, strips, noise, _count(contender))
            if dataset == SETS[0]
            else [
                *judged("pure noise", contender, pure_noise(noise, _count(contender), _PROBES)),
                *judged("3 s asystole", contender, pauses(records, noise, _count(contender))),
            ]
        )
    return results


def takes_part(contender: Contender, condition: Condition) -> bool:
    """Slow methods, peers and ablation rungs meet the primary condition only."""
    if condition.title == PRIMARY.title and condition.seed == PRIMARY.seed:
        return True
    if condition.seed != PRIMARY.seed:
        return contender.name in ("input", "iir", default_denoiser())
    return not (contender.peer or contender.rung or contender.name == "swt")


def run(
    contender: Contender,
    condition: Condition,
    dataset: str,
    records: Sequence[Reference],
    noise: Noise,
    results: Results,
) -> None:
    """One cell of the tables. A second seed of a condition is kept apart from the first."""
    scores = results.at(dataset, condition, _name(contender, condition))
    digest = hashlib.sha256()
    for record in records[:_FEW] if contender.name == _SLOW else records:
        case = corrupt(record, condition, noise)
        digest.update(np.round(1000 * case.injected_mv).astype("<i4").tobytes())
        out = contender.clean(case.signal_mv)
        score(scores, record, case, out)
        if contender.linear and condition == PRIMARY:
            results.lenient.setdefault((dataset, contender.name), []).append(
                _lenient(contender, record, case, out)
            )
    if contender.name != _SLOW:  # it meets fewer records
        row = f"{dataset}: {condition.title}, seed {condition.seed}"
        results.digests.setdefault(contender.name, {})[row] = digest.hexdigest()


def oracle(dataset: str, records: list[Reference], noise: Noise, results: Results) -> None:
    """What the best linear filter could do on the primary row."""
    for record in records:
        case = corrupt(record, PRIMARY, noise)
        out = np.where(
            case.untouched[:, None],
            case.signal_mv,
            oracle_wiener(record.signal_mv, case.injected_mv),
        )
        score(results.at(dataset, PRIMARY, "oracle"), record, case, out.astype(np.float32))


def latency(
    methods: list[Contender],
    records: Sequence[Reference],
    noise: Noise,
    results: Results,
    runs: int = _LATENCY_RUNS,
) -> None:
    """CPU milliseconds for 10 s × 12 leads: a clean record, one V electrode noisy, all leads."""
    signals = [records[0].signal_mv]
    if noise:
        signals += [
            _with_noise(records[0], [6], noise),
            _with_noise(records[0], [*range(9)], noise),
        ]
    for contender in methods:
        if contender.name == "input" or contender.rung:
            continue
        repeats = 1 if contender.name == _SLOW else runs
        results.cpu_ms[contender.name] = tuple(
            _cpu_ms(contender, signal, repeats) for signal in signals
        )


def seam_uv(records: list[Reference], noise: Noise) -> float:
    """Largest difference (µV) between overlapping pieces of a three-minute recording."""
    from inference.denoise import Piece, denoise, denoise_piece

    cases = [corrupt(record, PRIMARY, noise).signal_mv for record in records[:18]]
    long = np.concatenate([case - case.mean(axis=1, keepdims=True) for case in cases], axis=1)
    long = long[:, : int(150 * FS_HZ)]
    whole = denoise(long, FS_HZ, STANDARD_LEADS).signal_mv
    start, stop, context = 48 * 500, 108 * 500, 12 * 500
    piece = Piece(start, stop, start - context, stop + context)
    part = denoise_piece(
        long[:, piece.context_start : piece.context_stop], piece, FS_HZ, STANDARD_LEADS
    )
    return float(1000 * np.abs(part.signal_mv - whole[:, start:stop]).max())


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def _with_noise(record: Reference, electrodes: list[int], noise: Noise) -> NDArray[np.float32]:
    """Muscle noise of 0.5 mV on these electrodes."""
    from inference.signal.lead_algebra import lead_matrix

    sources = np.zeros((9, record.signal_mv.shape[1]))
    for place in electrodes:
        part = noise["ma"][place % 2, 300 * place :][: sources.shape[1]].astype(np.float64)
        sources[place] = 0.5 * (part - part.mean()) / np.ptp(part)
    return np.asarray(record.signal_mv + lead_matrix() @ sources, dtype=np.float32)


def _cpu_ms(contender: Contender, signal_mv: NDArray[np.float32], repeats: int) -> float:
    """Median of several calls, after a first one."""
    contender.clean(signal_mv)
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        contender.clean(signal_mv)
        times.append(time.process_time() - begun)
    return 1000 * float(np.median(times))


def _chosen(records: list[Reference], condition: Condition) -> list[Reference]:
    """All records, or fewer where a row only shows a trend."""
    if condition.snr_db is not None:
        return records[::_SWEEP_EVERY]
    return records[::_SYNTHETIC_EVERY] if condition.kind in SYNTHETIC_KINDS else records


def _count(contender: Contender) -> int:
    """Probes of a kind: all of them for what ships as the default, fewer beside it."""
    return _PROBES if contender.name in ("input", default_denoiser()) else _PROBES // 4


def _name(contender: Contender, condition: Condition) -> str:
    """The second seed of the primary row is kept apart from the common table."""
    return f"{contender.name} (seed 2)" if condition.seed == SEEDS[1] else contender.name


def _lenient(
    contender: Contender, record: Reference, case: Corrupted, out: NDArray[np.float32]
) -> float:
    """Gain against the *filtered* reference: what a filter would score without its harm."""
    noisy = case.noisy & record.trusted
    if not noisy.any():
        return float("nan")
    filtered = contender.clean(record.signal_mv)[noisy]
    before = snr_db(record.signal_mv[noisy], case.signal_mv[noisy])
    return float((snr_db(filtered, out[noisy]) - before).mean())


def _paper_table(
    contender: Contender, records: list[Reference], noise: Noise, results: Results
) -> None:
    """Every lead noisy and independent, scaled to [0, 1], padded to 15 s."""
    rows = results.paper.setdefault(contender.name, {})
    for record in records:
        case = corrupt(record, _PAPER, noise)
        out = contender.clean(case.signal_mv)
        keep = record.trusted
        for name, values in paper_style(record.signal_mv[keep], out[keep]).items():
            rows.setdefault(name, []).append(float(values.mean()))
