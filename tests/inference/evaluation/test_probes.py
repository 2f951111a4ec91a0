"""The probes see what they are there to see."""

import numpy as np
import pytest

from inference.evaluation import probes
from inference.evaluation.methods import Contender
from inference.evaluation.probes import judged, pauses, pure_noise, r_peaks, run_probes
from inference.evaluation.rhythms import ventricular_beats, ventricular_flutter
from inference.evaluation.smoke import SAMPLES, excerpt
from inference.evaluation.sources import bundled
from tests.shared_data import archive

NOISE = excerpt()


@pytest.fixture(scope="module")
def records():
    return bundled(SAMPLES)


def contender(clean):
    return Contender("x", "x", clean)


def figures(results):
    return {(r.kind, r.figure): r.after for r in results}


def test_beats_are_seen_and_silence_is_not(records):
    assert len(r_peaks(records[0].signal_mv)) >= 8
    assert len(r_peaks(np.full((12, 5000), 0.01, np.float32))) == 0


def test_a_cleaner_that_draws_beats_into_noise_is_caught(records):
    inventor = contender(lambda x: records[0].signal_mv)
    both = [*judged("noise", inventor, pure_noise(NOISE, 2)),
            *judged("pause", inventor, pauses(records, NOISE, 2))]  # fmt: skip
    found = figures(both)
    assert found["noise", "probes with an R peak in the silence, %"] == 100
    assert found["pause", "probes with an R peak in the silence, %"] == 100


def test_the_true_signal_passes_every_probe_and_a_copier_of_another_does_not(records, monkeypatch):
    def silent(noise, rng, n, everywhere=False):
        return np.zeros((12, n))

    strips = ventricular_beats(SAMPLES / "incart_i06")
    assert strips
    assert all(strip.spans["ventricular beats"] for strip in strips)
    monkeypatch.setattr(probes, "_electrode_noise", silent)
    same = figures(run_probes(contender(lambda x: x), records, strips, NOISE, 3))
    other = figures(
        run_probes(contender(lambda x: records[0].signal_mv), records, strips, NOISE, 3)
    )
    swapped = "arm electrodes swapped", "limb leads nearer to the swapped truth, % of probes"
    shape = "ventricular beat", "cosine of ventricular beats with the truth, %"
    again = "a beat replaced by a flat line", "height drawn again, % of the beat"
    assert (same[swapped], other[swapped]) == (100, 0)
    assert same[shape] > 99.9 > other[shape]
    assert same[again] == pytest.approx(0, abs=0.5)
    assert other[again] == pytest.approx(100, abs=5)
    assert same["pacing spikes", "spikes at 80–120 % of their height, %"] == 100
    assert same["flat lead", "flat leads that changed, %"] == 0


def test_ventricular_flutter_is_found_in_the_arrhythmia_database():
    strips = ventricular_flutter(archive("mitdb") / "207")
    assert len(strips) >= 10
    assert all(strip.signal_mv.std() > 0.05 for strip in strips)
