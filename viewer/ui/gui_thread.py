"""A guard: widgets are touched from the GUI thread only (another thread kills the process)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from PySide6.QtCore import QCoreApplication, QThread

P = ParamSpec("P")
R = TypeVar("R")


def gui_thread(method: Callable[P, R]) -> Callable[P, R]:
    """Raise RuntimeError when the method is called from any thread but the GUI's."""
    if not __debug__:
        return method

    @functools.wraps(method)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        app = QCoreApplication.instance()
        if app is not None and QThread.currentThread() is not app.thread():
            raise RuntimeError(f"{method.__qualname__} was called outside the GUI thread")
        return method(*args, **kwargs)

    return guarded
