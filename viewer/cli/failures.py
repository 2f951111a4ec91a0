"""Exit statuses, and the one way an error reaches the terminal."""

from __future__ import annotations

import sys

from viewer.batch.task import DONE, FAILED, REFUSED, UNREADABLE, USAGE

__all__ = ["DONE", "FAILED", "REFUSED", "UNREADABLE", "USAGE", "CommandError", "complain", "worse"]
"""0 done; 2 wrong usage; 3 a recording could not be read; 4 refused under --strict; 1 else."""


class CommandError(Exception):
    """Ends the command with one sentence for the user."""

    def __init__(self, sentence: str, status: int = FAILED) -> None:
        super().__init__(sentence)
        self.status = status


def complain(sentence: str) -> None:
    """One sentence on stderr."""
    print(f"leadlight: {sentence}", file=sys.stderr, flush=True)


def worse(first: int, second: int) -> int:
    """The status that tells more: unreadable files before refusals before anything else."""
    order = (DONE, FAILED, USAGE, REFUSED, UNREADABLE)
    return max(first, second, key=order.index)
