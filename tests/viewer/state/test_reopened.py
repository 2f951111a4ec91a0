"""An exported file is opened as it was left; a sidecar of another file counts for nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.formats.export import export_recording
from viewer.report.provenance import provenance
from viewer.samples import ArraySamples
from viewer.state.calipers import Caliper, Kind, Spot
from viewer.state.cleaned import Cleaned
from viewer.state.cut import cut
from viewer.state.layouts import find
from viewer.state.marks import Marks
from viewer.state.reopened import reopened, restore, session_state
from viewer.state.session import Session


@pytest.fixture
def session():
    session = Session()
    session.open(open_recording(sample("incart_i06.hea")), "3x4+1")
    session.paper.set_layout(find("6x2", session.recording.leads))
    session.paper.set_speed(50.0)
    session.paper.set_gain(20.0)
    session.timeline.scroll_to(12.0)
    return session


def exported(session, folder, format_="npz", cleaned=None):
    document = provenance(session.recording, cleaned=cleaned, session=session_state(session))
    return export_recording(session.recording, folder / "out", format_, document)


@pytest.mark.parametrize("format_", ["npz", "wfdb", "hdf5", "edf"])
def test_layout_scale_and_place_come_back(session, tmp_path, format_):
    proof = exported(session, tmp_path, format_)
    again = Session()
    again.open(open_recording(proof.path), "12x1")
    restore(again, reopened(again.recording))
    assert again.paper.layout.name == "6x2"
    assert (again.paper.speed_mm_s, again.paper.gain_mm_mv) == (50.0, 20.0)
    assert again.timeline.start_s == 12.0


def test_calipers_come_back_where_they_stood_also_in_a_part(session, tmp_path):
    start_s = 10.0
    session.marks = Marks()
    spots = Spot(11.0, 0.1), Spot(11.4, 0.1)
    session.marks.add_caliper(
        Caliper(number=1, kind=Kind.TIME, lead="II", start=spots[0], stop=spots[1])
    )
    part = cut(session.recording, start_s, 20.0)
    document = provenance(session.recording, session=session_state(session, start_s))
    proof = export_recording(part, tmp_path / "out", "npz", document)
    again = Session()
    again.open(open_recording(proof.path), "12x1")
    again.marks = Marks()
    restore(again, reopened(again.recording))
    (caliper,) = again.marks.calipers
    assert (caliper.lead, caliper.start.time_s) == ("II", pytest.approx(1.0))
    assert caliper.span_s == pytest.approx(0.4)


def test_a_cleaned_file_is_never_taken_for_the_recording_itself(session, tmp_path):
    samples = ArraySamples(np.zeros((12, session.recording.n_samples), np.float32))
    weights = "ab" * 32
    cleaned = Cleaned(samples=samples, method="leadlight", title="Leadlight")
    cleaned.version, cleaned.weights_sha256 = "1", weights
    proof = exported(session, tmp_path, cleaned=cleaned)
    found = reopened(open_recording(proof.path))
    assert found.method == "leadlight"
    assert "holds a cleaned trace" in found.cleaned
    assert "abababab" in found.cleaned


def test_a_sidecar_of_other_bytes_is_not_believed(session, tmp_path):
    proof = exported(session, tmp_path)
    other = replace(session.recording, path=proof.path, source_sha256="0" * 64)
    assert reopened(other) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": 3}', "[" * 100_000])
def test_a_damaged_sidecar_is_as_none(session, tmp_path, text):
    proof = exported(session, tmp_path)
    proof.sidecar.write_text(text)
    assert reopened(open_recording(proof.path)) is None


def test_nonsense_in_a_sidecar_changes_nothing(session, tmp_path):
    proof = exported(session, tmp_path)
    document = json.loads(proof.sidecar.read_text())
    nonsense = {"layout": "99x99", "speed_mm_s": "fast", "gain_mm_mv": -1, "start_s": True}
    proof.sidecar.write_text(json.dumps(document | {"session": nonsense}))
    again = Session()
    again.open(open_recording(proof.path), "3x4+1")
    restore(again, reopened(again.recording))
    assert (again.paper.layout.name, again.paper.speed_mm_s) == ("3x4+1", 25.0)
    assert again.timeline.start_s == 0.0
