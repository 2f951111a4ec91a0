"""python -m tests.speed: the figures of the design, measured on this machine.

Prints a table and writes tests/speed/results.md. --smoke runs a short version of
everything for continuous integration and writes nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.speed.results import replace_first

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.speed", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="seconds instead of minutes")
    parser.add_argument("--hours", type=float, help="length of the long recording (24)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="leadlight-speed-") as name:
        for part in ("CONFIG", "LOG", "CACHE"):
            os.environ[f"LEADLIGHT_{part}_DIR"] = str(Path(name) / part.lower())
        text = _measure(Path(name), options)
    print(text)
    if not options.smoke:
        replace_first(text)
    return 0


def _measure(folder: Path, options: argparse.Namespace) -> str:
    from PySide6.QtWidgets import QApplication

    from tests.speed import bench, recordings, stalls
    from tests.speed.meter import machine
    from viewer.app import build_window
    from viewer.formats.process import ReaderProcess
    from viewer.settings import Settings

    n, hours = (6, options.hours or 0.1) if options.smoke else (100, options.hours or 24.0)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    rows = bench.start(1 if options.smoke else 5)
    rows += bench.short_pan(n)
    with ReaderProcess() as reader:
        window = build_window(reader, Settings())
        window.resize(*bench.SIZE)
        window.show()
        rows += bench.next_record(window, recordings.folder_of_short_ones(folder))
        path = recordings.long_one(folder, hours)
        rows += bench.long_file(window, path, n)
        rows += stalls.while_a_model_runs(window, 2.0 if options.smoke else 30.0)
        window.close()
    del app
    head = ["| what | measured | target |", "| --- | --- | --- |"]
    table = [f"| {row.what} | {row.measured} | {row.target} |" for row in rows]
    return "\n".join([*_preface(machine()), *head, *table])


def _preface(machine: str) -> Iterable[str]:
    return (
        "# Speed",
        "",
        f"Measured by `python -m tests.speed` on {machine}. Window 1600×900. Frames are the",
        "processor time from the gesture to the painted picture: median and 99th percentile.",
        "",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
