from __future__ import annotations

import numpy as np
import pytest
import wfdb

from inference.signal.rpeaks import find_beats
from tests.shared_data import archive

BEAT_SYMBOLS = set("NLRBAaJSVrFejnE/fQ?")


def mitdb(name: str):
    """(signal_mv [2, n], fs_hz, beats) of a MIT-BIH record."""
    path = str(archive("mitdb") / name)
    record, notes = wfdb.rdrecord(path), wfdb.rdann(path, "atr")
    beats = [s for s, c in zip(notes.sample, notes.symbol, strict=True) if c in BEAT_SYMBOLS]
    return record.p_signal.T.astype(np.float32), float(record.fs), np.array(beats)


def missed_and_invented(found, truth, fs_hz: float) -> tuple[int, int]:
    reach = 0.15 * fs_hz
    missed = sum(np.abs(found - beat).min(initial=1e9) > reach for beat in truth)
    invented = sum(np.abs(truth - beat).min(initial=1e9) > reach for beat in found)
    return missed, invented


@pytest.mark.parametrize("name", ["100", "119", "213"])
def test_beats_of_half_an_hour_are_found_within_150_ms(name):
    signal_mv, fs_hz, truth = mitdb(name)

    missed, invented = missed_and_invented(find_beats(signal_mv, fs_hz).samples, truth, fs_hz)

    assert missed + invented <= 0.003 * len(truth)


def test_noise_in_one_lead_does_not_make_beats():
    signal_mv, fs_hz, truth = mitdb("103")  # V2 is disturbed near minute 20

    missed, invented = missed_and_invented(find_beats(signal_mv, fs_hz).samples, truth, fs_hz)

    assert missed <= 5
    assert invented <= 25  # the second lead alone invents 149


def test_a_gap_holds_no_beats_and_costs_none_around_it():
    signal_mv, fs_hz, truth = mitdb("100")
    signal_mv = signal_mv[:, : 60 * 360].copy()
    truth = truth[truth < 60 * 360]
    signal_mv[:, 7200:10800] = np.nan
    outside = truth[(truth < 7100) | (truth > 10900)]

    found = find_beats(signal_mv, fs_hz).samples

    assert not np.any((found > 7300) & (found < 10700))
    assert missed_and_invented(found, outside, fs_hz)[0] == 0


def test_a_flat_signal_has_no_beats():
    assert len(find_beats(np.zeros((12, 5000), np.float32), 500.0).samples) == 0


def test_gain_and_lead_order_do_not_matter():
    signal_mv, fs_hz, _ = mitdb("119")
    part = signal_mv[:, : 30 * 360]

    expected = find_beats(part, fs_hz).samples

    assert np.array_equal(find_beats(part[::-1] * 2, fs_hz).samples, expected)
