"""Reading a prior recording and measuring both, off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from viewer.jobs.load import Reader
from viewer.jobs.runner import Progress
from viewer.recording import Recording
from viewer.state.prior import Comparison, cautions, compare
from viewer.state.st_view import span_to_measure


@dataclass(frozen=True, slots=True, eq=False)
class PriorAnswer:
    """The prior recording, and how the open one differs from it."""

    prior: Recording
    comparison: Comparison


def compare_with(
    reader: Reader, now: Recording, middle_s: float, path: Path, progress: Progress
) -> PriorAnswer:
    """Raises RecordingError or NotComparable, each with one sentence."""
    from inference.st import StReport, measure

    prior = reader.open(path, None)
    said = cautions(now, prior)
    progress(0.3)

    def measured(recording: Recording, at_s: float) -> StReport:
        start, stop = span_to_measure(recording.n_samples, recording.fs_hz, at_s)
        return measure(
            recording.samples.read_mv(start, stop),
            recording.fs_hz,
            recording.leads,
            age_years=recording.age_years,
            sex=recording.sex,
            derived=recording.derived,
        )

    one = measured(now, middle_s)
    progress(0.7)
    other = measured(prior, 0.0)
    return PriorAnswer(prior, compare(one, other, said))
