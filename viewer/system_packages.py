"""What Qt needs from a Linux system besides its wheels: found, installed, or named.

Standard library only: the bootstrap uses it before anything is installed.
"""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

ALWAYS = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
"""Shared library -> Debian package; needed even without a display."""

WITH_X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
"""The same for a window on X11. Qt's own message names only the first of them."""

FONT_PACKAGE = "fonts-dejavu-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


def can_load(library: str) -> bool:
    """True when the dynamic linker finds the library and everything it needs."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font(folders: Iterable[str] = FONT_FOLDERS) -> bool:
    """True when any folder holds an outline font."""
    suffixes = {".ttf", ".otf", ".ttc", ".pfb"}
    return any(
        file.suffix.lower() in suffixes
        for folder in folders
        for file in Path(folder).expanduser().rglob("*.*")
    )


def missing_packages(
    display: bool,
    *,
    loadable: Callable[[str], bool] = can_load,
    font: Callable[[], bool] = has_font,
) -> list[str]:
    """Debian names of what this Linux lacks for Qt, in the order of the tables."""
    wanted = ALWAYS | WITH_X11 if display else ALWAYS
    packages = [package for library, package in wanted.items() if not loadable(library)]
    return packages if font() else [*packages, FONT_PACKAGE]


def apt_command(packages: Iterable[str], *, root: bool) -> str:
    """The command a person would type."""
    sudo = "" if root else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y {' '.join(packages)}"


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def apt_prefix() -> list[str] | None:
    """How apt-get may be called without asking anyone; None where it may not."""
    if not shutil.which("apt-get"):
        return None
    if is_root():
        return []
    if shutil.which("sudo") and not _silent(["sudo", "-n", "true"]).returncode:
        return ["sudo", "-n"]
    return None


def install(packages: list[str]) -> bool:
    """Install Debian packages where that is allowed; True when apt-get succeeded."""
    prefix = apt_prefix()
    if prefix is None:
        return False
    print(f"Installing system packages: {' '.join(packages)}", flush=True)
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    subprocess.run([*quiet, "update"], stdin=subprocess.DEVNULL, check=False)
    options = ["install", "-y", "--no-install-recommends"]
    done = subprocess.run([*quiet, *options, *packages], stdin=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def ensure_qt_can_start(display: bool) -> None:
    """Install what is missing, else print the exact command. Never stops the start."""
    if platform.system() != "Linux":
        return
    missing = missing_packages(display)
    if not missing or (install(missing) and not missing_packages(display)):
        return
    names = ", ".join(missing)
    print(f"Qt needs system libraries that are missing here: {names}.", file=sys.stderr)
    if shutil.which("apt-get"):
        print(f"Install them with:\n  {apt_command(missing, root=is_root())}", file=sys.stderr)
    else:
        print("Install the packages of your system that contain them.", file=sys.stderr)


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """True when a window can be shown: a display that answers, and no other wish."""
    if environment.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal")):
        return False
    if platform.system() in ("Windows", "Darwin"):
        return True
    return _wayland_answers(environment) or _x11_answers(environment.get("DISPLAY", ""))


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY", "")
    path = Path(environment.get("XDG_RUNTIME_DIR", "/")) / name
    return bool(name) and _connects(socket.AF_UNIX, str(path))


def _x11_answers(display: str) -> bool:
    """A set DISPLAY may belong to a server that is gone; Qt would abort on it."""
    host, _, screen = display.rpartition(":")
    number = screen.split(".")[0]
    if not number.isdigit():
        return False
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"
        return _connects(socket.AF_UNIX, path) or _connects(socket.AF_UNIX, "\0" + path)
    return _connects(socket.AF_INET, (host, 6000 + int(number)))


def _connects(family: int, address: str | tuple[str, int]) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as client:
            client.settimeout(1.0)
            client.connect(address)
    except OSError:
        return False
    return True


def _silent(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
