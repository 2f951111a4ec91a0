from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from inference.evaluation.st_sweep import analytic
from inference.st import measure
from tests.inference.ecg import LEADS, ludb

FS = 500.0


@pytest.mark.parametrize("st_mv", [-0.2, 0.0, 0.3])
def test_a_known_st_level_is_measured(st_mv):
    case = analytic(st_mv, rate_bpm=70, qrs_ms=90)

    report = measure(case.signal_mv, FS, LEADS)

    chest = [report.lead(name) for name in ("V2", "V4", "V6")]
    assert [row.j60_mv for row in chest] == pytest.approx([st_mv] * 3, abs=0.02)
    assert report.intervals.heart_rate_bpm == pytest.approx(70, abs=0.5)
    assert report.intervals.qrs_ms == pytest.approx(90, abs=16)


def test_beats_and_levels_are_those_of_the_recording():
    signal_mv, fs_hz = ludb(1)

    report = measure(signal_mv, fs_hz, LEADS, age_years=51, sex="F")

    assert report.reasons == ()
    assert report.intervals.heart_rate_bpm == pytest.approx(46, abs=1)
    assert set(report.intervals.qtc_ms) == {"Bazett", "Fridericia", "Framingham", "Hodges"}
    assert [row.lead for row in report.st] == list(LEADS)
    assert all(row.n_beats >= 6 for row in report.st)
    limb = {row.lead: row.j60_mv for row in report.st}
    assert limb["I"] + limb["III"] == pytest.approx(limb["II"], abs=0.015)


def test_gain_is_followed():
    signal_mv, fs_hz = ludb(5)

    once, twice = measure(signal_mv, fs_hz, LEADS), measure(2 * signal_mv, fs_hz, LEADS)

    ratio = [b.j60_mv / a.j60_mv for a, b in zip(once.st, twice.st, strict=True) if a.j60_mv > 0.02]
    assert ratio == pytest.approx([2.0] * len(ratio), rel=0.02)


@pytest.mark.parametrize("fs_hz", [250.0, 360.0, 1000.0])
def test_other_sampling_rates_give_the_same_levels(fs_hz):
    signal_mv, _ = ludb(5)
    there = np.arange(signal_mv.shape[1]) / 500
    times = np.arange(round(10 * fs_hz)) / fs_hz
    resampled = np.stack([np.interp(times, there, row) for row in signal_mv]).astype(np.float32)

    one, other = measure(signal_mv, 500.0, LEADS), measure(resampled, fs_hz, LEADS)

    for a, b in zip(one.st, other.st, strict=True):
        assert b.j60_mv == pytest.approx(a.j60_mv, abs=0.025)


def test_silence_is_called_silence():
    report = measure(np.zeros((12, 5000), np.float32), FS, LEADS)

    assert "flat" in report.reasons[0]
    assert report.st == ()


def test_noise_is_not_measured():
    noise = np.random.default_rng(1).normal(0, 0.2, (12, 5000)).astype(np.float32)

    report = measure(noise, FS, LEADS)

    assert report.reasons
    assert report.st == ()


def test_fibrillation_is_not_measured():
    t = np.arange(5000) / FS
    rate = 5 + 0.8 * np.sin(2 * np.pi * 0.3 * t)
    wave = 0.5 * np.sin(2 * np.pi * np.cumsum(rate) / FS) * (1 + 0.5 * np.sin(2 * np.pi * 0.7 * t))

    report = measure((np.linspace(-1, 1, 12)[:, None] * wave).astype(np.float32), FS, LEADS)

    assert report.reasons


def test_two_beats_are_too_few():
    signal_mv, fs_hz = ludb(1)

    report = measure(signal_mv[:, 500:1600], fs_hz, LEADS)

    assert report.st == ()
    assert "three" in report.reasons[0]


def test_nothing_recorded_is_said():
    report = measure(np.full((2, 5000), np.nan, np.float32), FS, ("I", "II"))

    assert "recorded" in report.reasons[0]


def test_a_gap_costs_its_beats_only():
    signal_mv, fs_hz = ludb(5)
    whole = measure(signal_mv, fs_hz, LEADS)
    signal_mv[:, 2000:2600] = np.nan

    report = measure(signal_mv, fs_hz, LEADS)

    assert 3 <= report.st[0].n_beats < whole.st[0].n_beats
    sound = [a for a in whole.st if a.suppressed is None]
    assert len(sound) >= 10
    for a in sound:
        assert report.lead(a.lead).suppressed is None
        assert report.lead(a.lead).j60_mv == pytest.approx(a.j60_mv, abs=0.03)


def test_an_absent_lead_is_suppressed_and_the_others_are_measured():
    signal_mv, fs_hz = ludb(5)
    whole = measure(signal_mv, fs_hz, LEADS)
    signal_mv[7] = np.nan

    report = measure(signal_mv, fs_hz, LEADS)

    assert report.lead("V2").suppressed is not None
    assert report.lead("V5").j60_mv == pytest.approx(whole.lead("V5").j60_mv, abs=0.03)


def test_a_lead_of_grade_c_is_suppressed():
    signal_mv, fs_hz = ludb(5)

    report = measure(signal_mv, fs_hz, LEADS, grades={"V2": "C"})

    assert "grade C" in report.lead("V2").suppressed
    assert report.lead("V3").suppressed is None


def test_one_lead_alone_meets_no_criterion():
    case = analytic(0.3, 70, 90)

    report = measure(case.signal_mv[6:7], FS, ("V1",))

    assert report.criteria == ()
    assert any("One lead" in note for note in report.notes)


def test_one_lead_alone_gives_a_reason_instead_of_levels():
    case = analytic(0.3, 70, 90)

    report = measure(case.signal_mv[6:7], FS, ("V1",))

    assert "contiguity cannot be judged" in report.lead("V1").suppressed
    assert report.intervals.heart_rate_bpm == pytest.approx(70, abs=1)


def test_two_computed_leads_never_support_a_criterion_alone():
    signal_mv = analytic(0.3, 70, 90).signal_mv

    recorded = measure(signal_mv, FS, LEADS, age_years=60, sex="M")
    derived = measure(signal_mv, FS, LEADS, age_years=60, sex="M", derived=set(LEADS[2:]))

    assert any(set(c.leads) <= set(LEADS[2:]) for c in recorded.criteria)
    assert derived.criteria
    assert all(set(LEADS[:2]) & {n.strip("-") for n in c.leads} for c in derived.criteria)


def test_pacing_is_noted():
    signal_mv, fs_hz = ludb(45)  # unipolar pacing

    report = measure(signal_mv, fs_hz, LEADS)

    assert any("pacing" in note for note in report.notes)
    assert report.criteria == ()
    assert all("pacing" in row.suppressed for row in report.st)


def test_measuring_imports_neither_torch_nor_neurokit():
    code = "import inference.st, sys; print({'torch', 'neurokit2', 'pandas'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
