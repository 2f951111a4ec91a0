"""The program starts: nothing slow before the first paint, and it ends in order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.shared_data import REPOSITORY, sample

START = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import viewer.app as app
from viewer.ui.main_window import MainWindow

SLOW = ("torch", "scipy.signal", "wfdb", "pandas", "matplotlib", "h5py", "sleepecg")
seen = {}

def look(window):
    picture = window.trace_view.snapshot()
    seen["name"] = window.session.recording.name
    seen["slow"] = [name for name in SLOW if name in sys.modules]
    seen["dark"] = any(
        picture.pixelColor(x, y).lightness() < 40
        for x in range(100, picture.width(), 3) for y in range(60, picture.height() - 80, 3)
    )
    QTimer.singleShot(0, window.close)

build = app.build_window
def build_window(*args):
    window = build(*args)
    window._warm_up = lambda: None
    window.files.opened.connect(lambda: QTimer.singleShot(0, lambda: look(window)))
    return window
app.build_window = build_window
if __name__ == "__main__":
    seen["status"] = app.run([Path(sys.argv[1])], device="cpu", method="fir")
    seen["threads"] = __import__("threading").active_count()
    print(json.dumps(seen))
"""


def run(script: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    folders = {f"LEADLIGHT_{name}_DIR": str(folder / name) for name in ("CONFIG", "LOG", "CACHE")}
    path = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        env={**os.environ, **folders, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_first_page_is_painted_before_anything_slow_is_imported(tmp_path):
    script = tmp_path / "start.py"
    script.write_text(START)
    done = run(script, tmp_path, str(sample("ptbxl_noisy.hea")))
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["name"] == "ptbxl_noisy"
    assert seen["dark"], "no trace was painted"
    assert seen["slow"] == []
    assert seen["status"] == 0
    assert not list((tmp_path / "LOG").glob("running-*.log")), "an orderly end leaves no report"


def test_the_log_of_a_run_does_not_name_the_recording(tmp_path):
    script = tmp_path / "start.py"
    script.write_text(START.replace("window._warm_up = lambda: None", "pass"))
    done = run(script, tmp_path, str(sample("ptbxl_noisy.hea")))
    assert done.returncode == 0, done.stderr
    for log in (tmp_path / "LOG").iterdir():
        assert "ptbxl_noisy" not in log.read_text()
