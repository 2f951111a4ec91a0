"""Cleaning off the GUI thread: the visible piece first, then the rest of the recording."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QThreadPool, Signal

from inference.pieces import Piece
from inference.registry import Method, find
from viewer.folders import cache_folder
from viewer.jobs.runner import LatestJob, Progress
from viewer.recording import Recording
from viewer.settings import Settings
from viewer.state.cleaned import Cleaned, GateTrack, GrowingSamples
from viewer.state.session import Session
from viewer.state.strength import FULL, STEP, Strength, applied, checked, per_lead

if TYPE_CHECKING:  # scipy and torch are imported by the worker
    from inference.denoise import Denoised

log = logging.getLogger(__name__)

REMEMBERED = 4
REMEMBERED_BYTES = 32 * 2**20
WAIT_S = 0.05

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """All that a cleaning needs, so that the worker shares nothing with the window."""

    recording: Recording
    method: str
    device: str
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """One cleaned piece."""

    piece: Piece
    denoised: Denoised


def clean(request: Request, focus: Callable[[], int], progress: Progress) -> None:
    """Clean every piece and produce a Part of each; the one nearest to focus comes next.

    focus  the sample in the middle of the page, asked again before each piece
    Raises DenoiseRefused.
    """
    from inference.denoise import denoise_piece, pieces

    recording = request.recording
    todo = list(pieces(recording.n_samples, recording.fs_hz))
    total = len(todo)
    while todo:
        done = total - len(todo)
        piece = nearest([p for p in todo if _ready(recording, p)], focus())
        if piece is None:  # the file is still being read
            time.sleep(WAIT_S)
            progress(done / total)
            continue
        denoised = denoise_piece(
            recording.samples.read_mv(piece.context_start, piece.context_stop),
            piece,
            recording.fs_hz,
            recording.leads,
            method=request.method,
            device=request.device,
            strength=request.strength,
            progress=partial(_report, progress, done, total),
        )
        todo.remove(piece)
        progress.produce(Part(piece, denoised))
        progress((total - len(todo)) / total)


def nearest(todo: Sequence[Piece], focus: int) -> Piece | None:
    """The piece that holds the focus, else the next one after it, else the last before."""
    after = [piece for piece in todo if piece.stop > focus]
    if after:
        return after[0]
    return todo[-1] if todo else None


def _ready(recording: Recording, piece: Piece) -> bool:
    return recording.samples.ready_until >= piece.context_stop


def _report(progress: Progress, done: int, total: int, fraction: float) -> None:
    progress((done + fraction) / total)


class Cleaning(QObject):
    """Answers "denoise this" by filling session.cleaned piece by piece."""

    begun = Signal(str)  # the method's title
    progressed = Signal(float)
    piece_done = Signal(object)  # Part
    finished = Signal(object)  # Cleaned, complete
    adjusted = Signal(object)  # Cleaned, at another strength than before
    refused = Signal(str)  # one sentence; the raw trace is kept
    broke = Signal(Exception)  # a fault of ours
    ended = Signal()

    def __init__(
        self, session: Session, settings: Settings, pool: QThreadPool, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._focus = 0
        self._remembered: OrderedDict[Key, Cleaned] = OrderedDict()
        self._request: Request | None = None
        self._cleaned: Cleaned | None = None
        self.strength: Strength = FULL  # of the open recording; always whole at first
        self.job = LatestJob(self, pool)
        self.job.progressed.connect(self.progressed)
        self.job.produced.connect(self._grow)
        self.job.succeeded.connect(self._finish)
        self.job.failed.connect(self._fail)
        self.job.ended.connect(self.ended)
        session.recording_changed.connect(self._forget)
        session.timeline.changed.connect(self._look)

    @property
    def method(self) -> Method:
        """The method chosen last; the default when it is unknown by now."""
        try:
            return find(self._settings["denoise.method"] or None)
        except ValueError:
            return find(None)

    def choose(self, name: str) -> None:
        """Another method; a trace cleaned by the old one is cleaned anew."""
        self._settings["denoise.method"] = name
        cleaned = self._session.cleaned
        if cleaned is not None and cleaned.method != name:
            self.start()

    def start(self) -> None:
        """Clean the open recording."""
        recording = self._session.recording
        if recording is None:
            return
        method = self.method
        self._request = Request(recording, method.name, self._settings["device"])
        known = self._remembered.get(_key(self._request, method))
        whole = known or _empty(recording, method)
        self._cleaned = applied(whole, recording.samples, self.strength)
        self._look()
        self._session.set_cleaned(self._cleaned)
        if known is not None:
            self.job.cancel()
            self.finished.emit(self._cleaned)
            return
        request = self._request
        self.job.start(lambda progress: clean(request, lambda: self._focus, progress))
        self.begun.emit(method.title)

    def set_strength(self, strength: float | Sequence[float]) -> None:
        """Apply another share of what the method removes, 0…1, one or one per lead.

        Raises ValueError. What was computed stays; guard and measurements start again.
        """
        recording, cleaned = self._session.recording, self._cleaned
        if recording is None or cleaned is None or cleaned is not self._session.cleaned:
            return
        share = checked(strength, len(recording.leads))
        if share == cleaned.strength:
            return
        self.strength = share
        self._cleaned = applied(cleaned, recording.samples, share)
        self._session.set_cleaned(self._cleaned)
        self.adjusted.emit(self._cleaned)

    def step_strength(self, steps: int) -> None:
        """Every lead stronger (+1) or weaker (-1) by a tenth."""
        leads = 0 if self._session.recording is None else len(self._session.recording.leads)
        now = per_lead(self.strength, leads)
        self.set_strength([min(max(round(s + steps * STEP, 3), 0.0), 1.0) for s in now])

    def cancel(self) -> None:
        """Stop; pieces that are on screen stay, marked as what they are."""
        if not self.job.running:
            return
        self.job.cancel()
        if self._cleaned is not None and not self._cleaned.samples.spans:
            self._session.drop_cleaned()

    def drop(self) -> None:
        """Back to the raw trace."""
        self.job.cancel()
        self._session.drop_cleaned()

    def _forget(self) -> None:
        """Another recording is open: what was asked for the old one is void."""
        self.job.cancel()
        self._cleaned = self._request = None
        self.strength = FULL

    def _look(self) -> None:
        recording, timeline = self._session.recording, self._session.timeline
        if recording is not None:
            middle_s = (timeline.start_s + timeline.stop_s) / 2
            self._focus = round(middle_s * recording.fs_hz)

    def _grow(self, part: Part) -> None:
        cleaned, denoised = self._cleaned, part.denoised
        if cleaned is None or cleaned is not self._session.cleaned:
            return
        cleaned.samples.put(part.piece.start, denoised.signal_mv)
        cleaned.version, cleaned.weights_sha256 = denoised.version, denoised.weights_sha256
        cleaned.device, cleaned.parameters = denoised.device, denoised.parameters
        cleaned.seconds += denoised.seconds
        cleaned.notes = tuple(dict.fromkeys((*cleaned.notes, *denoised.notes)))
        if cleaned.gate is not None and self._request is not None:
            start_s = part.piece.start / self._request.recording.fs_hz
            cleaned.gate.put(start_s, denoised.gate, denoised.gate_fs_hz)
        cleaned.parameters = cleaned.parameters | {"strength": _plain(cleaned.strength)}
        self._session.set_cleaned(cleaned)
        self.piece_done.emit(part)

    def _finish(self, _: object) -> None:
        cleaned, request = self._cleaned, self._request
        if cleaned is None or request is None:
            return
        if 4 * cleaned.samples.n_leads * cleaned.samples.n_samples <= REMEMBERED_BYTES:
            whole = applied(cleaned, request.recording.samples, FULL)
            self._remembered[_key(request, find(request.method))] = whole
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        self.finished.emit(cleaned)

    def _fail(self, error: Exception) -> None:
        from inference.denoise import DenoiseRefused

        self._session.drop_cleaned()
        if isinstance(error, DenoiseRefused):
            self.refused.emit(str(error))
        else:
            title = self.method.title
            self.refused.emit(f"{title} failed on this recording; the raw trace is kept.")
            self.broke.emit(error)


def _empty(recording: Recording, method: Method) -> Cleaned:
    samples = GrowingSamples(len(recording.leads), recording.n_samples, cache_folder())
    gate = GateTrack(len(recording.leads), recording.duration_s)
    return Cleaned(samples=samples, method=method.name, title=method.title, gate=gate)


def _plain(strength: Strength) -> float | list[float]:
    return list(strength) if isinstance(strength, tuple) else strength


def _key(request: Request, method: Method) -> Key:
    recording = request.recording
    return (
        *(recording.source_sha256 or id(recording.samples), recording.leads, recording.n_samples),
        *(method.name, method.version, method.sha256, request.device, request.strength),
    )
