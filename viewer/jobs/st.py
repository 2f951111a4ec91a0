"""ST measurement off the GUI thread: raw, cleaned, the guard between them, the residual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from inference.st import StReport
from inference.st_prediction import StPrediction
from viewer.jobs.runner import LatestJob, Progress
from viewer.recording import Recording
from viewer.samples import Samples
from viewer.state.beat_page import Fiducials
from viewer.state.residual import locked_average
from viewer.state.session import Session
from viewer.state.st_view import StResult, beats_of, marks_from, span_to_measure

SETTLE_MS = 60
"""Changes that come together (a page turned, a piece cleaned) are measured once."""

Sex = Literal["F", "M"] | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StRequest:
    """All that a measurement needs, so that the worker shares nothing with the window.

    start, stop   samples to measure
    cleaned       the cleaned samples, None where they are not all there
    grades        use grade per lead, as far as the noise map knows it
    moved         fiducials the reader set, on top of those of `before`
    before        the last result of the same samples: beats, guard and residual stay
    """

    recording: Recording
    start: int
    stop: int
    cleaned: Samples | None = None
    age_years: float | None = None
    sex: Sex = None
    grades: Mapping[str, str] = field(default_factory=dict)
    moved: Fiducials | None = None
    before: StResult | None = None


def measure_st(request: StRequest, progress: Progress) -> StResult:
    """Measure the raw and, if there is one, the cleaned signal at the same beats and marks."""
    from inference.beat_audit import BeatChange, audit
    from inference.signal.delineation import Fiducials as Marks
    from inference.signal.rpeaks import find_beats
    from inference.st import guard, measure

    recording, before = request.recording, request.before
    fs_hz, leads = recording.fs_hz, recording.leads
    raw_mv = recording.samples.read_mv(request.start, request.stop)

    found = find_beats(raw_mv, fs_hz).samples

    def read(signal_mv: NDArray[np.floating], marks: Marks | None) -> StReport:
        return measure(
            signal_mv,
            fs_hz,
            leads,
            age_years=request.age_years,
            sex=request.sex,
            derived=recording.derived,
            grades=request.grades,
            r_samples=found,
            fiducials=marks,
        )

    raw = before.raw if before is not None and request.moved else read(raw_mv, None)
    if request.moved is not None and raw.beats is not None:
        raw = read(raw_mv, marks_from(raw, request.moved))
    progress(0.4)
    cleaned = kept = residual = None
    changes: tuple[BeatChange, ...] = ()
    if request.cleaned is not None and raw.beats is not None:
        cleaned_mv = request.cleaned.read_mv(request.start, request.stop)
        cleaned = read(cleaned_mv, raw.fiducials)
        progress(0.7)
        if before is not None and before.guard is not None:
            kept, residual, changes = before.guard, before.residual, before.audit
        else:
            removed_mv = _difference(raw_mv, cleaned_mv)
            kept = guard(raw_mv, cleaned_mv, fs_hz, leads)
            residual = locked_average(removed_mv, fs_hz, raw.beats.samples, leads)
            changes = audit(raw_mv, cleaned_mv, fs_hz, leads)
    return StResult(
        start_s=request.start / fs_hz,
        stop_s=request.stop / fs_hz,
        raw=raw,
        cleaned=cleaned,
        guard=kept,
        beats=beats_of(raw_mv, raw, cleaned),
        residual=residual,
        audit=changes,
        dragged=request.moved is not None,
    )


def with_predictions(request: StRequest, result: StResult) -> StResult:
    """The result with the classifier's answers, or why there are none. Loads torch."""
    predictions, note = _predict(request, {"raw": result.raw, "cleaned": result.cleaned})
    return replace(result, predictions=predictions, prediction_note=note)


def _both(request: StRequest, progress: Progress) -> StResult:
    """The numbers as soon as they are known, then once more with the prediction."""
    result = measure_st(request, progress)
    progress.produce(result)
    return with_predictions(request, result)


def _predict(
    request: StRequest, reports: Mapping[str, StReport | None]
) -> tuple[dict[str, StPrediction], str]:
    """The classifier's answers by trace, and why there are none if its weights are missing."""
    from inference.st_prediction import predict
    from inference.weights import WeightsRefused

    found: dict[str, StPrediction] = {}
    try:
        for name, report in reports.items():
            if report is not None and not report.reasons:
                found[name] = predict(
                    report,
                    age_years=request.age_years,
                    sex=request.sex,
                    grades=request.grades,
                )
    except WeightsRefused as error:
        return {}, str(error)
    return found, ""


