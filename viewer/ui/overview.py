"""What the overview of a long recording shows, and when: wiring between work and ribbon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer

from viewer.jobs.heart_trend import LONG_S, HeartRate
from viewer.ui.overview_lanes import Envelope
from viewer.ui.overview_ribbon import OverviewRibbon
from viewer.ui.trace_sources import SUMMARISE_FROM

if TYPE_CHECKING:
    from viewer.state.curves import Source
    from viewer.ui.main_window import MainWindow

RHYTHM_LEADS = ("II", "MLII", "V5", "I")
COLUMNS = 1600
FINE, COARSE = 16, 128
"""Samples per column, at least. Coarse ones come from the pyramid; finer ones would read
every sample, which only a recording of a few minutes can afford."""
REDRAW_MS = 300


class Overview(QObject):
    """Keeps the ribbon's heart rate and envelope in step with the recording."""

    def __init__(self, window: MainWindow, ribbon: OverviewRibbon) -> None:
        super().__init__(window)
        self._window, self._session, self.ribbon = window, window.session, ribbon
        self.heart = HeartRate(window.session, lambda: window.cleaning.job.running, window)
        self._redraw = QTimer(self, interval=REDRAW_MS, singleShot=True)
        self._redraw.timeout.connect(self._show_envelope)
        self.heart.begun.connect(self._begin)
        self.heart.grew.connect(lambda: ribbon.set_heart(self.heart.trend))
        self.heart.broke.connect(window.errors.report)
        window.trace_view.sources.grew.connect(self._later)

    @property
    def visible(self) -> bool:
        """Whether the reader wants it and the recording is long enough."""
        recording = self._session.recording
        long = recording is not None and recording.duration_s > LONG_S
        return long and bool(self._window.settings["view.overview"])

    def toggle(self) -> None:
        """Show it from now on, or no more."""
        self._window.settings["view.overview"] = not self._window.settings["view.overview"]
        self.follow()

    def follow(self) -> None:
        """As the setting says."""
        self.ribbon.setVisible(self.visible)

    def _begin(self) -> None:
        """Another recording: nothing of the old one stays."""
        recording = self._session.recording
        self.ribbon.set_heart(self.heart.trend)
        self.ribbon.set_envelope(None)
        if recording is not None and self.heart.trend is not None:
            self.ribbon.duration_s = recording.duration_s
            nothing = np.zeros(0, np.float32)
            self.ribbon.set_envelope(Envelope("", nothing, nothing))
            self._redraw.start()
        self.ribbon.setVisible(self.visible)

    def _later(self) -> None:
        """More of the signal is summarised; the lane follows a few times a second."""
        if self.heart.trend is not None and not self._redraw.isActive():
            self._redraw.start()

    def _show_envelope(self) -> None:
        recording, source = self._session.recording, self._window.trace_view.sources.raw
        if recording is None or source is None or self.heart.trend is None:
            return
        lead = next((name for name in RHYTHM_LEADS if name in recording.leads), recording.leads[0])
        self.ribbon.set_envelope(_envelope(source, lead, recording.leads.index(lead)))


def _envelope(source: Source, lead: str, row: int) -> Envelope:
    n_samples = source.samples.n_samples
    per_column = FINE if n_samples < SUMMARISE_FROM else COARSE
    n_columns = max(min(COLUMNS, n_samples // per_column), 1)
    edges = np.linspace(0, n_samples, n_columns + 1).round().astype(np.int64)
    low_mv, high_mv = source.pyramid.extremes(edges)
    return Envelope(lead, low_mv[row], high_mv[row])
