"""python -m tests.speed.batch [COUNT]: how many records a batch cleans per second of processor.

Cleans COUNT copies of the bundled ECGs (12 leads, 10 s, 500 Hz) with the default method into
NPZ, with guard, proof, table and contact sheet, and one worker process; writes the section
"Batch" of tests/speed/results.md. Times are processor times, so that other work on the
machine does not count.
"""

from __future__ import annotations

import contextlib
import io
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.shared_data import sample
from tests.speed.meter import machine
from tests.speed.results import replace_section

HEAD = "## Batch"
NAMES = ("ptbxl_clean", "ptbxl_noisy")


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 60
    with tempfile.TemporaryDirectory(prefix="leadlight-batch-") as name:
        lines = measure(Path(name), count)
    text = "\n".join(lines)
    print(text)
    if count >= 20:
        replace_section(HEAD, text)
    return 0


def measure(folder: Path, count: int) -> list[str]:
    """The section's lines."""
    from viewer.batch import tasks
    from viewer.cli import main as leadlight

    source = copies(folder / "source", count)
    honest, model_s = tasks._clean, [0.0]

    def timed(*values):
        began = time.thread_time()  # reading goes on in other threads of this process
        try:
            return honest(*values)
        finally:
            model_s[0] += time.thread_time() - began

    tasks._clean = timed
    try:
        warm = copies(folder / "warm", 1)  # the network is loaded once, whatever the count
        run(leadlight, warm, folder / "warm-out", "0")
        model_s[0], own_s, others_s = 0.0, time.process_time(), children_s()
        run(leadlight, source, folder / "out", "1")
        own_s, others_s = time.process_time() - own_s, children_s() - others_s
    finally:
        tasks._clean = honest
    return report(count, model_s[0], own_s, others_s)


def report(count: int, model_s: float, own_s: float, others_s: float) -> list[str]:
    total_s = own_s + others_s
    return [
        HEAD,
        "",
        f"Measured by `python -m tests.speed.batch {count}` on {machine()}: {count} ECGs of",
        "12 leads × 10 s, default method, guard, NPZ read back and compared, one worker process.",
        "Seconds are processor time; starting the processes is included.",
        "",
        "| what | measured | target |",
        "| --- | --- | --- |",
        f"| records per second of processor, all processes | {count / total_s:.1f} | |",
        f"| model, per record | {1000 * model_s / count:.0f} ms | |",
        f"| process that owns the device: share of its time that is not the model's | "
        f"{100 * (1 - model_s / own_s):.0f} % | ≤ 25 % |",
        f"| reading, guard, writing and proof in other processes, per record | "
        f"{1000 * others_s / count:.0f} ms | |",
        f"| share of all processor time that is not the model's | "
        f"{100 * (1 - model_s / total_s):.0f} % | |",
    ]


def run(leadlight, source: Path, out: Path, jobs: str) -> None:
    options = ["--out", str(out), "--format", "npz", "--jobs", jobs, "--device", "cpu"]
    with contextlib.redirect_stdout(io.StringIO()):
        if leadlight(["denoise", str(source), *options]) != 0:
            raise SystemExit("the batch failed")


def copies(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        name = NAMES[number % len(NAMES)]
        header = sample(f"{name}.hea").read_text("utf-8").replace(name, f"ecg{number}")
        (folder / f"ecg{number}.hea").write_text(header, "utf-8")
        shutil.copy(sample(f"{name}.dat"), folder / f"ecg{number}.dat")
    return folder


def children_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
