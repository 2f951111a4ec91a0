"""The noise map off the GUI thread: the visible segment first, then outwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from inference.quality import Segment, SegmentQuality, quality_segment, quality_segments
from inference.quality_weights import DIFFUSION_SHA256, GRADE_SHA256
from viewer.folders import cache_folder
from viewer.jobs import quality_cache
from viewer.jobs.runner import LatestJob, Progress
from viewer.recording import Recording
from viewer.state.noise_map_view import NoiseMapView
from viewer.state.session import Session

CHUNK = 6
"""Segments that share one file of the cache: a minute."""
MARGIN_S = 0.5  # what the analysis looks at beyond a segment
WAIT_S = 0.05
REDRAW_MS = 150

Focus = Callable[[], int]
Yield = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class QualityRequest:
    """All that the analysis needs, so that the worker shares nothing with the window."""

    recording: Recording
    device: str
    folder: Path


def analyse(
    request: QualityRequest, focus: Focus, progress: Progress, give_way: Yield = lambda: False
) -> None:
    """Produce a SegmentQuality of every segment, the nearest to focus() first.

    focus     the segment in the middle of the page, asked again before each segment
    give_way  true while something more urgent needs the processor
    """
    recording = request.recording
    segments = quality_segments(recording.n_samples, recording.fs_hz)
    chunks = [segments[i : i + CHUNK] for i in range(0, len(segments), CHUNK)]
    open_chunks = {number: _Chunk(request, chunk) for number, chunk in enumerate(chunks)}
    done = 0
    quality_cache.prune(request.folder)
    while open_chunks:
        ready = recording.samples.ready_until
        wanted = [
            number
            for number, chunk in open_chunks.items()
            if chunk.stop(recording.n_samples) <= ready
        ]
        if not wanted or give_way():
            time.sleep(WAIT_S)
            progress(done / len(segments))
            continue
        at = focus()
        number = min(wanted, key=lambda n: _distance(chunks[n], at))
        chunk = open_chunks[number]
        for found in chunk.next(at):
            done += 1
            progress.produce(found)
            progress(done / len(segments))
        if chunk.complete:
            del open_chunks[number]


def _distance(segments: Sequence[Segment], at: int) -> float:
    """How far a chunk is from the focus; what comes later wins a tie."""
    first, last = segments[0].index, segments[-1].index
    if first <= at <= last:
        return 0.0
    return first - at if first > at else at - last + 0.5


class _Chunk:
    """A minute of segments: from the cache at once, or one by one."""

    def __init__(self, request: QualityRequest, segments: Sequence[Segment]) -> None:
        self._request, self._todo = request, list(segments)
        fs_hz = request.recording.fs_hz
        margin = round(MARGIN_S * fs_hz)
        self._start = max(min(s.start for s in segments) - margin, 0)
        self._stop = max(s.stop for s in segments) + margin
        self._found: list[SegmentQuality] = []
        self._key: str | None = None

    def stop(self, n_samples: int) -> int:
        """The last sample that must be there."""
        return min(self._stop, n_samples)

    @property
    def complete(self) -> bool:
        return not self._todo

    def next(self, at: int) -> list[SegmentQuality]:
        """All segments if they were stored before; else the one nearest to the focus."""
        request, recording = self._request, self._request.recording
        signal_mv = recording.samples.read_mv(self._start, self.stop(recording.n_samples))
        if self._key is None:
            models = f"{DIFFUSION_SHA256} {GRADE_SHA256}"
            place = f"{self._todo[0].index} {len(self._todo)} {models}"
            self._key = quality_cache.key_of(signal_mv, recording.fs_hz, recording.leads, place)
            stored = quality_cache.load(request.folder, self._key)
            if stored is not None and [q.segment for q in stored] == self._todo:
                self._todo = []
                return stored
        segment = min(self._todo, key=lambda s: abs(s.index - at))
        found = quality_segment(
            signal_mv,
            segment,
            recording.fs_hz,
            recording.leads,
            offset=self._start,
            device=request.device,
        )
        self._todo.remove(segment)
        self._found.append(found)
        if self.complete and not any(q.notes for q in self._found):  # all models were there
            in_order = sorted(self._found, key=lambda q: q.segment.index)
            quality_cache.store(request.folder, self._key, in_order)
        return [found]


class NoiseAnalysis(QObject):
    """Fills a NoiseMapView of the open recording while somebody looks at it."""

    begun = Signal()  # another recording: a new, empty view
    grew = Signal()  # more of the view is there; at most every REDRAW_MS
    finished = Signal()
    broke = Signal(Exception)

    def __init__(
        self,
        session: Session,
        device: Callable[[], str],
        give_way: Yield,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._device, self._give_way = session, device, give_way
        self.view: NoiseMapView | None = None
        self.job = LatestJob(self)
        self.job.produced.connect(self._grow)
        self.job.succeeded.connect(lambda _: self.finished.emit())
        self.job.failed.connect(self.broke)
        self._active = False
        self._focus = 0
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MS)
        self._redraw.timeout.connect(self.grew)
        session.recording_changed.connect(self._open)
        session.timeline.changed.connect(self._look)

    def set_active(self, active: bool) -> None:
        """Analyse from now on, or stop until somebody looks again; what is known stays."""
        self._active = active
        if not active:
            self.job.cancel()
        elif not self.job.running:
            self._start()

    def close(self) -> None:
        self._redraw.stop()
        self.job.close()

    def _open(self) -> None:
        self.job.cancel()
        self.view = None
        self.begun.emit()
        if self._active:
            self._start()

    def _start(self) -> None:
        recording = self._session.recording
        if recording is None:
            return
        if self.view is None:  # a day has 8640 segments: not before somebody looks
            self.view = NoiseMapView(recording.leads, recording.fs_hz, recording.n_samples)
            self.grew.emit()
        if self.view.complete:
            return
        self._look()
        request = QualityRequest(recording, self._device(), cache_folder() / "quality")
        self.job.start(
            lambda progress: analyse(request, lambda: self._focus, progress, self._give_way)
        )

    def _look(self) -> None:
        """Remember which segment is in the middle of the page."""
        timeline, view = self._session.timeline, self.view
        if view is not None:
            at = view.cells.segment_at((timeline.start_s + timeline.stop_s) / 2)
            self._focus = 0 if at is None else at

    def _grow(self, found: SegmentQuality) -> None:
        if self.view is None:
            return
        self.view.put(found)
        if self.view.n_found == 1 or self.view.complete:
            self.grew.emit()
        elif not self._redraw.isActive():
            self._redraw.start()
