"""Run in a fresh process: open the window on a recording, tell when it is painted, leave."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

HEAVY = ("torch", "scipy.signal", "wfdb", "pandas", "matplotlib", "h5py")


def main(path: Path) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from viewer.app import build_window
    from viewer.formats.process import ReaderProcess
    from viewer.settings import Settings

    began = time.perf_counter() - time.process_time()
    with ReaderProcess() as reader:
        app = QApplication(sys.argv[:1])
        window = build_window(reader, Settings())
        told: list[dict[str, object]] = []

        def painted() -> None:
            told.append(
                {
                    "cpu_s": time.process_time(),
                    "wall_s": time.perf_counter() - began,
                    "imported": [name for name in HEAVY if name in sys.modules],
                }
            )
            app.exit()

        window.trace_view.painted.connect(painted)
        window.show()
        window.open_paths([path])
        QTimer.singleShot(60_000, app.exit)
        app.exec()
        window.close()
    print(json.dumps(told[0]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
