"""Readers and writers: every file becomes a Recording, or one sentence saying why not."""

from importlib import import_module
from typing import TYPE_CHECKING

from viewer.formats.errors import ImportHints, NeedsHints, Question, RecordingError

if TYPE_CHECKING:
    from viewer.formats.lead_algebra import derive_limb_leads
    from viewer.formats.opening import open_recording
    from viewer.formats.registry import records_in

__all__ = [
    "ImportHints",
    "NeedsHints",
    "Question",
    "RecordingError",
    "derive_limb_leads",
    "open_recording",
    "records_in",
]

_HOMES = {
    "derive_limb_leads": "lead_algebra",
    "open_recording": "opening",
    "records_in": "registry",
}


def __getattr__(name: str) -> object:
    """What needs the readers, loaded when it is used: the window leaves them to a process."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
