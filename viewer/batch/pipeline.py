"""Read ahead, infer in one process that owns the device, finish in worker processes.

Files are read by reader processes of their own (they may crash or hang), the network runs
in this process, and measuring and writing happen in worker processes. Outcomes come in the
order of the list; at most a window of recordings is in memory.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from viewer.batch.task import FAILED, UNREADABLE, Item, Outcome, Report, Task, TaskError, always
from viewer.formats import ImportHints, RecordingError
from viewer.formats.process import ReaderProcess
from viewer.recording import Recording
from viewer.samples import ArraySamples

log = logging.getLogger(__name__)

FEW = 8
"""So few recordings are done in this process: starting workers would take longer."""
READ_AHEAD, ATTEMPTS = 3, 3
CRASHED = "the worker process that measured and wrote it ended unexpectedly"

Explain = Callable[[RecordingError], str]


@dataclass
class _Pending:
    """A recording on its way through the workers."""

    item: Item
    recording: Recording | None
    inferred: Any
    answer: Future[Outcome]
    attempts: int = 1


def workers_for(count: int, wanted: int | None = None) -> int:
    """How many worker processes; 0: everything in this process."""
    if wanted is not None:
        return max(wanted, 0)
    return 0 if count < FEW else max(min((os.cpu_count() or 2) - 1, 8), 1)


def run(
    items: Sequence[Item],
    task: Task,
    *,
    workers: int = 0,
    hints: ImportHints | None = None,
    report: Report = lambda _: None,
    explain: Explain = str,
) -> Iterator[Outcome]:
    """Every item's outcome, in order; no file and no crash of a worker ends the others."""
    with _Readers(max(workers, 1), hints) as readers, _Finishers(task, workers) as finishers:
        ahead = deque(readers.read(item) for item in items[: READ_AHEAD * max(workers, 1)])
        rest = iter(items[len(ahead) :])
        waiting: deque[_Pending] = deque()
        for item in items:
            answer = ahead.popleft()
            following = next(rest, None)
            if following is not None:
                ahead.append(readers.read(following))
            waiting.append(_through(item, answer, task, finishers, report, explain))
            while waiting and (waiting[0].answer.done() or len(waiting) > finishers.window):
                yield finishers.result(waiting.popleft())
        while waiting:
            yield finishers.result(waiting.popleft())


def _through(
    item: Item,
    answer: Future[Recording],
    task: Task,
    finishers: _Finishers,
    report: Report,
    explain: Explain,
) -> _Pending:
    """One recording, read and inferred, handed on to be finished."""
    recording: Recording | None = None
    try:
        recording = answer.result()
        inferred = task.infer(recording, report)
    except RecordingError as error:
        done = failure(item, recording, explain(error), UNREADABLE)
    except TaskError as error:
        done = refused(item, recording, error)
    else:
        return finishers.finish(item, recording, inferred)
    return _Pending(item, recording, None, _ready(done))


def failure(
    item: Item,
    recording: Recording | None,
    sentence: str,
    status: int,
    entry: dict[str, Any] | None = None,
) -> Outcome:
    """An outcome that is a sentence."""
    told = always(item.path, recording) | (entry or {}) | {"error": sentence}
    return Outcome(item, told, status, sentence)


def refused(item: Item, recording: Recording | None, error: TaskError) -> Outcome:
    """A sentence that does not name the file: the path goes before it."""
    done = failure(item, recording, str(error), error.status, error.entry)
    return replace(done, error=f"{item.path}: {error}")


def finish(task: Task, item: Item, recording: Recording, inferred: Any) -> Outcome:
    """The second half, wherever it runs; every failure that is the recording's is an outcome."""
    try:
        return task.finish(item, recording, inferred)
    except RecordingError as error:
        return failure(item, recording, str(error), FAILED)
    except TaskError as error:
        return refused(item, recording, error)


def _ready(outcome: Outcome) -> Future[Outcome]:
    future: Future[Outcome] = Future()
    future.set_result(outcome)
    return future


class _Readers:
    """Threads that each wait for a reader process of their own."""

    def __init__(self, count: int, hints: ImportHints | None) -> None:
        self._hints = hints
        self._free: SimpleQueue[ReaderProcess] = SimpleQueue()
        self._all = [ReaderProcess() for _ in range(count)]
        for reader in self._all:
            self._free.put(reader)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="batch-read")

    def read(self, item: Item) -> Future[Recording]:
        return self._threads.submit(self._read, Path(item.path))

    def _read(self, path: Path) -> Recording:
        reader = self._free.get()
        try:
            return reader.open(path, self._hints, whole=True)
        finally:
            self._free.put(reader)

    def __enter__(self) -> _Readers:
        return self

    def __exit__(self, *_: object) -> None:
        for reader in self._all:
            reader.close()  # whoever waits gets an answer, so that the threads end
        self._threads.shutdown(cancel_futures=True)


class _Finishers:
    """The worker processes; none: this process."""

    def __init__(self, task: Task, count: int) -> None:
        self._task, self._count = task, count
        self._pool = self._start() if count else None
        self.window = 4 * count

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._count, get_context("spawn"), initializer=_quiet)

    def finish(self, item: Item, recording: Recording, inferred: Any) -> _Pending:
        travels = isinstance(recording.samples, ArraySamples)  # a long one would be copied
        if self._pool is None or not travels:
            outcome = finish(self._task, item, recording, inferred)
            return _Pending(item, None, None, _ready(outcome))
        answer = self._submit(item, recording, inferred)
        return _Pending(item, recording, inferred, answer)

    def _submit(self, item: Item, recording: Recording, inferred: Any) -> Future[Outcome]:
        assert self._pool is not None
        try:
            return self._pool.submit(finish, self._task, item, recording, inferred)
        except BrokenProcessPool:
            self._renew()
            return self._pool.submit(finish, self._task, item, recording, inferred)

    def result(self, pending: _Pending) -> Outcome:
        """The outcome; a worker that crashed is replaced, and what it held tried once more."""
        while True:
            try:
                return pending.answer.result()
            except BrokenProcessPool:
                log.info("a worker process ended unexpectedly")
            except Exception as error:
                log.info("a recording could not be finished", exc_info=True)
                sentence = f"{Path(pending.item.path).name}: {type(error).__name__}: {error}"
                return failure(pending.item, pending.recording, sentence, FAILED)
            self._renew()
            if pending.attempts >= ATTEMPTS:
                sentence = f"{Path(pending.item.path).name}: {CRASHED}."
                return failure(pending.item, pending.recording, sentence, FAILED)
            pending.attempts += 1
            assert pending.recording is not None
            pending.answer = self._submit(pending.item, pending.recording, pending.inferred)

    def _renew(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._start()

    def __enter__(self) -> _Finishers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _quiet() -> None:
    """A worker leaves Ctrl+C to the process that started it, and computes with one thread."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"
