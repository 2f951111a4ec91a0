"""The long form of the reliability figures: python -m tests.long_run [--mutants N] [--kills N]

A1 mutants of every format, A3 bombs, A4 units and scales, A5 flipped bits, A6 public
oddities, A7 the same samples as wfdb, A9 hostile paths, A10 kills, A11 full disks and odd
names, A12 round trips of real recordings. Writes tests/long_run.md after every part, so that
an interrupted run keeps what it has found.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests import fuzz
from tests.kill_exports import kill_once
from tests.shared_data import REPOSITORY, archive, sample
from tests.viewer.formats.test_export import FORMATS, READABLE, check_after_kill, plain, signal_of
from viewer.formats import RecordingError, open_recording
from viewer.formats.export import export_recording
from viewer.samples import ArraySamples
from viewer.writable import FORMATS as WRITABLE

RESULTS = Path(__file__).with_name("long_run.md")
TESTS = {
    "A3 size bombs": ("test_bombs.py",),
    "A4 units, scales, times": ("test_traps.py", "test_edf.py", "test_arrays.py"),
    "A6 public oddities": ("test_oddities.py", "test_wfdb_storage.py"),
    "A9 hostile paths": ("test_hostile_paths.py",),
    "A11 full disks, odd names": ("test_export.py",),
}
"""Figures whose short form already tries every case."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.long_run", description=__doc__)
    parser.add_argument("--mutants", type=int, default=10_000, help="per format")
    parser.add_argument("--kills", type=int, default=200, help="per format")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    parts: list[Callable[[], Iterator[str]]] = [
        lambda: mutants(options.mutants, options.seed),
        by_tests,
        lambda: flipped_bits(options.seed),
        same_as_wfdb,
        lambda: kills(options.kills, options.seed),
        round_trips,
    ]
    lines = [
        "# Long run",
        "",
        f"`python -m tests.long_run --mutants {options.mutants} --kills {options.kills} "
        f"--seed {options.seed}`, {time.strftime('%Y-%m-%d')}.",
        "",
        "| figure | what was tried | outcome | seconds of processor |",
        "| --- | --- | --- | --- |",
    ]
    failed = False
    for part in parts:
        for row in timed(part()):
            failed |= "FAILED" in row
            lines.append(row)
            sys.stdout.write(row + "\n")
            sys.stdout.flush()
            options.results.write_text("\n".join(lines) + "\n", "utf-8")
    return int(failed)


def timed(rows: Iterator[str]) -> Iterator[str]:
    """Every row with the processor seconds it took, those of child processes included."""
    began = spent()
    for row in rows:
        now = spent()
        yield f"| {row} | {now - began:.0f} |"
        began = now


def spent() -> float:
    times = os.times()
    return float(times.user + times.system + times.children_user + times.children_system)


def mutants(count: int, seed: int) -> Iterator[str]:
    for name in fuzz.SEEDS:
        report = fuzz.run(name, count, seed)
        verdict = f"{report.opened} opened, {report.refused} refused with a sentence, "
        verdict += f"slowest {report.slowest_s:.2f} s"
        if report.faults:
            verdict = f"FAILED: {len(report.faults)} faults, first: {report.faults[0]}"
        yield f"A1 {name} | {count} mutated files | {verdict}"


def by_tests() -> Iterator[str]:
    for figure, files in TESTS.items():
        paths = [str(REPOSITORY / "tests/viewer/formats" / name) for name in files]
        command = [sys.executable, "-m", "pytest", "-n0", *paths]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
        n = done.stdout.count(".")  # one for each test that passed
        last = (done.stdout.strip().splitlines() or [done.stderr])[-1]
        verdict = f"{n} tests passed" if done.returncode == 0 else f"FAILED: {last}"
        yield f"{figure} | {', '.join(files)} | {verdict}"


