"""Exports killed at random times: python -m tests.kill_exports [COUNT per format] [SEED]

The long form of a test in tests/viewer/formats/test_export.py: after every kill the main
file is absent or complete, and nothing but temporary folders lies beside it.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.viewer.formats.test_export import FORMATS, KILLED, check_after_kill, plain


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 200
    seed = int(arguments[1]) if len(arguments) > 1 else int(time.time())
    chance = random.Random(seed)
    for format_ in FORMATS:
        expected = [plain(20_000, seed=seed, format_=format_).signal_mv for seed in (1, 2)]
        with tempfile.TemporaryDirectory(prefix="leadlight-kill-") as folder:
            for _ in range(count):
                kill_once(format_, Path(folder), chance.uniform(0.0, 0.5))
                check_after_kill(Path(folder), format_, expected)
        sys.stdout.write(f"{format_}: {count} kills, seed {seed}: 0 half files\n")
    return 0


def kill_once(format_: str, folder: Path, after_s: float) -> None:
    """Start an endless export and end it the hard way."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, format_, str(folder)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    with process.stdout as ready:
        ready.readline()
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