def _difference(
    raw_mv: NDArray[np.floating], cleaned_mv: NDArray[np.floating]
) -> NDArray[np.floating]:
    """raw − cleaned in mV; what page and export call the residual."""
    return raw_mv.astype(np.float64) - cleaned_mv


class Measuring(QObject):
    """Keeps a StResult of the open recording up to date while somebody looks at it.

    active   switched on by the panels while one of them is visible; nothing is measured
             for closed panels
    """

    measured = Signal(object)  # StResult: first without, then with its predictions
    cleared = Signal()  # nothing to show: no recording
    broke = Signal(Exception)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.job = LatestJob(self)
        self.job.produced.connect(self._done)
        self.job.succeeded.connect(self._done)
        self.job.failed.connect(self.broke)
        self.result: StResult | None = None
        self.age_years: float | None = None
        self.sex: Sex = None
        self._grades: Mapping[str, str] = {}
        self._moved: Fiducials | None = None
        self._asked: tuple[object, ...] = ()
        self._place: tuple[object, ...] = ()
        self._asked_place: tuple[object, ...] = ()
        self._active = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._start)
        session.recording_changed.connect(self._forget)
        session.cleaned_changed.connect(self._later)
        session.timeline.changed.connect(self._later)

    def set_active(self, active: bool) -> None:
        """Measure from now on, or stop."""
        self._active = active
        if active:
            self._later()

    def set_person(self, age_years: float | None, sex: Sex) -> None:
        """What the reader says about the patient; None is "not known", never assumed."""
        self.age_years, self.sex = age_years, sex
        self._later()

    def set_grades(self, grades: Mapping[str, str]) -> None:
        """Use grades "A", "B", "C" per lead from the noise map."""
        if dict(grades) != dict(self._grades):
            self._grades = dict(grades)
            self._later()

    def move(self, fiducials: Fiducials | None) -> None:
        """Measure with the reader's fiducials; None: with those that were found."""
        self._moved = fiducials
        self._later()

    def close(self) -> None:
        self._timer.stop()
        self.job.close()

    def _forget(self) -> None:
        """Another recording: its own person, no dragged marks."""
        recording = self._session.recording
        self.job.cancel()
        self.result, self._moved, self._grades = None, None, {}
        self._asked = self._place = ()
        self.age_years = None if recording is None else recording.age_years
        self.sex = None if recording is None else recording.sex
        self.cleared.emit()
        self._later()

    def _later(self) -> None:
        if self._active and self._session.recording is not None:
            self._timer.start()

    def _start(self) -> None:
        request = self.request()
        if request is None:
            return
        asked = (
            *(id(request.recording), request.start, request.stop, request.cleaned),
            *(request.age_years, request.sex, tuple(request.grades.items()), request.moved),
        )
        if asked != self._asked:
            self._asked = asked
            self.job.start(lambda progress: _both(request, progress))

    def request(self) -> StRequest | None:
        """What to measure now; None while the file is still being read there."""
        recording, timeline = self._session.recording, self._session.timeline
        if recording is None:
            return None
        middle_s = (timeline.start_s + timeline.stop_s) / 2
        start, stop = span_to_measure(recording.n_samples, recording.fs_hz, middle_s)
        if recording.samples.ready_until < stop:
            self._timer.start()
            return None
        cleaned = self._session.cleaned
        there = cleaned is not None and cleaned.samples.has(start, stop)
        place = (id(recording), start, stop, cleaned if there else None)
        before = self.result if place == self._place else None
        if before is None and (start, stop) != self._place[1:3]:
            self._moved = None  # other beats: the reader's marks do not hold there
        self._asked_place = place
        return StRequest(
            recording=recording,
            start=start,
            stop=stop,
            cleaned=cleaned.samples if cleaned is not None and there else None,
            age_years=self.age_years,
            sex=self.sex,
            grades=self._grades,
            moved=self._moved,
            before=before,
        )

    def _done(self, result: StResult) -> None:
        self.result, self._place = result, self._asked_place
        self.measured.emit(result)
