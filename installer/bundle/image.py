"""An AppImage: the bundle as one file that runs without being installed."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

from installer.bundle.contents import ROOT
from installer.bundle.debian import LINUX
from viewer import __version__

APP_RUN = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec "$here/leadlight/leadlight" "$@"
"""


def build_appimage(dist: Path) -> Path:
    """dist/Leadlight-VERSION-ARCH.AppImage; SystemExit where bundle or appimagetool is missing."""
    bundle, tool = dist / "leadlight", shutil.which("appimagetool")
    if not (bundle / "leadlight").is_file():
        raise SystemExit(f"There is no bundle in {bundle}; build it first: make bundle")
    if tool is None:
        raise SystemExit(
            "appimagetool is missing; take it from https://github.com/AppImage/appimagetool "
            "and put it on the PATH"
        )
    stage = dist / "Leadlight.AppDir"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(bundle, stage / "leadlight", symlinks=True)
    shutil.copyfile(LINUX / "leadlight.desktop", stage / "leadlight.desktop")
    shutil.copyfile(ROOT / "resources" / "icons" / "leadlight.svg", stage / "leadlight.svg")
    start = stage / "AppRun"
    start.write_text(APP_RUN, encoding="utf-8")
    start.chmod(0o755)
    image = dist / f"Leadlight-{__version__}-{platform.machine()}.AppImage"
    subprocess.run(
        [tool, str(stage), str(image)], check=True, env=os.environ | {"ARCH": platform.machine()}
    )
    shutil.rmtree(stage)
    return image
