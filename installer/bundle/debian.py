"""A Debian package of the bundle: menu entry, icon, file types; removes cleanly.

The program lies in /opt/leadlight, a link in /usr/bin. What a user makes (settings, cache,
exports) lies in his own folders and is never touched by installing or removing.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from installer.bundle.contents import ROOT
from installer.bundle.freeze import size_mb
from viewer import __version__, system_packages

LINUX = ROOT / "installer" / "linux"
CONTROL = """Package: leadlight
Version: {version}
Section: science
Priority: optional
Architecture: {architecture}
Maintainer: Leadlight developers <leadlight@localhost>
Installed-Size: {size_kb}
Depends: {depends}
Description: Viewer for 12-lead ECGs
 Draws recordings on true ECG paper, shows which leads are noisy, cleans them
 without hiding what was changed, measures the ST segment and exports with proof.
 For research use and review support; not a medical device.
"""


def build_deb(dist: Path) -> Path:
    """dist/leadlight_VERSION_ARCH.deb from dist/leadlight; SystemExit names what is missing."""
    bundle = dist / "leadlight"
    if not (bundle / "leadlight").is_file():
        raise SystemExit(f"There is no bundle in {bundle}; build it first: make bundle")
    if shutil.which("dpkg-deb") is None:
        raise SystemExit("dpkg-deb is missing; on Debian and Ubuntu: apt install dpkg")
    architecture = _said(["dpkg", "--print-architecture"])
    stage = dist / "deb"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(bundle, stage / "opt" / "leadlight", symlinks=True)
    lay_out(stage)
    control = CONTROL.format(
        version=__version__,
        architecture=architecture,
        size_kb=round(size_mb(stage) * 1e3),
        depends=", ".join(("libc6", *depends())),
    )
    (stage / "DEBIAN").mkdir()
    (stage / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    package = dist / f"leadlight_{__version__}_{architecture}.deb"
    build = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", str(stage), str(package)]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(stage)
    return package


def depends() -> list[str]:
    """The system libraries Qt needs, by Debian name, and a font."""
    libraries = system_packages.ALWAYS | system_packages.WITH_X11
    return [*libraries.values(), system_packages.FONT_PACKAGE]


def lay_out(stage: Path) -> None:
    """Everything beside the program itself: link, menu entry, icon, file types, licence."""
    share = stage / "usr" / "share"
    (stage / "usr" / "bin").mkdir(parents=True)
    (stage / "usr" / "bin" / "leadlight").symlink_to("/opt/leadlight/leadlight")
    places = {
        LINUX / "leadlight.desktop": share / "applications" / "leadlight.desktop",
        LINUX / "leadlight.xml": share / "mime" / "packages" / "leadlight.xml",
        ROOT / "resources/icons/leadlight.svg": share / "icons/hicolor/scalable/apps/leadlight.svg",
        ROOT / "resources/icons/leadlight.png": share / "icons/hicolor/256x256/apps/leadlight.png",
        ROOT / "LICENSE": share / "doc" / "leadlight" / "copyright",
    }
    for source, place in places.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)


def _said(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
