"""Samples that tell how much of them was read: progress for work that only reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from viewer.samples import Samples


@dataclass(eq=False)
class Watched:
    """The samples themselves; every read is reported, and may be stopped there.

    passes    how often the work is expected to read everything
    progress  told 0..1; may raise to cancel
    """

    samples: Samples
    passes: float
    progress: Callable[[float], None]
    _read: int = field(default=0, init=False)

    @property
    def n_leads(self) -> int:
        return self.samples.n_leads

    @property
    def n_samples(self) -> int:
        return self.samples.n_samples

    @property
    def ready_until(self) -> int:
        return self.samples.ready_until

    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]:
        self._read += stop - start
        self.progress(min(self._read / max(self.passes * self.n_samples, 1), 0.99))
        return self.samples.read_mv(start, stop)


def export_passes(n_leads: int, n_samples: int, whole_bytes: int) -> float:
    """How often an export reads everything: for its scale, to write, and to compare.

    A long recording is compared lead by lead, and each of them reads all leads.
    """
    whole = 4 * n_leads * n_samples <= whole_bytes
    return 2.0 + (1 if whole else n_leads)
