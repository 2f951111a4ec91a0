"""ReaderProcess: files are parsed in a process of its own, never in the program.

A file that hangs, crashes or eats memory costs that process only; the caller gets one
sentence, the next file gets a new process.
"""

from __future__ import annotations

import collections
import itertools
import logging
import queue
import threading
import weakref
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from viewer.formats import wire
from viewer.formats.errors import ImportHints, RecordingError
from viewer.formats.files import shown
from viewer.formats.loading import Loading, loading_of, settled
from viewer.formats.long_copy import samples_at
from viewer.formats.opening import recording_of
from viewer.formats.parsed import Outcome
from viewer.formats.worker import Serve, Worker
from viewer.recording import Integrity, Recording
from viewer.samples import ArraySamples

log = logging.getLogger(__name__)

ATTEMPTS = 2
"""How often a long recording is read when the process dies under it, of another file perhaps."""

Answer = Recording | RecordingError


def serve(connection: Connection, alone: bool) -> None:
    """The reader process; only there are the readers loaded."""
    from viewer.formats import helper

    helper.serve(connection, alone)


class _Request:
    """One file asked for, and where its answer goes."""

    def __init__(self, path: Path, hints: ImportHints) -> None:
        self.path, self.hints = path, hints
        self.answer: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()  # None: needs alone
        self.loading: weakref.ref[Loading] | None = None
        self.copy: str | None = None
        self.attempts = 1

    def message(self, number: int) -> wire.Message:
        return {
            "kind": "open",
            "number": number,
            "path": str(self.path),
            "hints": wire.hints_to(self.hints),
            "copy": self.copy,
        }


