"""What is open, what is known about it, and what of it is on screen. Qt-free."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from psygnal import Signal

from viewer.recording import Recording
from viewer.state.cleaned import Cleaned
from viewer.state.layers import Layers, Show
from viewer.state.layouts import AS_RECORDED, Layout, find, suggest
from viewer.state.paper import Paper
from viewer.state.timeline import Timeline
from viewer.state.zoom import Zoom

if TYPE_CHECKING:  # scipy must not delay the first paint
    from inference.guard import GuardReport
    from viewer.state.marks import Marks


class Session:
    """One window's state. Widgets draw it; jobs fill it through its methods.

    Everything computed belongs to the recording that is open: opening another one drops it.
    """

    recording_changed: ClassVar[Signal] = Signal()
    recording_settled: ClassVar[Signal] = Signal()  # read to its end: checksums, hash
    cleaned_changed: ClassVar[Signal] = Signal()  # came, grew or went
    guard_changed: ClassVar[Signal] = Signal()  # came, was acknowledged, or went

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.paper = Paper()
        self.layers = Layers()
        self.zoom = Zoom(self.paper, self.timeline)
        self.recording: Recording | None = None
        self.cleaned: Cleaned | None = None
        self.marks: Marks | None = None  # of the open recording; the mark desk lays them here
        self.guard: GuardReport | None = None
        self.guard_complete = False  # every cleaned sample was looked at
        self.guard_acknowledged = False

    @property
    def path(self) -> Path | None:
        return None if self.recording is None else self.recording.path

    @property
    def export_blocked(self) -> bool:
        """The guard refused the cleaned trace and nobody took note of it yet."""
        blocks = self.guard is not None and self.guard.state == "block"
        return blocks and not self.guard_acknowledged

    def open(self, recording: Recording, layout: str) -> None:
        """Show another recording: raw, from its start, in the reader's layout."""
        self.drop_cleaned()
        self.layers.reset()
        self.recording = recording
        if self.zoom.can_go_back:  # a box of another recording means nothing here
            self.paper.set_view(suited_layout(layout, recording), *self.zoom.scale_before)
            self.zoom.forget()
        else:
            self.paper.set_layout(suited_layout(layout, recording))
        self.timeline.open(recording.duration_s)
        self.recording_changed.emit()

    def settle(self, recording: Recording) -> None:
        """The same recording, now read to its end: what was computed from it stays."""
        if self.recording is not None and recording is not self.recording:
            self.recording = replace(recording, samples=self.recording.samples)
            self.recording_settled.emit()

    def close(self) -> None:
        """Nothing open."""
        self.drop_cleaned()
        self.layers.reset()
        self.recording = None
        self.timeline.open(0.0)
        self.recording_changed.emit()

    def set_cleaned(self, cleaned: Cleaned) -> None:
        """A cleaning has begun, or delivered another piece; the first one is shown."""
        first = cleaned is not self.cleaned
        self.cleaned = cleaned
        if first:
            self.set_guard(None)
        if cleaned.samples.spans:
            newly = not self.layers.has_denoised
            self.layers.set_has_denoised(True)
            if newly and self.layers.show is Show.RAW:
                self.layers.set_show(Show.OVERLAY)
        self.cleaned_changed.emit()

    def drop_cleaned(self) -> None:
        """Back to the raw trace alone."""
        self.set_guard(None)
        self.layers.set_has_denoised(False)
        self.layers.set_show(Show.RAW)
        if self.cleaned is not None:
            self.cleaned = None
            self.cleaned_changed.emit()

    def set_guard(self, report: GuardReport | None, *, complete: bool = False) -> None:
        """What the fidelity guard says of the cleaned trace, as far as it was looked at.

        A report that says what was acknowledged already stays acknowledged.
        """
        before = self.guard
        if before is None and report is None:
            return
        if before is None or report is None or _verdict(before) != _verdict(report):
            self.guard_acknowledged = False
        self.guard, self.guard_complete = report, complete
        self.guard_changed.emit()

    def acknowledge_guard(self) -> None:
        """The reader has seen what cleaning changed and wants the trace all the same."""
        if self.guard is not None and not self.guard_acknowledged:
            self.guard_acknowledged = True
            self.guard_changed.emit()


def _verdict(report: GuardReport) -> tuple[str, str]:
    return report.state, report.reason


def suited_layout(name: str, recording: Recording) -> Layout:
    """The layout called name, unless the recording lacks the leads that fill one."""
    suggestion = suggest(recording.leads)
    if suggestion.name == AS_RECORDED:
        return suggestion
    try:
        return find(name, recording.leads)
    except ValueError:
        return suggestion