def flipped_bits(seed: int, records: int = 20, flips: int = 250) -> Iterator[str]:
    """A5: a flipped bit of the signal changes the 16-bit sum, and is always found."""
    chance, found, tried, alarms = np.random.default_rng(seed), 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="leadlight-bits-") as name:
        for header in real_records(records):
            copy = copied(header, Path(name))
            alarms += "failed" in open_recording(copy).integrity
            signal = copy.with_suffix(".dat")
            content = bytearray(signal.read_bytes())
            for _ in range(flips):
                at, bit = int(chance.integers(len(content))), 1 << int(chance.integers(8))
                content[at] ^= bit
                signal.write_bytes(content)
                tried += 1
                found += "failed" in open_recording(copy).integrity
                content[at] ^= bit
    verdict = f"{found} found, {alarms} false alarms on the sound records"
    if found != tried or alarms:
        verdict = f"FAILED: {verdict}"
    yield f"A5 flipped bits | {tried} single bits in {records} records | {verdict}"


def same_as_wfdb() -> Iterator[str]:
    """A7: physical values as wfdb-python reads them."""
    import wfdb

    headers, worst = real_records(200), 0.0
    for header in headers:
        ours = open_recording(header)
        theirs = wfdb.rdrecord(str(header.with_suffix("")), return_res=64)
        names = [name.casefold() for name in theirs.sig_name]
        for lead, row in zip(ours.leads, ours.signal_mv, strict=True):
            other = theirs.p_signal[:, names.index(lead.casefold())]
            scale = np.nanmax(np.abs(other)) or 1.0
            worst = max(worst, float(np.nanmax(np.abs(row - other.astype(np.float32)))) / scale)
    verdict = f"largest relative difference {worst:.2g} (both as float32)"
    verdict = verdict if worst <= 2e-7 else f"FAILED: {verdict}"
    yield f"A7 same samples as wfdb | {len(headers)} real records | {verdict}"


def kills(count: int, seed: int) -> Iterator[str]:
    chance = np.random.default_rng(seed)
    for format_ in FORMATS:
        expected = [plain(20_000, seed=one, format_=format_).signal_mv for one in (1, 2)]
        with tempfile.TemporaryDirectory(prefix="leadlight-kill-") as name:
            try:
                for _ in range(count):
                    kill_once(format_, Path(name), float(chance.uniform(0.0, 0.5)))
                    check_after_kill(Path(name), format_, expected)
                verdict = "0 half files"
            except (AssertionError, RecordingError) as error:
                verdict = f"FAILED: {' '.join(str(error).split())[:200]}"
        yield f"A10 {format_} | {count} × kill -9 while writing | {verdict}"


def round_trips(records: int = 40) -> Iterator[str]:
    """A12: what is read back differs by half a step at most; three generations add nothing."""
    headers = real_records(records)
    for format_ in FORMATS:
        largest, drift, tried = 0.0, 0.0, 0
        with tempfile.TemporaryDirectory(prefix="leadlight-trip-") as name:
            for number, header in enumerate(headers):
                recording = whole(open_recording(header), format_)
                proof = export_recording(recording, Path(name) / f"a{number}", format_, {})
                largest, tried = max(largest, proof.max_error_uv), tried + 1
                if format_ in READABLE:
                    again = open_recording(proof.path)
                    second = export_recording(again, Path(name) / f"b{number}", format_, {})
                    change = signal_of(second.path) - signal_of(proof.path)
                    drift = max(drift, float(np.nanmax(np.abs(change), initial=0.0)))
        bound = 0.5001 if WRITABLE[format_].digital else 0.0
        verdict = f"largest difference {largest:.3g} µV, added by a second save {drift:.3g} mV"
        verdict = verdict if largest <= bound and drift == 0 else f"FAILED: {verdict}"
        yield f"A12 {format_} | {tried} real records written and read | {verdict}"


def whole(recording, format_: str):
    """The recording; where the format has no place for gaps, with zeros in them."""
    if format_ != "aecg":
        return recording
    return replace(recording, samples=ArraySamples(np.nan_to_num(recording.signal_mv)))


def real_records(count: int) -> list[Path]:
    """Headers of the data folder where it is there, else the samples that come along."""
    try:
        folder = archive("ptb-xl-500")
    except BaseException:  # noqa: BLE001 - pytest's own way of saying that data is absent
        return [sample(name) for name in ("ptbxl_clean.hea", "ptbxl_noisy.hea", "incart_i06.hea")]
    return sorted(folder.rglob("*_hr.hea"))[:count]


def copied(header: Path, folder: Path) -> Path:
    for suffix in (".hea", ".dat"):
        shutil.copy(header.with_suffix(suffix), folder / f"{header.stem}{suffix}")
    return folder / header.name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
