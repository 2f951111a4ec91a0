"""Checks that every reader shares: implausible amplitudes, the hash of the source."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from pathlib import Path

from viewer.formats.files import open_regular

HASH_BLOCK = 4 * 1024 * 1024


def amplitude_warnings(leads: Sequence[str], spans_mv: Sequence[float]) -> tuple[str, ...]:
    """Signs that the stated gain cannot be true. spans_mv: highest minus lowest, per lead."""
    moving = [span for span in spans_mv if span > 0]
    if len(moving) >= 3 and max(moving) <= 1.01 * min(moving):
        return (
            f"Every lead spans the same {moving[0]:.3g} mV: the file's gains seem to stretch each "
            "lead to one height, so amplitudes and ST levels are not real.",
        )
    if moving and min(moving) > 400:
        return (f"The leads span up to {max(moving):.4g} mV: the stated gain or unit looks wrong.",)
    if moving and max(moving) < 0.01:
        return (f"No lead spans more than {max(moving):.2g} mV: the gain or unit looks wrong.",)
    return ()


def hashing(paths: Sequence[Path], ready: int) -> Generator[int, None, str]:
    """SHA-256 over the bytes of all files, in order; yields ready every few megabytes."""
    total = hashlib.sha256()
    for path in paths:
        with open_regular(path) as file:
            while block := file.read(HASH_BLOCK):
                total.update(block)
                yield ready
    return total.hexdigest()
