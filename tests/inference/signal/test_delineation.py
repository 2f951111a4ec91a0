from __future__ import annotations

import numpy as np
import pytest

from inference.evaluation.st_sweep import analytic
from inference.st import measure
from tests.inference.ecg import LEADS, ludb, ludb_edges


@pytest.mark.parametrize("number", [3, 7, 11, 39])
def test_qrs_boundaries_are_near_those_of_the_experts(number):
    signal_mv, fs_hz = ludb(number)
    report = measure(signal_mv, fs_hz, LEADS)
    onsets, ends = [], []
    for onset, end in ludb_edges(number):
        beat = report.beats.samples[np.argmin(np.abs(report.beats.samples - (onset + end) / 2))]
        if abs(beat - (onset + end) / 2) < 40:
            onsets.append(onset - (beat - report.beats.before))
            ends.append(end - (beat - report.beats.before))

    assert report.fiducials.qrs_onset == pytest.approx(np.median(onsets), abs=6)  # 12 ms
    assert report.fiducials.j == pytest.approx(np.median(ends), abs=8)


def test_known_waves_are_found_where_they_are():
    case = analytic(0.0, rate_bpm=60, qrs_ms=100)

    marks = measure(case.signal_mv, 500.0, LEADS).fiducials

    r = 175  # samples before R in the window
    assert marks.qrs_onset - r == pytest.approx(-25, abs=5)
    assert marks.j - r == pytest.approx(25, abs=5)
    assert marks.p_onset < marks.p_end < marks.qrs_onset
    assert marks.t_end - r == pytest.approx(0.39 * 500, abs=20)


def test_without_a_p_wave_none_is_invented():
    case = analytic(0.0, rate_bpm=60, qrs_ms=100)
    signal_mv = case.signal_mv.copy()
    for beat in case.beats:  # level everything before each QRS complex
        signal_mv[:, max(0, beat - 150) : beat - 26] = 0.0

    marks = measure(signal_mv, 500.0, LEADS).fiducials

    assert (marks.p_onset, marks.p_end) == (-1, -1)
