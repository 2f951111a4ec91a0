"""Which ten seconds of a long recording to look at first, and why. Qt-free."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from viewer.report.page import clock

SAME_RATE = 0.10
"""Heart rates that differ by less than this share are equally typical."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ten seconds that were graded.

    grades       one letter per lead
    psnr_db      mean over leads, NaN where no model scored it
    bpm          heart rate, NaN where there are no beats
    """

    start_s: float
    stop_s: float
    grades: str
    psnr_db: float
    bpm: float


@dataclass(frozen=True, slots=True)
class Best:
    """The chosen stretch, how typical its rate is, and how many it was chosen from."""

    stretch: Stretch
    typical_bpm: float
    n_compared: int
    n_stretches: int

    @property
    def why(self) -> str:
        """One sentence for the reader of the ECG."""
        stretch, n_leads = self.stretch, len(self.stretch.grades)
        counts = {letter: stretch.grades.count(letter) for letter in "ABC"}
        said = [f"{counts['A']} of {n_leads} leads grade A"]
        said += [f"{counts[letter]} grade {letter}" for letter in "BC" if counts[letter]]
        if math.isfinite(stretch.bpm):
            rate = f"heart rate {stretch.bpm:.0f}/min"
            if math.isfinite(self.typical_bpm):
                rate += f" (typical here: {self.typical_bpm:.0f}/min)"
            said.append(rate)
        span = f"{clock(stretch.start_s)} – {clock(stretch.stop_s)}"
        every = "all" if self.n_compared == self.n_stretches else f"{self.n_compared} of"
        return f"Best 10 s: {span}. {', '.join(said)}; compared {every} {self.n_stretches}."


def choose(stretches: Sequence[Stretch], typical_bpm: float) -> Stretch:
    """The cleanest by grade; of equals the most typical heart rate; then the best score.

    Raises ValueError when there is none.
    """
    if not stretches:
        raise ValueError("no stretch to choose from")
    return min(stretches, key=lambda one: _rank(one, typical_bpm))


def _rank(stretch: Stretch, typical_bpm: float) -> tuple[float, ...]:
    psnr_db = stretch.psnr_db if math.isfinite(stretch.psnr_db) else -math.inf
    return (
        stretch.grades.count("C"),
        stretch.grades.count("B"),
        math.floor(strangeness(stretch.bpm, typical_bpm) / SAME_RATE),
        -psnr_db,
        stretch.start_s,
    )


def strangeness(bpm: float, typical_bpm: float) -> float:
    """How far a rate is from the usual one: 0 for equal, 1 for double, half or none at all."""
    if not math.isfinite(typical_bpm):
        return 0.0
    if not math.isfinite(bpm):
        return 1.0
    return min(abs(math.log2(bpm / typical_bpm)), 1.0)
