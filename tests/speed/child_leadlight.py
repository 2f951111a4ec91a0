"""Run in a fresh process: open a recording in the real window, pan, tell. One JSON document."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def main(path: Path, n: int, spans_s: list[float]) -> dict[str, object]:
    from PySide6.QtWidgets import QApplication

    from tests.speed import bench
    from tests.speed.child_mne import frames_ms
    from viewer import __version__
    from viewer.app import build_window
    from viewer.formats.process import ReaderProcess
    from viewer.settings import Settings
    from viewer.state.layouts import LAYOUTS

    app = QApplication(sys.argv[:1])
    told: dict[str, object] = {"program": f"Leadlight {__version__}"}
    with ReaderProcess() as reader:
        window = build_window(reader, Settings())
        window.resize(*bench.SIZE)
        window.show()
        app.processEvents()
        before_mb = _memory_mb()
        wall, cpu = time.perf_counter(), time.process_time()
        bench._open(window, path)
        told["load_wall_s"] = time.perf_counter() - wall
        told["load_cpu_s"] = time.process_time() - cpu
        recording, view = window.session.recording, window.trace_view
        assert recording is not None
        while recording.samples.ready_until < recording.n_samples or not view.summarised:
            bench._wait_ms(50)
        told["background_wall_s"] = time.perf_counter() - wall
        told["background_cpu_s"] = time.process_time() - cpu
        window.panels.overview.heart.stop()
        window.session.paper.set_layout(LAYOUTS["12x1"])
        timeline = window.session.timeline

        def pan() -> None:
            timeline.page(0.01)
            app.processEvents()
            view.paper.viewport().repaint()

        def redraw() -> None:
            view.redraw()
            app.processEvents()
            view.paper.viewport().repaint()

        for span_s in spans_s:
            whole = span_s >= recording.duration_s
            view.show_span(min(span_s, recording.duration_s))
            timeline.scroll_to(0.0 if whole else recording.duration_s / 3)
            told[f"pan {span_s:g}"] = [] if whole else frames_ms(pan, n)
            told[f"redraw {span_s:g}"] = frames_ms(redraw, 1 if whole else max(n // 5, 3))
        told["memory_mb"] = _memory_mb() - before_mb
        window.close()
    return told


def _memory_mb() -> float:
    """Own memory of this process and of the reader process, without pages of files."""
    processes = [os.getpid()]
    for children in Path("/proc/self/task").glob("*/children"):
        processes += [int(pid) for pid in children.read_text().split()]
    total = 0.0
    for pid in processes:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                total += int(line.split()[1]) / 1000
    return total


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), [float(s) for s in sys.argv[3:]])))
