"""The bundle and the packages made from it.

    python -m installer.bundle build [--dist DIR]     the one-folder program (PyInstaller)
    python -m installer.bundle deb [--dist DIR]       a Debian package of it
    python -m installer.bundle appimage [--dist DIR]  an AppImage, where appimagetool is at hand
    python -m installer.bundle smoke PROGRAM          the frozen program does its whole job

`make bundle`, `make deb` and `make bundle-test` do the same in an environment of their own.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from installer.bundle.contents import ROOT
from installer.bundle.debian import build_deb
from installer.bundle.freeze import freeze
from installer.bundle.image import build_appimage
from installer.bundle.smoke import smoke


def main(arguments: list[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="installer.bundle", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    for name in ("build", "deb", "appimage"):
        made = what.add_parser(name)
        made.add_argument("--dist", type=Path, default=ROOT / "dist")
    tried = what.add_parser("smoke")
    tried.add_argument("program", type=Path, nargs="?", default=ROOT / "dist/leadlight/leadlight")
    tried.add_argument("--log", type=Path, help="keep what was done and measured here")
    chosen = parser.parse_args(arguments)
    if chosen.what == "smoke":
        return smoke(chosen.program.resolve(), chosen.log)
    steps = {"build": freeze, "deb": build_deb, "appimage": build_appimage}
    made_here = steps[chosen.what](chosen.dist.resolve())
    print(made_here)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
