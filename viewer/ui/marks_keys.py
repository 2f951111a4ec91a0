"""Keys over the page that belong to marks while one is chosen or being placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from viewer.state.calipers import Kind, Part, Spot
from viewer.state.mark_desk import MarkDesk
from viewer.state.marks import Marks
from viewer.ui.mark_places import MarkPlaces

if TYPE_CHECKING:
    from viewer.ui.marks_hand import MarksHand

STEP_S, STEP_MV, FINE_MV = 0.010, 0.05, 0.005
CTRL = Qt.KeyboardModifier.ControlModifier
NUDGES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class MarksKeys:
    """Arrows nudge, Tab takes the other bar, Enter places, Esc leaves; all else is the window's."""

    def __init__(self, hand: MarksHand, desk: MarkDesk, places: MarkPlaces) -> None:
        self._hand, self._desk, self._places = hand, desk, places

    def handle(self, event: QKeyEvent) -> bool:
        """True for a key that was meant for marks."""
        if not self._wants(event):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # a key press of the page, no shortcut of the window
            return True
        if event.type() == QEvent.Type.KeyPress:
            self._press(event)
            return True
        return False

    def _wants(self, event: QKeyEvent) -> bool:
        marks, key = self._desk.marks, event.key()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if marks is None or modifiers & ~CTRL:
            return False
        if modifiers:
            return marks.held is not None and key in NUDGES
        placing = self._hand.placing
        if key == Qt.Key.Key_Escape:
            return bool(self._hand.dragging or placing or marks.held or marks.chosen)
        if key in ENTER:
            return placing is not None and not placing.begun
        return marks.held is not None and (key == Qt.Key.Key_Tab or key in NUDGES)

    def _press(self, event: QKeyEvent) -> None:
        marks, key = self._desk.marks, Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self._hand.leave()
        elif key in ENTER:
            self._hand.place_in_the_middle()
        elif marks is not None and key == Qt.Key.Key_Tab:
            marks.hold_next_part()
        elif marks is not None:
            self._nudge(marks, NUDGES[key], fine=bool(event.modifiers() & CTRL))

    def _nudge(self, marks: Marks, way: tuple[int, int], *, fine: bool) -> None:
        """10 ms or 0.05 mV; fine: one sample or 5 µV."""
        caliper, held = marks.held_caliper, marks.held
        ruler = None if caliper is None else self._places.ruler(self._places.home(caliper))
        if caliper is None or held is None or ruler is None:
            return
        part = held.part
        if (way[1] and caliper.kind is Kind.TIME) or (way[0] and caliper.kind is Kind.AMPLITUDE):
            part = Part.WHOLE  # the crossbar's height, or its time
        samples = 1 if fine else max(round(STEP_S * ruler.fs_hz), 1)
        at, step_mv = caliper.spot(part), FINE_MV if fine else STEP_MV
        time_s = ruler.on_sample(at.time_s + way[0] * samples / ruler.fs_hz)
        moved = caliper.moved(part, Spot(time_s, at.value_mv + way[1] * step_mv))
        marks.change_caliper(ruler.finished(moved, marks.calipers), "Move", nudge=True)
