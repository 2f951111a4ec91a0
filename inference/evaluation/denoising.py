"""`python -m inference.evaluation denoising`: protocol P1 for every method.

Prints the tables and records them, as printed, in results/denoising.md. `--smoke` runs on
the bundled recordings with synthetic noise and a few methods, for continuous integration.
"""

import argparse
import hashlib
import json
import multiprocessing
import pickle
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from inference.evaluation import report
from inference.evaluation.methods import (
    FS_HZ,
    Contender,
    absent_peers,
    contenders,
    oracle_wiener,
)
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
from inference.evaluation.probes import ProbeResult, run_probes
from inference.evaluation.scoring import Scores, score
from inference.evaluation.sources import Reference, bundled, held_out_noise, ludb, ptbxl_fold_10
from inference.registry import DENOISERS, default_denoiser
from inference.signal.lead_algebra import STANDARD_LEADS

RESULTS = Path(__file__).parent / "results"
SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"
PRIMARY = Condition()
_PAPER = Condition(place="all leads")
_FEW = 4  # records for methods that need seconds per lead
_SWEEP_EVERY = 3  # the SNR sweep uses every third record,
_SYNTHETIC_EVERY = 2  # the synthetic rows every second one
_SETS = ("PTB-XL fold 10", "LUDB")


@dataclass
class Results:
    """What was measured: scores by (data set, condition title, method), and the rest."""

    scores: dict[tuple[str, str, str], Scores] = field(default_factory=dict)
    lenient: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    paper: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    probes: dict[str, list[ProbeResult]] = field(default_factory=dict)
    cpu_ms: dict[str, float] = field(default_factory=dict)
    seam_uv: float = float("nan")
    digests: dict[str, str] = field(default_factory=dict)

    def at(self, dataset: str, condition: Condition, method: str) -> Scores:
        """The scores of one cell, made on first use."""
        return self.scores.setdefault((dataset, condition.title, method), Scores())

    def add(self, other: "Results") -> None:
        """Take over what another process or an earlier run has measured."""
        for name in ("scores", "lenient", "paper", "probes", "cpu_ms", "digests"):
            getattr(self, name).update(getattr(other, name))


def main(argv: list[str] | None = None) -> int:
    """Parse, measure, print and record."""
    arguments = _parse(argv)
    started = time.monotonic()
    methods = contenders(arguments.methods)
    results = Results()
    if arguments.smoke:
        _smoke(methods, results)
    else:
        _full(arguments, methods, results)
    minutes = (time.monotonic() - started) / 60
    text = report.denoising(results, methods, _about(arguments, minutes))
    print(text)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(text, encoding="utf-8")
    if not arguments.smoke:
        _write_manifest(arguments.out, results)
    return 0


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


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m inference.evaluation denoising")
    for name in ("ptbxl", "ludb", "nstdb"):
        parser.add_argument(f"--{name}", type=Path, metavar="DIR")
    parser.add_argument("--methods", nargs="+", metavar="NAME", help="only these methods")
    parser.add_argument("--smoke", action="store_true", help="bundled recordings only, seconds")
    parser.add_argument("--records", type=int, help="at most so many records per data set")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep figures per method here")
    parser.add_argument("--out", type=Path, help="where the tables are written as Markdown")
    arguments = parser.parse_args(argv)
    if not arguments.smoke:
        missing = [n for n in ("ptbxl", "ludb", "nstdb") if getattr(arguments, n) is None]
        if missing:
            parser.error("needs --" + ", --".join(missing) + " (or --smoke)")
        arguments.out = arguments.out or RESULTS / "denoising.md"
    return arguments


