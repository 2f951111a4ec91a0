"""Two recordings beside each other: aligned at R, differences in numbers, never a diagnosis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from inference.st import measure
from tests.shared_data import sample
from viewer.acquisition import AcquisitionInfo
from viewer.formats import open_recording
from viewer.samples import ArraySamples
from viewer.state.prior import NOTE, NotComparable, cautions, compare
from viewer.ui.prior_window import differences_html

CTRL = Qt.KeyboardModifier.ControlModifier
DIAGNOSES = ("infarct", "ischaemi", "ischemi", "normal", "abnormal", "STEMI", "significant")


@pytest.fixture(scope="module")
def recording():
    return open_recording(sample("ptbxl_clean.hea"))


def measured(recording, signal_mv=None):
    signal = recording.signal_mv if signal_mv is None else signal_mv
    return measure(signal, recording.fs_hz, recording.leads)


def test_a_recording_differs_from_itself_by_nothing(recording):
    report = measured(recording)
    found = compare(report, report)
    assert np.array_equal(found.beats.now_mv, found.beats.prior_mv)
    for row in found.levels:
        assert {row[3], row[6], row[9]} <= {"+0.00", "−0.00", "–"}
    assert all(delta.startswith(("+0", "–")) for *_, delta in found.intervals)


def test_a_raised_st_segment_is_found_in_its_lead_alone_and_with_its_size(recording):
    """0.2 mV from J on in V2, put on at every beat."""
    prior = measured(recording)
    raised = np.array(recording.signal_mv)
    v2 = recording.leads.index("V2")
    j = prior.fiducials.j - prior.beats.before
    for r in prior.beats.samples:
        raised[v2, r + j : r + j + round(0.12 * recording.fs_hz)] += 0.2
    rows = {row[0]: row for row in compare(measured(recording, raised), prior).levels}
    number = float(rows["V2"][6].replace("−", "-"))
    assert number == pytest.approx(0.2, abs=0.03)
    others = [row for lead, row in rows.items() if lead not in ("V2",) and row[6] != "–"]
    assert all(abs(float(row[6].replace("−", "-"))) <= 0.03 for row in others)


def test_beats_of_two_rates_are_aligned_at_r(recording):
    half = replace(
        recording,
        samples=ArraySamples(np.ascontiguousarray(recording.signal_mv[:, ::2])),
        fs_hz=recording.fs_hz / 2,
    )
    beats = compare(measured(recording), measured(half)).beats
    for now, prior in zip(beats.now_mv, beats.prior_mv, strict=True):
        assert np.sqrt(np.mean((now - prior) ** 2)) < 0.05 * max(np.ptp(now), 0.2)


def test_other_leads_or_another_patient_are_cautions_and_no_common_lead_a_refusal(recording):
    def patient(name):
        return replace(recording, acquisition=AcquisitionInfo(patient=(("Patient name", name),)))

    assert cautions(recording, recording) == ()
    (said,) = cautions(patient("A"), patient("B"))
    assert said == "The patient of the two files differ: A and B."
    fewer = replace(
        recording,
        leads=recording.leads[:2],
        samples=ArraySamples(recording.signal_mv[:2].copy()),
        integrity=(),
        step_mv=(),
    )
    assert "leads of the two files differ" in cautions(recording, fewer)[0]
    other = replace(fewer, leads=("X", "Y"))
    with pytest.raises(NotComparable, match="has none of the leads"):
        cautions(recording, other)


def test_what_cannot_be_measured_is_refused_in_a_sentence(recording):
    flat = measured(recording, np.zeros_like(recording.signal_mv))
    with pytest.raises(NotComparable, match="nothing to compare in the prior one: "):
        compare(measured(recording), flat)


def test_by_key_and_file_both_pages_beats_and_table_are_shown(noisy, qtbot, monkeypatch):
    path = str(sample("ptbxl_clean.hea"))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (path, ""))
    with qtbot.waitSignal(noisy.priors.shown, timeout=60_000):
        qtbot.keyClick(noisy, Qt.Key.Key_R, CTRL)
    sheet = noisy.priors.sheet
    assert [view.session.recording.name for view in sheet.views] == ["ptbxl_noisy", "ptbxl_clean"]
    text = sheet.table.toPlainText()
    for wanted in ("V1", "J+60", "J+80", "Heart rate", "QTc Bazett", "Δ"):
        assert wanted in text
    sheet.views[1].session.paper.set_speed(50.0)
    assert sheet.views[0].session.paper.speed_mm_s == 50.0  # the same scale on both
    assert sheet.beats.grab().toImage().width() > 300
    sheet.reject()


def test_a_prior_file_that_cannot_be_read_is_told_and_nothing_changes(noisy, qtbot, tmp_path):
    broken = tmp_path / "broken.hea"
    broken.write_text("this is no header")
    with qtbot.waitSignal(noisy.priors.refused, timeout=20_000) as told:
        noisy.priors.compare(broken)
    assert "broken.hea" in told.args[0]
    assert noisy.session.recording.name == "ptbxl_noisy"


def test_the_words_never_say_what_the_differences_mean(recording):
    report = measured(recording)
    words = (NOTE + differences_html(compare(report, report))).casefold()
    assert "not for diagnosis" in words
    assert not [word for word in DIAGNOSES if word.casefold() in words]
