"""Undo takes back one gesture at a time."""

from __future__ import annotations

from viewer.state.undo import Step, UndoStack


def adding(to: list[int], number: int) -> Step:
    return Step(f"add {number}", lambda: to.append(number), lambda: to.remove(number))


def test_steps_are_taken_back_and_done_again_in_order():
    numbers: list[int] = []
    stack = UndoStack()
    for n in (1, 2, 3):
        stack.do(adding(numbers, n))
    stack.undo()
    stack.undo()
    assert (numbers, stack.undo_name, stack.redo_name) == ([1], "add 1", "add 2")
    stack.redo()
    assert (numbers, stack.redo_name) == ([1, 2], "add 3")


def test_a_new_gesture_forgets_what_was_undone():
    numbers: list[int] = []
    stack = UndoStack()
    stack.do(adding(numbers, 1))
    stack.undo()
    stack.do(adding(numbers, 2))
    assert stack.redo_name is None
    stack.redo()
    assert numbers == [2]


def test_with_nothing_done_undo_and_redo_do_nothing():
    stack = UndoStack()
    stack.undo()
    stack.redo()
    assert stack.undo_name is None
    assert stack.redo_name is None
