"""The versions we promise to use, and the fault that the pin on PySide6 keeps out."""

import re
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.shared_data import REPOSITORY

PINS = {
    canonicalize_name(name): Version(version)
    for name, version in (
        line.split("==")
        for line in (REPOSITORY / "installer/constraints.txt").read_text().splitlines()
        if not line.startswith("#")
    )
}
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
GPL = {"py-ecg-detectors", "ecgdeli", "ecgprocess", "stockwell", "biosig", "pyside6-fluent-widgets"}


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("pyside6-essentials", ">=6.8,<6.12"),  # 6.12.0 loses references to None on Python 3.11
        ("pyqtgraph", "==0.14.0"),
        ("torch", ">=2.10"),  # CVE-2025-32434, CVE-2026-24747
        ("wfdb", ">=4.3"),
    ],
)
def test_the_pins_that_have_a_reason_hold(name, held):
    assert Requirement(f"{name}{held}").specifier.contains(PINS[name])


def test_every_dependency_is_pinned_exactly_and_within_what_the_project_asks_for():
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    for requirement in map(Requirement, wanted):
        pin = PINS[canonicalize_name(requirement.name)]
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(pin), requirement


def test_nothing_under_the_gpl_is_installed():
    assert not GPL & PINS.keys()


def test_the_lock_holds_every_pin_with_hashes():
    locked = {}
    for name in ("lock.txt", "lock-torch.txt"):
        text = (REPOSITORY / "installer" / name).read_text()
        for entry in re.split(r"\n(?=\w)", text)[1:]:
            pin, *hashes = entry.split(" \\\n")
            project, version = pin.split("==")
            locked[canonicalize_name(project)] = Version(version.split("+")[0])
            assert hashes
            assert all(re.fullmatch(r"\s+--hash=sha256:[0-9a-f]{64}\s*", one) for one in hashes)
    assert locked == PINS


COUNT_NONE = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
app.processEvents()
before = sys.getrefcount(None)
for _ in range(10_000):
    app.processEvents()
print(before - sys.getrefcount(None))
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_ten_thousand_void_qt_calls_do_not_use_up_none():
    done = subprocess.run(
        [sys.executable, "-c", COUNT_NONE], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) <= 5
