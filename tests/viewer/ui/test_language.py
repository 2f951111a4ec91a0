"""The window in German: menus, panels, settings; the page keeps its millimetres."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel

from tests.shared_data import sample
from viewer.app import build_window
from viewer.ui.settings_dialog import SettingsDialog
from viewer.words import use


@pytest.fixture
def german(qtbot, reader, settings):
    """The real window, in German from its start."""
    settings["view.language"] = "de"
    window = build_window(reader, settings)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    window.close()
    window.deleteLater()
    use("en")
    app = QApplication.instance()
    for translator in app.findChildren(QTranslator):
        app.removeTranslator(translator)


def test_menus_panels_start_page_and_buttons_speak_german(german, qtbot):
    assert german.menuBar().actions()[0].text() == "&Datei"
    assert german.commands.actions["denoise.start"].text() == "Entrauschen"
    assert "(Strg+D)" in german.commands.actions["denoise.start"].toolTip()
    said = [label.text() for label in german.start_page.findChildren(QLabel)]
    assert "EKG hier ablegen" in said
    assert "Nur für Forschung und Lehre. Nicht zur Diagnose." in said
    german.show_settings()
    dialog = german.findChild(SettingsDialog)
    box = dialog.findChild(QDialogButtonBox)
    assert box.button(QDialogButtonBox.StandardButton.Close).text() == "Schließen"
    assert dialog.fields["view.gain_mm_mv"].accessibleName() == "Verstärkung"


def test_commands_are_found_by_german_and_by_english_words(german):
    from viewer.ui.help_sheet import matching

    assert matching("rauschkarte")[0].id == "panel.noise_map"
    assert matching("noise map")[0].id == "panel.noise_map"


def test_a_message_is_german_and_is_still_counted_as_the_same(german):
    for _ in range(2):
        german.notices.say("error", "b10.hea is the last recording here.")
    assert german.notices.open[0].accessibleName() == (
        "b10.hea ist hier die letzte Aufzeichnung. (2 ×)"
    )


def test_the_page_keeps_its_millimetres_its_units_and_its_words(german, qtbot):
    with qtbot.waitSignal(german.files.opened, timeout=20_000):
        german.open_paths([sample("ptbxl_noisy.hea")])
    page, text = german.trace_view.page, german.trace_view.text
    use("en")
    german.trace_view.relay()
    assert german.trace_view.page == page  # every place in millimetres
    assert german.trace_view.text == text
    assert text.footer.startswith("25 mm/s   10 mm/mV   band: as recorded")