def _full(arguments: argparse.Namespace, methods: list[Contender], results: Results) -> None:
    """Both data sets, each in a process of its own, then what is measured once."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
        for part in pool.map(partial(_dataset, arguments), _SETS):
            results.add(part)
    noise = held_out_noise(arguments.nstdb)
    ptbxl = ptbxl_fold_10(arguments.ptbxl)[: arguments.records]
    _say("latency and seam")
    _latency(methods, ptbxl[0], results)
    results.seam_uv = _seam(ptbxl, noise)


def _dataset(arguments: argparse.Namespace, dataset: str) -> Results:
    """Every method on one data set; a method measured before is read from --cache."""
    noise, results = held_out_noise(arguments.nstdb), Results()
    everyone = ludb(arguments.ludb) if dataset == "LUDB" else ptbxl_fold_10(arguments.ptbxl)
    records = everyone[: arguments.records]
    for contender in contenders(arguments.methods):
        path = _cache_file(arguments, dataset, contender)
        if path and path.exists():
            results.add(pickle.loads(path.read_bytes()))  # noqa: S301 our own file
            continue
        measured = _measure(contender, dataset, records, noise)
        if path:
            path.write_bytes(pickle.dumps(measured))
        results.add(measured)
    _oracle(dataset, records, noise, results)
    return results


def _measure(contender: Contender, dataset: str, records: list[Reference], noise: Noise) -> Results:
    """One method under every condition it takes part in."""
    results = Results()
    for condition in conditions():
        if _takes_part(contender, condition):
            _say(f"{dataset}: {contender.name}: {condition.title}, seed {condition.seed}")
            _run(contender, condition, dataset, _chosen(records, condition), noise, results)
    if dataset == _SETS[0] and not contender.peer and contender.name != "swt":
        _paper_table(contender, records, noise, results)
    if dataset == _SETS[0] and contender.name in ("input", "iir", default_denoiser()):
        results.probes[contender.name] = run_probes(contender, records, noise, 100)
    return results


def _cache_file(arguments: argparse.Namespace, dataset: str, contender: Contender) -> Path | None:
    """Where the figures of this method and these weights are kept, if anywhere."""
    if arguments.cache is None:
        return None
    arguments.cache.mkdir(parents=True, exist_ok=True)
    method = DENOISERS.get(contender.name)
    key = f"{contender.name}-{((method and method.sha256) or 'none')[:12]}-{arguments.records}"
    return Path(arguments.cache / f"{dataset.split()[0]}-{key}.pickle")


def _chosen(records: list[Reference], condition: Condition) -> list[Reference]:
    """All records, or fewer where a row only shows a trend."""
    if condition.snr_db is not None:
        return records[::_SWEEP_EVERY]
    return records[::_SYNTHETIC_EVERY] if condition.kind in SYNTHETIC_KINDS else records


def _smoke(methods: list[Contender], results: Results) -> None:
    records = bundled(SAMPLES)
    for kind in SYNTHETIC_KINDS:
        for contender in methods:
            if contender.name in ("input", "fir", "iir", default_denoiser()):
                _run(contender, Condition(kind=kind), "sample", records, {}, results)
    _latency([m for m in methods if m.name in ("iir", default_denoiser())], records[0], results)


def _takes_part(contender: Contender, condition: Condition) -> bool:
    """Slow methods and peers meet the primary condition only."""
    if condition.title == PRIMARY.title and condition.seed == PRIMARY.seed:
        return True
    if condition.seed != PRIMARY.seed:
        return contender.name in ("input", "iir", default_denoiser())
    return not contender.peer and contender.name != "swt"


def _run(
    contender: Contender,
    condition: Condition,
    dataset: str,
    records: list[Reference],
    noise: Noise,
    results: Results,
) -> None:
    """One cell of the tables. The second seed of a condition adds to the first one's."""
    scores = results.at(dataset, condition, _name(contender, condition))
    digest = hashlib.sha256()
    for record in records[:_FEW] if contender.name == "deepfade" else records:
        case = corrupt(record, condition, noise)
        digest.update(np.round(1000 * case.injected_mv).astype("<i4").tobytes())
        out = contender.clean(case.signal_mv)
        score(scores, record, case, out)
        if contender.linear and condition == PRIMARY:
            results.lenient.setdefault((dataset, contender.name), []).append(
                _lenient(contender, record, case, out)
            )
    if contender.name == "input":
        key = f"{dataset}: {condition.title}, seed {condition.seed}"
        results.digests[key] = digest.hexdigest()


def _name(contender: Contender, condition: Condition) -> str:
    """Methods measured on a second seed are kept apart from the common table."""
    return contender.name if condition.seed == PRIMARY.seed else f"{contender.name} (seed 2)"


def _lenient(contender: Contender, record: Reference, case: Corrupted, out: np.ndarray) -> float:
    """Gain against the *filtered* reference: what a filter would score without its harm."""
    noisy = case.noisy & record.trusted
    if not noisy.any():
        return float("nan")
    filtered = contender.clean(record.signal_mv)[noisy]
    before = snr_db(record.signal_mv[noisy], case.signal_mv[noisy])
    return float((snr_db(filtered, out[noisy]) - before).mean())


def _oracle(dataset: str, records: list[Reference], noise: Noise, results: Results) -> None:
    for record in records:
        case = corrupt(record, PRIMARY, noise)
        out = np.where(
            case.untouched[:, None],
            case.signal_mv,
            oracle_wiener(record.signal_mv, case.injected_mv),
        )
        score(results.at(dataset, PRIMARY, "oracle"), record, case, out.astype(np.float32))


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


def _latency(methods: list[Contender], record: Reference, results: Results) -> None:
    """CPU milliseconds for 10 s × 12 leads: median of seven, after a first call."""
    for contender in methods:
        repeats = 1 if contender.name == "deepfade" else 7
        contender.clean(record.signal_mv)
        times = []
        for _ in range(repeats):
            begun = time.process_time()
            contender.clean(record.signal_mv)
            times.append(time.process_time() - begun)
        results.cpu_ms[contender.name] = 1000 * float(np.median(times))


def _seam(records: list[Reference], noise: Noise) -> float:
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


def _about(arguments: argparse.Namespace, minutes: float) -> dict[str, str]:
    absent = absent_peers()
    return {
        "command": "python -m inference.evaluation denoising"
        + (" --smoke" if arguments.smoke else " --ptbxl DIR --ludb DIR --nstdb DIR"),
        "minutes": f"{minutes:.0f} minutes"
        + (", methods already measured read from its cache," if arguments.cache else ""),
        "machine": f"{platform.machine()}, {platform.system()}, one thread",
        "absent": ", ".join(absent) if absent else "none",
        "default": default_denoiser(),
    }


def _write_manifest(out: Path, results: Results) -> None:
    """Which noise every method met: seeds, and a hash of all injected samples per row."""
    manifest = {
        "seeds": SEEDS[:2],
        "hash": "SHA-256 of the injected noise in whole µV, int32, records in order",
        "rows": results.digests,
    }
    path = out.with_name(out.stem + "_manifest.json")
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
