"""What belongs to the open recording goes with it; the raw trace always comes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inference.guard import GuardReport
from viewer.recording import Recording
from viewer.state.cleaned import Cleaned, GrowingSamples
from viewer.state.layers import Show, Trace
from viewer.state.layouts import AS_RECORDED, STANDARD
from viewer.state.session import Session


def recording(leads: tuple[str, ...] = STANDARD, n: int = 5000) -> Recording:
    wave = np.sin(np.arange(n, dtype=np.float32) / 50)
    return Recording.from_array(np.stack([wave] * len(leads)), leads, 500.0, "made")


def cleaned_of(recording: Recording, tmp_path, *, whole: bool = True) -> Cleaned:
    samples = GrowingSamples(len(recording.leads), recording.n_samples, tmp_path)
    stop = recording.n_samples if whole else 1000
    samples.put(0, recording.samples.read_mv(0, stop))
    return Cleaned(samples=samples, method="iir", title="IIR band-pass")


def report(state: str, reason: str = "V3") -> GuardReport:
    return GuardReport(state=state, reason=reason, leads=(), n_beats=9)


@pytest.fixture
def session(tmp_path) -> Session:
    session = Session()
    session.open(recording(), "3x4+1")
    session.set_cleaned(cleaned_of(session.recording, tmp_path))
    session.set_guard(report("block"), complete=True)
    return session


def test_opening_shows_the_raw_trace_from_its_start_in_the_layout_asked_for():
    session = Session()
    session.timeline.scroll_to(3.0)
    session.open(recording(), "6x2")
    assert session.layers.traces == (Trace.RAW,)
    assert session.timeline.start_s == 0
    assert session.timeline.duration_s == 10.0
    assert session.paper.layout.name == "6x2"


def test_a_layout_that_the_leads_cannot_fill_gives_way():
    session = Session()
    session.open(recording(("MLII", "V5")), "3x4+1")
    assert session.paper.layout.name == AS_RECORDED
    assert session.paper.layout.leads == {"MLII", "V5"}


def test_an_unknown_layout_of_an_older_program_gives_way():
    session = Session()
    session.open(recording(), "spiral")
    assert session.paper.layout.name == "3x4+1"


def test_the_first_cleaned_piece_is_shown_over_the_raw_trace(tmp_path):
    session = Session()
    session.open(recording(), "3x4")
    session.set_cleaned(cleaned_of(session.recording, tmp_path, whole=False))
    assert session.layers.show is Show.OVERLAY


def test_another_recording_takes_everything_computed_with_it(session):
    heard: list[str] = []
    session.cleaned_changed.connect(lambda: heard.append("cleaned"))
    session.guard_changed.connect(lambda: heard.append("guard"))
    session.open(recording(), "3x4")
    assert session.cleaned is None
    assert session.guard is None
    assert session.layers.traces == (Trace.RAW,)
    assert set(heard) == {"cleaned", "guard"}


def test_a_red_guard_blocks_until_acknowledged(session):
    assert session.export_blocked
    session.acknowledge_guard()
    assert not session.export_blocked


def test_the_same_verdict_stays_acknowledged_and_another_does_not(session):
    session.acknowledge_guard()
    session.set_guard(report("block"), complete=True)
    assert not session.export_blocked
    session.set_guard(report("block", "V3 and V4"), complete=True)
    assert session.export_blocked


@pytest.mark.parametrize("state", ["ok", "warn", "cannot_tell"])
def test_only_red_blocks(session, state):
    session.set_guard(report(state), complete=True)
    assert not session.export_blocked


def test_a_recording_read_to_its_end_keeps_what_was_computed(session):
    before, heard = session.recording, []
    session.recording_settled.connect(lambda: heard.append(True))
    session.settle(replace(before, integrity=("ok",) * 12, source_sha256="ab"))
    assert heard == [True]
    assert session.recording.source_sha256 == "ab"
    assert session.recording.samples is before.samples
    assert session.cleaned is not None


def test_closing_leaves_nothing(session):
    session.close()
    assert (session.recording, session.cleaned, session.guard) == (None, None, None)
    assert session.timeline.duration_s == 0
