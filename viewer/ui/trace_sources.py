"""The curves of the open recording, and the work that keeps long ones drawable."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from viewer.jobs.runner import LatestJob, Progress
from viewer.recording import Recording
from viewer.samples import Samples
from viewer.state.curves import Difference, Source
from viewer.state.layers import Trace

SUMMARISE_FROM = 2**17
"""Samples from which on overviews need the pyramid."""
LOADING_MS = 200
"""How often a recording that is still loading is looked at again."""


class TraceSources(QObject):
    """Raw, denoised and residual, each with a pyramid that grows as samples come."""

    grew = Signal()  # more can be drawn

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.known: dict[Trace, Source] = {}
        self._ready = 0
        self._summaries = LatestJob(self)
        self._summaries.progressed.connect(self._more)
        self._summaries.succeeded.connect(self._more)
        self._loading = QTimer(self, interval=LOADING_MS)
        self._loading.timeout.connect(self._look)

    def open(self, recording: Recording | None) -> None:
        """The curves of another recording, or of none."""
        self._summaries.cancel()
        self._loading.stop()
        self.known.clear()
        if recording is not None:
            self.known[Trace.RAW] = Source(recording.samples, recording.fs_hz)
            self._summarise()

    def set_cleaned(self, samples: Samples | None) -> None:
        """A cleaned signal came, grew or went."""
        if samples is None:
            self.known.pop(Trace.DENOISED, None)
            self.known.pop(Trace.RESIDUAL, None)
            return
        raw, denoised = self.known[Trace.RAW], self.known.get(Trace.DENOISED)
        if denoised is None or denoised.samples is not samples:
            difference = Difference(raw.samples, samples)
            self.known[Trace.DENOISED] = Source(samples, raw.fs_hz)
            self.known[Trace.RESIDUAL] = Source(difference, raw.fs_hz)
        if samples.ready_until == samples.n_samples:
            self._summarise()

    def stop(self) -> None:
        """End background work: no thread outlives the view."""
        self._loading.stop()
        self._summaries.close()

    def rest(self) -> None:
        """Look no more for samples that cannot be read."""
        self._loading.stop()

    @property
    def raw(self) -> Source | None:
        """The recording as it was opened; None while nothing is."""
        return self.known.get(Trace.RAW)

    @property
    def summarised(self) -> bool:
        """Whether every overview can be drawn in full."""
        return all(_is_short(one) or one.pyramid.complete for one in self.known.values())

    def _summarise(self) -> None:
        """Build the pyramids of long recordings in a worker, as far as samples have come."""
        waiting = [
            one for one in self.known.values() if not _is_short(one) and one.pyramid.can_grow
        ]
        if waiting and not self._summaries.running:
            self._summaries.start(lambda progress: _build_all(waiting, progress))
        raw = self.known[Trace.RAW].samples
        if raw.ready_until < raw.n_samples:
            self._loading.start()
        else:
            self._loading.stop()

    def _look(self) -> None:
        """A recording that still loads is drawn again whenever more of it can be read."""
        ready = self.known[Trace.RAW].samples.ready_until
        if ready != self._ready:
            self._ready = ready
            self._more()

    def _more(self) -> None:
        if self.known:
            self._summarise()
            self.grew.emit()


def _is_short(source: Source) -> bool:
    return source.samples.n_samples < SUMMARISE_FROM


def _build_all(sources: list[Source], progress: Progress) -> None:
    for number, source in enumerate(sources):
        source.pyramid.build(lambda done, n=number: progress((n + done) / len(sources)))  # type: ignore[misc]
