"""Where unexpected errors end: one log entry each, one dialog per distinct error."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

log = logging.getLogger(__name__)

COUNT_EVERY_MS = 200
MAX_DIALOGS = 3
"""More at once help nobody; the log has them all."""

Key = tuple[str, str]


def key_of(error: BaseException) -> Key:
    """What makes two errors the same: their type and the line that raised."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__, where


def details_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


class ErrorDesk(QObject):
    """Collects errors from every thread and shows them in the GUI thread."""

    _arrived = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.counts: dict[Key, int] = {}
        self.dialogs: dict[Key, ErrorDialog] = {}
        self._arrived.connect(self._show)

    def report(self, error: BaseException) -> None:
        """From any thread: log it, and tell the user once."""
        log.error("unexpected error", exc_info=error)
        self._arrived.emit(error)

    def install(self) -> None:
        """Catch what nothing else catches: slots and paint events, other threads."""
        sys.excepthook = self.excepthook
        threading.excepthook = self.thread_excepthook

    def excepthook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            self.report(error)

    def thread_excepthook(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_value)

    @Slot(object)
    def _show(self, error: BaseException) -> None:
        key = key_of(error)
        self.counts[key] = self.counts.get(key, 0) + 1
        dialog = self.dialogs.get(key)
        if dialog is not None:
            dialog.count(self.counts[key])
        elif len(self._open_dialogs()) < MAX_DIALOGS:
            self.dialogs[key] = dialog = ErrorDialog(error, self._window)
            dialog.show()

    def _open_dialogs(self) -> list[ErrorDialog]:
        return [dialog for dialog in self.dialogs.values() if dialog.isVisible()]


class ErrorDialog(QMessageBox):
    """One distinct error with a counter; never blocks the window."""

    def __init__(self, error: BaseException, window: QWidget) -> None:
        super().__init__(window)
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # keys stay the window's
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle("Leadlight: unexpected error")
        self.setText(
            "Something in Leadlight went wrong. The recording is unchanged and you can go on."
        )
        self._sentence = f"{type(error).__name__}: {error}"
        self.setDetailedText(details_of(error))
        copy = self.addButton("Copy details", QMessageBox.ButtonRole.ActionRole)
        copy.clicked.disconnect()  # copying must not close the dialog
        copy.clicked.connect(self._copy)
        self.addButton(QMessageBox.StandardButton.Close)
        self._times = 1
        self._soon = QTimer(self, interval=COUNT_EVERY_MS, singleShot=True)
        self._soon.timeout.connect(self._write)
        self._write()

    def count(self, times: int) -> None:
        """Written a few times a second at most: laying out anew takes milliseconds."""
        self._times = times
        if not self._soon.isActive():
            self._soon.start()

    def _write(self) -> None:
        suffix = "" if self._times == 1 else f"\n\nThis happened {self._times} times."
        self.setInformativeText(self._sentence + suffix)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.detailedText())
