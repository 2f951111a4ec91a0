"""leadlight doctor: what is here, what is missing, and the command that mends it."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import platform
import sys
from argparse import Namespace
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from viewer import __version__, folders, system_packages
from viewer.cli.batch import to_json
from viewer.cli.failures import DONE, FAILED

QT_LIMIT_S = 30.0
LIBRARIES = (
    *("PySide6-Essentials", "pyqtgraph", "numpy", "scipy", "torch", "safetensors", "soundfile"),
    *("h5py", "pydicom", "defusedxml", "PyWavelets", "psygnal", "platformdirs"),
)


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    mend   what to do about it; empty when all is well
    """

    what: str
    found: str
    mend: str = ""


def run(options: Namespace) -> int:
    findings = [*program(), *libraries(), *screen(), device(options.device), *models(), *places()]
    if options.try_folder is not None:
        findings += whole_job(options.try_folder)
    if options.json:
        print(to_json([vars(finding) for finding in findings]), flush=True)
    else:
        print("\n".join(map(describe, findings)), flush=True)
    return FAILED if any(finding.mend for finding in findings) else DONE


def describe(finding: Finding) -> str:
    line = f"{'!!' if finding.mend else 'ok'}  {finding.what}: {finding.found}"
    return f"{line}\n      {finding.mend}" if finding.mend else line


def program() -> list[Finding]:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return [
        Finding("Leadlight", __version__),
        Finding("Python", platform.python_version()),
        Finding("system", system),
    ]


def libraries() -> list[Finding]:
    """The installed versions; in a bundle there is no metadata to ask, and no need to."""
    if getattr(sys, "frozen", False):
        return []
    return [_library(name) for name in LIBRARIES]


def _library(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "missing", f"{Path(sys.executable).name} -m pip install {name}")


def screen() -> list[Finding]:
    """Whether Qt starts here, tried in a process of its own: where it cannot, it aborts."""
    display = system_packages.has_display()
    missing = _missing_packages(display)
    name = _qt_platform("" if display else "offscreen")
    where = "display" if display else "no display, pages are drawn off screen"
    if not missing and name:
        return [Finding("Qt", f"{name}, {where}")]
    mend = "Set QT_DEBUG_PLUGINS=1 and start again to see why."
    if missing:
        mend = system_packages.apt_command(missing, root=system_packages.is_root())
    return [Finding("Qt", f"does not start ({where}; missing: {', '.join(missing) or '?'})", mend)]


def _missing_packages(display: bool) -> list[str]:
    return system_packages.missing_packages(display) if platform.system() == "Linux" else []


def _qt_platform(wanted: str) -> str:
    """The name of Qt's platform after a start; empty when it did not start."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_start_qt, args=(wanted, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        return str(ours.recv()) if ours.poll(QT_LIMIT_S) else ""
    except EOFError:
        return ""
    finally:
        process.kill()
        process.join()
        ours.close()


def _start_qt(wanted: str, answer: object) -> None:
    if wanted:
        os.environ["QT_QPA_PLATFORM"] = wanted
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    answer.send(application.platformName())  # type: ignore[attr-defined]


def device(preference: str) -> Finding:
    """The device that models would run on, after a real computation there."""
    try:
        import torch

        from inference.device import pick_device

        chosen = pick_device(preference)
        name = torch.cuda.get_device_name(chosen) if chosen.type == "cuda" else "processor"
        return Finding("device", f"{chosen.type} ({name})")
    except (ImportError, OSError, RuntimeError) as error:
        return Finding("device", f"torch does not start: {error}", "Install Leadlight again.")


def models() -> list[Finding]:
    """Every learned method: is its weights file here, and is it the published one?"""
    from inference.registry import DENOISERS

    learned = [method for method in DENOISERS.values() if method.weights is not None]
    return [_weights(m.name, m.weights, m.sha256 or "") for m in learned if m.weights is not None]


def _weights(name: str, path: Path, sha256: str) -> Finding:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return Finding(f"model {name}", f"{path.name} is missing", "Install Leadlight again.")
    if found != sha256:
        return Finding(f"model {name}", f"{path.name} is damaged", "Install Leadlight again.")
    return Finding(f"model {name}", f"{path.name} {found[:8]}")


def whole_job(folder: Path) -> list[Finding]:
    """The window opens, cleans, maps, measures, exports; what it made lies in folder."""
    if not system_packages.has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from viewer.ui.self_test import try_everything

    mend = f"The log in {folders.log_folder()} says more; please send it with this report."
    return [
        Finding(f"try: {name}", failure or f"{seconds:.1f} s", mend if failure else "")
        for name, seconds, failure in try_everything(folder).steps
    ]


def places() -> list[Finding]:
    """Where settings, logs and cache live, and whether they can be written."""
    named = {
        "settings": folders.config_folder(),
        "logs": folders.log_folder(),
        "cache": folders.cache_folder(),
    }
    return [_place(name, folder) for name, folder in named.items()]


def _place(name: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if writable:
        return Finding(name, str(folder))
    variable = f"LEADLIGHT_{'CONFIG' if name == 'settings' else name.rstrip('s').upper()}_DIR"
    return Finding(name, f"{folder} cannot be written", f"Set {variable} to another folder.")
