"""What a file gave us: an ECG in millivolts, hertz and seconds. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from viewer.acquisition import NOTHING_STATED, AcquisitionInfo
from viewer.samples import ArraySamples, Samples

CLINICAL_ORDER = (
    *("I", "II", "III", "aVR", "aVL", "aVF"),
    *("V1", "V2", "V3", "V4", "V5", "V6"),
    *("V3R", "V4R", "V7", "V8", "V9", "X", "Y", "Z"),
)
"""The order a reader expects; leads with other names follow in file order."""

Integrity = Literal["ok", "absent", "failed", "pending"]
"""What the file's own checksum says of a lead: "absent" where the format has none,
"pending" while a long recording is still being read (see viewer.formats.loading)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Recording:
    """An ECG as the file gave it. Never changed; a denoised one is a new Recording.

    samples        the millivolts, see viewer.samples
    leads          one name per row, in clinical order: "I", "II", ... "V6"
    fs_hz          samples per second
    name           what to call it on screen: the record's name
    path           the file it came from, None when it was computed
    format         "WFDB", "NPZ", ...
    start_time     when the recording began, None when the file does not say
    age_years      None when unknown; likewise sex, "F" or "M"
    comments       the file's own remarks, as written
    integrity      per lead, what the file's checksum says
    warnings       sentences the reader of the ECG should see
    derived        leads computed from others (III, aVR, aVL, aVF), never recorded
    step_mv        per lead, the digital step of the source; NaN where it had none
    source_sha256  of the source's bytes (header and signal files in order)
    acquisition    patient, device, filters, own measurements: what the file says besides
    """

    samples: Samples
    leads: tuple[str, ...]
    fs_hz: float
    name: str
    path: Path | None = None
    format: str = ""
    start_time: datetime | None = None
    age_years: float | None = None
    sex: Literal["F", "M"] | None = None
    comments: tuple[str, ...] = ()
    integrity: tuple[Integrity, ...] = ()
    warnings: tuple[str, ...] = ()
    derived: frozenset[str] = frozenset()
    step_mv: tuple[float, ...] = ()
    source_sha256: str = ""
    acquisition: AcquisitionInfo = NOTHING_STATED

    def __post_init__(self) -> None:
        if self.samples.n_leads != len(self.leads):
            raise ValueError(f"{len(self.leads)} leads, but {self.samples.n_leads} signals")
        if len(set(self.leads)) != len(self.leads):
            raise ValueError(f"a lead is named twice: {', '.join(self.leads)}")
        if not (np.isfinite(self.fs_hz) and self.fs_hz > 0):
            raise ValueError(f"a sampling rate of {self.fs_hz} Hz")

    @classmethod
    def from_array(
        cls, signal_mv: NDArray[np.float32], leads: tuple[str, ...], fs_hz: float, name: str
    ) -> Recording:
        """A recording held in memory; signal_mv is float32 [n_leads, n_samples]."""
        return cls(samples=ArraySamples(signal_mv), leads=leads, fs_hz=fs_hz, name=name)

    @property
    def n_samples(self) -> int:
        return self.samples.n_samples

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.fs_hz

    @property
    def signal_mv(self) -> NDArray[np.float32]:
        """The whole signal, float32 [n_leads, n_samples]; a copy for mapped recordings."""
        return self.samples.read_mv(0, self.n_samples)
