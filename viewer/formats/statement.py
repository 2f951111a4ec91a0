"""What a written file says about itself: sentences for people, and JSON for Leadlight."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from viewer.formats.about import about_to
from viewer.recording import Recording

KEYS = ("software", "trace", "span_s", "cleaning", "deidentified")
"""What goes into formats with little room; the sidecar holds everything."""

MARK = "Leadlight provenance: "


def short_provenance(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the provenance that belong inside every file."""
    short = {key: provenance[key] for key in KEYS if key in provenance}
    source, guard = provenance.get("source"), provenance.get("guard")
    if isinstance(source, Mapping) and source.get("sha256"):
        short["source_sha256"] = source["sha256"]
    if isinstance(guard, Mapping):
        short["guard"] = {k: guard[k] for k in ("state", "acknowledged") if k in guard}
    return short


def document(recording: Recording, provenance: Mapping[str, Any]) -> str:
    """One line of ASCII JSON: the provenance, and what the format has no place for."""
    content = short_provenance(provenance)
    content |= {"leads": list(recording.leads), "recording": about_to(recording)}
    return json.dumps(content, ensure_ascii=True)


def sentences(recording: Recording, provenance: Mapping[str, Any]) -> list[str]:
    """What a reader with another program should see: cleaned how, derived which."""
    said = []
    cleaning = provenance.get("cleaning")
    if isinstance(cleaning, Mapping):
        said.append(f"Cleaned, not as recorded: {method_text(provenance)}")
    if recording.derived:
        said.append(f"Computed from other leads: {', '.join(sorted(recording.derived))}")
    return said


def method_text(provenance: Mapping[str, Any]) -> str:
    """ "Leadlight 0.1.0, method leadlight 1, weights 8d393671"; empty for a raw trace."""
    cleaning = provenance.get("cleaning")
    if not isinstance(cleaning, Mapping):
        return ""
    weights = cleaning.get("weights_sha256")
    text = f"{provenance.get('software', 'Leadlight')}, method {cleaning.get('method')} "
    text += str(cleaning.get("version"))
    return text + (f", weights {weights[:8]}" if weights else "")
