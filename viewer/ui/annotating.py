"""Annotations in the window: beats, notes and noisy stretches, by menu, key and mouse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog

from viewer.annotation import NOISE, NOTE, Annotation
from viewer.recording import Recording
from viewer.state.annotations import fitting_note
from viewer.state.calipers import Kind
from viewer.state.marks import Marks
from viewer.state.placing import Tool

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow
    from viewer.ui.marking import Marking


class Annotating(QObject):
    """Changes the annotations of the open recording, and walks through them."""

    def __init__(self, marking: Marking, window: MainWindow) -> None:
        super().__init__(marking)
        self._marking, self._window = marking, window
        self.dialog: QInputDialog | None = None
        marking.hand.noise_marked.connect(self.add_noise)

    @property
    def _marks(self) -> Marks | None:
        return self._marking.marks

    @property
    def _recording(self) -> Recording:
        recording = self._marking.desk.recording
        assert recording is not None  # commands are disabled without one
        return recording

    def sample_of(self, time_s: float) -> int:
        """The sample of the recording nearest to a time."""
        recording = self._recording
        return min(max(round(time_s * recording.fs_hz), 0), max(recording.n_samples - 1, 0))

    def here_s(self) -> float:
        """Where a keyboard means "here": the pointer, the chosen caliper, the page's middle."""
        hand, held = self._marking.hand, self._marking.held
        spot = None if hand.pointer is None else self._marking.places.spot_at(hand.pointer)
        if spot is not None:
            return spot.time_s
        return self._middle_s if held is None else held.start.time_s

    @property
    def _middle_s(self) -> float:
        timeline = self._window.session.timeline
        return (timeline.start_s + timeline.stop_s) / 2

    # ---- changing ----

    def add_beat(self, symbol: str, time_s: float) -> None:
        """Label a beat."""
        if self._marks is not None:
            self._marks.add_annotation(Annotation(self.sample_of(time_s), symbol))

    def change_symbol(self, old: Annotation, symbol: str) -> None:
        """The beat is another kind of beat."""
        if self._marks is not None:
            self._marks.replace_annotation(old, replace(old, symbol=symbol))

    def ask_note(self, time_s: float | None = None, old: Annotation | None = None) -> None:
        """Type a note for a place, or change one."""
        where_s = self.here_s() if time_s is None else time_s
        sample = self.sample_of(where_s) if old is None else old.sample
        dialog = self.dialog = QInputDialog(self._window)
        dialog.setWindowTitle("Note")
        dialog.setLabelText(f"Note at {sample / self._recording.fs_hz:.3f} s (one line)")
        dialog.setTextValue("" if old is None else old.note)
        dialog.textValueSelected.connect(lambda text: self._note(sample, text, old))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _note(self, sample: int, text: str, old: Annotation | None) -> None:
        note, marks = fitting_note(text), self._marks
        if marks is None or not note:
            return
        if old is None:
            marks.add_annotation(Annotation(sample, NOTE, note))
        else:
            marks.replace_annotation(old, replace(old, note=note))

    def mark_noise(self) -> None:
        """The chosen time caliper's stretch of its lead; without one, what is dragged next."""
        held = self._marking.held
        if held is not None and held.kind is Kind.TIME:
            self.add_noise(held.lead, held.first_s, held.last_s)
        else:
            self._marking.arm(Tool.NOISE)

    def add_noise(self, lead: str, first_s: float, last_s: float) -> None:
        """A stretch of one lead is noise."""
        start, stop = self.sample_of(first_s), self.sample_of(last_s)
        if self._marks is not None and stop > start:
            chan = self._recording.leads.index(lead)
            one = Annotation(start, NOISE, lead=lead, stop=stop, chan=chan)
            self._marks.add_annotation(one)

    # ---- walking ----

    def go(self, step: int) -> None:
        """To the next (+1) or previous (-1) annotation."""
        marks, timeline = self._marks, self._window.session.timeline
        if marks is None:
            return
        at = self.sample_of(self._middle_s) if marks.chosen is None else marks.chosen.sample
        found = marks.annotations.after(at) if step > 0 else marks.annotations.before(at)
        if found is None:
            which = "further" if step > 0 else "earlier"
            self._marking.say(f"There is no {which} annotation.")
            return
        marks.choose(found)
        time_s = found.sample / self._recording.fs_hz
        if not timeline.start_s <= time_s <= timeline.stop_s:
            timeline.centre_on(time_s)
        note = f": {found.note}" if found.note else ""
        self._marking.say(f"{time_s:.3f} s  {found.meaning}{note}")
