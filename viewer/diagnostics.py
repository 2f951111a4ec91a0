"""Log and crash files that help to find a fault and name no patient.

File names are often names of people, so every path that was opened is replaced in
the log by a short hash of itself.
"""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import logging
import os
import time
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

log = logging.getLogger(__name__)

LOG_NAME = "leadlight.log"
STALE_AFTER_S = 7 * 24 * 3600.0


class Redactor(logging.Formatter):
    """Formats log lines, tracebacks included, without the names it was told to hide."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._hidden: dict[str, str] = {}
        self._hide(str(Path.home()), "~")

    def hide(self, path: Path) -> None:
        """Never write this path, its folder or its name."""
        word = f"<file {short_hash(str(path))}>"
        for secret in (str(path), str(path.parent), path.name, path.stem):
            self._hide(secret, word)

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in sorted(self._hidden, key=len, reverse=True):
            line = line.replace(secret, self._hidden[secret])
        return line

    def _hide(self, secret: str, word: str) -> None:
        if len(secret) > 2:  # "." or "/" would shred every line
            self._hidden.setdefault(secret, word)


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


@dataclass
class Diagnostics:
    """The open log and crash file of this run."""

    folder: Path
    redactor: Redactor = field(default_factory=Redactor)
    handler: logging.Handler | None = None
    crash_file: TextIO | None = None

    @classmethod
    def start(cls, folder: Path) -> Diagnostics:
        """Begin to log into folder. Where it cannot be written, run without a log."""
        self = cls(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._open()
        except OSError as error:
            log.warning("no log is written: %s", type(error).__name__)
        return self

    def _open(self) -> None:
        handler = RotatingFileHandler(
            self.folder / LOG_NAME, maxBytes=1_000_000, backupCount=2, encoding="utf-8"
        )
        handler.setFormatter(self.redactor)
        self.handler = handler
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(logging.INFO)
        self.crash_file = (self.folder / f"running-{os.getpid()}.log").open("w", encoding="utf-8")
        faulthandler.enable(self.crash_file)

    def close(self) -> None:
        """An orderly end: no crash file stays behind."""
        if self.handler is not None:
            logging.getLogger().removeHandler(self.handler)
            self.handler.close()
        if self.crash_file is not None:
            faulthandler.disable()
            self.crash_file.close()
            with contextlib.suppress(OSError):
                Path(self.crash_file.name).unlink()


def crash_of_last_run(folder: Path) -> Path | None:
    """The newest crash report nobody was told of; renamed, so that it is told once."""
    newest: Path | None = None
    for left in sorted(folder.glob("running-*.log"), key=_age_s, reverse=True):
        if left.stem == f"running-{os.getpid()}":
            continue
        with contextlib.suppress(OSError):
            newest = _keep_or_drop(left) or newest
    return newest


def _keep_or_drop(left: Path) -> Path | None:
    """An empty file may belong to a running program; it is dropped once stale."""
    if left.stat().st_size:
        kept = left.with_name(left.name.replace("running", "crash"))
        os.replace(left, kept)
        return kept
    if _age_s(left) > STALE_AFTER_S:
        left.unlink()
    return None


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
