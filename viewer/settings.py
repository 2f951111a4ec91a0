"""The one table of settings: names, defaults, what is valid, and how old files are read.

Stored as JSON in the user's configuration folder. A value that is no longer valid
falls back to its default; a file that cannot be read is put aside, not overwritten.
"""

from __future__ import annotations

import json
import logging
import math
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from psygnal import Signal

from viewer.folders import config_folder
from viewer.state.own_layouts import are_layouts
from viewer.words import LANGUAGES
from viewer.writable import FORMATS

log = logging.getLogger(__name__)

VERSION = 1
Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table; one with a title stands on the settings page, under its group."""

    key: str
    default: Any
    valid: Check
    meaning: str
    title: str = ""
    group: str = ""


def one_of(*choices: object) -> Check:
    return lambda value: value in choices and type(value) in {type(c) for c in choices}


def text(value: object) -> bool:
    return isinstance(value, str) and len(value) < 100_000


def texts(value: object) -> bool:
    return isinstance(value, list) and all(text(item) for item in value)


def between(low: float, high: float) -> Check:
    def check(value: object) -> bool:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and math.isfinite(value) and low <= value <= high  # type: ignore[arg-type,operator]

    return check


def flag(value: object) -> bool:
    return isinstance(value, bool)


def numbers_by_name(value: object) -> bool:
    """{"name": 12.5, ...}: one measured number per monitor, for example."""
    positive = between(1e-6, 1e6)
    return isinstance(value, dict) and all(text(k) and positive(v) for k, v in value.items())


LOOKS, PAGE, WORK = "Appearance", "Page", "Computing"

SETTINGS = (
    Setting("view.layout", "3x4+1", text, "Layout of the page, as last used", "Layout", PAGE),
    Setting("view.own_layouts", [], are_layouts, "Layouts of your own"),
    Setting("view.speed_mm_s", 25.0, between(5, 250), "Paper speed in mm/s", "Paper speed", PAGE),
    Setting("view.gain_mm_mv", 10.0, between(1, 80), "Gain in mm/mV", "Gain", PAGE),
    Setting("view.theme", "paper", text, "Colours of the window and the paper", "Colours", LOOKS),
    Setting(
        "view.overview",
        True,
        flag,
        "Long recordings: heart rate, signal and noise between page and time bar",
        "Overview of long recordings",
        LOOKS,
    ),
    Setting(
        "view.language",
        "en",
        one_of(*LANGUAGES),
        "Language of the window, from the next start on",
        "Language",
        LOOKS,
    ),
    Setting("view.millimetre_px", {}, numbers_by_name, "Pixels per millimetre, per monitor"),
    Setting(
        "denoise.method",
        "",
        text,
        "Cleaning method last chosen; empty: the default",
        "Cleaning method",
        WORK,
    ),
    Setting(
        "device", "auto", one_of("auto", "cpu", "cuda"), "Where models compute", "Models on", WORK
    ),
    Setting(
        "cache.limit_mb",
        8000,
        between(100, 1_000_000),
        "Results and working copies of long recordings beyond this are removed, oldest first",
        "Cache, at most",
        WORK,
    ),
    Setting("files.recent", [], texts, "Paths of the last recordings, newest first"),
    Setting("files.folder", "", text, "Folder shown first by the open dialog"),
    Setting(
        "files.derive_limb",
        False,
        flag,
        "Derive III, aVR, aVL, aVF from I and II where they were not recorded",
        "Derive missing limb leads",
        PAGE,
    ),
    Setting("export.folder", "", text, "Folder shown first by the export dialog"),
    Setting("export.format", "wfdb", one_of(*FORMATS), "Last export format"),
    Setting("tour.seen", False, flag, "The tour of the window was shown"),
    Setting("window.geometry", "", text, "Where the window stood"),
    Setting("window.state", "", text, "Which panels were open"),
)
BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}

Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: Mapping[int, Migration] = {}
"""From version n to n + 1: what a file of that version means today."""


class Settings:
    """Values of the table, kept in one JSON file. Every change is written at once."""

    changed: ClassVar[Signal] = Signal(str)  # the key

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else config_folder() / "settings.json"
        self._values = _read(self.path)
        self._for_now: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        return self._for_now.get(key, self._values.get(key, BY_KEY[key].default))

    def override(self, key: str, value: Any) -> None:
        """A value for this run alone, from the command line. Raises ValueError."""
        _check(key, value)
        self._for_now[key] = value

    def __setitem__(self, key: str, value: Any) -> None:
        _check(key, value)
        if self[key] != value:
            self._for_now.pop(key, None)
            self._values[key] = value
            self._write()
            self.changed.emit(key)

    def _write(self) -> None:
        """By temporary file and rename; a full disk must not end the program."""
        document = json.dumps({"version": VERSION, "values": self._values}, indent=1)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.path.parent, suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(document)
            os.replace(temporary, self.path)
        except OSError as error:
            log.warning("settings not written: %s", type(error).__name__)


def _check(key: str, value: Any) -> None:
    if not BY_KEY[key].valid(value):
        raise ValueError(f"{value!r} is no valid value of {key}")


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        values = migrate(document)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("settings unreadable, defaults used: %s", type(error).__name__)
        _put_aside(path)
        return {}
    return {k: v for k, v in values.items() if k in BY_KEY and BY_KEY[k].valid(v)}


def migrate(
    document: Any,
    *,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    version: int = VERSION,
) -> dict[str, Any]:
    """The values of a stored document in terms of `version`.

    Raises KeyError, TypeError or ValueError when it is no settings document. One from a
    newer program is read as far as it is understood.
    """
    values = dict(document["values"])
    for old in range(int(document["version"]), version):
        values = migrations[old](values)
    return values


def _put_aside(path: Path) -> None:
    try:
        os.replace(path, path.with_suffix(".unreadable.json"))
    except OSError as error:
        log.warning("unreadable settings left in place: %s", type(error).__name__)
