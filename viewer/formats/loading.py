"""How far a long recording has been read, while it is being read."""

from __future__ import annotations

import threading
from dataclasses import replace

from viewer.formats.errors import RecordingError
from viewer.formats.parsed import Outcome
from viewer.recording import Recording
from viewer.samples import MappedSamples


class Loading:
    """Shared between the thread that listens to the reader process and everybody else.

    Called, it answers how many samples can be read: it is the progress of MappedSamples.
    """

    def __init__(self, n_samples: int) -> None:
        self._n_samples, self._ready = n_samples, 0
        self._over = threading.Event()
        self.outcome: Outcome | None = None
        self.error: RecordingError | None = None

    def __call__(self) -> int:
        return self._ready

    def reached(self, ready: int) -> None:
        self._ready = max(self._ready, ready)  # a second attempt starts from the beginning

    def finished(self, outcome: Outcome) -> None:
        self._ready, self.outcome = self._n_samples, outcome
        self._over.set()

    def failed(self, error: RecordingError) -> None:
        """What was read stays readable; the rest remains "not recorded"."""
        self.error = error
        self._over.set()

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """True once loading has ended, well or not."""
        return self._over.wait(timeout_s)


def loading_of(recording: Recording) -> Loading | None:
    """The loading of a long recording that is (or was) read in the background."""
    samples = recording.samples
    if isinstance(samples, MappedSamples) and isinstance(samples.progress, Loading):
        return samples.progress
    return None


def settled(recording: Recording) -> Recording:
    """The recording with checksums, warnings and hash, once its loading is over.

    While it is still loading the recording is returned as it is. Raises the
    RecordingError that ended the loading.
    """
    loading = loading_of(recording)
    if loading is None or not loading.over:
        return recording
    if loading.error is not None:
        raise loading.error
    assert loading.outcome is not None
    assert isinstance(recording.samples, MappedSamples)
    return replace(
        recording,
        samples=replace(recording.samples, progress=None),
        integrity=loading.outcome.integrity,
        warnings=recording.warnings + loading.outcome.warnings,
        source_sha256=loading.outcome.source_sha256,
    )
