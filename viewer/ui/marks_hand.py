"""The hand on the page: places calipers, drags their bars, nudges them with the arrow keys.

Listens at the page before anything else does and keeps only what concerns marks.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent

from viewer.state.caliper_shape import Grip, is_wide
from viewer.state.calipers import Caliper, Kind, Part, Spot
from viewer.state.mark_desk import MarkDesk
from viewer.state.marks import Marks
from viewer.state.page import Cell
from viewer.state.placing import Placing, Tool, ordered
from viewer.ui.mark_places import MarkPlaces
from viewer.ui.marks_keys import MarksKeys
from viewer.ui.trace_view import TraceView

DRAG_PX = 4.0
NO_SNAP = Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True, slots=True)
class Drag:
    """A caliper in the hand: as it was, the part, and where the hand took hold."""

    caliper: Caliper
    part: Part
    taken: Spot


class MarksHand(QObject):
    """Mouse and keys over the page, as far as they concern marks."""

    drafted = Signal()  # what is being placed looks different
    armed = Signal(object)  # Tool, or None: measuring was left
    menu_asked = Signal(QPointF)
    noise_marked = Signal(str, float, float)  # lead, from second to second

    def __init__(self, desk: MarkDesk, view: TraceView, places: MarkPlaces) -> None:
        super().__init__(view)
        self._desk, self._view, self._places = desk, view, places
        self.placing: Placing | None = None
        self.draft: Caliper | None = None
        self.pointer: QPointF | None = None
        self._pressed: QPointF | None = None
        self._drag: Drag | None = None
        self._keys = MarksKeys(self, desk, places)
        self._watched = (view, view.paper, view.paper.viewport())
        for widget in self._watched:
            widget.installEventFilter(self)

    def stop(self) -> None:
        """Before the window goes: Qt must not ask a hand whose page is half destroyed."""
        for widget in self._watched:
            widget.removeEventFilter(self)

    @property
    def dragging(self) -> bool:
        """Whether a caliper is in the hand."""
        return self._drag is not None

    @property
    def busy(self) -> bool:
        """Whether somebody measures: fiducials are worth finding."""
        marks = self._desk.marks
        return self.placing is not None or (marks is not None and marks.held is not None)

    # ---- commands ----

    def arm(self, tool: Tool | None) -> None:
        """From now on the hand draws this; None: it draws nothing."""
        self.placing = None if tool is None else Placing(tool)
        self._pressed = None
        self._draw(None)
        marks = self._desk.marks
        if tool is not None and marks is not None:
            marks.hold(None)
            marks.set_hidden(False)
        self._view.setFocus()
        self._point_cursor(self.pointer)
        self.armed.emit(tool)

    def leave(self) -> None:
        """One step back: the drag, the tool, the choice."""
        marks = self._desk.marks
        if self._drag is not None and marks is not None:
            marks.preview(self._drag.caliper)
            self._drag = None
        elif self.placing is not None:
            self.arm(None)
        elif marks is not None:
            marks.hold(None)
            marks.choose(None)

    def begin_noise(self, cell: Cell, time_s: float) -> None:
        """A noisy stretch that begins here; the next click says where it ends."""
        self.arm(Tool.NOISE)
        if self.placing is not None:
            self.placing.begin(cell, wide=self._is_wide(cell))
            self.placing.add(Spot(time_s, 0.0))
            self._draw((Spot(time_s, 0.0), ""))

    def place_in_the_middle(self) -> None:
        """Without a mouse: a caliper in the middle of the page, for the arrow keys to move."""
        page = self._view.page
        cells = [] if page is None else [cell for cell in page.cells if cell.index is not None]
        if self.placing is not None and cells:
            cell = next((cell for cell in cells if cell.lead == "II"), cells[0])
            self.placing.begin(cell, wide=self._is_wide(cell))
            self.placing.fill()
            self._finish(self.placing)

    # ---- events ----

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """True for what was meant for marks."""
        if isinstance(event, QKeyEvent):
            return self._keys.handle(event)
        if watched is not self._view.paper.viewport():
            return False
        if isinstance(event, QMouseEvent):
            return self._mouse(event.type(), event)
        if isinstance(event, QContextMenuEvent):
            self.menu_asked.emit(QPointF(event.pos()))
            return True
        if event.type() == QEvent.Type.Leave:
            self.pointer = None
        return False

    def _mouse(self, kind: QEvent.Type, event: QMouseEvent) -> bool:
        place, left = event.position(), event.button() == Qt.MouseButton.LeftButton
        snap = not event.modifiers() & NO_SNAP
        if kind == QEvent.Type.MouseMove:
            self.pointer = place
            return self._move(place, snap=snap)
        if kind == QEvent.Type.MouseButtonPress and left:
            return self._press(place, snap=snap)
        if kind == QEvent.Type.MouseButtonRelease and left:
            return self._release(place, snap=snap)
        if kind == QEvent.Type.MouseButtonDblClick and left:
            return self.placing is not None or self._places.grip_at(place) is not None
        return False

    def _press(self, place: QPointF, *, snap: bool) -> bool:
        marks = self._desk.marks
        if marks is None:
            return False
        if self.placing is not None:
            self._pressed = place
            self._put(self.placing, place, snap=snap)
            return True
        grip = self._places.grip_at(place)
        marks.hold(grip)
        if grip is None:
            marks.choose(self._places.annotation_at(place))
            return False
        self._take(marks, grip, place)
        return True

    def _take(self, marks: Marks, grip: Grip, place: QPointF) -> None:
        caliper = marks.caliper(grip.number)
        home = None if caliper is None else self._places.home(caliper)
        spot = self._places.spot_at(place, home)
        if caliper is not None and spot is not None:
            self._drag = Drag(caliper, grip.part, spot)

    def _move(self, place: QPointF, *, snap: bool) -> bool:
        if self._drag is not None:
            self._drag_to(self._drag, place, snap=snap)
            return True
        if self.placing is not None and self.placing.begun:
            self._draw(self._placed(self.placing, place, snap=snap))
            return False
        self._point_cursor(place)
        return False

    def _release(self, place: QPointF, *, snap: bool) -> bool:
        pressed, self._pressed = self._pressed, None
        if self._drag is not None:
            self._drag_to(self._drag, place, snap=snap)
            self._let_go(self._drag)
            return True
        if self.placing is None or pressed is None:
            return False
        if self.placing.begun and (place - pressed).manhattanLength() > DRAG_PX:
            self._put(self.placing, place, snap=snap)
        return True

    # ---- dragging ----

    def _drag_to(self, drag: Drag, place: QPointF, *, snap: bool) -> None:
        home = self._places.home(drag.caliper)
        marks, ruler = self._desk.marks, self._places.ruler(home)
        spot = self._places.spot_at(place, home)
        if marks is None or ruler is None or spot is None:
            return
        start, name = drag.caliper.spot(drag.part), ""
        time_s = start.time_s + spot.time_s - drag.taken.time_s
        if drag.caliper.kind is Kind.TIME and drag.part is not Part.WHOLE:
            time_s, name = ruler.place(time_s, snap=snap)
        to = Spot(ruler.on_sample(time_s), start.value_mv + spot.value_mv - drag.taken.value_mv)
        marks.preview(drag.caliper.moved(drag.part, to, snapped=name))

    def _let_go(self, drag: Drag) -> None:
        """The whole drag is one step to undo."""
        self._drag = None
        marks, ruler = self._desk.marks, self._places.ruler(self._places.home(drag.caliper))
        now = None if marks is None else marks.caliper(drag.caliper.number)
        if marks is None or ruler is None or now is None:
            return
        marks.preview(drag.caliper)
        if now != drag.caliper:
            marks.change_caliper(ruler.finished(now, marks.calipers), "Move")

    # ---- placing ----

    def _put(self, placing: Placing, place: QPointF, *, snap: bool) -> None:
        if placing.cell is None:
            cell = self._places.cell_at(place)
            if cell is None:
                return
            placing.begin(cell, wide=self._is_wide(cell))
        found = self._placed(placing, place, snap=snap)
        if found is None:
            return
        placing.add(*found)
        if placing.complete:
            self._finish(placing)
        else:
            self._draw(found)

    def _placed(self, placing: Placing, place: QPointF, *, snap: bool) -> tuple[Spot, str] | None:
        """The place in the recording, on a sample or on a fiducial."""
        spot = self._places.spot_at(place, placing.cell)
        ruler = self._places.ruler(placing.cell)
        if spot is None or ruler is None:
            return None
        snap = snap and placing.tool in (Tool.TIME, Tool.QT)
        time_s, name = ruler.place(spot.time_s, snap=snap)
        return Spot(time_s, spot.value_mv), name

    def _draw(self, hovering: tuple[Spot, str] | None) -> None:
        """What it would be if the hand stopped here."""
        marks, placing, before = self._desk.marks, self.placing, self.draft
        self.draft = None
        if marks is not None and placing is not None and hovering is not None:
            name = self._places.trace_name(placing.cell)
            self.draft = placing.caliper(marks.free_number(), name, hovering)
        if self.draft != before:
            self.drafted.emit()

    def _finish(self, placing: Placing) -> None:
        marks, cell = self._desk.marks, placing.cell
        ruler = self._places.ruler(cell)
        self.arm(None)
        if marks is None or ruler is None or cell is None:
            return
        caliper = placing.caliper(marks.free_number(), ruler.trace)
        if caliper is None:
            return
        caliper = ordered(caliper)
        if placing.tool is Tool.NOISE:
            self.noise_marked.emit(cell.lead, caliper.first_s, caliper.last_s)
        else:
            marks.add_caliper(ruler.finished(caliper, marks.calipers))

    def _is_wide(self, cell: Cell) -> bool:
        return self._view.page is not None and is_wide(self._view.page, cell)

    def _point_cursor(self, place: QPointF | None) -> None:
        """What a press would do, before it is done."""
        viewport, marks = self._view.paper.viewport(), self._desk.marks
        if self.placing is not None:
            viewport.setCursor(Qt.CursorShape.CrossCursor)
            return
        grip = None if place is None or marks is None else self._places.grip_at(place)
        caliper = None if grip is None or marks is None else marks.caliper(grip.number)
        if grip is None or caliper is None:
            viewport.unsetCursor()
        elif grip.part in (Part.WHOLE, Part.APEX) or caliper.kind is Kind.ANGLE:
            viewport.setCursor(Qt.CursorShape.SizeAllCursor)
        elif caliper.kind is Kind.TIME:
            viewport.setCursor(Qt.CursorShape.SizeHorCursor)
        else:
            viewport.setCursor(Qt.CursorShape.SizeVerCursor)
