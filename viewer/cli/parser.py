"""What may be typed: one table of commands, their options and their help."""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from viewer import __version__
from viewer.cli.failures import CommandError
from viewer.system_packages import has_display
from viewer.writable import FORMATS

Options = argparse.Namespace
EPILOG = """
For research use and review support. Not a medical device: not cleared or approved for
clinical use. Not the sole basis for diagnosis. A qualified reader must over-read the
original recording.
"""
EXIT_STATUS = """
exit status: 0 done; 2 wrong usage; 3 a recording could not be read (the others are done);
4 --strict and the fidelity guard refused; 1 anything else.
"""


@dataclass(frozen=True)
class Command:
    """One subcommand: its module under viewer.cli has run(options) -> exit status."""

    name: str
    help: str
    options: tuple[Callable[[argparse.ArgumentParser], object], ...] = ()

    def run(self, options: Options) -> int:
        module = importlib.import_module(f"viewer.cli.{self.name}")
        status: int = module.run(options)
        return status


def _paths(parser: argparse.ArgumentParser, nargs: str | int = "+") -> None:
    parser.add_argument("paths", nargs=nargs, metavar="PATH", help="a recording or its folder")
    group = parser.add_argument_group("what the file does not say (tables and arrays)")
    group.add_argument("--fs", type=_positive, metavar="HZ", help="samples per second")
    group.add_argument("--unit", help="mV, uV, V, nV, or 200/mV for digital units")
    group.add_argument("--axis", choices=("leads-first", "samples-first"))
    group.add_argument("--leads", type=_names, metavar="I,II,...", help="names in file order")
    group.add_argument("--array", metavar="NAME", help="which of several arrays is the ECG")


def _path(parser: argparse.ArgumentParser) -> None:
    _paths(parser, nargs=1)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")


def _method(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--method", metavar="NAME", help="see `leadlight models`; default: best")
    _device(parser)


def _denoise(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    parser.add_argument("--format", default="wfdb", choices=tuple(FORMATS))
    parser.add_argument("--strict", action="store_true", help="write nothing the guard blocks")
    parser.add_argument("--grades", action="store_true", help="grade the noise of every lead too")
    _written(parser)


def _convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    parser.add_argument("--format", required=True, choices=tuple(FORMATS))
    _written(parser)


def _written(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--overwrite", action="store_true", help="replace files in DIR")
    parser.add_argument(
        "--deidentify", action="store_true", help="identifiers removed, file names too"
    )
    parser.add_argument("--start", type=_seconds, default=0.0, metavar="S", help="write from here")
    parser.add_argument("--end", type=_positive, metavar="S", help="write up to here")
    _jobs(parser)


def _jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="worker processes; 0: none; default: by itself"
    )


def _kept(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="keep a table per lead and a contact sheet there"
    )
    _jobs(parser)


def _st(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--age", type=_positive, metavar="YEARS", help="when the file lacks it")
    parser.add_argument("--sex", choices=("F", "M"), help="when the file lacks it")


def _snapshot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.png|.pdf")
    parser.add_argument("--layout", default="3x4+1", help="3x4+1, 3x4, 6x2 or 12x1")
    parser.add_argument("--show", default="raw", choices=("raw", "denoised", "overlay", "residual"))
    parser.add_argument("--start", type=float, default=0.0, metavar="S", help="first second")


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--try",
        dest="try_folder",
        type=Path,
        metavar="DIR",
        help="let the window do its whole job once; what it makes lies in DIR",
    )


COMMANDS = (
    Command("info", "what a recording is: leads, rate, length, integrity", (_paths, _json)),
    Command(
        "denoise",
        "clean recordings and write them with proof of what was done",
        (_paths, _denoise, _method, _json),
    ),
    Command("convert", "write recordings in another format", (_paths, _convert, _json)),
    Command("quality", "which leads are noisy, and when", (_paths, _kept, _device, _json)),
    Command(
        "st", "ST segment of the raw and the cleaned trace", (_paths, _st, _kept, _method, _json)
    ),
    Command("snapshot", "draw one page to PNG or PDF", (_path, _snapshot, _method)),
    Command("models", "the methods and models that are here", (_json,)),
    Command(
        "doctor", "what is here, what is missing, and what mends it", (_device, _doctor, _json)
    ),
)


def parse(arguments: Sequence[str]) -> Options:
    """Options with a `run` that does what was asked. Raises SystemExit on wrong usage."""
    named = {command.name: command for command in COMMANDS}
    if arguments and arguments[0] in named:
        command = named[arguments[0]]
        options = command_parser(command).parse_args(arguments[1:])
        options.run = command.run
    else:
        options = window_parser().parse_args(arguments)
        options.run = _open_window
    return options


def command_parser(command: Command) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"leadlight {command.name}",
        description=f"{command.help[0].upper()}{command.help[1:]}.",
        epilog=EXIT_STATUS + EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for add in command.options:
        add(parser)
    return parser


def window_parser() -> argparse.ArgumentParser:
    width = max(len(command.name) for command in COMMANDS)
    listed = "\n".join(f"  {command.name:{width}}  {command.help}" for command in COMMANDS)
    parser = argparse.ArgumentParser(
        prog="leadlight",
        description="Opens ECG recordings in the viewer.",
        epilog=f"commands (leadlight COMMAND --help says more):\n{listed}\n{EPILOG}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="recordings to open")
    parser.add_argument("--version", action="version", version=f"Leadlight {__version__}")
    _method(parser)
    return parser


def _open_window(options: Options) -> int:
    from viewer.app import run
    from viewer.cli.cleaning import method_of

    if not (os.environ.get("QT_QPA_PLATFORM") or has_display()):
        raise CommandError("There is no display here; `leadlight snapshot` draws pages to files.")
    method = method_of(options).name if options.method else None
    return run(options.paths, device=options.device, method=method)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError(text)
    return value


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))
