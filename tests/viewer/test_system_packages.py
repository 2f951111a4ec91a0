"""What Qt lacks on a bare Linux is found and named exactly."""

import socket

import pytest

from viewer import system_packages
from viewer.system_packages import ALWAYS, FONT_PACKAGE, WITH_X11, apt_command, missing_packages


def test_a_complete_system_lacks_nothing():
    assert missing_packages(True, loadable=lambda _: True, font=lambda: True) == []


def test_without_a_display_the_x11_libraries_are_not_asked_for():
    off_screen = missing_packages(False, loadable=lambda _: False, font=lambda: True)
    with_window = missing_packages(True, loadable=lambda _: False, font=lambda: True)
    assert off_screen == list(ALWAYS.values())
    assert with_window == [*ALWAYS.values(), *WITH_X11.values()]


def test_only_what_is_missing_is_named_and_a_font_belongs_to_it():
    missing = missing_packages(
        False, loadable=lambda library: library != "libEGL.so.1", font=lambda: False
    )
    assert missing == ["libegl1", FONT_PACKAGE]


def test_a_library_that_does_not_exist_cannot_be_loaded():
    assert not system_packages.can_load("libleadlight-is-not-a-library.so.1")


def test_a_font_is_an_outline_font_in_any_depth(tmp_path):
    (tmp_path / "readme.txt").touch()
    assert not system_packages.has_font([str(tmp_path), str(tmp_path / "absent")])
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "Some.TTF").touch()
    assert system_packages.has_font([str(tmp_path)])


@pytest.mark.parametrize(("root", "sudo"), [(True, ""), (False, "sudo ")])
def test_the_command_can_be_typed_as_printed(root, sudo):
    assert apt_command(["libegl1", "libdbus-1-3"], root=root) == (
        f"{sudo}apt-get update && {sudo}apt-get install -y libegl1 libdbus-1-3"
    )


def test_where_installing_is_not_allowed_the_exact_command_is_printed(monkeypatch, capsys):
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr(system_packages, "missing_packages", lambda display: ["libegl1"])
    monkeypatch.setattr(system_packages, "apt_prefix", lambda: None)
    monkeypatch.setattr(system_packages, "is_root", lambda: False)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    system_packages.ensure_qt_can_start(display=False)
    assert "sudo apt-get install -y libegl1" in capsys.readouterr().err


@pytest.fixture
def linux(monkeypatch):
    monkeypatch.setattr("platform.system", lambda: "Linux")


@pytest.mark.usefixtures("linux")
@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DISPLAY": ""},
        {"DISPLAY": "nonsense"},
        {"DISPLAY": ":913"},
        {"WAYLAND_DISPLAY": "wayland-913", "XDG_RUNTIME_DIR": "/nowhere"},
    ],
)
def test_a_display_that_does_not_answer_is_none(environment):
    assert not system_packages.has_display(environment)


@pytest.mark.usefixtures("linux")
def test_a_display_that_answers_is_one_unless_off_screen_is_wanted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("way")
        server.listen()
        environment = {"WAYLAND_DISPLAY": "way", "XDG_RUNTIME_DIR": "."}
        assert system_packages.has_display(environment)
        assert not system_packages.has_display(environment | {"QT_QPA_PLATFORM": "offscreen"})


@pytest.mark.parametrize("system", ["Windows", "Darwin"])
def test_windows_and_macos_have_a_display(monkeypatch, system):
    monkeypatch.setattr("platform.system", lambda: system)
    assert system_packages.has_display({})
