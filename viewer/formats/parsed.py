"""What a reader understood of a file, before its samples are decoded."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from viewer.acquisition import NOTHING_STATED, AcquisitionInfo
from viewer.formats.errors import ImportHints
from viewer.formats.sinks import Sink
from viewer.recording import Integrity

Decoding = Generator[int, None, "Outcome"]
"""Yields how many samples of every lead are complete; returns the Outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is known only after the last sample was decoded. integrity: one per lead."""

    integrity: tuple[Integrity, ...]
    warnings: tuple[str, ...] = ()
    source_sha256: str = ""


class Decode(Protocol):
    def __call__(self, sink: Sink) -> Decoding: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A recording whose header has been read and checked, samples not yet decoded.

    leads         clinical names in clinical order, one per row that decode() writes
    dtype         int16, int32 or float32: what decode() writes
    step_mv       millivolts per digital unit, per row; offset_mv millivolts at zero
    sources       the files it consists of, header first
    source_bytes  their size together, to recognise size bombs
    """

    leads: tuple[str, ...]
    fs_hz: float
    n_samples: int
    dtype: np.dtype[Any]
    step_mv: tuple[float, ...]
    offset_mv: tuple[float, ...]
    decode: Decode
    name: str
    path: Path
    format: str
    sources: tuple[Path, ...]
    source_bytes: int
    start_time: datetime | None = None
    age_years: float | None = None
    sex: Literal["F", "M"] | None = None
    comments: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    derived: frozenset[str] = frozenset()
    acquisition: AcquisitionInfo = NOTHING_STATED


class Reader(Protocol):
    """One format: one module, one line in registry.READERS."""

    name: str

    def sniff(self, path: Path, head: bytes) -> bool:
        """Whether the file is mine, by its content first. head: its first 4096 bytes."""

    def parse(self, path: Path, hints: ImportHints) -> Parsed:
        """Read and check the header. Raises RecordingError."""
