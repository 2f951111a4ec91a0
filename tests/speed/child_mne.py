"""Run by the interpreter that has mne-qt-browser: open a BrainVision header, pan, tell.

Imports nothing of Leadlight, so that both programs stay apart. Prints one JSON document.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def memory_mb() -> float:
    """Own memory, without pages of files."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1000
    return float("nan")


def frames_ms(frame: Callable[[], object], n: int) -> list[float]:
    """Processor milliseconds of n frames, after one that warms up; n = 1 takes the first."""
    if n > 1:
        frame()
    spent = []
    for _ in range(n):
        before = time.process_time()
        frame()
        spent.append((time.process_time() - before) * 1000)
    return spent


def main(path: str, n: int, spans_s: list[float]) -> dict[str, object]:
    import mne  # type: ignore[import-not-found]
    from qtpy.QtWidgets import QApplication  # type: ignore[import-not-found]

    app = QApplication.instance() or QApplication(sys.argv[:1])  # else it asks for a display
    mne.set_log_level("ERROR")
    mne.viz.set_browser_backend("qt")
    wall, cpu, before_mb = time.perf_counter(), time.process_time(), memory_mb()
    raw = mne.io.read_raw_brainvision(path, preload=False)
    raw.set_channel_types(dict.fromkeys(raw.ch_names, "ecg"))
    browser = raw.plot(duration=10.0, n_channels=12, block=False, show=True, use_opengl=False)
    browser.resize(1600, 900)
    view = browser.mne.view

    def paint() -> None:
        app.processEvents()
        view.viewport().repaint()

    paint()
    told: dict[str, object] = {
        "load_wall_s": time.perf_counter() - wall,
        "load_cpu_s": time.process_time() - cpu,
        "program": f"mne-qt-browser {mne_qt_browser_version()}, MNE-Python {mne.__version__}",
    }

    def pan() -> None:
        browser.hscroll(1)  # one hundredth of the page: scroll_sensitivity is 100
        paint()

    def redraw() -> None:
        browser._redraw(update_data=True)
        paint()

    start_s = raw.times[-1] / 3
    for span_s in spans_s:
        whole = span_s >= raw.times[-1]
        first = 0.0 if whole else start_s
        browser.mne.plt.setXRange(first, min(first + span_s, raw.times[-1]), padding=0)
        paint()
        told[f"pan {span_s:g}"] = [] if whole else frames_ms(pan, n)
        told[f"redraw {span_s:g}"] = frames_ms(redraw, 1 if whole else max(n // 5, 3))
        told["memory_mb"] = memory_mb() - before_mb
        print(json.dumps(told), flush=True)  # a day may not fit; what was measured stays
    browser.close()
    return told


def mne_qt_browser_version() -> str:
    from importlib.metadata import version

    return version("mne-qt-browser")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [float(s) for s in sys.argv[3:]])
