"""Background work: one runner; the newest run wins.

Cancel, progress, late answers and errors are solved here once. What runs is a plain
function that takes a Progress and knows nothing of Qt.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QThreadPool, Signal, Slot

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Raised inside a run that is no longer wanted."""


class Progress(Protocol):
    """How a run reports; each report is also a place where it can be stopped."""

    def __call__(self, fraction: float) -> None:
        """Done so far, 0..1. Raises Cancelled."""

    def produce(self, part: object) -> None:
        """Hand over a part of the result already now. Raises Cancelled."""


class _Run:
    """The Progress of one run."""

    def __init__(self, report: Callable[[str, object], None]) -> None:
        self._report = report
        self._stop = threading.Event()

    def __call__(self, fraction: float) -> None:
        self._send("progressed", fraction)

    def produce(self, part: object) -> None:
        self._send("produced", part)

    def stop(self) -> None:
        self._stop.set()

    def _send(self, outcome: str, payload: object) -> None:
        if self._stop.is_set():
            raise Cancelled
        self._report(outcome, payload)


def one_thread(parent: QObject) -> QThreadPool:
    """A queue: its runs follow each other in one thread that stays alive."""
    pool = QThreadPool(parent)
    pool.setMaxThreadCount(1)
    pool.setExpiryTimeout(-1)
    return pool


class LatestJob(QObject):
    """Runs work off the GUI thread; a newer run silences every older one.

    pool  shared by jobs that must queue behind each other (a GPU is one queue)
    """

    progressed = Signal(float)  # 0..1
    produced = Signal(object)  # a part of the result
    succeeded = Signal(object)
    failed = Signal(Exception)
    ended = Signal()  # after succeeded, failed or cancel
    _report = Signal(int, str, object)  # worker to GUI thread

    def __init__(self, parent: QObject | None = None, pool: QThreadPool | None = None) -> None:
        super().__init__(parent)
        self._pool = pool if pool is not None else one_thread(self)
        self._generation = 0
        self._closed = False
        self._run: _Run | None = None
        self._report.connect(self._deliver)

    @property
    def running(self) -> bool:
        """Whether an answer is still awaited."""
        return self._run is not None

    def start(self, work: Callable[[Progress], object]) -> None:
        """Run the work off the GUI thread; after close() nothing is started any more."""
        if self._closed:  # a timer of a closed window may still fire before it is deleted
            return
        self._silence()
        generation = self._generation

        def report(outcome: str, payload: object) -> None:
            self._report.emit(generation, outcome, payload)

        run = _Run(report)
        self._run = run
        self._pool.start(lambda: _perform(work, run, report, generation))

    def cancel(self) -> None:
        """Stop at the run's next report; nothing of it is delivered from now on."""
        if self._run is not None:
            self._silence()
            self.ended.emit()

    def close(self) -> None:
        """No thread outlives the window: one that did would meet its pool's destructor,
        which waits for it with the interpreter lock in hand, for ever."""
        self._closed = True
        self._silence()
        self._pool.waitForDone()

    def _silence(self) -> None:
        self._generation += 1
        if self._run is not None:
            self._run.stop()
            self._run = None

    @Slot(int, str, object)
    def _deliver(self, generation: int, outcome: str, payload: object) -> None:
        if generation != self._generation:
            return  # the answer to an old question
        final = outcome in ("succeeded", "failed")
        if final:
            self._run = None
        getattr(self, outcome).emit(payload)
        if final and self._run is None:  # a slot may have started the next run
            self.ended.emit()


def _perform(
    work: Callable[[Progress], object],
    run: _Run,
    report: Callable[[str, object], None],
    generation: int,
) -> None:
    try:
        run(0.0)
        report("succeeded", work(run))
    except Cancelled:
        pass
    except Exception as error:  # noqa: BLE001 - the one place that catches all
        log.info("run %d ended by %s", generation, type(error).__name__)
        report("failed", error)
