"""The lock: files of an index page are told apart by name and version."""

import hashlib

import pytest

from installer import lock

PAGE = """<html><body>
<a href="https://files.example/ab/Py_Wavelets-1.9.0-cp311-none-any.whl#sha256=aa">x</a>
<a href="https://files.example/ab/pywavelets-1.9.0.tar.gz#sha256=bb">x</a>
<a href="https://files.example/ab/pywavelets-1.10.0-cp311-none-any.whl#sha256=cc">x</a>
<a href="https://files.example/ab/pywavelets-1.9.0-cp311-none-any.whl">no hash</a>
</body></html>"""


@pytest.mark.parametrize(
    ("file", "name", "version"),
    [
        ("numpy-2.4.6-cp311-cp311-win_amd64.whl", "numpy", "2.4.6"),
        ("ast_serialize-0.13.1.tar.gz", "ast-serialize", "0.13.1"),
        ("torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl", "torch", "2.13.0"),
        ("numpy-financial-1.0.0.tar.gz", "numpy", ""),
    ],
)
def test_the_version_is_read_from_the_file_name(file, name, version):
    assert lock.version_of(file, name) == version


def test_a_page_gives_the_files_that_carry_a_hash():
    links = lock.Links()
    links.feed(PAGE)
    assert links.files == {
        "Py_Wavelets-1.9.0-cp311-none-any.whl": "aa",
        "pywavelets-1.9.0.tar.gz": "bb",
        "pywavelets-1.10.0-cp311-none-any.whl": "cc",
    }


def test_builds_of_torch_are_locked_by_what_they_contain(tmp_path):
    wheel = tmp_path / "torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl"
    wheel.write_bytes(b"a wheel")
    digest = hashlib.sha256(b"a wheel").hexdigest()
    assert lock.torch_entry([wheel]) == f"torch==2.13.0+cpu \\\n    --hash=sha256:{digest}"


def test_builds_of_different_versions_are_not_mixed(tmp_path):
    wheels = [tmp_path / f"torch-2.{minor}.0-py3-none-any.whl" for minor in (12, 13)]
    with pytest.raises(LookupError, match="one version"):
        lock.torch_entry(wheels)
