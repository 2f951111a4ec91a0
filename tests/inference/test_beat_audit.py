from __future__ import annotations

import numpy as np
import pytest
import wfdb

from inference.beat_audit import audit
from tests.inference.ecg import LEADS, ludb
from tests.shared_data import archive


def ectopics():
    """Two minutes of MIT-BIH 119 (trigeminy), and the annotated ventricular beats."""
    path = str(archive("mitdb") / "119")
    record = wfdb.rdrecord(path, sampto=360 * 120)
    notes = wfdb.rdann(path, "atr", sampto=360 * 120)
    beats = [s for s, c in zip(notes.sample, notes.symbol, strict=True) if c == "V"]
    return record.p_signal.T.astype(np.float32), np.array(beats)


def test_every_flattened_ectopic_beat_is_found_and_stands_first():
    raw_mv, beats = ectopics()
    cleaned = raw_mv.copy()
    lowered = beats[1:-1:2]
    for beat in lowered:
        cleaned[:, beat - 36 : beat + 72] *= 0.6

    found = audit(raw_mv, cleaned, 360.0, ("MLII", "V1"))

    flagged = [change for change in found if change.changed]
    assert found[: len(flagged)] == tuple(flagged)
    assert len(lowered) > 5
    for beat in lowered:
        near = [c for c in flagged if abs(c.time_s - beat / 360.0) < 0.08]
        assert len(near) == 1
        assert near[0].ectopic
        assert near[0].gain < -0.1
    assert len(flagged) == len(lowered)


def test_ectopic_beats_are_told_from_usual_ones():
    raw_mv, beats = ectopics()

    found = audit(raw_mv, raw_mv, 360.0, ("MLII", "V1"))

    times = np.array([c.time_s for c in found if c.ectopic])
    assert sum(np.abs(times - b / 360.0).min() < 0.08 for b in beats[1:-1]) >= 0.95 * len(beats) - 2


def test_noise_removed_everywhere_changes_no_beat():
    clean_mv, fs_hz = ludb(5)
    noise = np.random.default_rng(21).normal(0, 0.04, clean_mv.shape).astype(np.float32)

    assert not [c for c in audit(clean_mv + noise, clean_mv, fs_hz, LEADS) if c.changed]
    assert not [c for c in audit(clean_mv, clean_mv, fs_hz, LEADS) if c.changed]


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="12 leads"):
        audit(np.zeros((11, 5000)), np.zeros((11, 5000)), 500.0, LEADS)
