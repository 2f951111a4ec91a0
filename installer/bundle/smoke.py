"""Does the frozen program work where there is neither Python nor our source?

Every command of the program and one whole run of its window, with an environment that
holds no Python, from a folder that is not the source tree.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from installer.bundle.freeze import size_mb

LIMIT_S = 600
KEPT = ("HOME", "DISPLAY", "LANG", "SYSTEMROOT", "TEMP", "TMP", "QT_QPA_PLATFORM")
BROKEN = ("ModuleNotFoundError", "ImportError", "No module named", "Traceback")


class Trial:
    """Runs the program and keeps a log of what it did."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder = program, folder
        self.lines: list[str] = []
        self.failed = False

    def run(self, *arguments: str) -> str:
        """Its output; a bad exit status or a missing module makes the trial fail."""
        began = time.monotonic()
        done = subprocess.run(
            [str(self._program), *arguments],
            cwd=self._folder,
            env=bare_environment(self._folder),
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        seconds = time.monotonic() - began
        said = done.stdout + done.stderr
        wrong = done.returncode != 0 or any(word in said for word in BROKEN)
        self.failed |= wrong
        verdict = "FAILED" if wrong else "ok"
        self.say(f"{verdict:6} {seconds:6.1f} s  leadlight {' '.join(arguments)}")
        if wrong:
            self.say(said.strip()[-3000:])
        return done.stdout

    def say(self, line: str) -> None:
        """On the screen and into the log."""
        self.lines.append(line)
        print(line, flush=True)


def bare_environment(folder: Path) -> dict[str, str]:
    """No PATH, no PYTHON*, folders of its own."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    own = {
        f"LEADLIGHT_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "LOG", "CACHE")
    }
    screen = {} if "DISPLAY" in kept or os.name == "nt" else {"QT_QPA_PLATFORM": "offscreen"}
    return kept | own | screen | {"PATH": ""}


def smoke(program: Path, log: Path | None = None) -> int:
    """0 when every step worked; writes the log where asked."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trial = Trial(program, folder)
        trial.say(f"{platform.platform()}, {program.name}: {size_mb(program.parent):.0f} MB")
        _commands(trial, folder)
    trial.say("FAILED" if trial.failed else "Everything works.")
    if log is not None:
        log.write_text("\n".join(trial.lines) + "\n", encoding="utf-8")
    return int(trial.failed)


def _commands(trial: Trial, folder: Path) -> None:
    trial.run("--version")
    trial.run("models")
    found = json.loads(trial.run("doctor", "--json", "--try", str(folder / "try")) or "[]")
    for finding in found:
        trial.say(f"       {finding['what']}: {finding['found']}")
    recording = str(folder / "try" / "cleaned.hea")
    if not Path(recording).exists():
        trial.failed = True
        trial.say("the window exported nothing")
        return
    trial.run("info", recording)
    for format_ in ("npz", "hdf5", "csv"):
        trial.run("denoise", recording, "--out", str(folder / format_), "--format", format_)
    trial.run("quality", recording)
    trial.run("st", recording)
    trial.run("snapshot", recording, "--out", str(folder / "page.pdf"), "--show", "overlay")


if __name__ == "__main__":
    sys.exit(smoke(Path(sys.argv[1]).resolve()))
