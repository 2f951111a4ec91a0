"""The contact sheet of a folder: a picture of every recording, its grades, what the guard says.

One HTML file without scripts and without anything fetched from elsewhere. It gathers what all
commands found in the folder: grades from `quality`, guard from `denoise`, criteria from `st`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from viewer import __version__
from viewer.batch.journal import Line, journals
from viewer.batch.tables import write_text

NAME = "contact_sheet.html"
USE = (
    "For research use and review support. Not a medical device: not cleared or approved for "
    "clinical use. Not the sole basis for diagnosis. A qualified reader must over-read the "
    "original recording."
)
GUARDS = {"ok": "✓ unchanged", "warn": "△ look", "block": "■ changed too much"}
STYLE = """
body{font:14px/1.4 system-ui,sans-serif;margin:24px;color:#222;background:#fff}
h1{font-size:20px;margin:0 0 4px}p{margin:4px 0 12px}.quiet{color:#666}
ul{list-style:none;padding:0;display:grid;gap:14px;
grid-template-columns:repeat(auto-fill,minmax(324px,1fr))}
li{border:1px solid #ccc;border-radius:4px;padding:8px;break-inside:avoid}
svg{display:block;max-width:100%;background:#fff8f6}
path{fill:none;stroke:#222;stroke-width:1}path.raw{stroke:#c9a2a2}
b{overflow-wrap:anywhere}.grades span{display:inline-block;margin-right:6px}
.C,.block{font-weight:700;border-bottom:2px solid #a00}.B,.warn{border-bottom:2px solid #b80}
.error{color:#a00}
"""


@dataclass
class Card:
    """What is known of one recording."""

    name: str
    thumb: str = ""
    facts: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def write_sheet(folder: Path) -> Path:
    """Make the sheet of everything the folder's journals know. Raises OSError."""
    cards: dict[str, Card] = {}
    for command, lines in journals(folder):
        for line in lines:
            _add(cards, command, line)
    path = folder / NAME
    write_text(path, html(list(cards.values())))
    return path


def _add(cards: dict[str, Card], command: str, line: Line) -> None:
    card = cards.setdefault(line.key, Card(Path(str(line.entry.get("path"))).name))
    card.facts[command] = line.entry
    if line.thumb and (command == "denoise" or not card.thumb):
        card.thumb = line.thumb


def html(cards: Sequence[Card]) -> str:
    """The whole page."""
    items = "\n".join(_item(card) for card in cards)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>ECG contact sheet</title><style>{STYLE}</style></head><body>\n"
        f"<h1>{len(cards)} recordings</h1>\n<p>{escape(_summary(cards))}</p>\n"
        f"<ul>\n{items}\n</ul>\n"
        f'<p class="quiet">Lead II (or the first lead), first 10 s; pale: as recorded, dark: '
        f"cleaned. Leadlight {escape(__version__)}. {escape(USE)}</p>\n</body></html>\n"
    )


def _summary(cards: Sequence[Card]) -> str:
    guards = Counter(state for card in cards if (state := _guard(card)))
    failed = sum(1 for card in cards if _error(card))
    parts = [f"guard {state}: {guards[state]}" for state in GUARDS if guards[state]]
    parts += [f"failed: {failed}"] if failed else []
    return ", ".join(parts) or "nothing was checked by the guard"


def _item(card: Card) -> str:
    lines = [f"<b>{escape(card.name)}</b>", card.thumb]
    error = _error(card)
    if error:
        lines.append(f'<div class="error">{escape(error)}</div>')
    lines.append(_grades(card))
    state = _guard(card)
    if state:
        lines.append(f'<div>guard: <span class="{escape(state)}">{_guard_words(card)}</span></div>')
    criteria = card.facts.get("st", {}).get("criteria") or ()
    if criteria:
        lines.append(f"<div>ST: {escape('; '.join(map(str, criteria)))}</div>")
    return "<li>" + "\n".join(line for line in lines if line) + "</li>"


def _guard_words(card: Card) -> str:
    state = _guard(card)
    reason = _guarded(card).get("reason")
    return escape(f"{GUARDS.get(state, state)}: {reason}" if reason else GUARDS.get(state, state))


def worst_grades(entry: Mapping[str, Any]) -> dict[str, str]:
    """Per lead the worst grade of a quality entry."""
    leads, grades = entry.get("leads") or (), entry.get("grade") or ()
    return {lead: max(row, default="") for lead, row in zip(leads, grades, strict=False)}


def _grades(card: Card) -> str:
    entry = card.facts.get("quality") or card.facts.get("denoise", {}).get("quality")
    worst = worst_grades(entry) if entry and "error" not in entry else {}
    if not worst:
        return ""
    spans = (
        f'<span class="{escape(grade)}">{escape(lead)} {escape(grade)}</span>'
        for lead, grade in worst.items()
    )
    return f'<div class="grades">{"".join(spans)}</div>'


def _guarded(card: Card) -> Mapping[str, Any]:
    for command in ("denoise", "st"):
        guard = card.facts.get(command, {}).get("guard")
        if isinstance(guard, Mapping):
            return guard
    return {}


def _guard(card: Card) -> str:
    return str(_guarded(card).get("state") or "")


def _error(card: Card) -> str:
    return next((str(e["error"]) for e in card.facts.values() if "error" in e), "")
