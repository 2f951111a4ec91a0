"""The fidelity guard in the window: shown in words, and in the way of a bad export."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from viewer.jobs.export import Choice, obstacle
from viewer.ui.guard_sheet import GuardSheet

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def guarded(noisy, qtbot):
    """Cleaned and compared."""
    qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    qtbot.waitUntil(lambda: noisy.session.guard_complete, timeout=60_000)
    return noisy


def blocking(window) -> None:
    """The guard's own report, with one lead turned red."""
    report = window.session.guard
    lead = replace(
        report.leads[8], state="block", reason="ST at J+60 +0.071 mV", delta_st_mv={"j60": 0.071}
    )
    leads = (*report.leads[:8], lead, *report.leads[9:])
    bad = replace(report, state="block", reason=f"{lead.lead}: {lead.reason}", leads=leads)
    window.session.set_guard(bad, complete=True)


def choice(tmp_path) -> Choice:
    return Choice("cleaned", True, "npz", tmp_path / "x.npz")


def test_after_cleaning_the_guard_stands_in_the_tool_bar(guarded):
    button = guarded.tool_bar.guard_button
    assert button.isVisible()
    assert button.text()
    assert not button.icon().isNull()
    assert button.accessibleName().startswith("Fidelity guard")


def test_without_cleaning_there_is_no_guard(noisy):
    assert not noisy.tool_bar.guard_button.isVisible()
    assert not noisy.commands.actions["guard.show"].isEnabled()


def test_a_red_guard_blocks_export_until_it_is_acknowledged(guarded, tmp_path):
    assert obstacle(guarded.session, choice(tmp_path)) is None
    blocking(guarded)
    assert "ST segment" in obstacle(guarded.session, choice(tmp_path))
    assert "ST moved 0.07 mV in V3" in guarded.notices.sentences[0]
    guarded.session.acknowledge_guard()
    assert obstacle(guarded.session, choice(tmp_path)) is None
    assert guarded.notices.sentences == []
    assert guarded.tool_bar.guard_button.text().endswith("(seen)")


def test_the_sheet_lists_every_lead_and_can_be_acknowledged(guarded, qtbot):
    blocking(guarded)
    qtbot.keyClick(guarded, Qt.Key.Key_G, CTRL | Qt.KeyboardModifier.ShiftModifier)
    sheet = guarded.findChild(GuardSheet)
    assert sheet.table.rowCount() == 12
    assert sheet.table.item(0, 0).text().strip() == "V3"
    qtbot.mouseClick(sheet.acknowledge, Qt.MouseButton.LeftButton)
    assert guarded.session.guard_acknowledged
    assert not sheet.acknowledge.isVisible()
    sheet.close()


def test_cleaning_by_another_method_forgets_what_was_acknowledged(guarded, qtbot):
    blocking(guarded)
    guarded.session.acknowledge_guard()
    guarded.choose_method("fir")
    assert not guarded.session.guard_acknowledged
    qtbot.waitUntil(lambda: guarded.session.guard_complete, timeout=60_000)
    assert guarded.session.cleaned.method == "fir"


def test_a_guard_that_fails_says_cannot_tell_and_never_ok(noisy, qtbot, monkeypatch, caplog):
    def broken(*_args: object) -> None:
        raise ZeroDivisionError("no beats left")

    monkeypatch.setattr("inference.guard.guard", broken)
    with qtbot.waitSignal(noisy.guarding.broke, timeout=60_000):
        qtbot.keyClick(noisy, Qt.Key.Key_D, CTRL)
    assert "unexpected error" in caplog.text
    assert noisy.session.guard.state == "cannot_tell"
    [dialog] = noisy.errors.dialogs.values()
    assert "ZeroDivisionError" in dialog.informativeText()
    dialog.close()
    noisy.errors.counts.clear()
