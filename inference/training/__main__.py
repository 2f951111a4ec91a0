"""`python -m inference.training prepare|train|export`."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.training.config import TrainConfig

CONFIGS = Path(__file__).parent / "configs"


def main(argv: list[str] | None = None) -> int:
    """Parse, run, return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m inference.training")
    commands = parser.add_subparsers(dest="command", required=True)
    prepare = commands.add_parser("prepare", help="original datasets to one training file")
    for name in ("ptbxl", "cinc2011", "nstdb"):
        prepare.add_argument(f"--{name}", type=Path, required=True, metavar="DIR")
    prepare.add_argument("--out", type=Path, required=True, metavar="FILE")
    train = commands.add_parser("train", help="train one configuration")
    train.add_argument("config", help=f"a TOML file, or one of {_bundled()}")
    train.add_argument("--data", type=Path, required=True, metavar="FILE")
    train.add_argument("--out", type=Path, required=True, metavar="DIR")
    train.add_argument("--minutes", type=float, help="another time budget")
    train.add_argument("--steps", type=int, help="another budget, in steps")
    train.add_argument("--threads", type=int, default=1)
    ship = commands.add_parser("export", help="best weights of a run, with their card")
    ship.add_argument("config")
    ship.add_argument("--run", type=Path, required=True, metavar="DIR")
    ship.add_argument("--out", type=Path, required=True, metavar="DIR")
    ship.add_argument("--facts", default="{}", help="JSON added to the card")
    arguments = parser.parse_args(argv)
    return {"prepare": _prepare, "train": _train, "export": _export}[arguments.command](arguments)


def _bundled() -> str:
    return ", ".join(sorted(path.stem for path in CONFIGS.glob("*.toml")))


def _prepare(arguments: argparse.Namespace) -> int:
    from inference.training.prepare import prepare

    corpus = prepare(arguments.ptbxl, arguments.cinc2011, arguments.nstdb, arguments.out)
    for split in ("train", "val", "test"):
        print(f"{split}: {len(corpus.records(split))} usable records")
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from inference.training.export import export

    card = export(
        _config(arguments.config), arguments.run, arguments.out, json.loads(arguments.facts)
    )
    print(f"{card['name']}: {card['parameters']} parameters, sha256 {card['sha256']}")
    return 0


def _config(name: str) -> "TrainConfig":
    from inference.training.config import read_config

    return read_config(Path(name) if Path(name).exists() else CONFIGS / f"{name}.toml")


def _train(arguments: argparse.Namespace) -> int:
    import torch

    from inference.training.container import load
    from inference.training.loop import Trainer

    torch.set_num_threads(arguments.threads)
    config = _config(arguments.config)
    if arguments.minutes:
        config = replace(config, minutes=arguments.minutes, steps=0)
    if arguments.steps:
        config = replace(config, steps=arguments.steps, minutes=0.0)
    Trainer(config, load(arguments.data), arguments.out).run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
