"""Readers and writers: every file becomes a Recording, or one sentence saying why not."""

from viewer.formats.errors import ImportHints, NeedsHints, Question, RecordingError
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