class ReaderProcess:
    """A warm process that reads recordings. Safe to use from several threads.

    The constructor returns at once; the process starts in the background.
    """

    def __init__(self, *, alone: bool = False, target: Serve = serve) -> None:
        self._alone, self._target = alone, target
        self._lock = threading.RLock()
        self._numbers = itertools.count()
        self._requests: dict[int, _Request] = {}
        self._forgotten: collections.deque[int] = collections.deque()
        self._worker: Worker | None = None
        self._closed = False
        threading.Thread(target=self._warm_up, name="reader-start", daemon=True).start()

    def open(
        self, path: Path | str, hints: ImportHints | None = None, *, whole: bool = False
    ) -> Recording:
        """The recording; blocks until its first page (whole=True: all of it) is there.

        A long recording goes on loading in the background: samples.ready_until grows,
        and viewer.formats.loading.settled() then gives its checksums and hash.
        Raises RecordingError, NeedsHints.
        """
        request = _Request(Path(path), hints or ImportHints())
        with self._lock:
            if self._closed:
                raise RecordingError(f"{shown(path)} was not opened: the program is closing.")
            number = next(self._numbers)
            self._requests[number] = request
            self._running().send(request.message(number))
        answer = request.answer.get()
        if answer is None:
            return open_alone(request.path, request.hints)
        if isinstance(answer, RecordingError):
            raise answer
        return _whole(answer) if whole else answer

    def close(self) -> None:
        """Stop the process; whoever still waits gets a RecordingError."""
        with self._lock:
            self._closed = True
            worker, self._worker = self._worker, None
            waiting = list(self._requests.values())
            self._requests.clear()
        for request in waiting:
            _fail(request, RecordingError(f"{shown(request.path)}: reading was stopped."))
        if worker is not None:
            worker.stop()

    def __enter__(self) -> ReaderProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _warm_up(self) -> None:
        with self._lock:
            if not self._closed:
                self._running()

    def _running(self) -> Worker:
        """The process, started if there is none. Call with the lock held."""
        if self._worker is None or self._worker.dead:
            self._worker = Worker(self, self._target, self._alone)
        return self._worker

    def busy(self) -> bool:
        """Whether an answer is outstanding."""
        return bool(self._requests)

    def heard(self, message: wire.Message, raw: bytes | None) -> None:
        """A message of the process, in its listening thread."""
        number = message["number"]
        with self._lock:
            request = self._requests.get(number)
        if request is None:
            return
        kind = message["kind"]
        if kind == "progress":
            loading = request.loading() if request.loading else None
            if loading:
                loading.reached(message["ready"])
            return
        if kind == "mapped" and message["outcome"] is None:
            self._mapped(number, request, message)
            return
        with self._lock:
            self._requests.pop(number, None)
        if kind == "error":
            _fail(request, wire.error_from(message))
        elif kind == "finished":
            loading = request.loading() if request.loading else None
            if loading:
                loading.finished(wire.outcome_from(message["outcome"]))
        elif kind == "alone":
            request.answer.put(None)
        else:
            request.answer.put(_complete(message, raw))

    def _mapped(self, number: int, request: _Request, message: wire.Message) -> None:
        """The first page of a long recording is in its copy."""
        if request.loading is not None:
            return  # a second attempt: the copy is mapped already
        parsed = wire.parsed_from(message["parsed"])
        loading = Loading(parsed.n_samples)
        loading.reached(message["ready"])
        request.loading = weakref.ref(loading)
        request.copy = message["copy"]
        weakref.finalize(loading, self._forgotten.append, number).atexit = False
        pending: tuple[Integrity, ...] = tuple("pending" for _ in parsed.leads)
        request.answer.put(_long(message, loading, Outcome(integrity=pending)))

    def tidy(self, worker: Worker) -> None:
        """Stop reading recordings that nobody holds any more. In the listening thread.

        Their finalizers only leave a number here: they may run in the middle of anything.
        """
        while self._forgotten:
            number = self._forgotten.popleft()
            with self._lock:
                known = self._requests.pop(number, None)
            if known is not None:
                worker.send({"kind": "forget", "number": number})

    def died(self, worker: Worker, sentence: str) -> None:
        """The process is gone: answer for its file, begin again what it did besides."""
        with self._lock:
            if worker is not self._worker:
                return
            self._worker = None
            left = list(self._requests.items())
            again: list[tuple[int, _Request]] = []
            for number, request in left:
                if request.copy and request.attempts < ATTEMPTS:
                    request.attempts += 1
                    again.append((number, request))
                else:
                    del self._requests[number]
                    _fail(request, RecordingError(f"{shown(request.path)} {sentence}"))
            for number, request in again:
                self._running().send(request.message(number))


def _fail(request: _Request, error: RecordingError) -> None:
    loading = request.loading() if request.loading else None
    if loading is not None:
        loading.failed(error)
    request.answer.put(error)


def _complete(message: wire.Message, raw: bytes | None) -> Answer:
    """The Recording of an answer that is whole."""
    parsed, outcome = wire.parsed_from(message["parsed"]), wire.outcome_from(message["outcome"])
    if raw is None:
        return _long(message, None, outcome)
    signal = np.frombuffer(raw, np.float32).reshape(len(parsed.leads), parsed.n_samples)
    return recording_of(parsed, ArraySamples(signal), outcome)


def _long(message: wire.Message, loading: Loading | None, outcome: Outcome) -> Answer:
    """A Recording over our copy in the cache."""
    parsed = wire.parsed_from(message["parsed"])
    try:
        samples = replace(samples_at(Path(message["copy"]), parsed), progress=loading)
    except (OSError, ValueError):
        return RecordingError(
            f"The working copy of {shown(parsed.path)} disappeared from the cache: open it again."
        )
    return recording_of(parsed, samples, outcome)


def _whole(recording: Recording) -> Recording:
    """The recording once the last of its samples is there."""
    loading = loading_of(recording)
    if loading is not None:
        loading.wait()
    return settled(recording)


def open_alone(path: Path, hints: ImportHints) -> Recording:
    """Read in a throw-away process: for formats whose bad files spoil the next one."""
    with ReaderProcess(alone=True) as reader:
        return reader.open(path, hints, whole=True)
