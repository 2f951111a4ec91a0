"""Nothing stays behind when a recording is closed: counted objects, not clocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared_data import sample
from tests.soak import counts, cycle, growth
from viewer.app import build_window
from viewer.formats.process import ReaderProcess
from viewer.settings import Settings
from viewer.ui.main_window import MainWindow

WARM, MEASURED = 1, 1
"""Visits until every panel, cache and dialog was made once; visits that must add nothing."""

LOOKED_AHEAD = 3
"""The neighbour that was read ahead may have come or not, and its derived twin."""


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    with ReaderProcess() as reader:
        window = build_window(reader, Settings(tmp_path / "settings.json"))
        window.show()
        yield window
        window.close()
        window.deleteLater()


def test_opening_cleaning_measuring_exporting_and_closing_leaves_nothing_behind(window, tmp_path):
    paths = (sample("ptbxl_noisy.hea"), sample("mitbih_100.hea"))
    for number in range(2 * WARM):
        cycle(window, paths[number % 2], "iir", tmp_path)
    before = counts()
    for number in range(2 * MEASURED):
        cycle(window, paths[number % 2], "iir", tmp_path)
    after = counts()
    held = {name: n for name, n in after.objects.items() if name != "Recording"}
    assert all(n <= before.objects.get(name, 0) for name, n in held.items()), after
    assert after.objects.get("Recording", 0) <= LOOKED_AHEAD
    assert all(n <= before.widgets.get(name, 0) for name, n in after.widgets.items()), after
    assert after.threads <= before.threads
    assert after.array_mb == pytest.approx(before.array_mb, abs=1.0)


def test_growth_compares_whole_rounds_after_the_memory_has_settled():
    def visits(*rounds: tuple[float, float]) -> list[tuple[float, float]]:
        return [(start_s + n, mb + n) for start_s, mb in rounds for n in range(8)]

    told = growth(visits((0, 100), (400, 200), (500, 210), (600, 204)), 300.0)
    assert "growth +2.0 %" in told  # 207.5 against 203.5 MB
    assert "too few" in growth(visits((0, 100), (100, 200)), 300.0)
