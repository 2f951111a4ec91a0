"""Which device computes, and the ways back to the CPU."""

import pytest
import torch

from inference import device, engine


@pytest.fixture
def broken_gpu_forgotten(monkeypatch):
    monkeypatch.setitem(device._state, "cuda_broken", False)


def test_an_unknown_preference_names_the_choices():
    with pytest.raises(ValueError, match="auto, cpu or cuda"):
        device.pick_device("tpu")


def test_a_gpu_that_is_listed_but_fails_is_not_used(monkeypatch, caplog, broken_gpu_forgotten):
    def fail(*args, **kwargs):
        raise RuntimeError("no kernel image")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "ones", fail)
    assert device.pick_device("auto") == torch.device("cpu")
    assert "no kernel image" in caplog.text


def test_full_gpu_memory_repeats_on_the_cpu(caplog, broken_gpu_forgotten):
    seen = []

    def run(where):
        seen.append(where.type)
        if where.type == "cuda":
            raise torch.OutOfMemoryError("full")
        return "done"

    assert device.on_device(torch.device("cuda"), run) == "done"
    assert seen == ["cuda", "cpu"]
    assert not device._state["cuda_broken"]
    assert "memory full" in caplog.text


def test_a_device_assert_ends_the_gpu_for_the_session(caplog, broken_gpu_forgotten):
    def run(where):
        if where.type == "cuda":
            raise RuntimeError("device-side assert triggered")
        return "done"

    assert device.on_device(torch.device("cuda"), run) == "done"
    assert device.pick_device("cuda") == torch.device("cpu")
    assert "from now on" in caplog.text


def test_short_memory_halves_the_chunk_until_it_fits(monkeypatch, caplog):
    import numpy as np

    windows = np.random.default_rng(0).normal(size=(5, 12, 160)).astype("f4")
    sizes = []

    def forward(model, part, where):
        sizes.append(len(part))
        if len(part) > 1:
            raise torch.OutOfMemoryError("full")
        return part * 2, part

    monkeypatch.setattr(engine, "_forward", forward)
    signal, _ = engine._run(torch.nn.Identity(), windows, torch.device("cpu"), lambda _: None)
    assert np.array_equal(signal, windows * 2)
    assert sizes == [2, 1, 1, 1, 1, 1]
    assert "trying 1 windows" in caplog.text
