"""What a written file gives back, for comparing: decoded without the code that wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Blocks = Iterator[tuple[int, NDArray[np.float32]]]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """leads, rate and start as read; blocks: (first sample, float32 [n_leads, n] in mV).

    None: the format has no place for it.
    """

    blocks: Blocks
    leads: tuple[str, ...] | None = None
    fs_hz: float | None = None
    start_time: datetime | None = None
    tells_time: bool = False
