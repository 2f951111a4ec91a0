"""Composition root: services, window, exception hooks, logging."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.diagnostics import Diagnostics, crash_of_last_run
from viewer.folders import log_folder, resource
from viewer.formats.process import ReaderProcess  # no Qt: it starts while Qt is imported
from viewer.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from viewer.ui.main_window import MainWindow

log = logging.getLogger(__name__)


def run(paths: Sequence[Path], *, device: str = "auto", method: str | None = None) -> int:
    """Open the window and stay until it is closed; the process exit status.

    device, method  of the command line: for this run alone; "auto" and None leave the settings
    """
    reader = ReaderProcess()
    crash = crash_of_last_run(log_folder())
    diagnostics = Diagnostics.start(log_folder())
    try:
        return _run_window(reader, diagnostics, paths, _settings(device, method), crash)
    finally:
        reader.close()
        diagnostics.close()


def _run_window(
    reader: ReaderProcess,
    diagnostics: Diagnostics,
    paths: Sequence[Path],
    settings: Settings,
    crash: Path | None,
) -> int:
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication

    app = QApplication(sys.argv[:1])
    app.setApplicationName("leadlight")
    app.setApplicationDisplayName("Leadlight")
    app.setDesktopFileName("leadlight")
    app.setWindowIcon(QIcon(str(resource("icons/leadlight.png"))))
    logging.captureWarnings(True)
    window = build_window(reader, settings, diagnostics)
    window.errors.install()
    window.show()
    if not settings["tour.seen"]:
        from viewer.ui.tour import offer

        offer(window)
    window.open_paths(paths)
    if crash is not None:
        window.reports.tell_crash(crash)
    return app.exec()


def _settings(device: str, method: str | None) -> Settings:
    settings = Settings()
    if device != "auto":
        settings.override("device", device)
    if method is not None:
        settings.override("denoise.method", method)
    return settings


def speak(app: QApplication, language: str) -> None:
    """The window's words, and those of Qt's own buttons, in one language."""
    from viewer import words

    try:
        words.use(language)
    except (OSError, ValueError) as error:  # a broken installation still shows its window
        log.warning("no words in %s: %s", language, type(error).__name__)
        return
    if language != "en":
        from PySide6.QtCore import QLibraryInfo, QTranslator

        translator = QTranslator(app)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(f"qtbase_{language}", folder):
            app.installTranslator(translator)


def build_window(
    reader: ReaderProcess,
    settings: Settings,
    diagnostics: Diagnostics | None = None,
) -> MainWindow:
    """The real window with its services; a QApplication must exist."""
    from PySide6.QtWidgets import QApplication

    from viewer.ui import theme
    from viewer.ui.main_window import MainWindow

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.theme_called(settings["view.theme"]))
    speak(app, str(settings["view.language"]))
    window = MainWindow(reader, settings)
    if diagnostics is not None:
        window.files.opening.begun.connect(diagnostics.redactor.hide)
    return window
