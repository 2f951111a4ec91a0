"""The tool bar keeps every button at every width, and says what the state is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from inference.registry import DENOISERS, default_denoiser

ONLY_ICON = Qt.ToolButtonStyle.ToolButtonIconOnly


def buttons(window) -> list[QToolButton]:
    named = [b for b in window.tool_bar.findChildren(QToolButton) if b.accessibleName()]
    return [b for b in named if b is not window.tool_bar.guard_button]


@pytest.mark.parametrize("width", [1100, 1280, 1920])
def test_no_button_is_lost_when_room_is_short(noisy, qtbot, width):
    noisy.resize(width, 720)

    def all_there() -> bool:
        shown = [b.isVisible() and b.geometry().right() <= width for b in buttons(noisy)]
        return noisy.tool_bar.width() == width and all(shown)

    assert len(buttons(noisy)) >= 12
    qtbot.waitUntil(all_there)


def test_with_room_every_icon_has_its_word(noisy, qtbot):
    noisy.resize(1920, 720)
    qtbot.waitUntil(lambda: noisy.tool_bar.width() == 1920)
    worded = [b for b in buttons(noisy) if b.toolButtonStyle() != ONLY_ICON]
    assert {"Open…", "Export…", "Overlay", "Residual"} <= {b.accessibleName() for b in worded}


def test_every_method_can_be_picked_and_the_default_is_the_published_best(noisy, settings):
    menu = noisy.tool_bar.method_button.menu()
    names = [a.data() for a in menu.actions() if a.data() is not None]
    assert sorted(names) == sorted(DENOISERS)
    settings["denoise.method"] = ""
    assert noisy.cleaning.method.name == default_denoiser()


def test_the_picker_ticks_the_method_that_is_chosen(noisy):
    noisy.choose_method("fir")
    ticked = [a.data() for a in noisy.tool_bar.method_button.menu().actions() if a.isChecked()]
    assert ticked == ["fir"]
    assert noisy.session.cleaned is None  # choosing is not asking


def test_the_card_of_the_method_says_what_it_is(noisy):
    from viewer.ui.method_card import MethodCard

    noisy.choose_method("iir")
    noisy.commands.actions["denoise.card"].trigger()
    card = noisy.findChild(MethodCard)
    assert "IIR band-pass" in card.windowTitle()
    card.close()
