"""The environment is made once, and torch never brings gigabytes by accident."""

import json

import pytest

from installer import environment
from installer.environment import SetupError, TorchChoice, choose_torch

CUDA = {"torch", "sympy", "nvidia-cublas", "triton"}
PLAIN = {"torch", "sympy"}
CPU = "torch==2.13.0+cpu"
ANYWHERE = "torch==2.13.0"


def index(*, plain=PLAIN, here=False):
    """A package index: what the plain torch brings, and whether a processor build is here."""

    def resolve(requirement):
        if requirement == ANYWHERE:
            return plain
        return PLAIN if here else None

    return resolve


@pytest.mark.parametrize(
    ("system", "wish", "offered", "expected"),
    [
        ("Windows", "", index(plain=CUDA), TorchChoice(ANYWHERE)),
        ("Darwin", "", index(plain=CUDA), TorchChoice(ANYWHERE)),
        ("Linux", "cuda", index(plain=CUDA, here=True), TorchChoice(ANYWHERE)),
        ("Linux", "", index(plain=PLAIN), TorchChoice(ANYWHERE)),
        ("Linux", "", index(plain=CUDA, here=True), TorchChoice(CPU)),
        ("Linux", "cpu", index(plain=CUDA, here=True), TorchChoice(CPU)),
        ("Linux", "", index(plain=CUDA), TorchChoice(ANYWHERE, needs_consent=True)),
        ("Linux", "any", index(plain=CUDA), TorchChoice(ANYWHERE)),
        ("Linux", "", index(plain=None, here=True), TorchChoice(CPU)),
    ],
)
def test_the_build_of_torch_follows_the_system_the_wish_and_the_offer(
    system, wish, offered, expected
):
    assert choose_torch("2.13.0", system, wish, offered) == expected


def test_a_processor_build_that_nobody_offers_is_refused_with_a_way_out():
    with pytest.raises(SetupError, match=r"offers torch==2\.13\.0\+cpu; add one"):
        choose_torch("2.13.0", "Linux", "cpu", index(plain=CUDA))


def test_without_a_terminal_nobody_agrees_to_gigabytes(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(SetupError, match="LEADLIGHT_TORCH=cuda"):
        environment.agree_to_cuda(lambda _: "yes")
    assert "3 GB" in capsys.readouterr().out


class Terminal:
    def isatty(self):
        return True


@pytest.mark.parametrize("answer", ["", "n", "no", "what?"])
def test_on_a_terminal_anything_but_yes_is_a_no(monkeypatch, answer):
    monkeypatch.setattr("sys.stdin", Terminal())
    with pytest.raises(SetupError, match="Nothing was installed"):
        environment.agree_to_cuda(lambda _: answer)


@pytest.mark.parametrize("answer", ["y", "Yes "])
def test_on_a_terminal_yes_is_a_yes(monkeypatch, answer):
    monkeypatch.setattr("sys.stdin", Terminal())
    environment.agree_to_cuda(lambda _: answer)


@pytest.fixture
def made(tmp_path):
    """An environment that looks as ensure() leaves it, with the tests' packages."""
    python = environment.python_of(tmp_path)
    python.parent.mkdir()
    python.touch()
    record = {"fingerprint": environment.fingerprint(), "extras": ["test"]}
    (tmp_path / "leadlight-stamp.json").write_text(json.dumps(record))
    return tmp_path


def test_an_unchanged_environment_is_used_as_it_is(made, monkeypatch):
    monkeypatch.setenv("LEADLIGHT_VENV", str(made))
    monkeypatch.setattr("subprocess.run", None)  # any call would be an error
    assert environment.ensure(set()) == environment.python_of(made)
    assert environment.ensure({"test"}) == environment.python_of(made)


def test_further_extras_are_not_there_yet(made):
    assert not environment.is_ready(made, {"bundle"})


def test_other_pins_or_another_project_file_make_it_stale(made, monkeypatch, tmp_path_factory):
    for name in ("CONSTRAINTS", "PROJECT"):
        changed = tmp_path_factory.mktemp("changed") / "file"
        changed.write_bytes(getattr(environment, name).read_bytes() + b"\n")
        with monkeypatch.context() as patch:
            patch.setattr(environment, name, changed)
            assert not environment.is_ready(made, set())
    assert environment.is_ready(made, set())


@pytest.mark.parametrize("stamp", ["", "{}", "[]", '{"fingerprint": 1, "extras": 2}', "\0"])
def test_a_broken_stamp_means_not_ready(made, stamp):
    (made / "leadlight-stamp.json").write_text(stamp)
    assert not environment.is_ready(made, set())


def test_a_folder_that_is_no_environment_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "thesis.txt").write_text("do not delete")
    monkeypatch.setenv("LEADLIGHT_VENV", str(tmp_path))
    with pytest.raises(SetupError, match="is no virtual environment"):
        environment.ensure(set())
    assert (tmp_path / "thesis.txt").read_text() == "do not delete"


def test_the_pinned_version_is_read_from_the_constraints():
    text = "# a remark\nnumpy==2.4.6\ntorch==2.13.0 ; python_version >= '3.11'\n"
    assert environment.pinned("torch", text) == "2.13.0"
