"""Labels, noise and calibration behind the noise map's training."""

import numpy as np
import pytest
import torch

from inference.models.scalogram_autoencoder import (
    REFERENCE_AUTOENCODER,
    AutoencoderConfig,
    ScalogramAutoencoder,
)
from inference.models.scalogram_unet import (
    REFERENCE_LATENT,
    REFERENCE_PIXEL,
    SMALL_PIXEL,
    ScalogramUNet,
    UNetConfig,
)
from inference.signal.superlet import log_power
from inference.training import quality_refine, quality_train
from inference.training.quality_data import add_at_snr, cinc2011, ptbxl, remark_leads
from inference.training.quality_grade import isotonic_knots
from inference.training.quality_prepare import looks_clean, relative_noise, worst_rank
from inference.training.quality_train import augmented, train_autoencoder
from tests.inference.samples import bundled
from tests.shared_data import archive


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        (" , I-V1,  ", range(7)),
        ("I-AVF", range(6)),
        ("alles", range(12)),
        ("V3; v5.", [8, 10]),
        ("2,3", [7, 8]),
        ("noisy recording", range(12)),
        ("", []),
    ],
)
def test_a_noise_remark_names_its_leads(text, leads):
    assert remark_leads(text) == frozenset(leads)


def test_fold_10_has_the_known_numbers_of_clean_and_noisy_leads():
    noisy = np.concatenate(
        [r.noisy for r in ptbxl(archive("ptb-xl-500")) if r.part == "test" and r.noisy is not None]
    )
    assert ((~noisy).sum(), noisy.sum()) == (622, 170)


def test_copies_of_one_recording_stay_on_one_side():
    side = {}
    for record in cinc2011(archive("cinc2011-set-a")):
        assert side.setdefault(record.signal_mv.tobytes(), record.part) == record.part


def test_noise_is_added_at_the_level_asked_for():
    lead = bundled("ptbxl_clean")[0][1, :5000]
    noise = np.random.default_rng(6).standard_normal(5000).astype(np.float32)
    added = add_at_snr(lead, noise, 6.0) - lead
    assert 20 * np.log10(lead.std() / added.std()) == pytest.approx(6.0, abs=0.01)


def test_only_calm_leads_stand_for_clean():
    signal_mv = bundled("ptbxl_clean")[0][:, :5000].copy()
    signal_mv[4] += np.float32(0.5) * np.sin(np.arange(5000, dtype=np.float32) / 500)
    signal_mv[5] = 0
    clean = looks_clean(signal_mv)
    assert clean[:4].any()
    assert not clean[4:6].any()


@pytest.mark.parametrize(("low_hz", "high_hz", "column"), [(15, 40, 0), (3, 12, 1), (0.1, 0.6, 2)])
def test_every_kind_of_noise_raises_its_level_between_the_beats(low_hz, high_hz, column):
    lead = bundled("ptbxl_clean")[0][1:2, :5000]
    spectrum = np.fft.rfft(np.random.default_rng(4).standard_normal(lead.shape), axis=1)
    f = np.fft.rfftfreq(5000, 1 / 500)
    noise = np.fft.irfft(spectrum * ((f >= low_hz) & (f <= high_hz)), 5000, axis=1)
    noisy = lead + (lead.std() / noise.std() * noise).astype(np.float32)
    raised = relative_noise(log_power(noisy)) - relative_noise(log_power(lead))
    assert raised[0].argmax() == column
    assert raised[0, column] > 0.5


def test_a_lead_ranks_as_its_worst_noise():
    assert worst_rank(np.array([[0, 9], [1, 0], [2, 1]], np.float32)).tolist() == [1.0, 0.5, 1.0]


def test_training_and_refining_run_from_files_and_keep_the_best(tmp_path, capsys):
    leads = bundled("ptbxl_clean")[0][:, :5000]
    noisy = leads + np.random.default_rng(5).normal(0, 0.2, leads.shape).astype(np.float32)
    images = np.concatenate([log_power(leads), log_power(noisy)]).astype(np.float16)
    data, refined = tmp_path / "scalograms.npz", tmp_path / "refined.npz"
    np.savez(data, log_power=np.concatenate([images] * 3), noise_rank=np.tile([0.2, 0.8], 36))
    common = ["--data", str(data), "--out", str(tmp_path), "--minutes", "0.02"]
    for model in ("autoencoder", "latent", "pixel"):
        quality_train.main([model, *common, "--keep", "1.0"])
    quality_train.main(["autoencoder", *common, "--resume", "--keep", "1.0"])
    quality_refine.main(["--data", str(data), "--weights", str(tmp_path), "--out", str(refined)])
    assert "72 scalograms ranked by 2 networks" in capsys.readouterr().out
    with np.load(refined) as table:
        assert table["log_power"].shape == (72, 32, 256)
        assert 0 < table["noise_rank"].min() < table["noise_rank"].max() == 1.0


def test_probabilities_never_fall_with_the_score_and_are_never_certain():
    rng = np.random.default_rng(8)
    score = rng.standard_normal(400).astype(np.float32)
    noisy = rng.random(400) < 1 / (1 + np.exp(-3 * score))
    knots, probability = isotonic_knots(score, noisy)
    assert np.all(np.diff(knots) > 0)
    assert np.all(np.diff(probability) >= 0)
    assert 0 < probability[0] < 0.2
    assert 0.8 < probability[-1] < 1


def test_latents_are_small_and_both_sizes_agree_on_their_shape():
    image = torch.zeros(1, 1, 32, 256)
    with torch.inference_mode():
        for config in (AutoencoderConfig(), REFERENCE_AUTOENCODER):
            coder = ScalogramAutoencoder(config).eval()
            latent = coder.encode(image)
            assert latent.shape == (1, 2, 8, 64)
            assert coder.decode(latent).shape == image.shape


@pytest.mark.parametrize(
    ("config", "shape"),
    [
        (UNetConfig(), (1, 2, 8, 64)),
        (REFERENCE_LATENT, (1, 2, 8, 64)),
        (SMALL_PIXEL, (1, 1, 32, 256)),
        (REFERENCE_PIXEL, (1, 1, 32, 256)),
    ],
)
def test_every_unet_predicts_noise_of_its_inputs_shape(config, shape):
    with torch.inference_mode():
        out = ScalogramUNet(config).eval()(torch.zeros(shape), torch.tensor([250]))
    assert out.shape == shape


def test_two_seconds_of_training_lower_the_error_of_the_autoencoder(tmp_path):
    rng = np.random.default_rng(9)
    rows = np.linspace(-6, -2, 32, dtype=np.float16)[None, :, None]
    images = np.repeat(np.repeat(rows, 256, axis=2), 8, axis=0)
    torch.manual_seed(0)

    def batch():
        return augmented(images, rng, 2)

    def error(coder):
        image = batch()
        with torch.inference_mode():
            return float(((coder(image) - image) ** 2).mean())

    untrained = ScalogramAutoencoder(AutoencoderConfig(base=16))
    trained = train_autoencoder(
        ScalogramAutoencoder(AutoencoderConfig(base=16)),
        batch,
        minutes=2 / 60,
        log=tmp_path / "log.jsonl",
    )
    assert error(trained) < 0.5 * error(untrained)
    assert torch.all(trained.latent_sd > 0)
