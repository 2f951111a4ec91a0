"""One command from a fresh clone to the window, on Linux, macOS and Windows.

    python installer/bootstrap.py run [PATH ...]   open the window (off screen: write into out/)
    python installer/bootstrap.py test [ARGS ...]  install what the tests need and run them
    python installer/bootstrap.py lint             ruff, mypy, import contracts
    python installer/bootstrap.py bench [ARGS ...] the benchmarks, as a table
    python installer/bootstrap.py setup            only make the environment
    python installer/bootstrap.py bundle           freeze the program; on Linux a .deb of it
    python installer/bootstrap.py bundle-test      let the frozen program do its whole job

Needs Python 3.11 or newer and nothing else. The environment is made in .venv, or where
LEADLIGHT_VENV says, with the versions of installer/constraints.txt; when nothing changed it
is used as it is. On Linux LEADLIGHT_TORCH=cpu|cuda|any chooses the build of torch.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036  (an older Python must be told)
    sys.exit(f"Leadlight needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from installer import environment  # noqa: E402
from viewer import system_packages  # noqa: E402

SAMPLE = ROOT / "resources" / "samples" / "ptbxl_noisy.hea"
LINTERS = (
    ("-m", "ruff", "check", "."),
    ("-m", "ruff", "format", "--check", "."),
    ("-m", "mypy", "viewer", "inference", "tests", "installer"),
    ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
)


def run(arguments: list[str]) -> int:
    """Open the window; without a display do the same job into out/."""
    display = system_packages.has_display()
    system_packages.ensure_qt_can_start(display)
    python = environment.ensure(set())
    paths = arguments or [str(SAMPLE)]
    if display:
        return _call([str(python), "main.py", *paths])
    return _run_off_screen(python, paths)


def _run_off_screen(python: Path, paths: list[str]) -> int:
    """The page raw and cleaned, the cleaned recording and its sidecar, in out/."""
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    print(f"There is no display here, so Leadlight works off screen and writes into {out}")
    status = 0
    for path in paths:
        page = str(out / Path(path).stem)
        for show in ("raw", "overlay"):
            command = ["snapshot", path, "--out", f"{page}-{show}.png", "--show", show]
            status = _leadlight(python, command) or status
        status = _leadlight(python, ["denoise", path, "--out", str(out), "--overwrite"]) or status
    return status


def test(arguments: list[str]) -> int:
    """All tests, off screen, on at most two processes."""
    system_packages.ensure_qt_can_start(display=False)
    python = environment.ensure({"test"})
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the processes share the cores already
    workers = ["-n", str(min(2, os.cpu_count() or 1))]
    return _call([str(python), "-m", "pytest", *workers, *arguments])


def lint(arguments: list[str]) -> int:
    """Every linter, also after one of them found something."""
    python = environment.ensure({"test"})
    failed = [_call([str(python), *linter]) for linter in LINTERS]
    return int(any(failed))


def bench(arguments: list[str]) -> int:
    """The benchmarks; --smoke makes them short."""
    system_packages.ensure_qt_can_start(display=False)
    python = environment.ensure({"test"})
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return _call([str(python), "-m", "tests.speed", *arguments])


def setup(arguments: list[str]) -> int:
    """Make the environment with the named extras and say where its Python is."""
    system_packages.ensure_qt_can_start(system_packages.has_display())
    print(environment.ensure(set(arguments)))
    return 0


def bundle(arguments: list[str]) -> int:
    """Freeze the program; on Linux make the package of it, too."""
    python = _for_bundles()
    packages = ["deb"] if sys.platform == "linux" and not arguments else []
    for what in ["build", *packages]:
        if status := _call([str(python), "-m", "installer.bundle", what, *arguments]):
            return status
    return 0


def bundle_test(arguments: list[str]) -> int:
    """The frozen program does its whole job without Python and without this checkout."""
    return _call([str(_for_bundles()), "-m", "installer.bundle", "smoke", *arguments])


def _for_bundles() -> Path:
    """An environment of its own, so that no test tool gets into the program."""
    os.environ.setdefault("LEADLIGHT_VENV", str(ROOT / ".venv-bundle"))
    return environment.ensure({"bundle"})


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "lint": lint,
    "bench": bench,
    "setup": setup,
    "bundle": bundle,
    "bundle-test": bundle_test,
}


def _leadlight(python: Path, arguments: list[str]) -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return _call([str(python), "main.py", *arguments])


def _call(command: list[str]) -> int:
    """Run in the checkout with this terminal; the exit status."""
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__)
        return 0 if arguments[:1] in ([], ["help"], ["--help"], ["-h"]) else 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except environment.SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
