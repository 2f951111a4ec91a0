"""What can be taken back, one gesture at a time."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import ClassVar

from psygnal import Signal


@dataclass(frozen=True, slots=True)
class Step:
    """One gesture: its name for the menu, and both ways through it.

    merge  steps that follow each other with the same value here are taken back as one
    """

    name: str
    redo: Callable[[], None]
    undo: Callable[[], None]
    merge: Hashable = None


class UndoStack:
    """Unlimited undo and redo of the steps done through it."""

    changed: ClassVar[Signal] = Signal()

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def undo_name(self) -> str | None:
        return self._done[-1].name if self._done else None

    @property
    def redo_name(self) -> str | None:
        return self._undone[-1].name if self._undone else None

    def do(self, step: Step) -> None:
        step.redo()
        last = self._done[-1] if self._done else None
        if last is not None and step.merge is not None and last.merge == step.merge:
            self._done[-1] = Step(step.name, step.redo, last.undo, step.merge)
        else:
            self._done.append(step)
        self._undone.clear()
        self.changed.emit()

    def undo(self) -> None:
        if self._done:
            step = self._done.pop()
            step.undo()
            self._undone.append(step)
            self.changed.emit()

    def redo(self) -> None:
        if self._undone:
            step = self._undone.pop()
            step.redo()
            self._done.append(step)
            self.changed.emit()

    def clear(self) -> None:
        self._done.clear()
        self._undone.clear()
        self.changed.emit()
