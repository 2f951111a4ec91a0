"""The cache keeps within its limit and loses what was not used for longest."""

from __future__ import annotations

import os

import pytest

from viewer.state.cache_room import size_bytes, size_words, trim


@pytest.fixture
def cache(tmp_path):
    """Three files of 1000 bytes, the first one used longest ago."""
    for number, name in enumerate(("old", "folder/middle", "new")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * 1000)
        os.utime(path, (1e9 + number, 1e9 + number))
    return tmp_path


def test_all_files_below_the_folder_count(cache):
    assert size_bytes(cache) == 3000
    assert size_bytes(cache / "none") == 0


def test_the_least_recently_used_goes_first_and_only_as_many_as_needed(cache):
    assert trim(cache, 2500) == 1000
    assert sorted(p.name for p in cache.rglob("*") if p.is_file()) == ["middle", "new"]


def test_a_limit_of_zero_clears_it_and_a_large_one_changes_nothing(cache):
    assert trim(cache, 10_000) == 0
    assert trim(cache, 0) == 3000
    assert size_bytes(cache) == 0


def test_links_are_neither_counted_nor_followed(cache, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "precious"
    outside.write_bytes(b"y" * 5000)
    (cache / "link").symlink_to(outside)
    assert size_bytes(cache) == 3000
    trim(cache, 0)
    assert outside.exists()


def test_sizes_are_said_as_disks_are_sold():
    said = [size_words(n) for n in (0, 950_000, 312_400_000, 1_400_000_000)]
    assert said == ["0 kB", "950 kB", "312 MB", "1.4 GB"]
