"""The one error of this package, in words a clinician can act on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Question = Literal["fs_hz", "unit", "axis", "leads", "array"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportHints:
    """What the user knows and the file does not say. None: not told.

    fs_hz  samples per second
    unit   "mV", "uV", "V" or "nV"; or "200/mV": digital units per millivolt
    axis   "leads-first" when the array is [leads, samples], "samples-first" otherwise
    leads  names of the leads in the file's own order
    array  which of several arrays of a file is the ECG, by its name there
    """

    fs_hz: float | None = None
    unit: str | None = None
    axis: Literal["leads-first", "samples-first"] | None = None
    leads: tuple[str, ...] | None = None
    array: str | None = None


class RecordingError(Exception):
    """Shown to the user as it is: which file, what is wrong, what to do."""


def too_large(path: Path) -> RecordingError:
    """What to say when memory runs out."""
    return RecordingError(
        f"{path.name} needs more memory than reading may take: split it into shorter files."
    )


class NeedsHints(RecordingError):
    """The file can be read once the questions are answered.

    questions  names of the ImportHints fields that are missing
    arrays     what can be answered to "array"
    """

    def __init__(
        self, sentence: str, questions: tuple[Question, ...], arrays: tuple[str, ...] = ()
    ) -> None:
        super().__init__(sentence)
        self.questions, self.arrays = questions, arrays
