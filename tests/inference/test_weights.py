"""Only weights with the pinned hash are loaded."""

import hashlib
import json

import pytest
from safetensors import safe_open

from inference.registry import DENOISERS, MODELS_FOLDER
from inference.weights import WeightsRefused, load_weights, read_verified

LEARNED = [method for method in DENOISERS.values() if method.learned]


@pytest.mark.parametrize("method", LEARNED, ids=lambda m: m.name)
def test_shipped_weights_have_the_pinned_hash_and_a_full_card(method):
    data = method.weights.read_bytes()
    assert hashlib.sha256(data).hexdigest() == method.sha256
    assert len(data) <= 12 * 2**20
    card = json.loads((MODELS_FOLDER / f"{method.name}.json").read_text(encoding="utf-8"))
    assert card["sha256"] == method.sha256
    for key in ("architecture", "parameters", "training_data", "split", "seed", "steps",
                "minutes", "hardware", "licence", "validation"):  # fmt: skip
        assert card[key] is not None


@pytest.mark.parametrize("method", LEARNED, ids=lambda m: m.name)
def test_the_card_counts_the_parameters_of_the_file(method):
    with safe_open(method.weights, framework="np") as file:
        total = sum(file.get_tensor(key).size for key in file.keys())  # noqa: SIM118
    assert total == method.card["parameters"]


def test_one_changed_bit_is_refused_with_a_sentence(tmp_path):
    method = LEARNED[0]
    data = bytearray(method.weights.read_bytes())
    data[-1] ^= 1
    tampered = tmp_path / "leadlight.safetensors"
    tampered.write_bytes(data)
    with pytest.raises(WeightsRefused, match="not the ones this version was published with"):
        read_verified(tampered, method.sha256)


def test_a_missing_file_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(WeightsRefused, match=r"gone\.safetensors cannot be read"):
        read_verified(tmp_path / "gone.safetensors", "0" * 64)


def test_bytes_that_are_no_safetensors_are_refused(tmp_path):
    path = tmp_path / "odd.safetensors"
    path.write_bytes(b"not tensors")
    with pytest.raises(WeightsRefused, match="damaged"):
        read_verified(path, hashlib.sha256(b"not tensors").hexdigest())


def test_a_filter_has_no_weights():
    with pytest.raises(WeightsRefused, match="filter"):
        load_weights(DENOISERS["iir"])
