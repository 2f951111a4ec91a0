"""The info button beside the method picker tells all that a card holds, in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTextBrowser, QToolButton

from inference.registry import DENOISERS
from viewer.ui.method_card import MethodCard, card_html, named


def shown(window, qtbot) -> str:
    """What the sheet says after a click on the info button."""
    action = window.commands.actions["denoise.card"]
    bar = window.tool_bar
    button = next(b for b in bar.findChildren(QToolButton) if b.defaultAction() is action)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    card = window.findChild(MethodCard)
    text = card.findChild(QTextBrowser).toPlainText()
    card.close()
    return text


@pytest.mark.parametrize("name", [n for n, m in DENOISERS.items() if m.learned])
def test_a_trained_method_says_parameters_data_split_metrics_licence_and_hash(noisy, qtbot, name):
    noisy.choose_method(name)
    text, card = shown(noisy, qtbot), DENOISERS[name].card
    for wanted in (f"{card['parameters']:,}", card["sha256"], card["licence"], card["split"]):
        assert str(wanted) in text
    for heading in ("How well it does", "What it learned from", "What it is", "Licence and file"):
        assert heading in text
    for part in str(card["training_data"]).split("; "):
        assert part in text
    metrics = [v for v in card["metrics"].values() if isinstance(v, float)]
    assert metrics
    assert all(f"{value:.4g}" in text for value in metrics)


@pytest.mark.parametrize("name", [n for n, m in DENOISERS.items() if not m.learned])
def test_a_filter_says_that_nothing_was_learned_and_what_it_lets_through(name):
    html = card_html(DENOISERS[name])
    assert "nothing was learned" in html
    assert "Licence" in html


def test_keys_of_a_card_become_words_with_their_unit():
    assert named("snr_gain_db_ptbxl_fold_10") == ("SNR gain PTB-XL fold 10", "dB")
    assert named("training_data") == ("Training data", "")
