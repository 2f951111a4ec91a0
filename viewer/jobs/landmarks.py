"""Fiducials of the visible page, found in the worker while somebody measures by hand."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from viewer.jobs.runner import LatestJob, Progress
from viewer.samples import Samples
from viewer.state.calipers import TraceName
from viewer.state.ruler import NO_LANDMARKS, Landmarks

SETTLE_MS = 80
BESIDE_S = 4.0  # to each side of the page, so that the RR before its first beat is known
LONGEST_S = 90.0
"""A longer page is an overview: a pixel is coarser than any snap."""

NAMES = {
    "p_onset": "P onset",
    "p_end": "P end",
    "qrs_onset": "QRS onset",
    "j": "J point",
    "t_peak": "T peak",
    "t_end": "T end",
}


def find_landmarks(
    samples: Samples, fs_hz: float, leads: tuple[str, ...], start: int, stop: int
) -> Landmarks:
    """Fiducials and R peaks between two samples: those of the median beat, at every beat."""
    from inference.signal.rpeaks import find_beats
    from inference.st import measure

    signal_mv = samples.read_mv(start, stop)
    r_samples = find_beats(signal_mv, fs_hz).samples
    times = [r_samples]
    names = ["R peak"] * len(r_samples)
    report = measure(signal_mv, fs_hz, leads, r_samples=r_samples)
    if report.beats is not None and report.fiducials is not None:
        for field, name in NAMES.items():
            index = getattr(report.fiducials, field)
            if index >= 0:
                times.append(report.beats.samples - report.beats.before + index)
                names += [name] * len(report.beats.samples)
    found = (np.concatenate(times) + start) / fs_hz
    order = np.argsort(found, kind="stable")
    return Landmarks(found[order], tuple(names[i] for i in order), (r_samples + start) / fs_hz)


class LandmarkFinder(QObject):
    """Answers the newest question; an old answer stays until the new one is there."""

    found = Signal()
    broke = Signal(Exception)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.landmarks = NO_LANDMARKS
        self._asked: tuple[object, ...] = ()
        self._question: tuple[Samples, float, tuple[str, ...], int, int] | None = None
        self.job = LatestJob(self)
        self.job.succeeded.connect(self._done)
        self.job.failed.connect(self.broke)
        self._timer = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._timer.timeout.connect(self._start)

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._timer.isActive() or self.job.running

    def forget(self) -> None:
        """Another recording."""
        self._timer.stop()
        self.job.cancel()
        self.landmarks, self._asked = NO_LANDMARKS, ()

    def stop(self) -> None:
        """No thread outlives the window."""
        self._timer.stop()
        self.job.close()

    def ask(
        self,
        samples: Samples,
        fs_hz: float,
        leads: tuple[str, ...],
        span_s: tuple[float, float],
        trace: TraceName,
    ) -> None:
        """Find what lies on this page of this trace, unless that is known already."""
        start = max(round((span_s[0] - BESIDE_S) * fs_hz), 0)
        stop = min(round((span_s[1] + BESIDE_S) * fs_hz), samples.n_samples)
        asked = (id(samples), trace, start, stop)
        if asked == self._asked or stop - start > LONGEST_S * fs_hz or stop - start < fs_hz:
            return
        has = getattr(samples, "has", None)
        there = has(start, stop) if has is not None else samples.ready_until >= stop
        if not there:
            return
        if self._asked[:2] != asked[:2]:
            self.landmarks = NO_LANDMARKS  # of another trace: no fiducials of this one
        self._asked, self._question = asked, (samples, fs_hz, leads, start, stop)
        self._timer.start()

    def _start(self) -> None:
        question = self._question
        if question is not None:

            def work(progress: Progress) -> Landmarks:
                return find_landmarks(*question)

            self.job.start(work)

    def _done(self, landmarks: Landmarks) -> None:
        self.landmarks = landmarks
        self.found.emit()
