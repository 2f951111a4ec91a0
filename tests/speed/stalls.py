"""Does the event loop ever stand still while a model runs and a long file is scrolled?"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer

from tests.speed.bench import _wait_ms
from tests.speed.meter import Row
from viewer.ui.main_window import MainWindow

BEAT_MS, FRAME_MS = 5, 33
STALL_MS = 100.0
LONGEST_MODEL_MS = 60_000


class Heartbeat(QObject):
    """Counts how long the event loop was away between two beats.

    wall_ms  between beats by the clock: includes other programs on the same cores
    cpu_ms   processor time that the GUI thread itself spent in between: our own doing
    """

    def __init__(self) -> None:
        super().__init__()
        self.wall_ms: list[float] = []
        self.cpu_ms: list[float] = []
        self._wall, self._cpu = time.perf_counter(), time.thread_time()
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        wall, cpu = time.perf_counter(), time.thread_time()
        self.wall_ms.append((wall - self._wall) * 1000)
        self.cpu_ms.append((cpu - self._cpu) * 1000)
        self._wall, self._cpu = wall, cpu


def while_a_model_runs(window: MainWindow, seconds: float) -> list[Row]:
    """The recording that is open is cleaned with the default model and scrolled meanwhile."""
    from inference.registry import default_denoiser

    window.choose_method(default_denoiser())
    _start_model(window)
    heart, timeline = Heartbeat(), window.session.timeline
    timeline.scroll_to(0.0)
    hand = QTimer(interval=FRAME_MS)
    hand.timeout.connect(lambda: timeline.page(0.05))
    hand.start()
    _wait_ms(round(seconds * 1000))
    hand.stop()
    heart.stop()
    ran = window.cleaning.job.running
    window.cleaning.cancel()
    words = f"event loop away while a model runs and the file scrolls ({seconds:g} s)"
    return [
        Row(f"{words}, by the clock", _told(heart.wall_ms), "never over 100 ms"),
        Row(f"{words}, own processor time", _told(heart.cpu_ms), "never over 100 ms"),
        Row("the model ran all the while", "yes" if ran else "no, it ended before", "yes"),
    ]


def _start_model(window: MainWindow) -> None:
    """And wait for its first piece: loading it is measured as part of Denoise, not here."""
    came: list[bool] = []
    window.cleaning.piece_done.connect(lambda _: came.append(True))
    window.cleaning.start()
    waited_ms = 0
    while not came and waited_ms < LONGEST_MODEL_MS:
        _wait_ms(100)
        waited_ms += 100


def _told(gaps_ms: list[float]) -> str:
    ordered = sorted(gaps_ms)
    late = sum(gap > STALL_MS for gap in ordered)
    p99 = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    return f"longest {ordered[-1]:.0f} ms, p99 {p99:.0f} ms, {late} of {len(ordered)} over 100 ms"
