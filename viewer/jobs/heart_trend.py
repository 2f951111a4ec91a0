"""Heart rate of a long recording off the GUI thread: piece by piece, kept for the next time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from viewer.folders import cache_folder
from viewer.jobs.runner import LatestJob, Progress
from viewer.recording import Recording
from viewer.state.heart_trend import HeartTrend
from viewer.state.session import Session

LONG_S = 60.0
"""From this length on a trend is worth its place."""
PIECE_S, CONTEXT_S = 120.0, 10.0
BLOCK = 10
"""Pieces that share one file of the cache: twenty minutes."""
FAVOURITES = ("II", "V2", "V5", "I", "MLII", "V1")
MOST_LEADS = 4
"""Beats of four leads are those of twelve, found in less than half the time."""
AFTER_MS, REDRAW_MS, WAIT_S = 1500, 250, 0.05
VERSION = 1
MOST_FILES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The beats of one stretch: float64 [n_beats] seconds from the recording's start."""

    start_s: float
    stop_s: float
    beats_s: NDArray[np.float64]


def rows_of(leads: Sequence[str]) -> list[int]:
    """The leads that are searched for beats."""
    liked = [leads.index(name) for name in FAVOURITES if name in leads]
    others = [row for row in range(len(leads)) if row not in liked]
    return sorted((liked + others)[:MOST_LEADS])


def search(
    recording: Recording,
    folder: Path,
    progress: Progress,
    give_way: Callable[[], bool] = lambda: False,
) -> None:
    """Produce the Found of every stretch from the start to the end of the recording.

    give_way  true while something more urgent needs the processor
    """
    _prune(folder)
    block_s = BLOCK * PIECE_S
    for start_s in np.arange(0.0, recording.duration_s, block_s).tolist():
        stop_s = min(start_s + block_s, recording.duration_s)
        _await(recording, stop_s + CONTEXT_S, progress)
        key = _key(recording, start_s, stop_s)
        beats_s = _load(folder, key)
        if beats_s is not None:
            progress.produce(Found(start_s, stop_s, beats_s))
        else:
            found = []
            for piece_s in np.arange(start_s, stop_s, PIECE_S).tolist():
                while give_way():
                    time.sleep(WAIT_S)
                    progress(piece_s / recording.duration_s)
                found.append(_piece(recording, piece_s, min(piece_s + PIECE_S, stop_s)))
                progress.produce(found[-1])
            _store(folder, key, np.concatenate([one.beats_s for one in found]))
        progress(stop_s / recording.duration_s)


def _await(recording: Recording, until_s: float, progress: Progress) -> None:
    """A recording that is still being read has its later minutes later."""
    needed = min(round(until_s * recording.fs_hz), recording.n_samples)
    while recording.samples.ready_until < needed:
        time.sleep(WAIT_S)
        progress(0.0)


def _piece(recording: Recording, start_s: float, stop_s: float) -> Found:
    from inference.signal.rpeaks import find_beats

    first, signal_mv = _read(recording, start_s - CONTEXT_S, stop_s + CONTEXT_S)
    beats_s = (find_beats(signal_mv, recording.fs_hz).samples + first) / recording.fs_hz
    return Found(start_s, stop_s, beats_s[(beats_s >= start_s) & (beats_s < stop_s)])


def _read(recording: Recording, start_s: float, stop_s: float) -> tuple[int, NDArray[np.float32]]:
    first = max(round(start_s * recording.fs_hz), 0)
    last = min(round(stop_s * recording.fs_hz), recording.n_samples)
    return first, recording.samples.read_mv(first, last)[rows_of(recording.leads)]


def _key(recording: Recording, start_s: float, stop_s: float) -> str:
    """SHA-256 over the samples that are searched, and how."""
    _, signal_mv = _read(recording, start_s - CONTEXT_S, stop_s + CONTEXT_S)
    digest = hashlib.sha256(np.ascontiguousarray(signal_mv).tobytes())
    digest.update(json.dumps([VERSION, recording.fs_hz, start_s, stop_s]).encode())
    return digest.hexdigest()


def _load(folder: Path, key: str) -> NDArray[np.float64] | None:
    try:
        found = np.load(folder / f"{key}.npy", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    sound = found.ndim == 1 and found.dtype == np.float64 and bool(np.isfinite(found).all())
    return found if sound else None


def _store(folder: Path, key: str, beats_s: NDArray[np.float64]) -> None:
    """A full or read-only disk costs only the time to search again."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            np.save(file, beats_s)
        os.replace(temporary, folder / f"{key}.npy")


def _prune(folder: Path) -> None:
    """Delete the oldest entries beyond MOST_FILES."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob("*.npy"), key=lambda path: path.stat().st_mtime)
        for path in files[: max(len(files) - MOST_FILES, 0)]:
            path.unlink()


class HeartRate(QObject):
    """Fills the HeartTrend of the open recording, if it is a long one."""

    begun = Signal()  # another recording: a new trend, or none
    grew = Signal()  # more of it is known; at most every REDRAW_MS
    broke = Signal(Exception)

    def __init__(self, session: Session, give_way: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._give_way = session, give_way
        self.trend: HeartTrend | None = None
        self.job = LatestJob(self)
        self.job.produced.connect(self._grow)
        self.job.succeeded.connect(lambda _: self.grew.emit())
        self.job.failed.connect(self.broke)
        self._soon = QTimer(self, interval=AFTER_MS, singleShot=True)
        self._soon.timeout.connect(self.start)
        self._redraw = QTimer(self, interval=REDRAW_MS, singleShot=True)
        self._redraw.timeout.connect(self.grew)
        session.recording_changed.connect(self._open)

    def _open(self) -> None:
        """Another recording: the page comes first, the trend a moment later."""
        self.job.cancel()
        self._redraw.stop()
        recording = self._session.recording
        long = recording is not None and recording.duration_s > LONG_S
        self.trend = HeartTrend(recording.duration_s) if recording is not None and long else None
        if self.trend is None:
            self._soon.stop()
        else:
            self._soon.start()
        self.begun.emit()

    def start(self) -> None:
        """Search now."""
        recording = self._session.recording
        if recording is None or self.trend is None or self.job.running:
            return
        folder, give_way = cache_folder() / "rhythm", self._give_way
        self.job.start(lambda progress: search(recording, folder, progress, give_way))

    def stop(self) -> None:
        """Search no more in this recording; what is known stays."""
        self._soon.stop()
        self.job.cancel()

    def _grow(self, found: Found) -> None:
        if self.trend is not None:
            self.trend.put(found.start_s, found.stop_s, found.beats_s)
            if not self._redraw.isActive():
                self._redraw.start()
