"""The fidelity guard, run over every cleaned piece while the next one is computed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from viewer.jobs.denoise import Cleaning, Part
from viewer.jobs.runner import LatestJob, Progress
from viewer.recording import Recording
from viewer.state.cleaned import Cleaned
from viewer.state.guard_view import merged
from viewer.state.session import Session

if TYPE_CHECKING:
    from inference.guard import GuardReport

log = logging.getLogger(__name__)

Span = tuple[int, int]
STRETCH_S = 60.0
"""What is read at once when a long recording is looked at again."""


def check(
    recording: Recording, cleaned: Cleaned, spans: Sequence[Span], progress: Progress
) -> GuardReport:
    """The guard over stretches that are cleaned; at least one."""
    from inference.guard import guard

    report: GuardReport | None = None
    for number, (start, stop) in enumerate(spans):
        progress(number / len(spans))
        raw_mv = recording.samples.read_mv(start, stop)
        cleaned_mv = cleaned.samples.read_mv(start, stop)
        found = guard(raw_mv, cleaned_mv, recording.fs_hz, recording.leads)
        report = merged(report, found)
    assert report is not None
    return report


class Guarding(QObject):
    """Follows a cleaning and tells the session what it did to the ECG."""

    broke = Signal(Exception)

    def __init__(self, session: Session, cleaning: Cleaning, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._waiting: list[Span] = []
        self._cleaned: Cleaned | None = None
        self.job = LatestJob(self)
        self.job.succeeded.connect(self._found)
        self.job.failed.connect(self._failed)
        cleaning.piece_done.connect(self._piece_done)
        cleaning.finished.connect(self._finished)
        cleaning.adjusted.connect(self._adjusted)
        session.cleaned_changed.connect(self._follow)

    def _follow(self) -> None:
        """Another cleaned signal, or none: what was asked of the old one is void."""
        if self._session.cleaned is not self._cleaned:
            self.job.cancel()
            self._waiting.clear()
            self._cleaned = self._session.cleaned

    def _piece_done(self, part: Part) -> None:
        self._waiting.append((part.piece.start, part.piece.stop))
        self._go_on()

    def _finished(self, cleaned: Cleaned) -> None:
        """All pieces are there; one that came from memory was never looked at."""
        self._follow()
        if not self._waiting and not self.job.running and self._session.guard is None:
            self._waiting.append((0, cleaned.samples.n_samples))
        self._go_on()

    def _adjusted(self, cleaned: Cleaned) -> None:
        """More or less of the cleaning is applied: all that is there is looked at again."""
        self._follow()
        recording = self._session.recording
        if recording is not None:
            length = round(STRETCH_S * recording.fs_hz)
            self._waiting = [
                (first, min(first + length, stop))
                for start, stop in cleaned.samples.spans
                for first in range(start, stop, length)
            ]
        self._go_on()

    def _go_on(self) -> None:
        recording, cleaned = self._session.recording, self._cleaned
        if self.job.running or not self._waiting or recording is None or cleaned is None:
            return
        spans, self._waiting = self._waiting, []
        self.job.start(lambda progress: check(recording, cleaned, spans, progress))

    def _found(self, report: GuardReport) -> None:
        self._say(merged(self._session.guard, report))

    def _failed(self, error: Exception) -> None:
        """A guard that fails must not pass for one that found nothing."""
        from inference.guard import GuardReport

        blind = GuardReport(state="cannot_tell", reason="the check failed", leads=(), n_beats=0)
        self._say(self._session.guard or blind)
        self.broke.emit(error)

    def _say(self, report: GuardReport) -> None:
        cleaned = self._cleaned
        complete = cleaned is not None and cleaned.complete and not self._waiting
        self._session.set_guard(report, complete=complete)
        self._go_on()
