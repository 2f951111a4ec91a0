"""What a cleaning method is: its card, in words."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from inference.registry import Method


def card_html(method: Method) -> str:
    """Title, summary and every line of the card."""
    kind = "Trained on data" if method.learned else "Filter"
    head = (
        f"<h2>{escape(method.title)}</h2><p>{escape(method.summary)}</p>"
        f"<p>{kind}, version {escape(method.version)}</p>"
    )
    return head + _rows(method.card) + "<p>Research and education use only. Not for diagnosis.</p>"


def _rows(card: Mapping[str, Any]) -> str:
    shown = {key: value for key, value in card.items() if value not in (None, "", {}, [])}
    body = "".join(
        f"<tr><td style='padding:2px 16px 2px 0'><b>{escape(key.replace('_', ' '))}</b></td>"
        f"<td>{_value(value)}</td></tr>"
        for key, value in shown.items()
    )
    return f"<table>{body}</table>"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _rows(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(_value(item) for item in value)
    return escape(str(value))


class MethodCard(QDialog):
    """Read-only; never blocks the window."""

    def __init__(self, method: Method, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Method: {method.title}")
        self.resize(560, 460)
        browser = QTextBrowser()
        browser.setAccessibleName(f"About {method.title}")
        browser.setHtml(card_html(method))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(browser)
        column.addWidget(buttons)
