"""The right-click menu of the page: what can be done with what lies under the pointer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from viewer.annotation import BEATS, Annotation
from viewer.state.caliper_shape import Grip
from viewer.state.calipers import Kind
from viewer.state.marks import name_of, words_of
from viewer.state.page import Cell

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow
    from viewer.ui.marking import Marking

COMMON = ("N", "A", "S", "V", "F", "J", "/", "L", "R", "Q")
"""Beats offered first; the others stand in a menu of their own."""


class MarksMenu(QMenu):
    """Made anew for every click; empty beside the traces."""

    def __init__(self, marking: Marking, window: MainWindow, place: QPointF) -> None:
        super().__init__(window)
        self._marking, self._window = marking, window
        grip = marking.places.grip_at(place)
        annotation = marking.places.annotation_at(place)
        cell, spot = marking.places.cell_at(place), marking.places.spot_at(place)
        if grip is not None:
            self._of_caliper(grip)
        if annotation is not None:
            self._of_annotation(annotation)
        if cell is not None and spot is not None:
            self._of_place(cell, spot.time_s)

    def _of_caliper(self, grip: Grip) -> None:
        marks = self._marking.marks
        caliper = None if marks is None else marks.caliper(grip.number)
        if marks is None or caliper is None:
            return
        marks.hold(grip)
        self.addSection(name_of(caliper).capitalize())
        self._command("caliper.delete")
        if caliper.kind is Kind.TIME:
            self._command("caliper.march")
            self._command("caliper.mean")
            self._command("caliper.rate")
            self._command("annotation.noise")
        self._command("caliper.hide")
        self._command("caliper.table")

    def _of_annotation(self, one: Annotation) -> None:
        marks = self._marking.marks
        if marks is None:
            return
        marks.choose(one)
        self.addSection(words_of(one).capitalize())
        self._do(f"Delete {words_of(one)}", lambda: marks.delete_annotation(one))
        if one.note:
            self._do("Edit note…", lambda: self._marking.notes.ask_note(old=one))
        if one.is_beat:
            change = beat_menu(self, lambda symbol: self._marking.notes.change_symbol(one, symbol))
            change.setTitle("Change to")
            self.addMenu(change)

    def _of_place(self, cell: Cell, time_s: float) -> None:
        self.addSection(f"{cell.label} at {time_s:.3f} s")
        self._do("Add note here…", lambda: self._marking.notes.ask_note(time_s))
        beats = beat_menu(self, lambda symbol: self._marking.notes.add_beat(symbol, time_s))
        beats.setTitle("Add beat")
        self.addMenu(beats)
        self._do(
            f"Mark noise on {cell.lead} from here…",
            lambda: self._marking.hand.begin_noise(cell, time_s),
        )
        self.addSeparator()
        for command in ("caliper.time", "caliper.amplitude", "caliper.angle", "caliper.qt"):
            self._command(command)

    def _do(self, title: str, run: Callable[[], object]) -> QAction:
        action = self.addAction(title)
        action.triggered.connect(lambda _=False: run())
        return action

    def _command(self, command_id: str) -> None:
        self._window.commands.refresh()
        self.addAction(self._window.commands.actions[command_id])


def beat_menu(parent: QWidget, chosen: Callable[[str], object]) -> QMenu:
    """The kinds of beats with their letters."""
    menu = QMenu("Beat", parent)
    more = QMenu("Others", menu)
    for symbol, meaning in BEATS.items():
        action = (menu if symbol in COMMON else more).addAction(f"{symbol}   {meaning}")
        action.triggered.connect(lambda _=False, symbol=symbol: chosen(symbol))
    menu.addMenu(more)
    return menu
