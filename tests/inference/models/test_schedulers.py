"""The diffusion schedule: golden numbers, and ways back that a perfect network must find."""

import numpy as np
import pytest
import torch

from inference.models.schedulers import add_noise, alpha_bars, ddim, ddpm, reverse_steps


def test_the_linear_schedule_has_its_golden_numbers():
    table = alpha_bars()
    assert table[[0, 30, 250, 999]] == pytest.approx(
        [0.9999, 0.987710, 0.521466, 4.0358e-05], rel=1e-4
    )
    assert len(table) == 1000


def test_three_calls_from_250_are_spaced_evenly():
    assert reverse_steps(250, 3) == (250, 167, 83)
    assert reverse_steps(30, 3) == (30, 20, 10)


def perfect(clean):
    """A network that knows the clean image and so the noise in x_t."""

    def predict(x, step):
        a = torch.as_tensor(alpha_bars())[step].float().view(-1, 1, 1, 1)
        return (x - a.sqrt() * clean) / (1 - a).sqrt()

    return predict


@pytest.fixture
def clean():
    return torch.from_numpy(np.random.default_rng(3).uniform(-1, 1, (2, 1, 4, 8))).float()


def test_ddim_with_a_perfect_network_returns_to_the_clean_image(clean):
    noised = add_noise(clean, torch.ones_like(clean), torch.tensor([250, 250]))
    assert torch.allclose(ddim(noised, perfect(clean), (250, 167, 83), 4.0), clean, atol=1e-5)


def test_ddpm_with_a_perfect_network_ends_at_the_clean_image(clean):
    generator = torch.Generator().manual_seed(0)
    noised = add_noise(clean, torch.ones_like(clean), torch.tensor([40, 40]))

    def draw():
        return torch.randn(clean.shape, generator=generator)

    assert torch.allclose(ddpm(noised, perfect(clean), 40, 4.0, draw), clean, atol=1e-5)


def test_one_ddim_step_has_its_golden_number():
    x = torch.full((1, 1, 1, 1), 0.5)
    step = ddim(x, lambda x, step: torch.full_like(x, 0.25), (250, 100), 4.0)
    assert step.item() == pytest.approx(0.452920, abs=1e-5)


def test_the_predicted_image_is_clipped():
    x = torch.full((1, 1, 1, 1), 9.0)
    assert ddim(x, lambda x, step: torch.zeros_like(x), (250,), 1.0).item() == 1.0


def test_every_item_of_a_batch_is_noised_at_its_own_step():
    x, noise = torch.ones(2, 1, 1, 1), torch.zeros(2, 1, 1, 1)
    low, high = add_noise(x, noise, torch.tensor([30, 250])).flatten().tolist()
    assert (low, high) == pytest.approx((0.987710**0.5, 0.521466**0.5), rel=1e-4)
