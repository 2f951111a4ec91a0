"""What a cleaning method is: its card, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from inference.registry import Method

SECTIONS = (
    ("How well it does", ("metrics", "validation", "operating_point")),
    ("What it learned from", ("training_data", "split", "seed", "steps", "minutes", "hardware")),
    ("What it is", ("architecture", "parameters", "hyperparameters", "input", "settings")),
    ("Where it fails", ("notes", "limits", "known_failures")),
    ("Licence and file", ("licence", "sha256", "weights_sha256", "file")),
)
"""What a reader asks first stands first; anything else a card says follows at the end."""
TOLD = frozenset(("name", "task", "title", "summary", "version"))
WORDS = {"sha256": "SHA-256", "snr": "SNR", "st": "ST", "j60": "J+60", "ptbxl": "PTB-XL"}
WORDS |= {"cinc2011": "CinC 2011", "ludb": "LUDB", "rmse": "RMSE", "lr": "learning rate"}
UNITS = {"db": "dB", "uv": "µV", "mv": "mV", "ms": "ms", "hz": "Hz"}


def card_html(method: Method) -> str:
    """Title, summary and every line of the card, under headings."""
    kind = "Trained on data" if method.learned else "Filter: nothing was learned"
    head = (
        f"<h2>{escape(method.title)}</h2><p>{escape(method.summary)}</p>"
        f"<p>{kind}. Version {escape(method.version)}.</p>"
    )
    card = {k: v for k, v in method.card.items() if k not in TOLD and not _empty(v)}
    placed = {key for _, keys in SECTIONS for key in keys}
    rest = tuple(key for key in card if key not in placed)
    body = "".join(
        f"<h3>{title}</h3>{_rows({key: card[key] for key in keys if key in card})}"
        for title, keys in (*SECTIONS, ("Further", rest))
        if any(key in card for key in keys)
    )
    return head + body + "<p>Research and education use only. Not for diagnosis.</p>"


def _empty(value: Any) -> bool:
    return value is None or value in ("", {}, [])


def _rows(card: Mapping[str, Any]) -> str:
    """One table; what is inside an entry is written out as rows of the same table."""
    body = "".join(
        f"<tr><td style='padding:2px 18px 2px 0' width='190'>{escape(name)}</td>"
        f"<td style='padding:2px 0'>{value}</td></tr>"
        for name, value in _flat(card)
    )
    return f"<table>{body}</table>"


def _flat(card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in card.items():
        if isinstance(value, Mapping):
            yield from _flat({k: v for k, v in value.items() if not _empty(v)})
        else:
            name, unit = named(key)
            said = _value(value)
            yield name, f"{said} {unit}".strip()


def named(key: str) -> tuple[str, str]:
    """A card's key as words, and the unit it ends with: "SNR gain PTB-XL", "dB"."""
    parts = key.split("_")
    units = [part for part in parts if part in UNITS]
    words = [WORDS.get(part, part) for part in parts if part not in UNITS]
    text = " ".join(words)
    return text[:1].upper() + text[1:], UNITS[units[-1]] if units else ""


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(_value(item) for item in value)
    text = escape(str(value))
    return f"<code>{text}</code>" if _is_hash(text) else text


def _is_hash(text: str) -> bool:
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)


class MethodCard(QDialog):
    """Read-only; never blocks the window."""

    def __init__(self, method: Method, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Method: {method.title}")
        self.resize(720, 620)
        browser = QTextBrowser()
        browser.setAccessibleName(f"About {method.title}")
        browser.setHtml(card_html(method))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(browser)
        column.addWidget(buttons)
