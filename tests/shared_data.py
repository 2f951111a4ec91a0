"""Recordings for the tests: bundled samples always, the larger archives when they are beside us."""

from __future__ import annotations

import getpass
import os
import tarfile
import tempfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
ARCHIVES = REPOSITORY.parent / "shared" / "data"
SAMPLES = REPOSITORY / "resources" / "samples"


def sample(name: str) -> Path:
    """A bundled recording of resources/samples; it must be there."""
    path = SAMPLES / name
    assert path.exists(), f"resources/samples/{name} is missing from the repository"
    return path


def archive(name: str) -> Path:
    """The folder that holds the unpacked archive; skips where ../shared/data is absent.

    Unpacked once per user into the temporary folder, under a name that changes with
    the archive's size, by rename, so that parallel test processes do not meet halfway.
    """
    source = ARCHIVES / f"{name}.tar.xz"
    if not source.exists():
        pytest.skip(f"needs the recordings of ../shared/data/{source.name}, which is not here")
    cache = Path(tempfile.gettempdir()) / f"leadlight-test-data-{getpass.getuser()}"
    target = cache / f"{name}-{source.stat().st_size}"
    if not target.exists():
        cache.mkdir(mode=0o700, exist_ok=True)
        unpacking = Path(tempfile.mkdtemp(dir=cache))
        with tarfile.open(source) as tar:
            tar.extractall(unpacking, filter="data")
        try:
            os.rename(unpacking, target)
        except OSError:  # another process was first
            if not target.exists():
                raise
    inner = target / name
    return inner if inner.exists() else target
