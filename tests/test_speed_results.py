"""results.md keeps what other commands measured when one of them measures again."""

from __future__ import annotations

import time

from tests.speed.against_mne import brainvision_header
from tests.speed.recordings import LEADS
from tests.speed.results import replace_first, replace_section


def test_a_section_is_added_once_and_then_replaced(tmp_path):
    path = tmp_path / "results.md"
    path.write_text("# Speed\n\n| a | b |\n\n## Other\n\nkept\n")
    replace_section("## Beside", "## Beside\n\nfirst\n", path)
    replace_section("## Beside", "## Beside\n\nsecond\n", path)
    assert path.read_text() == "# Speed\n\n| a | b |\n\n## Other\n\nkept\n\n## Beside\n\nsecond\n"


def test_the_main_table_is_measured_again_without_losing_the_sections(tmp_path):
    path = tmp_path / "results.md"
    replace_first("# Speed\n\nold", path)
    replace_section("## Beside", "## Beside\n\nkept", path)
    replace_first("# Speed\n\nnew", path)
    assert path.read_text() == "# Speed\n\nnew\n\n## Beside\n\nkept\n"


def test_both_programs_are_given_the_same_file(tmp_path):
    header = tmp_path / "day.hea"
    text = brainvision_header(header).read_text(encoding="utf-8")
    assert "DataFile=day.dat" in text
    assert text.count("µV") == len(LEADS)
    assert "SamplingInterval=2000\n" in text
    assert (tmp_path / "day.vmrk").exists()


def test_the_heartbeat_sees_the_event_loop_stand_still(qtbot):
    from tests.speed.stalls import Heartbeat

    heart = Heartbeat()
    qtbot.waitUntil(lambda: len(heart.wall_ms) >= 2)
    beats = len(heart.wall_ms)
    before = heart._cpu
    while sum(range(1000)) and time.thread_time() - before < 0.05:
        pass  # the GUI thread is busy: no beat can come
    assert len(heart.wall_ms) == beats
    qtbot.waitUntil(lambda: len(heart.wall_ms) > beats)
    heart.stop()
    assert max(heart.cpu_ms) > 40
    assert max(heart.wall_ms) >= max(heart.cpu_ms) - 1
