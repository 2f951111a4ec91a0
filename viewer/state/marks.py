"""Everything a reader put on one recording: calipers and annotations, with their undo. Qt-free."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import ClassVar

from psygnal import Signal

from viewer.annotation import Annotation
from viewer.state.annotations import Annotations
from viewer.state.caliper_shape import Grip
from viewer.state.calipers import Caliper, Kind, Part, next_number
from viewer.state.undo import Step, UndoStack


class Marks:
    """The marks of one recording. Every change of them can be undone; looks cannot.

    held       the chosen caliper and which part of it the arrow keys move
    chosen     the chosen annotation
    hidden     calipers are not drawn, neither on screen nor in print
    labels_hidden  annotations are not drawn
    in_bpm     read-outs name the rate first
    """

    changed: ClassVar[Signal] = Signal()  # what is stored: to be drawn and kept
    looked: ClassVar[Signal] = Signal()  # only how it looks

    def __init__(self, annotations: Iterable[Annotation] = ()) -> None:
        self.calipers: tuple[Caliper, ...] = ()
        self.annotations = Annotations(annotations)
        self.undo = UndoStack()
        self.held: Grip | None = None
        self.chosen: Annotation | None = None
        self.hidden = False
        self.labels_hidden = False
        self.in_bpm = False
        self._gesture = 0

    @property
    def is_empty(self) -> bool:
        """Nothing that would be lost."""
        return not self.calipers and not self.annotations.changed

    @property
    def visible_calipers(self) -> tuple[Caliper, ...]:
        return () if self.hidden else self.calipers

    # ---- calipers ----

    @property
    def held_caliper(self) -> Caliper | None:
        return None if self.held is None else self.caliper(self.held.number)

    def caliper(self, number: int) -> Caliper | None:
        return next((one for one in self.calipers if one.number == number), None)

    def free_number(self) -> int:
        return next_number(self.calipers)

    def add_caliper(self, caliper: Caliper) -> None:
        """Put a new one on the page and choose it."""
        self.hidden = False
        self._replace_calipers(f"Add {name_of(caliper)}", (*self.calipers, caliper))
        self.hold(Grip(caliper.number, Part.STOP))

    def change_caliper(self, caliper: Caliper, what: str, *, nudge: bool = False) -> None:
        """Another state of the caliper with this number; nudges of one hold are one step."""
        before = self.caliper(caliper.number)
        if before is None or before == caliper:
            return
        after = tuple(caliper if one is before else one for one in self.calipers)
        merge = ("nudge", self._gesture) if nudge else None
        self._replace_calipers(f"{what} {name_of(caliper)}", after, merge)

    def preview(self, caliper: Caliper) -> None:
        """While a hand drags: shown, not yet a step."""
        self.calipers = tuple(
            caliper if one.number == caliper.number else one for one in self.calipers
        )
        self.looked.emit()

    def delete_caliper(self, number: int) -> None:
        caliper = self.caliper(number)
        if caliper is not None:
            rest = tuple(one for one in self.calipers if one is not caliper)
            self._replace_calipers(f"Delete {name_of(caliper)}", rest)
            self.hold(None)

    def delete_calipers(self) -> None:
        """All of them, in one step."""
        if self.calipers:
            self._replace_calipers("Delete all calipers", ())
            self.hold(None)

    def hold(self, grip: Grip | None) -> None:
        """Choose a caliper and the part that the arrow keys move, or none."""
        self._gesture += 1
        if grip != self.held:
            self.held = grip
            self.looked.emit()

    def hold_next(self) -> None:
        """The next caliper in turn."""
        numbers = sorted(one.number for one in self.calipers)
        if not numbers:
            return
        now = 0 if self.held is None else self.held.number
        number = next((n for n in numbers if n > now), numbers[0])
        self.hidden = False
        self.hold(Grip(number, Part.STOP))

    def hold_next_part(self) -> None:
        """The other bar, then the crossbar."""
        caliper, held = self.held_caliper, self.held
        if caliper is not None and held is not None:
            parts = caliper.parts
            self.hold(Grip(held.number, parts[(parts.index(held.part) + 1) % len(parts)]))

    def set_hidden(self, hidden: bool) -> None:
        if hidden:
            self.held = None
        if hidden != self.hidden:
            self.hidden = hidden
            self.looked.emit()

    def set_labels_hidden(self, hidden: bool) -> None:
        if hidden != self.labels_hidden:
            self.labels_hidden = hidden
            self.looked.emit()

    def set_in_bpm(self, in_bpm: bool) -> None:
        if in_bpm != self.in_bpm:
            self.in_bpm = in_bpm
            self.looked.emit()

    def toggle_marching(self, number: int) -> None:
        caliper = self.caliper(number)
        if caliper is not None and caliper.kind is Kind.TIME:
            what = "Stop marching of" if caliper.marching else "March"
            self.change_caliper(replace(caliper, marching=not caliper.marching), what)

    def set_intervals(self, number: int, intervals: int) -> None:
        """Show the mean of so many beats between the bars."""
        caliper = self.caliper(number)
        if caliper is not None and caliper.kind is Kind.TIME and 1 <= intervals <= 999:
            self.change_caliper(replace(caliper, intervals=intervals), "Beats of")

    def _replace_calipers(
        self, name: str, after: tuple[Caliper, ...], merge: Hashable = None
    ) -> None:
        before = self.calipers

        def put(calipers: tuple[Caliper, ...]) -> None:
            self.calipers = calipers
            if self.held is not None and self.caliper(self.held.number) is None:
                self.held = None
            self.changed.emit()

        self.undo.do(Step(name, lambda: put(after), lambda: put(before), merge))

    # ---- annotations ----

    def add_annotation(self, one: Annotation) -> None:
        self._edit(f"Add {words_of(one)}", added=(one,))
        self.choose(one)

    def delete_annotation(self, one: Annotation) -> None:
        self._edit(f"Delete {words_of(one)}", removed=(one,))
        self.choose(None)

    def replace_annotation(self, old: Annotation, new: Annotation) -> None:
        if old != new:
            self._edit(f"Change {words_of(old)}", added=(new,), removed=(old,))
            self.choose(new)

    def choose(self, one: Annotation | None) -> None:
        if one != self.chosen:
            self.chosen = one
            self.looked.emit()

    def settle(self) -> None:
        """The annotations are in the file beside the recording now."""
        self.annotations.settle()
        self.changed.emit()

    def forget(
        self,
        calipers: Iterable[Caliper],
        added: Iterable[Annotation],
        removed: Iterable[Annotation],
    ) -> None:
        """Take marks of an earlier run off again, in one step that can be undone."""
        gone, added, removed = set(calipers), tuple(added), tuple(removed)
        before = self.calipers
        after = tuple(one for one in before if one not in gone)

        def put(
            calipers: tuple[Caliper, ...],
            coming: Iterable[Annotation],
            going: Iterable[Annotation],
        ) -> None:
            self.calipers = calipers
            self.held = self.chosen = None
            self.annotations.apply(coming, going)
            self.changed.emit()

        self.undo.do(
            Step(
                "Remove restored marks",
                lambda: put(after, removed, added),
                lambda: put(before, added, removed),
            )
        )

    def _edit(
        self, name: str, added: tuple[Annotation, ...] = (), removed: tuple[Annotation, ...] = ()
    ) -> None:
        added = tuple(one for one in added if one not in self.annotations)

        def change(coming: Iterable[Annotation], going: Iterable[Annotation]) -> None:
            self.annotations.apply(coming, going)
            if self.chosen is not None and self.chosen not in self.annotations:
                self.chosen = None
            self.changed.emit()

        if added or removed:
            self.undo.do(Step(name, lambda: change(added, removed), lambda: change(removed, added)))


def name_of(caliper: Caliper) -> str:
    """What menus call a caliper."""
    kind = "QT" if caliper.qt else caliper.kind.value
    return f"{kind} caliper {caliper.number}"


def words_of(one: Annotation) -> str:
    """What menus call an annotation."""
    if one.is_interval:
        return f"noise on {one.lead}"
    return f"beat {one.symbol}" if one.is_beat else one.meaning.lower()
