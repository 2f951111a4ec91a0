"""The best ten seconds of a recording: a quick look at many, the real grades of a few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from inference.quality import Segment, SegmentQuality, quality_segment, quality_segments
from viewer.jobs.runner import LatestJob, Progress
from viewer.recording import Recording
from viewer.state.best_stretch import Best, Stretch, choose
from viewer.state.heart_trend import CELL_S, HeartTrend
from viewer.state.noise_map_view import NoiseMapView
from viewer.state.session import Session

MOST_LOOKED_AT = 240
"""Segments that get the quick look (0.035 s each), evenly spread over the recording."""
GRADED = 8
"""Segments, the best of the quick look, that get the real grade (0.7 s each)."""
LOOK_SHARE = 0.5
"""The quick look's part of the progress."""
MARGIN_S = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """All that the search needs, so that the worker shares nothing with the window.

    known  segments that the noise map graded already, by their number
    trend  heart rates as far as they are known
    """

    recording: Recording
    device: str
    known: Mapping[int, SegmentQuality]
    trend: HeartTrend | None


def find(request: Request, progress: Progress) -> Best:
    """The best segment. Raises ValueError with a sentence when nothing can be graded yet."""
    recording = request.recording
    every = quality_segments(recording.n_samples, recording.fs_hz)
    ready = [s for s in every if _stop(recording, s) <= recording.samples.ready_until]
    if not ready:
        raise ValueError("The recording is still being read; try again in a moment.")
    fresh = _spread([s for s in ready if s.index not in request.known], MOST_LOOKED_AT)
    rough = {}
    for number, segment in enumerate(fresh):
        rough[segment.index] = roughness(_signal(recording, segment))
        progress(LOOK_SHARE * number / len(fresh))
    promising = sorted(fresh, key=lambda s: rough[s.index])[:GRADED]
    graded = [request.known[s.index] for s in ready if s.index in request.known]
    for number, segment in enumerate(promising):
        graded.append(_grade(request, segment))
        progress(LOOK_SHARE + (1 - LOOK_SHARE) * (number + 1) / len(promising))
    shortlist = _cleanest(graded, 4 * GRADED)
    stretches = [_stretch(request, found) for found in shortlist]
    typical_bpm = _typical(request.trend, stretches)
    compared = len(graded) + len(fresh) - len(promising)
    return Best(choose(stretches, typical_bpm), typical_bpm, compared, len(every))


def roughness(signal_mv: np.ndarray) -> float:
    """How noisy ten seconds [n_leads, n] look at a glance: noise indices by their limits."""
    from inference.quality_reasons import COMPANIONS
    from inference.quality_segments import filled
    from inference.signal.noise_indices import noise_indices

    indices = noise_indices(filled(signal_mv.astype(np.float32))).as_dict()
    lost = float((~np.isfinite(signal_mv)).mean(axis=1).sum())
    over = [np.minimum(indices[c.index] / c.bad, 4.0) for c in COMPANIONS]
    return float(np.sum(over)) + 4.0 * lost


def _spread(segments: Sequence[Segment], most: int) -> list[Segment]:
    """At most so many of them, evenly spread."""
    if len(segments) <= most:
        return list(segments)
    at = np.linspace(0, len(segments) - 1, most).round().astype(int)
    return [segments[i] for i in at]


def _stop(recording: Recording, segment: Segment) -> int:
    return min(segment.stop + round(MARGIN_S * recording.fs_hz), recording.n_samples)


def _signal(recording: Recording, segment: Segment) -> np.ndarray:
    """At the rate of the indices."""
    from inference.quality_segments import segment_signal

    first = max(segment.start - round(MARGIN_S * recording.fs_hz), 0)
    signal_mv = recording.samples.read_mv(first, _stop(recording, segment))
    return segment_signal(signal_mv, segment, recording.fs_hz, offset=first)


def _grade(request: Request, segment: Segment) -> SegmentQuality:
    recording = request.recording
    first = max(segment.start - round(MARGIN_S * recording.fs_hz), 0)
    return quality_segment(
        recording.samples.read_mv(first, _stop(recording, segment)),
        segment,
        recording.fs_hz,
        recording.leads,
        offset=first,
        device=request.device,
    )


def _cleanest(graded: Sequence[SegmentQuality], most: int) -> list[SegmentQuality]:
    """A day has thousands of graded segments; beats are looked for in the best of them."""

    def rank(found: SegmentQuality) -> tuple[int, int, float]:
        letters = [str(letter) for letter in found.grade]
        return letters.count("C"), letters.count("B"), float(np.sum(found.score))

    return sorted(graded, key=rank)[:most]


def _stretch(request: Request, found: SegmentQuality) -> Stretch:
    recording, segment = request.recording, found.segment
    start_s, stop_s = segment.start / recording.fs_hz, segment.stop / recording.fs_hz
    scored = found.psnr_db[np.isfinite(found.psnr_db)]
    return Stretch(
        start_s=start_s,
        stop_s=stop_s,
        grades="".join(str(letter) for letter in found.grade),
        psnr_db=float(scored.mean()) if scored.size else float("nan"),
        bpm=_bpm(request, start_s, stop_s),
    )


def _bpm(request: Request, start_s: float, stop_s: float) -> float:
    """From the trend where it is known, else from the beats of these seconds."""
    middle_s = (start_s + stop_s) / 2
    if request.trend is not None and np.isfinite(bpm := request.trend.at(middle_s)):
        return bpm
    from inference.signal.rpeaks import find_beats

    recording = request.recording
    first, last = round(start_s * recording.fs_hz), round(stop_s * recording.fs_hz)
    beats = find_beats(recording.samples.read_mv(first, last), recording.fs_hz).samples
    one = HeartTrend(max(stop_s - start_s, CELL_S))
    one.put(0.0, stop_s - start_s, beats / recording.fs_hz)
    return one.typical_bpm


def _typical(trend: HeartTrend | None, stretches: Sequence[Stretch]) -> float:
    if trend is not None and np.isfinite(trend.typical_bpm):
        return trend.typical_bpm
    rates = [one.bpm for one in stretches if np.isfinite(one.bpm)]
    return float(np.median(rates)) if rates else float("nan")


class BestFinder(QObject):
    """Looks for the best ten seconds of the open recording."""

    begun = Signal()
    progressed = Signal(float)
    found = Signal(object)  # Best
    refused = Signal(str)
    broke = Signal(Exception)
    ended = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.job = LatestJob(self)
        self.job.progressed.connect(self.progressed)
        self.job.succeeded.connect(self.found)
        self.job.failed.connect(self._fail)
        self.job.ended.connect(self.ended)
        session.recording_changed.connect(self.job.cancel)

    def start(self, device: str, view: NoiseMapView | None, trend: HeartTrend | None) -> None:
        recording = self._session.recording
        if recording is not None:
            request = Request(recording, device, {} if view is None else view.found, trend)
            self.job.start(lambda progress: find(request, progress))
            self.begun.emit()

    def _fail(self, error: Exception) -> None:
        if isinstance(error, ValueError) and str(error).endswith("."):
            self.refused.emit(str(error))
        else:
            self.broke.emit(error)
