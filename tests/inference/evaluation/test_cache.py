"""Kept figures come back whole, and only while nothing they depend on has changed."""

from dataclasses import replace

import numpy as np
import pytest

from inference.evaluation.cache import cache_file, data_key, load, store
from inference.evaluation.measure import PRIMARY, SETS, run
from inference.evaluation.measured import OtherNoise, Results
from inference.evaluation.methods import contenders
from inference.evaluation.noise import Condition
from inference.evaluation.probes import judged, pure_noise
from inference.evaluation.smoke import SAMPLES, excerpt
from inference.evaluation.sources import QrsEdges, bundled
from inference.registry import DENOISERS

NOISE = excerpt()


@pytest.fixture(scope="module")
def records():
    edges = QrsEdges(np.array([600, 1200, 1800, 2400]), np.array([640, 1240, 1840, 2440]))
    return [replace(bundled(SAMPLES)[0], edges={1: edges}, strata=("normal",))]


@pytest.fixture(scope="module")
def spline():
    return next(c for c in contenders(["spline"]) if c.name == "spline")


def test_results_survive_being_kept(tmp_path, records, spline):
    results = Results()
    run(spline, Condition(seed=103), SETS[1], records, NOISE, results)
    results.probes["x"] = judged("pure noise", spline, pure_noise(NOISE, 1))
    store(tmp_path / "kept.json", results)
    again = load(tmp_path / "kept.json")
    key = (SETS[1], PRIMARY.title, "spline")
    assert again.scores[key].values == results.scores[key].values
    assert again.scores[key].strata == [["normal"]]
    np.testing.assert_array_equal(
        again.scores[key].st_noisy_uv[0], results.scores[key].st_noisy_uv[0]
    )
    assert again.probes == results.probes
    assert again.manifest() == results.manifest()


def test_other_data_other_code_and_other_weights_are_measured_anew(
    tmp_path, records, spline, monkeypatch
):
    key = data_key(records, [], NOISE)
    kept = cache_file(tmp_path, SETS[1], spline, key)
    assert cache_file(tmp_path, SETS[1], spline, key) == kept
    louder = {kind: 2 * part for kind, part in NOISE.items()}
    assert cache_file(tmp_path, SETS[1], spline, data_key(records, [], louder)) != kept
    network = next(c for c in contenders(["leadlight"]) if c.name == "leadlight")
    shipped = cache_file(tmp_path, SETS[1], network, key)
    monkeypatch.setitem(DENOISERS, "leadlight", replace(DENOISERS["leadlight"], sha256="0" * 64))
    assert cache_file(tmp_path, SETS[1], network, key) != shipped


def test_methods_that_met_different_noise_are_not_put_in_one_table():
    results = Results(digests={"a": {"row": "1"}, "b": {"row": "2"}})
    with pytest.raises(OtherNoise, match="b met other noise"):
        results.manifest()
