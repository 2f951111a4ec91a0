"""F1 opens the guide; every page, link and picture of it is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from viewer.folders import resource
from viewer.ui.guide import PAGES, Guide, title_of
from viewer.ui.main_window import MainWindow

GUIDE = resource("guide")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_title_and_leads_nowhere_that_does_not_exist(name: str) -> None:
    page = GUIDE / f"{name}.md"
    assert title_of(page)
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (GUIDE / target).exists(), target


def test_every_page_of_the_folder_is_in_the_contents() -> None:
    assert {path.stem for path in GUIDE.glob("*.md")} - {"architecture"} == set(PAGES)


def test_f1_opens_the_guide_and_links_turn_its_pages(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    guide = window.findChild(Guide)
    assert guide is not None
    qtbot.waitExposed(guide)
    assert guide.contents.count() == len(PAGES)
    guide.contents.setCurrentRow(PAGES.index("st"))
    assert "J+60" in guide.page.toPlainText()
    guide.page.setSource(QUrl.fromLocalFile(str(GUIDE / "cleaning.md")))
    assert guide.contents.currentRow() == PAGES.index("cleaning")
    guide.page.backward()
    assert guide.contents.currentRow() == PAGES.index("st")


def test_a_picture_is_never_wider_than_the_page(qtbot: QtBot, window: MainWindow) -> None:
    guide = Guide(window)
    qtbot.addWidget(guide)
    picture = guide.page.loadResource(
        QTextDocument.ResourceType.ImageResource.value, QUrl("window.png")
    )
    assert 0 < picture.width() <= guide.page.viewport().width()
    assert Path(GUIDE / "window.png").exists()
