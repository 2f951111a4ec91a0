"""Reader processes that crash, hang and eat memory, each at a file of a certain name."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from viewer.formats import helper, registry
from viewer.formats.errors import ImportHints
from viewer.formats.parsed import Parsed


class Misbehaving:
    """Takes every file whose stem says what to do."""

    name = "misbehaving"

    def sniff(self, path: Path, head: bytes) -> bool:
        return path.stem in ("crash", "abort", "hang", "eat", "raise") or head.startswith(b"CRASH")

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        if path.stem == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if path.stem == "abort":
            os.abort()
        if path.stem == "hang":
            while True:
                time.sleep(0.05)
        if path.stem == "raise":
            raise OverflowError("nobody foresaw this")
        eaten = []
        while True:
            eaten.append(np.empty(512 << 20, np.uint8))


def serve(connection: Connection, alone: bool) -> None:
    """The reader process with a misbehaving reader in front of the real ones."""
    registry.READERS = (Misbehaving(), *registry.READERS)
    helper.serve(connection, alone)


def never_awake(connection: Connection, alone: bool) -> None:
    """A process that does not come to its first word."""
    while not connection.poll(0.05):
        pass
