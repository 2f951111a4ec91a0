"""The reader process: opens files one after the other, and may die of one alone."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from collections.abc import Generator
from multiprocessing.connection import Connection
from pathlib import Path

from viewer.formats import long_copy, wire
from viewer.formats.errors import RecordingError
from viewer.formats.opening import in_memory, is_long
from viewer.formats.parsed import Outcome, Parsed
from viewer.formats.registry import must_be_alone, parse

MEMORY_BYTES = 1 << 30
"""What reading may take above what the process has when it starts."""

log = logging.getLogger(__name__)

Copying = Generator[int, None, Outcome]


def serve(connection: Connection, alone: bool) -> None:
    """Answer requests until the program closes the connection or asks to stop.

    alone: a throw-away process, which may read formats that spoil their process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is for the program
    logging.disable(logging.CRITICAL)  # nobody reads it, and it might name a patient
    limit_memory()
    with contextlib.suppress(EOFError, OSError, BrokenPipeError):
        wire.send(connection, {"kind": "awake"})
        _Server(connection, alone).run()


def limit_memory() -> None:
    """So that a size bomb is a MemoryError here, not a frozen computer.

    Windows and macOS offer no such limit; there the checks of declared sizes stand alone.
    """
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class _Server:
    def __init__(self, connection: Connection, alone: bool) -> None:
        self._connection, self._alone = connection, alone
        self._copying: dict[int, Copying] = {}  # newest last

    def run(self) -> None:
        while True:
            if not self._copying or self._connection.poll(0):
                request = wire.receive(self._connection)
                if request["kind"] == "stop":
                    return
                self._handle(request)
            else:
                self._go_on(next(reversed(self._copying)))

    def _handle(self, request: wire.Message) -> None:
        number = request["number"]
        if request["kind"] == "forget":
            forgotten = self._copying.pop(number, None)
            if forgotten is not None:
                forgotten.close()  # removes the unfinished copy
            return
        try:
            self._open(number, request)
        except RecordingError as error:
            self._fail(number, error)

    def _open(self, number: int, request: wire.Message) -> None:
        path, hints = Path(request["path"]), wire.hints_from(request["hints"])
        if not self._alone and must_be_alone(path):
            self._say(number, {"kind": "alone"})
            return
        parsed = parse(path, hints)
        if not is_long(parsed):
            self._send_array(number, parsed)
            return
        key = long_copy.key_of(parsed, hints)
        found = long_copy.find(key)
        head = {"kind": "mapped", "parsed": wire.parsed_to(parsed)}
        if found is not None:
            copy, outcome = found
            self._say(number, {**head, "copy": str(copy), "outcome": wire.outcome_to(outcome)})
            return
        again = request.get("copy")  # a second attempt fills the file that is already mapped
        copy = Path(again) if again else long_copy.new_copy(parsed, key)
        steps = long_copy.write(parsed, copy, key)
        ready = next(steps)  # the first page, before anybody maps the file
        self._copying[number] = steps
        self._say(number, {**head, "copy": str(copy), "outcome": None, "ready": ready})

    def _send_array(self, number: int, parsed: Parsed) -> None:
        samples, outcome = in_memory(parsed)
        self._say(
            number,
            {
                "kind": "array",
                "parsed": wire.parsed_to(parsed),
                "outcome": wire.outcome_to(outcome),
            },
        )
        self._connection.send_bytes(memoryview(samples.signal_mv.data).cast("B"))

    def _go_on(self, number: int) -> None:
        """One more block of a long copy."""
        try:
            ready = next(self._copying[number])
            self._say(number, {"kind": "progress", "ready": ready})
        except StopIteration as done:
            del self._copying[number]
            self._say(number, {"kind": "finished", "outcome": wire.outcome_to(done.value)})
        except RecordingError as error:
            del self._copying[number]
            self._fail(number, error)

    def _fail(self, number: int, error: RecordingError) -> None:
        self._say(number, wire.error_to(error))

    def _say(self, number: int, message: wire.Message) -> None:
        wire.send(self._connection, {**message, "number": number})
