"""python -m tests.speed.against_mne --mne PYTHON: beside mne-qt-browser, one run, one signal.

PYTHON is the interpreter of an environment of its own that holds mne-qt-browser:

    python -m venv SOMEWHERE && SOMEWHERE/bin/pip install mne mne-qt-browser PySide6-Essentials

Both programs read the very same samples: 24 h of 12 leads at 500 Hz, one file of 16-bit
numbers with a WFDB header for Leadlight and a BrainVision header for MNE. Each runs in a
fresh process, one after the other, off screen, in a window of 1600×900. Appends its table
to tests/speed/results.md. mne-qt-browser (BSD-3-Clause) is run beside and never shipped.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.speed.meter import machine
from tests.speed.recordings import FS_HZ, GAIN, LEADS, long_one
from tests.speed.results import replace_section

Told = dict[str, Any]
SPANS_S = (10.0, 600.0, 86_400.0)
SPAN_WORDS = {10.0: "10 s", 600.0: "10 min", 86_400.0: "24 h"}
TITLE = "## Beside mne-qt-browser"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.speed.against_mne", description=__doc__)
    parser.add_argument("--mne", type=Path, required=True, help="Python that has mne-qt-browser")
    parser.add_argument("--hours", type=float, default=24.0, help="length of the signal")
    parser.add_argument("--frames", type=int, default=50, help="per figure")
    parser.add_argument("--print-only", action="store_true", help="leave results.md alone")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="leadlight-speed-") as name:
        folder = Path(name)
        for part in ("CONFIG", "LOG", "CACHE"):
            os.environ[f"LEADLIGHT_{part}_DIR"] = str(folder / part.lower())
        header = long_one(folder, options.hours)
        other = brainvision_header(header)
        spans = [str(min(span, options.hours * 3600)) for span in SPANS_S]
        own = _run(
            Path(sys.executable), ["-m", "tests.speed.child_leadlight", str(header)], options, spans
        )
        script = str(Path(__file__).with_name("child_mne.py"))
        theirs = _run(options.mne, [script, str(other)], options, spans)
    text = "\n".join(table(own, theirs, options.hours, [float(s) for s in spans]))
    print(text)
    if not options.print_only:
        replace_section(TITLE, text)
    return 0


def brainvision_header(wfdb_header: Path) -> Path:
    """A .vhdr and its empty marker file beside day.dat: the same 16-bit numbers, in µV."""
    path = wfdb_header.with_suffix(".vhdr")
    markers = wfdb_header.with_suffix(".vmrk")
    markers.write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n\n[Common Infos]\n"
        f"Codepage=UTF-8\nDataFile={wfdb_header.stem}.dat\n\n[Marker Infos]\n"
    )
    step_uv = 1000 / GAIN
    channels = "\n".join(f"Ch{n}={lead},,{step_uv:g},µV" for n, lead in enumerate(LEADS, 1))
    path.write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n\n[Common Infos]\nCodepage=UTF-8\n"
        f"DataFile={wfdb_header.stem}.dat\nMarkerFile={markers.name}\nDataFormat=BINARY\n"
        f"DataOrientation=MULTIPLEXED\nNumberOfChannels={len(LEADS)}\n"
        f"SamplingInterval={1_000_000 / FS_HZ:g}\n\n[Binary Infos]\nBinaryFormat=INT_16\n\n"
        f"[Channel Infos]\n{channels}\n",
        encoding="utf-8",
    )
    return path


def table(
    own: dict[str, Any], theirs: dict[str, Any], hours: float, spans_s: list[float]
) -> list[str]:
    """The section of results.md."""
    rows = [
        ("first picture after opening, wall", *_pair(own, theirs, "load_wall_s", "{:.2f} s"), ""),
        ("the same, processor time", *_pair(own, theirs, "load_cpu_s", "{:.2f} s"), ""),
        ("own memory after all of this", *_pair(own, theirs, "memory_mb", "{:.0f} MB"), ""),
    ]
    for wanted_s, span_s in zip(SPANS_S, spans_s, strict=True):
        for kind, words in (("pan", "panning by 1 %"), ("redraw", "redrawing every curve")):
            one, other = own[f"{kind} {span_s:g}"], theirs.get(f"{kind} {span_s:g}")
            title = f"{SPAN_WORDS[wanted_s]} on screen, {words}"
            if one and other:
                ratio = statistics.median(other) / statistics.median(one)
                rows.append((title, _frames(one), _frames(other), f"{ratio:.1f} ×"))
            elif one:
                rows.append((title, _frames(one), "did not come to its end", ""))
    head = f"| what | {own['program']} | {theirs['program']} | faster by |"
    lines = [f"| {' | '.join(row)} |" for row in rows]
    about = (
        f"{hours:g} h of 12 leads at 500 Hz, the same 16-bit file for both, one process after the "
        "other in one run, 1600×900 off screen, without OpenGL, both with their defaults: "
        "`python -m tests.speed.against_mne`. Frames are processor time, median; frames per "
        "second are what that time alone would allow. Leadlight copies and summarises the file "
        f"in the background after the first picture: {own['background_cpu_s']:.1f} s of processor "
        f"time here, done after {own['background_wall_s']:.1f} s. Machine: {machine()}."
    )
    return [TITLE, "", about, "", head, "| --- | --- | --- | --- |", *lines]


def _pair(own: Told, theirs: Told, key: str, words: str) -> tuple[str, str]:
    return words.format(own[key]), words.format(theirs[key])


def _frames(spent_ms: list[float]) -> str:
    middle_ms = statistics.median(spent_ms)
    return f"{1000 / middle_ms:.1f} frames/s ({middle_ms:.1f} ms)"


def _run(python: Path, command: list[str], options: argparse.Namespace, spans: list[str]) -> Any:
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", OMP_NUM_THREADS="1")
    answer = subprocess.run(
        [str(python), *command, str(options.frames), *spans],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env=environment,
    )
    if not answer.stdout.strip():
        raise SystemExit(f"{command[0]} measured nothing and ended with {answer.returncode}")
    return json.loads(answer.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
