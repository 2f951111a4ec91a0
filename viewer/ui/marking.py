"""Marks in the window: what commands, mouse and menus do to them, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from viewer.jobs.landmarks import LandmarkFinder
from viewer.jobs.mark_keeping import MarkKeeping
from viewer.state.caliper_text import as_text, row
from viewer.state.calipers import Caliper, Kind
from viewer.state.mark_desk import MarkDesk
from viewer.state.mark_sheet import sheet_figures
from viewer.state.marks import Marks
from viewer.state.marks_file import Saved
from viewer.state.placing import Tool
from viewer.ui.annotating import Annotating
from viewer.ui.mark_files import MarkFiles
from viewer.ui.mark_painting import text_size_mm
from viewer.ui.mark_places import MarkPlaces
from viewer.ui.marks_hand import MarksHand

if TYPE_CHECKING:
    from viewer.ui.caliper_table import CaliperTable
    from viewer.ui.main_window import MainWindow

HINTS = {
    Tool.TIME: "Time caliper: drag from bar to bar, or click twice; Enter puts one in the middle.",
    Tool.AMPLITUDE: "Amplitude caliper: drag from level to level, or click twice; Enter: middle.",
    Tool.ANGLE: "Angle: click the apex, then the end of each arm; Enter puts one in the middle.",
    Tool.QT: "QT: click the QRS onset, then the end of T; both snap to what was found.",
    Tool.NOISE: "Noise: drag over the noisy stretch of one lead.",
}
KEYS = " Shift: no snapping. Esc leaves."
SHOWN_MS = 15_000


class Marking(QObject):
    """One per window; the calipers' and annotations' only way to the screen and the disk."""

    files: MarkFiles
    notes: Annotating

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._view = window, window.trace_view
        self.desk = MarkDesk(window.session)
        self.finder = LandmarkFinder(self)
        self.places = MarkPlaces(self._view, self.desk, self.finder)
        self.hand = MarksHand(self.desk, self._view, self.places)
        self.keeping = MarkKeeping(self.desk, self)
        self.files = MarkFiles(self.desk, window)
        self.notes = Annotating(self, window)
        self.menu: QMenu | None = None
        self.table: CaliperTable | None = None
        self._restored: Saved | None = None
        self._connect()

    def _connect(self) -> None:
        desk = self.desk
        desk.opened.connect(self._other_marks)
        desk.changed.connect(self._changed)
        desk.looked.connect(self._looked)
        self._view.page_changed.connect(self._page_changed)
        self.hand.drafted.connect(self.draw)
        self.hand.armed.connect(self._armed)
        self.hand.menu_asked.connect(self.show_menu)
        self.finder.found.connect(self._landmarks_came)
        self.finder.broke.connect(self._window.errors.report)
        self.keeping.restored.connect(self._tell_restored)
        self.keeping.problem.connect(lambda text: self._window.notices.say("warning", text))
        self.files.refused.connect(lambda sentence: self._window.reports.refuse(sentence))
        self.files.done.connect(self.say)

    @property
    def marks(self) -> Marks | None:
        """Those of the open recording."""
        return self.desk.marks

    @property
    def held(self) -> Caliper | None:
        """The chosen caliper."""
        return None if self.marks is None else self.marks.held_caliper

    @property
    def theme_name(self) -> str:
        return self._window.theme.name

    def arms(self, tool: Tool) -> bool:
        """Whether the next drag makes this."""
        placing = self.hand.placing
        return placing is not None and placing.tool is tool

    def close(self) -> None:
        """The window goes: no thread stays, no mark is lost."""
        self.hand.stop()
        self.finder.stop()
        self.files.stop()
        self.keeping.close()

    # ---- following the state ----

    def draw(self) -> None:
        """Put the marks on the page as they are now."""
        page, marks, recording = self._view.page, self.marks, self.desk.recording
        if page is None or marks is None or recording is None:
            self._view.show_figures(())
            return
        text = self._view.text
        figures = sheet_figures(
            page,
            marks,
            recording.fs_hz,
            text_mm=text_size_mm(self._view.device_px_per_mm),
            offset_mv=self.places.offset_mv,
            draft=self.hand.draft,
            labels=() if text is None else tuple(text.marks.items()),
        )
        self._view.show_figures(figures)

    def _other_marks(self) -> None:
        self.finder.forget()
        if self.hand.placing is not None:
            self.hand.arm(None)
        self._changed()

    def _changed(self) -> None:
        self.draw()
        self._refresh()

    def _looked(self) -> None:
        self.draw()
        self._seek()
        self._refresh()

    def _page_changed(self) -> None:
        self.draw()
        self._seek()

    def _seek(self) -> None:
        """Fiducials are looked for only while somebody measures."""
        if self.hand.busy:
            self.places.seek_landmarks()

    def _landmarks_came(self) -> None:
        """A QT that was placed before its RR was known gets it now."""
        marks, ruler = self.marks, self.places.ruler()
        if marks is None or ruler is None:
            return
        for one in marks.calipers:
            if one.qt and one.rr_s is None and one.trace == ruler.trace:
                marks.preview(ruler.finished(one, marks.calipers))
        self.draw()

    def _refresh(self) -> None:
        """Menu text says what would be undone; commands know what they can do."""
        actions, marks = self._window.commands.actions, self.marks
        undo = None if marks is None else marks.undo.undo_name
        redo = None if marks is None else marks.undo.redo_name
        actions["edit.undo"].setText(f"Undo: {undo}" if undo else "Undo")
        actions["edit.redo"].setText(f"Redo: {redo}" if redo else "Redo")
        self._window.commands.refresh()
        if self.table is not None and self.table.isVisible():
            self.table.follow()

    # ---- calipers ----

    def arm(self, tool: Tool) -> None:
        self.hand.arm(tool)

    def _armed(self, tool: Tool | None) -> None:
        self._window.commands.refresh()
        if tool is None:
            self._window.statusBar().clearMessage()
        else:
            self._window.statusBar().showMessage(HINTS[tool] + KEYS, SHOWN_MS)
            self._seek()

    def with_held(self, act: Callable[[Marks, Caliper], object]) -> None:
        """Do something to the chosen caliper, if there is one."""
        marks, held = self.marks, self.held
        if marks is not None and held is not None:
            act(marks, held)

    def mean_rr(self) -> None:
        """Switch between the whole span and the mean of the beats inside it."""
        ruler = self.places.ruler()

        def switch(marks: Marks, held: Caliper) -> None:
            beats = 1
            if held.intervals == 1 and ruler is not None:
                beats = ruler.landmarks.beats_between(held.first_s, held.last_s)
            marks.set_intervals(held.number, beats)

        self.with_held(switch)

    def change_beats(self, by: int) -> None:
        """One beat more or fewer between the bars."""
        self.with_held(lambda marks, held: marks.set_intervals(held.number, held.intervals + by))

    def is_time(self) -> bool:
        """Whether a time caliper is chosen."""
        return self.held is not None and self.held.kind is Kind.TIME

    def rows(self) -> list[tuple[str, ...]]:
        """The table of calipers."""
        paper, marks = self._window.session.paper, self.marks
        calipers = () if marks is None else marks.calipers
        speed, gain = paper.speed_mm_s, paper.lead_gain_mm_mv
        return [row(one, speed_mm_s=speed, gain_mm_mv=gain(one.lead)) for one in calipers]

    def copy_table(self) -> None:
        """All calipers as text, for a spreadsheet or a report."""
        rows = self.rows()
        QGuiApplication.clipboard().setText(as_text(rows))
        self.say(f"{len(rows)} calipers copied.")

    def show_table(self) -> None:
        from viewer.ui.caliper_table import CaliperTable

        if self.table is None:
            self.table = CaliperTable(self, self._window)
        self.table.follow()
        self.table.show()
        self.table.raise_()

    # ---- menus and words ----

    def show_menu(self, place: QPointF) -> None:
        """What can be done with what lies under the pointer."""
        from viewer.ui.marks_menu import MarksMenu

        self.menu = MarksMenu(self, self._window, place)
        self.menu.aboutToHide.connect(self.menu.deleteLater)
        if not self.menu.isEmpty():
            self.menu.popup(self._view.paper.viewport().mapToGlobal(place.toPoint()))

    def ask_beat(self) -> None:
        """Which beat is here? For the keyboard."""
        from viewer.ui.marks_menu import beat_menu

        time_s = self.notes.here_s()
        menu = beat_menu(self._window, lambda symbol: self.notes.add_beat(symbol, time_s))
        menu.aboutToHide.connect(menu.deleteLater)
        self.menu = menu
        menu.popup(self._view.paper.mapToGlobal(self._view.paper.rect().center()))

    def _tell_restored(self, saved: Saved) -> None:
        """The marks of an earlier run are back; the reader may not want them."""
        self._restored = saved
        notice = self._window.notices.say("info", restored_sentence(saved, datetime.now()))
        notice.add_button("Keep", lambda: self._window.notices.drop(notice))

        def remove() -> None:
            self._window.notices.drop(notice)
            self.remove_restored()

        notice.add_button("Remove them", remove)

    def remove_restored(self) -> None:
        """Off with what an earlier run left; that can be undone, too."""
        marks, saved = self.marks, self._restored
        if marks is not None and saved is not None:
            marks.forget(saved.calipers, saved.added, saved.removed)

    def say(self, sentence: str) -> None:
        self._window.statusBar().showMessage(sentence, 8000)


def restored_sentence(saved: Saved, now: datetime) -> str:
    """How many marks came back, and from when."""
    counts = (
        (len(saved.calipers), "caliper"),
        (saved.n_annotations, "change of annotations"),
    )
    names = {"change of annotations": "changes of annotations"}
    parts = [f"{n} {one if n == 1 else names.get(one, one + 's')}" for n, one in counts if n]
    today = saved.saved_at.date() == now.date()
    when = saved.saved_at.strftime("%H:%M" if today else "%d %b %Y %H:%M")
    return f"Restored marks from {when}: {' and '.join(parts)}."
