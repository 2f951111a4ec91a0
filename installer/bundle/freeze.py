"""The one-folder bundle: PyInstaller's work, then a look at what came out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from installer.bundle.contents import ROOT

SPEC = ROOT / "installer" / "bundle" / "leadlight.spec"


def freeze(dist: Path) -> Path:
    """Build dist/leadlight/; SystemExit with a sentence where PyInstaller is missing or fails."""
    command = [sys.executable, "-m", "PyInstaller", str(SPEC), "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(dist), "--workpath", str(dist / "work")]
    try:
        subprocess.run(command, cwd=ROOT, check=True)
    except subprocess.CalledProcessError as error:
        raise SystemExit(
            "The bundle was not built; if PyInstaller is missing: pip install '.[bundle]'"
        ) from error
    return dist / "leadlight"


def size_mb(folder: Path) -> float:
    """What the files of a folder weigh together, in 10^6 bytes; links count nothing."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1e6
