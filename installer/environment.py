"""The virtual environment Leadlight runs in: made once, recognised in milliseconds."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from viewer import system_packages

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "installer" / "constraints.txt"
PROJECT = ROOT / "pyproject.toml"

Resolve = Callable[[str], "set[str] | None"]
"""requirement -> names pip would install from the indexes in use; None: it finds no way."""


class SetupError(Exception):
    """Why the environment could not be made, and what to do; shown as it is."""


@dataclass(frozen=True)
class TorchChoice:
    """Which torch to ask pip for, and whether a person must agree first."""

    requirement: str
    needs_consent: bool = False


def folder() -> Path:
    """Where the environment lives: LEADLIGHT_VENV, else .venv in the checkout."""
    return Path(os.environ.get("LEADLIGHT_VENV") or ROOT / ".venv").expanduser().absolute()


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint() -> str:
    """Changes with the pins, the project file, this Python and the machine's kind."""
    parts = [CONSTRAINTS.read_bytes(), PROJECT.read_bytes()]
    parts += [f"{sys.version} {sys.platform} {platform.machine()} {ROOT}".encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_ready(venv: Path, extras: set[str]) -> bool:
    """True when the environment was made from these pins, with at least these extras."""
    try:
        stamp = json.loads(_stamp(venv).read_text(encoding="utf-8"))
        made_for, has = stamp["fingerprint"], set(stamp["extras"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return python_of(venv).exists() and made_for == fingerprint() and extras <= has


def ensure(extras: set[str]) -> Path:
    """Path of the environment's Python, after making or mending it where needed.

    Raises SetupError with a sentence that says what to do.
    """
    venv = folder()
    if not is_ready(venv, extras):
        _make(venv)
        _install(venv, extras)
        record = {"fingerprint": fingerprint(), "extras": sorted(extras)}
        _stamp(venv).write_text(json.dumps(record), encoding="utf-8")
    return python_of(venv)


def choose_torch(version: str, system: str, wish: str, resolve: Resolve) -> TorchChoice:
    """The torch build to install.

    version  the pinned version, such as "2.13.0"
    system   as platform.system() says
    wish     LEADLIGHT_TORCH: "", "cpu", "cuda" or "any" (the processor build if there is one)

    On Linux the plain package brings about 3 GB of CUDA libraries, unless the index in use
    holds a build for the processor. Nobody gets those by accident.
    """
    plain = TorchChoice(f"torch=={version}")
    if system != "Linux" or wish == "cuda":
        return plain
    found = resolve(plain.requirement)
    if found is not None and not brings_cuda(found):
        return plain
    cpu = f"torch=={version}+cpu"
    if resolve(cpu) is not None:
        return TorchChoice(cpu)
    if wish == "cpu":
        raise SetupError(
            f"No package index in use offers {cpu}; add one that does to pip's settings."
        )
    return TorchChoice(plain.requirement, needs_consent=wish != "any")


def brings_cuda(packages: set[str]) -> bool:
    return any(name.lower().startswith(("nvidia", "cuda", "triton")) for name in packages)


def agree_to_cuda(ask: Callable[[str], str] = input) -> None:
    """Ask on a terminal before gigabytes are downloaded. Raises SetupError on a no."""
    print("Only a torch build with CUDA was found: a download of about 3 GB.", flush=True)
    if sys.stdin is not None and sys.stdin.isatty():
        if ask("Download it? [y/N] ").strip().lower() in ("y", "yes"):
            return
        raise SetupError("Nothing was installed. LEADLIGHT_TORCH=cuda agrees beforehand.")
    raise SetupError(
        "Set LEADLIGHT_TORCH=cuda to agree to that, or add an index with torch builds for "
        "the processor to pip's settings."
    )


def pinned(package: str, constraints: str) -> str:
    """The version that the text of constraints.txt pins the package to."""
    pins = dict(line.split("==", 1) for line in constraints.splitlines() if "==" in line)
    return pins[package].split(";")[0].strip()


def _stamp(venv: Path) -> Path:
    return venv / "leadlight-stamp.json"


def _make(venv: Path) -> None:
    """A virtual environment of this Python; one of another Python is replaced."""
    _stamp(venv).unlink(missing_ok=True)
    if _same_python(venv):
        return
    if venv.exists() and any(venv.iterdir()):
        if not (venv / "pyvenv.cfg").exists():
            raise SetupError(f"{venv} is no virtual environment; remove it or set LEADLIGHT_VENV.")
        print(f"Replacing {venv}, made for another Python.", flush=True)
        shutil.rmtree(venv)
    print(f"Making the environment {venv}", flush=True)
    _need_venv_module()
    _run([sys.executable, "-m", "venv", str(venv)], "The environment could not be made")


def _same_python(venv: Path) -> bool:
    """True when the environment starts, has pip, and is of this Python's version."""
    python = python_of(venv)
    if not python.exists():
        return False
    code = "import pip, sys; print(sys.version)"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() == sys.version.strip()


def _need_venv_module() -> None:
    """Debian keeps ensurepip in a package of its own."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        if not system_packages.install([package]):
            command = system_packages.apt_command([package], root=system_packages.is_root())
            raise SetupError(f"This Python lacks venv. Install it with:\n  {command}") from None


def _install(venv: Path, extras: set[str]) -> None:
    """Install torch, then Leadlight itself (editable) with the pinned dependencies."""
    version = pinned("torch", CONSTRAINTS.read_text(encoding="utf-8"))
    wish = os.environ.get("LEADLIGHT_TORCH", "").lower()
    torch = choose_torch(version, platform.system(), wish, partial(_dry_run, venv))
    if torch.needs_consent:
        agree_to_cuda()
    project = str(ROOT) + (f"[{','.join(sorted(extras))}]" if extras else "")
    print("Installing the pinned dependencies; the first time takes minutes.", flush=True)
    install = [*_pip(venv), "install", "-c", str(CONSTRAINTS)]
    failure = "The dependencies could not be installed"
    _run([*install, torch.requirement, "-e", project], failure)


def _dry_run(venv: Path, requirement: str) -> set[str] | None:
    """Names of what pip would install for the requirement, None when it cannot."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        command = [*_pip(venv), "install", "--dry-run", "--ignore-installed", "--quiet"]
        command += ["--report", str(report), "-c", str(CONSTRAINTS), requirement]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        if done.returncode or not report.exists():
            return None
        plan = json.loads(report.read_text(encoding="utf-8"))
    return {item["metadata"]["name"] for item in plan["install"]}


def _pip(venv: Path) -> list[str]:
    return [str(python_of(venv)), "-m", "pip", "--disable-pip-version-check", "--no-input"]


def _run(command: list[str], failure: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise SetupError(f"{failure}: the lines above say why. The next run tries again.")
