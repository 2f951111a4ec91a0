"""Training: every objective learns a step, runs repeat, and resuming changes nothing."""

import csv
from dataclasses import replace

import pytest
import torch

from inference.training.__main__ import CONFIGS
from inference.training.config import read_config
from inference.training.export import export
from inference.training.loop import Trainer
from tests.inference.training.corpus import tiny_corpus


def small(name, steps):
    config = read_config(CONFIGS / f"{name}.toml")
    options = config.model_options
    if name == "leadlight":
        options = {"widths": (8, 8, 8, 8), "dilations": (1, 2)}
    if config.objective == "disentangled":
        options = options | {"widths": (8, 8, 8, 8), "noise_widths": (8, 8, 8, 8)}
    options = {k: v for k, v in options.items() if k != "start"}  # shipped weights: other widths
    return replace(config, minutes=0.0, steps=steps, batch=2, crop=640, model_options=options)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", sorted(path.stem for path in CONFIGS.glob("*.toml")))
def test_every_shipped_configuration_trains(name, tmp_path, capsys):
    trainer = Trainer(small(name, 2), tiny_corpus(), tmp_path)
    before = [p.detach().clone() for p in trainer.objective.denoiser.parameters()]
    parts = trainer.train_step(0.0)
    assert torch.isfinite(torch.tensor(parts["loss"]))
    moved = [
        not a.equal(b) for a, b in zip(before, trainer.objective.denoiser.parameters(), strict=True)
    ]
    assert any(moved)


def test_the_same_seed_gives_the_same_weights(tmp_path, capsys):
    runs = []
    for name in ("a", "b"):
        trainer = Trainer(small("leadlight", 3), tiny_corpus(), tmp_path / name)
        trainer.run()
        runs.append(trainer.ema.state_dict())
    assert all(runs[0][key].equal(runs[1][key]) for key in runs[0])


@pytest.mark.parametrize("name", ["leadlight", "cgan"])
def test_an_interrupted_run_ends_with_the_same_bits(name, tmp_path, capsys):
    whole = Trainer(small(name, 4), tiny_corpus(), tmp_path / "whole")
    whole.run()
    part = Trainer(small(name, 4), tiny_corpus(), tmp_path / "part")
    for step in range(2):
        part.train_step(step / 4)
    part._save()
    resumed = Trainer(small(name, 4), tiny_corpus(), tmp_path / "part")
    assert resumed.step == 2
    resumed.run()
    ours, theirs = whole.objective.modules.state_dict(), resumed.objective.modules.state_dict()
    assert all(ours[key].equal(theirs[key]) for key in ours)


def test_a_run_leaves_a_log_a_plot_and_the_best_weights(tmp_path, capsys):
    trainer = Trainer(small("leadlight", 2), tiny_corpus(), tmp_path)
    trainer.run()
    with (tmp_path / "log.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["step"] == "2"
    assert float(row["ptbxl_gain_db"]) == float(row["ptbxl_gain_db"])
    assert (tmp_path / "log.svg").read_text().startswith("<svg")
    assert "min left" in capsys.readouterr().out or trainer.step < 20
    (tmp_path / "out").mkdir()
    card = export(trainer.config, tmp_path, tmp_path / "out", {"hardware": "a test"})
    assert card["hyperparameters"]["widths"] == (8, 8, 8, 8)
    assert (tmp_path / "out" / "leadlight.safetensors").stat().st_size > 4 * card["parameters"]


def test_an_untrained_network_is_a_filter_behind_a_gate(tmp_path, capsys):
    """δ starts at zero: the first validation is already above the input."""
    from inference.training.validation import validate

    trainer = Trainer(small("leadlight", 1), tiny_corpus(), tmp_path)
    clean = trainer.validation["ptbxl"][0]
    figures = validate(trainer.ema, [clean], torch.device("cpu"))
    assert figures["gain_db"] > 1.0


def test_cd_ecgnet_starts_as_the_shipped_trunk():
    from safetensors.torch import load_file

    from inference.models.cd_ecgnet import CdEcgNet
    from inference.models.lead_shared import LeadShared
    from inference.registry import MODELS_FOLDER
    from inference.training.disentangle import warm_start

    trunk = load_file(MODELS_FOLDER / "leadlight.safetensors")
    net, backbone = CdEcgNet().eval(), LeadShared().eval()
    warm_start(net, trunk)
    backbone.load_state_dict(trunk)
    x = tiny_corpus().leads_mv(0)[None, :, :1600]
    with torch.inference_mode():
        ours, theirs = net(torch.from_numpy(x)), backbone(torch.from_numpy(x))
    assert (ours.signal_mv - theirs.signal_mv).abs().max() < 1e-5
    assert (ours.gate - theirs.gate).abs().max() < 1e-5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name="x"\nobjective="gated"\nminutes=1\nspeed=3', "unknown settings"),
        ('name="x"\nobjective="gated"', "minutes or steps"),
        ('name="x"\nobjective="gated"\nsteps=1\nclock="sun"', "clock"),
    ],
)
def test_a_wrong_configuration_says_what_is_wrong(tmp_path, text, message):
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_config(path)
