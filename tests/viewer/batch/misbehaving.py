"""Tasks that fail in every way a worker process can; importable there."""

from __future__ import annotations

import os
from dataclasses import dataclass

from viewer.batch.task import Item, Outcome, TaskError, always


@dataclass(frozen=True)
class Misbehaving:
    """Does what the file's name says, else counts samples."""

    def infer(self, recording, report):
        return recording.n_samples

    def finish(self, item: Item, recording, inferred):
        if "abort" in item.path:
            os.abort()
        if "raise" in item.path:
            raise ZeroDivisionError("a fault of ours")
        if "refuse" in item.path:
            raise TaskError("it was refused")
        return Outcome(item, always(item.path, recording) | {"n": inferred, "pid": os.getpid()})
