"""Nothing that one recording does ends the others."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.shared_data import sample
from tests.viewer.batch.misbehaving import Misbehaving
from viewer.batch.pipeline import FEW, run, workers_for
from viewer.batch.task import FAILED, UNREADABLE, labelled


@pytest.fixture
def files(tmp_path):
    """Good and bad records, by the names that tell Misbehaving what to do."""
    paths = []
    for name in ("a", "refuse", "b", "raise", "c"):
        for suffix in ("hea", "dat"):
            shutil.copy(sample(f"ptbxl_clean.{suffix}"), tmp_path / f"ptbxl_clean.{suffix}")
        (tmp_path / name).mkdir()
        shutil.move(tmp_path / "ptbxl_clean.hea", tmp_path / name / "ptbxl_clean.hea")
        shutil.move(tmp_path / "ptbxl_clean.dat", tmp_path / name / "ptbxl_clean.dat")
        paths.append(str(tmp_path / name / "ptbxl_clean.hea"))
    (tmp_path / "broken.hea").write_text("nonsense")
    return [*paths[:2], str(tmp_path / "broken.hea"), *paths[2:]]


def test_workers_do_the_rest_when_recordings_fail_and_a_worker_dies(files, tmp_path):
    abort = tmp_path / "abort"
    abort.mkdir()
    for suffix in ("hea", "dat"):
        shutil.copy(sample(f"ptbxl_clean.{suffix}"), abort / f"ptbxl_clean.{suffix}")
    files.insert(1, str(abort / "ptbxl_clean.hea"))
    outcomes = list(run(labelled(files), Misbehaving(), workers=1))
    assert [outcome.item.path for outcome in outcomes] == files
    good = {name: o for o in outcomes for name in "abc" if f"/{name}/" in o.item.path}
    assert {o.entry["n"] for o in good.values()} == {5000}
    assert all(o.entry["pid"] != os.getpid() for o in good.values())
    by_name = {o.item.path.split("/")[-2]: o for o in outcomes}
    assert by_name["abort"].status == by_name["raise"].status == FAILED
    assert "ended unexpectedly" in by_name["abort"].error
    assert by_name["refuse"].error.endswith("it was refused")
    broken = next(o for o in outcomes if o.item.path.endswith("broken.hea"))
    assert broken.status == UNREADABLE
    assert broken.entry["error"].startswith("broken.hea")


def test_a_few_recordings_are_done_in_this_process(files):
    outcomes = list(run(labelled(files[:1]), Misbehaving(), workers=workers_for(1)))
    assert outcomes[0].entry["pid"] == os.getpid()
    assert workers_for(FEW) >= 1
    assert workers_for(FEW, 0) == 0


def test_outputs_of_records_with_one_name_cannot_collide():
    items = labelled(["x/rec.hea", "y/rec.hea", "y/other.hea", "z/y/rec.hea"])
    labels = [item.label for item in items]
    assert labels[2] is None
    assert len({label for label in labels if label}) == 3
