"""One strength rules the trace: raw − s × removed, bit for bit raw at 0 and cleaned at 1."""

import numpy as np
import pytest

from viewer.samples import ArraySamples
from viewer.state.cleaned import Cleaned, GateTrack, GrowingSamples
from viewer.state.strength import AppliedSamples, applied, label, lead_work

LEADS = ("I", "II", "V1")


@pytest.fixture
def raw():
    return ArraySamples(np.random.default_rng(1).normal(0, 1, (3, 1000)).astype(np.float32))


@pytest.fixture
def cleaned(tmp_path, raw):
    samples = GrowingSamples(3, 1000, tmp_path)
    samples.put(0, (raw.read_mv(0, 600) * 0.5).astype(np.float32))
    return Cleaned(samples=samples, method="iir", title="IIR", parameters={"low_pass_hz": 40.0})


def test_nothing_applied_is_the_raw_signal_and_everything_the_cleaned_one(raw, cleaned):
    full = cleaned.samples
    assert applied(cleaned, raw, 1.0).samples is full
    none = applied(cleaned, raw, 0.0).samples
    assert np.array_equal(none.read_mv(0, 600), raw.read_mv(0, 600))
    assert np.isnan(none.read_mv(600, 1000)).all()  # not cleaned yet: not drawn as cleaned


def test_a_strength_removes_that_share_of_what_the_method_removes(raw, cleaned):
    at_40 = applied(cleaned, raw, 0.4)
    expected = raw.read_mv(0, 600) * (1 - 0.4 * 0.5)
    assert at_40.samples.read_mv(0, 600) == pytest.approx(expected, abs=1e-6)
    assert at_40.parameters == {"low_pass_hz": 40.0, "strength": 0.4}


def test_each_lead_can_have_its_own_strength_and_says_so(raw, cleaned):
    own = applied(cleaned, raw, (1.0, 0.0, 0.5))
    signal_mv = own.samples.read_mv(0, 600)
    assert np.array_equal(signal_mv[0], cleaned.samples.read_mv(0, 600)[0])
    assert np.array_equal(signal_mv[1], raw.read_mv(0, 600)[1])
    assert own.parameters["strength"] == [1.0, 0.0, 0.5]
    assert label((1.0, 1.0, 0.3), LEADS) == "100% (30% V1)"
    assert label((1.0, 0.3, 0.3, 0.0, 1.0, 1.0), tuple("abcdef")) == "100% (30% b c; 0% d)"
    assert label(0.6) == "60%"
    assert label(1.0) == ""


def test_pieces_that_come_later_reach_every_strength(raw, cleaned):
    half = applied(applied(cleaned, raw, 0.2), raw, 0.5)
    half.samples.put(600, np.zeros((3, 400), np.float32))
    assert half.complete
    assert cleaned.complete
    assert half.samples.read_mv(600, 1000) == pytest.approx(raw.read_mv(600, 1000) / 2, abs=1e-6)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan"), (0.5, 2.0, 0.0)])
def test_a_strength_outside_0_to_1_is_refused(raw, cleaned, wrong):
    with pytest.raises(ValueError, match="between 0 and 1"):
        AppliedSamples(raw, cleaned.samples, wrong)


def test_the_gate_of_the_visible_seconds_is_told_per_lead(raw, cleaned):
    track = GateTrack(3, 4.0)
    gate = np.zeros((3, 50), np.float32)
    gate[2, 25:] = 0.8
    track.put(0.0, gate, 25.0)
    cleaned.gate = track
    quiet = lead_work(cleaned, LEADS, 0.0, 1.0)
    busy = lead_work(cleaned, LEADS, 1.0, 2.0)
    assert [row.words for row in quiet] == ["gate 0%"] * 3
    assert [row.words for row in busy] == ["gate 0%", "gate 0%", "gate 80%"]
    assert lead_work(cleaned, LEADS, 3.0, 4.0)[0].words == "not cleaned yet"
