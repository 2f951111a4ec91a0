"""What a clinical file says about its ECG besides the signal. Frozen, kept, never guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Facts = tuple[tuple[str, str], ...]
"""(what, value) in the words a reader of ECGs uses: ("PR interval", "160 ms")."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MedianBeats:
    """Average beats that the recorder computed. signal_mv: float32 [n_leads, n_samples]."""

    signal_mv: NDArray[np.float32]
    leads: tuple[str, ...]
    fs_hz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionInfo:
    """Who, with what, through which filters, and what the recorder itself found.

    patient       identifies a person: never in logs, exports or remarks
    device        maker, model, software, place of recording
    filters       as stated, one sentence each: "high pass 0.05 Hz"
    measurements  the recorder's own global measurements
    statements    the recorder's or a reader's interpretation, line by line
    median_beats  the file's own average beats, None when it holds none
    """

    patient: Facts = ()
    device: Facts = ()
    filters: tuple[str, ...] = ()
    measurements: Facts = ()
    statements: tuple[str, ...] = ()
    median_beats: MedianBeats | None = field(default=None, compare=False)

    def __bool__(self) -> bool:
        told = (self.patient, self.device, self.filters, self.measurements, self.statements)
        return any(told) or self.median_beats is not None


NOTHING_STATED = AcquisitionInfo()


def to_json(info: AcquisitionInfo) -> dict[str, Any]:
    """For the way out of the reader process."""
    beats = info.median_beats
    return {
        "patient": info.patient,
        "device": info.device,
        "filters": info.filters,
        "measurements": info.measurements,
        "statements": info.statements,
        "median_beats": None
        if beats is None
        else {
            "signal_mv": [[None if v != v else v for v in row] for row in beats.signal_mv.tolist()],
            "leads": beats.leads,
            "fs_hz": beats.fs_hz,
        },
    }


def from_json(content: dict[str, Any]) -> AcquisitionInfo:
    """The inverse of to_json()."""
    beats = content["median_beats"]
    return AcquisitionInfo(
        patient=_facts(content["patient"]),
        device=_facts(content["device"]),
        filters=tuple(content["filters"]),
        measurements=_facts(content["measurements"]),
        statements=tuple(content["statements"]),
        median_beats=None
        if beats is None
        else MedianBeats(
            signal_mv=np.array(beats["signal_mv"], np.float32),
            leads=tuple(beats["leads"]),
            fs_hz=float(beats["fs_hz"]),
        ),
    )


def _facts(content: list[list[str]]) -> Facts:
    return tuple((str(what), str(value)) for what, value in content)
