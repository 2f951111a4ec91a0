"""Measuring: processor time, memory, and which machine it was."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, how much, and the figure of the design."""

    what: str
    measured: str
    target: str = ""


def cpu_ms(work: Callable[[], object]) -> float:
    """Processor milliseconds of this process, its threads included."""
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000


def frames_ms(frame: Callable[[int], object], n: int) -> str:
    """Median and 99th percentile of n frames, processor time and wall time."""
    frame(-1)
    cpu, wall = [], []
    for number in range(n):
        began = time.perf_counter()
        cpu.append(cpu_ms(partial(frame, number)))
        wall.append((time.perf_counter() - began) * 1000)
    return f"{spread(cpu)} ms CPU ({spread(wall)} ms wall)"


def spread(values: list[float]) -> str:
    """Median and 99th percentile."""
    late = sorted(values)[min(int(len(values) * 0.99), len(values) - 1)]
    return f"{statistics.median(values):.1f}, p99 {late:.1f}"


def memory_mb() -> tuple[float, float]:
    """Own (anonymous) and all resident memory, in MB; NaN where the system does not say."""
    if not STATUS.exists():
        return float("nan"), float("nan")
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return tuple(int(lines[key].split()[0]) / 1000 for key in ("RssAnon", "VmRSS"))  # type: ignore[return-value]


def machine() -> str:
    """Processor, cores and library versions; no names of hosts or people."""
    parts = [f"{processor()}, {os.cpu_count()} cores", platform.system()]
    parts.append(f"Python {platform.python_version()}")
    parts += [f"{name} {version(name)}" for name in ("PySide6-Essentials", "pyqtgraph", "numpy")]
    parts.append(f"Qt platform {os.environ.get('QT_QPA_PLATFORM', 'default')}")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    parts.append(f"load average {load:.1f} (other work shares the cores above 1)")
    return ", ".join(parts)


def processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
