"""`python -m inference.evaluation denoising`: protocol P1 for every method.

Prints the tables and records them, as printed, in results/denoising.md. `--smoke` runs on
the bundled recordings and a bundled excerpt of NSTDB, checks golden numbers, and takes
seconds, for continuous integration.
"""

import argparse
import json
import multiprocessing
import platform
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from inference.evaluation import report
from inference.evaluation.cache import cache_file, data_key, load, store
from inference.evaluation.measure import SETS, latency, measure, oracle, say, seam_uv
from inference.evaluation.measured import Results
from inference.evaluation.methods import Contender, absent_peers, contenders, export_run
from inference.evaluation.noise import SEEDS
from inference.evaluation.rhythms import strips
from inference.evaluation.smoke import smoke
from inference.evaluation.sources import held_out_noise, ludb, ptbxl_fold_10
from inference.registry import default_denoiser

RESULTS = Path(__file__).parent / "results"


def main(argv: list[str] | None = None) -> int:
    """Parse, measure, print and record. Status 1 when a golden number has changed."""
    arguments = _parse(argv)
    started = time.monotonic()
    methods = contenders(arguments.methods, _exported(arguments))
    results, wrong = Results(), []
    if arguments.smoke:
        wrong = smoke(methods, results, arguments.write_golden)
    else:
        _full(arguments, methods, results)
    if arguments.measure_only:
        return 0
    minutes = (time.monotonic() - started) / 60
    text = report.denoising(results, methods, _about(arguments, minutes))
    print(text)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(text, encoding="utf-8")
    if not arguments.smoke:
        _write_manifest(arguments.out, results)
    for line in wrong:
        say(line)
    return 1 if wrong else 0


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m inference.evaluation denoising")
    for name in ("ptbxl", "ludb", "nstdb"):
        parser.add_argument(f"--{name}", type=Path, metavar="DIR")
    parser.add_argument(
        "--rhythms", type=Path, metavar="DIR", help="holds long, mitdb and cinc2021-samples"
    )
    parser.add_argument("--methods", nargs="+", metavar="NAME", help="only these methods")
    parser.add_argument(
        "--run", type=_run, action="append", default=[], metavar="NAME=DIR",
        help="also a training run of a bundled configuration, in a table of its own",
    )  # fmt: skip
    parser.add_argument("--smoke", action="store_true", help="bundled recordings only, seconds")
    parser.add_argument("--write-golden", action="store_true", help="with --smoke: new numbers")
    parser.add_argument("--records", type=int, help="at most so many records per data set")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep figures per method here")
    parser.add_argument(
        "--measure-only", action="store_true", help="fill the cache and write no document"
    )
    parser.add_argument("--out", type=Path, help="where the tables are written as Markdown")
    arguments = parser.parse_args(argv)
    if not arguments.smoke:
        missing = [n for n in ("ptbxl", "ludb", "nstdb") if getattr(arguments, n) is None]
        if missing:
            parser.error("needs --" + ", --".join(missing) + " (or --smoke)")
        arguments.out = arguments.out or RESULTS / "denoising.md"
    return arguments


def _run(text: str) -> tuple[str, Path]:
    name, _, folder = text.partition("=")
    if not folder:
        raise argparse.ArgumentTypeError("a run is given as NAME=DIR")
    return name, Path(folder)


def _exported(arguments: argparse.Namespace) -> list[tuple[str, Path]]:
    for name, folder in arguments.run:
        export_run(name, folder)
    runs: list[tuple[str, Path]] = arguments.run
    return runs


def _full(arguments: argparse.Namespace, methods: list[Contender], results: Results) -> None:
    """Both data sets, each in a process of its own, then what is measured once."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
        for part in pool.map(partial(_dataset, arguments), SETS):
            results.add(part)
    if arguments.measure_only:
        return
    noise = held_out_noise(arguments.nstdb)
    records = ptbxl_fold_10(arguments.ptbxl)[: arguments.records]
    say("latency and seam")
    latency([m for m in methods if m.name != "deepfade"], records, noise, results)
    results.seam_uv = seam_uv(records, noise)


def _dataset(arguments: argparse.Namespace, dataset: str) -> Results:
    """Every method on one data set; a method measured before is read from --cache."""
    noise, results = held_out_noise(arguments.nstdb), Results()
    everyone = ludb(arguments.ludb) if dataset == "LUDB" else ptbxl_fold_10(arguments.ptbxl)
    records = everyone[: arguments.records]
    rhythms = strips(arguments.rhythms) if arguments.rhythms else []
    key = data_key(records, rhythms, noise)
    for contender in contenders(arguments.methods, arguments.run):
        path = arguments.cache and cache_file(arguments.cache, dataset, contender, key)
        if path and path.exists():
            results.add(load(path))
            continue
        measured = measure(contender, dataset, records, rhythms, noise)
        if path:
            store(path, measured)
        results.add(measured)
    if not arguments.measure_only:
        oracle(dataset, records, noise, results)
    return results


def _about(arguments: argparse.Namespace, minutes: float) -> dict[str, str]:
    absent = absent_peers()
    folders = " --ptbxl DIR --ludb DIR --nstdb DIR"
    folders += " --rhythms DIR" if arguments.rhythms else ""
    folders += "".join(f" --run {name}=DIR" for name, _ in arguments.run)
    return {
        "command": "python -m inference.evaluation denoising"
        + (" --smoke" if arguments.smoke else folders),
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
        "rows": results.manifest(),
    }
    path = out.with_name(out.stem + "_manifest.json")
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
