"""Samples of an array file, block by block, into the rows of a recording."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from viewer.formats.array_import import Plan
from viewer.formats.npy import Npy, blocks
from viewer.formats.sinks import Sink

PAGE_S = 60.0
"""What is read first of each lead of a long file, so that something can be shown."""


@dataclass(slots=True)
class Found:
    """What was noticed while reading. spans_mv: highest minus lowest, per row."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    infinite: bool = False

    @property
    def spans_mv(self) -> list[float]:
        return [max(high - low, 0.0) for low, high in zip(self.low, self.high, strict=True)]


def read_rows(
    file: IO[bytes], npy: Npy, plan: Plan, sink: Sink, name: str
) -> Generator[int, None, Found]:
    """Write every lead to its row; file stands at the first sample.

    Yields up to which sample every row is complete: 0 until the end for arrays that
    are stored lead after lead.
    """
    found = Found([np.inf] * plan.n_leads, [-np.inf] * plan.n_leads)

    def put(lead: int, start: int, values: NDArray[Any]) -> None:
        sink.write(plan.row[lead], start, to_float(values, plan.mv, found, plan.row[lead]))

    if plan.leads_first != npy.fortran:
        yield from _lead_after_lead(file, npy, plan, put, name)
    else:
        yield from _sample_after_sample(file, npy, plan, put, name)
    return found


def read_first_page(
    file: IO[bytes], data_start: int, npy: Npy, plan: Plan, sink: Sink, name: str
) -> int:
    """The first minute of every lead, by seeking; returns how many samples that is.

    For files that can be searched and store lead after lead; 0 for all others.
    """
    if plan.leads_first == npy.fortran:
        return 0
    page = min(plan.n_samples, int(PAGE_S * plan.fs_hz))
    found = Found([np.inf] * plan.n_leads, [-np.inf] * plan.n_leads)
    size = npy.dtype.itemsize
    for lead in range(plan.n_leads):
        file.seek(data_start + lead * plan.n_samples * size)
        values = np.frombuffer(file.read(page * size), npy.dtype)
        sink.write(plan.row[lead], 0, to_float(values, plan.mv, found, plan.row[lead]))
    return page


Put = Callable[[int, int, NDArray[Any]], None]


def _lead_after_lead(
    file: IO[bytes], npy: Npy, plan: Plan, put: Put, name: str
) -> Generator[int, None, None]:
    at = 0
    for block in blocks(file, npy, 1, name):
        while block.size:
            lead, sample = divmod(at, plan.n_samples)
            part = block[: plan.n_samples - sample]
            put(lead, sample, part)
            block, at = block[len(part) :], at + len(part)
        yield 0


def _sample_after_sample(
    file: IO[bytes], npy: Npy, plan: Plan, put: Put, name: str
) -> Generator[int, None, None]:
    at = 0
    for block in blocks(file, npy, plan.n_leads, name):
        by_lead = np.ascontiguousarray(block.reshape(-1, plan.n_leads).T)
        for lead, values in enumerate(by_lead):
            put(lead, at, values)
        at += by_lead.shape[1]
        yield at


def to_float(values: NDArray[Any], mv: float, found: Found, row: int) -> NDArray[np.float32]:
    """Stored values as float32 mV; bit-exact when they are that already. Infinity is a gap."""
    if mv == 1.0 and values.dtype == np.float32:
        signal = values
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            signal = (values * np.float64(mv)).astype(np.float32)
    finite = np.isfinite(signal)
    if not finite.all():
        infinite = np.isinf(signal)
        if infinite.any():
            found.infinite = True
            signal = np.where(infinite, np.float32(np.nan), signal)
        measured = signal[finite]
    else:
        measured = signal
    if measured.size:
        found.low[row] = min(found.low[row], float(measured.min()))
        found.high[row] = max(found.high[row], float(measured.max()))
    return signal
