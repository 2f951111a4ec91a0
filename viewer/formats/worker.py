"""One reader process, the thread that listens to it, and how long it may be silent."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Protocol

from viewer.formats import wire

SILENCE_S = 5.0
"""A reader at work that says nothing for so long is stopped."""

START_S = 60.0
"""A new process may take this long on a busy computer."""

TICK_S, IDLE_S, STOP_S = 0.2, 2.0, 1.0

Serve = Callable[[Connection, bool], None]
"""What runs in the process; tests give one that misbehaves."""


class Owner(Protocol):
    """Who asked for the process. All but busy() are called in its listening thread."""

    def busy(self) -> bool: ...

    def tidy(self, worker: Worker) -> None: ...

    def heard(self, message: wire.Message, raw: bytes | None) -> None: ...

    def died(self, worker: Worker, sentence: str) -> None: ...


class Worker:
    """One process and the thread that listens to it."""

    def __init__(self, owner: Owner, target: Serve, alone: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=target, args=(theirs, alone), name="leadlight-reader", daemon=True
        )
        self._owner, self.dead = owner, False
        self._limit_s, self._silent_s = START_S, 0.0
        self._work, self._sending = threading.Event(), threading.Lock()
        self._process.start()
        theirs.close()
        threading.Thread(target=self._listen, name="reader-listen", daemon=True).start()

    def send(self, message: wire.Message) -> None:
        """Ask for something; a process that is gone is noticed by the listening thread."""
        with self._sending, contextlib.suppress(OSError, ValueError):
            if not self._work.is_set():
                self._silent_s = 0.0  # silence counts from the question on
            self._work.set()
            wire.send(self._connection, message)

    def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        self.dead = True
        self.send({"kind": "stop"})
        self._process.join(STOP_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _listen(self) -> None:
        try:
            while True:
                sentence = self._next()
                if sentence:
                    break
        except (EOFError, OSError, ValueError, KeyError):
            sentence = (
                "stopped the reader: the file is damaged in a way that no reader survives; "
                "get it again from its source."
            )
        self.dead = True
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._connection.close()
        self._owner.died(self, sentence)

    def _next(self) -> str | None:
        """Wait for one message and pass it on; a sentence when the process has gone silent."""
        if not self._connection.poll(TICK_S):
            self._owner.tidy(self)
            self._silent_s += TICK_S  # not by the clock: on a busy computer both of us wait
            if not self._owner.busy():
                self._idle()
            elif self._silent_s > self._limit_s:
                return (
                    f"could not be read within {SILENCE_S:g} s: the file is damaged or its disk "
                    "does not answer; copy it to this computer and try again."
                )
            return None
        message = wire.receive(self._connection)
        raw = self._connection.recv_bytes() if message["kind"] == "array" else None
        self._silent_s = 0.0
        if message["kind"] == "awake":
            self._limit_s = SILENCE_S
        else:
            self._owner.heard(message, raw)
            self._owner.tidy(self)
        return None

    def _idle(self) -> None:
        """Nothing asked: sleep without waking up until somebody asks or the process ends."""
        self._work.clear()
        while not self._owner.busy() and not self._work.wait(IDLE_S):
            if self.dead or not self._process.is_alive():
                raise EOFError
