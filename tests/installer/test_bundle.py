"""What goes into the bundle and its packages."""

from __future__ import annotations

import configparser
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from installer.bundle.contents import LEFT_OUT, ROOT, is_needed
from installer.bundle.debian import LINUX, build_deb, depends, lay_out
from installer.bundle.smoke import Trial, bare_environment


@pytest.mark.parametrize(
    "path",
    [
        "torch/include/ATen/ATen.h",
        "torch/test/cpp.py",
        "torch/lib/libtorch.a",
        "torch/bin/protoc",
        "PySide6/Qt/qml/QtQuick/plugin.so",
        "PySide6\\translations\\qt_de.qm",
        "scipy/signal/tests/data.npz",
    ],
)
def test_what_the_program_never_reads_stays_out(path: str) -> None:
    assert not is_needed(path)


@pytest.mark.parametrize(
    "path",
    [
        "torch/lib/libtorch_cpu.so",
        "torch/bin/torch_shm_manager",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/lib/libQt6Svg.so.6",
        "resources/models/leadlight.safetensors",
        "resources/guide/index.md",
    ],
)
def test_what_the_program_needs_goes_in(path: str) -> None:
    assert is_needed(path)


def test_training_and_evaluation_stay_out() -> None:
    assert {"inference.training", "inference.evaluation", "tests"} <= set(LEFT_OUT)


def test_the_menu_entry_opens_files_of_every_type_that_is_registered() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(LINUX / "leadlight.desktop", encoding="utf-8")
    said = set(entry["Desktop Entry"]["MimeType"].strip(";").split(";"))
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    types = ElementTree.parse(LINUX / "leadlight.xml").getroot().findall(f"{space}mime-type")
    assert said == {kind.attrib["type"] for kind in types}
    assert entry["Desktop Entry"]["Exec"] == "leadlight %F"


def test_the_package_lays_out_link_menu_icon_types_and_licence(tmp_path: Path) -> None:
    lay_out(tmp_path)
    assert os.readlink(tmp_path / "usr/bin/leadlight") == "/opt/leadlight/leadlight"
    share = tmp_path / "usr/share"
    for name in (
        "applications/leadlight.desktop",
        "mime/packages/leadlight.xml",
        "icons/hicolor/scalable/apps/leadlight.svg",
        "icons/hicolor/256x256/apps/leadlight.png",
        "doc/leadlight/copyright",
    ):
        assert (share / name).stat().st_size > 0


def test_the_package_names_the_libraries_that_qt_needs() -> None:
    assert {"libxcb-cursor0", "libgl1", "libegl1", "libfontconfig1"} <= set(depends())


def test_without_a_bundle_the_package_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="make bundle"):
        build_deb(tmp_path)


def test_the_trial_runs_without_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    bare = bare_environment(tmp_path)
    assert bare["PATH"] == ""
    assert not any(name.startswith("PYTHON") for name in bare)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for a program is a shell script")
def test_a_missing_module_fails_the_trial_even_when_the_status_is_0(tmp_path: Path) -> None:
    program = tmp_path / "leadlight"
    program.write_text("#!/bin/sh\necho \"ModuleNotFoundError: No module named 'x'\"\n")
    program.chmod(0o755)
    trial = Trial(program, tmp_path)
    trial.run("--version")
    assert trial.failed


def test_installers_for_windows_and_macos_remove_what_they_registered() -> None:
    text = (ROOT / "installer" / "windows" / "leadlight.iss").read_text(encoding="utf-8")
    registered = [line for line in text.splitlines() if "OpenWithProgids" in line]
    assert registered
    assert all("uninsdeletevalue" in line for line in registered)
    assert "PrivilegesRequired=lowest" in text
