"""`python -m inference.training prepare|train`."""

import argparse
from dataclasses import replace
from pathlib import Path

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
    arguments = parser.parse_args(argv)
    return _prepare(arguments) if arguments.command == "prepare" else _train(arguments)


def _bundled() -> str:
    return ", ".join(sorted(path.stem for path in CONFIGS.glob("*.toml")))


def _prepare(arguments: argparse.Namespace) -> int:
    from inference.training.prepare import prepare

    corpus = prepare(arguments.ptbxl, arguments.cinc2011, arguments.nstdb, arguments.out)
    for split in ("train", "val", "test"):
        print(f"{split}: {len(corpus.records(split))} usable records")
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")
    return 0


def _train(arguments: argparse.Namespace) -> int:
    import torch

    from inference.training.config import read_config
    from inference.training.container import load
    from inference.training.loop import Trainer

    torch.set_num_threads(arguments.threads)
    path = Path(arguments.config)
    config = read_config(path if path.exists() else CONFIGS / f"{arguments.config}.toml")
    if arguments.minutes:
        config = replace(config, minutes=arguments.minutes, steps=0)
    if arguments.steps:
        config = replace(config, steps=arguments.steps, minutes=0.0)
    Trainer(config, load(arguments.data), arguments.out).run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
