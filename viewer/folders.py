"""Where Leadlight keeps its own files: settings, logs, cache. Never beside a recording.

Each folder can be moved by an environment variable, which is how tests and locked-down
workplaces keep it out of the user's profile.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

NAME = "leadlight"


def config_folder() -> Path:
    """Settings and the recent list; LEADLIGHT_CONFIG_DIR moves it."""
    return _folder("LEADLIGHT_CONFIG_DIR", platformdirs.user_config_dir(NAME, appauthor=False))


def log_folder() -> Path:
    """Log and crash files; LEADLIGHT_LOG_DIR moves it."""
    return _folder("LEADLIGHT_LOG_DIR", platformdirs.user_log_dir(NAME, appauthor=False))


def cache_folder() -> Path:
    """What can be computed again; LEADLIGHT_CACHE_DIR moves it."""
    return _folder("LEADLIGHT_CACHE_DIR", platformdirs.user_cache_dir(NAME, appauthor=False))


def data_folder() -> Path:
    """Work that is not saved yet: marks on recordings; LEADLIGHT_DATA_DIR moves it."""
    return _folder("LEADLIGHT_DATA_DIR", platformdirs.user_data_dir(NAME, appauthor=False))


def _folder(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or default)


def resource(name: str) -> Path:
    """A file or folder that ships with the program, "icons/open.svg" for example."""
    return Path(__file__).resolve().parents[1] / "resources" / name
