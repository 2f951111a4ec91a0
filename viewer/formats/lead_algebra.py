"""Limb leads computed from I and II, only when the user asks, and marked as derived."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.formats.errors import RecordingError
from viewer.formats.leads import clinical_order
from viewer.recording import Integrity, Recording
from viewer.samples import Samples

WEIGHTS = {"III": (-1.0, 1.0), "aVR": (-0.5, -0.5), "aVL": (1.0, -0.5), "aVF": (-0.5, 1.0)}
"""Factors of I and II (Einthoven: III = II - I; Goldberger)."""


@dataclass(frozen=True, slots=True, eq=False)
class MixedSamples:
    """Rows of other samples, weighted: mix is float32 [n_leads, source leads]."""

    source: Samples
    mix: NDArray[np.float32]

    @property
    def n_leads(self) -> int:
        return len(self.mix)

    @property
    def n_samples(self) -> int:
        return self.source.n_samples

    @property
    def ready_until(self) -> int:
        return self.source.ready_until

    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]:
        recorded = self.source.read_mv(start, stop)
        signal = np.empty((len(self.mix), recorded.shape[1]), np.float32)
        for row, weights in enumerate(self.mix):
            used: NDArray[Any] = np.flatnonzero(weights)
            if len(used) == 1 and weights[used[0]] == 1.0:
                signal[row] = recorded[used[0]]
            else:  # only the leads that take part: a gap elsewhere must not spread
                signal[row] = weights[used] @ recorded[used]
        return signal


def derive_limb_leads(recording: Recording) -> Recording:
    """The recording with III, aVR, aVL and aVF added where missing, marked derived.

    Raises RecordingError when I or II is missing.
    """
    for needed in ("I", "II"):
        if needed not in recording.leads:
            raise RecordingError(
                f"{recording.name} has no lead {needed}, so limb leads cannot be derived."
            )
    missing = [name for name in WEIGHTS if name not in recording.leads]
    if not missing:
        return recording
    names = [*recording.leads, *missing]
    mix = np.eye(len(names), len(recording.leads), dtype=np.float32)
    for name in missing:
        first, second = recording.leads.index("I"), recording.leads.index("II")
        mix[names.index(name), [first, second]] = WEIGHTS[name]
    order = clinical_order(names)
    none: tuple[Integrity, ...] = tuple("absent" for _ in missing)
    integrity = recording.integrity + none
    step = (*recording.step_mv, *(float("nan"),) * len(missing))
    known = len(recording.integrity) == len(recording.leads)
    return replace(
        recording,
        samples=MixedSamples(recording.samples, mix[list(order)]),
        leads=tuple(names[i] for i in order),
        integrity=tuple(integrity[i] for i in order) if known else (),
        step_mv=tuple(step[i] for i in order) if recording.step_mv else (),
        derived=recording.derived | set(missing),
    )
