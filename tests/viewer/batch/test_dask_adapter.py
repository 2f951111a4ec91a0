"""The same batch on a local Dask cluster: the same bytes, and no file ends the others."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from inference.denoise import denoise
from tests.shared_data import REPOSITORY, sample
from viewer.batch.task import DONE, UNREADABLE
from viewer.formats import open_recording

NAMES = ("ptbxl_clean", "ptbxl_noisy")
CLUSTER = """
import json, sys
from pathlib import Path

from distributed import Client, LocalCluster

from viewer.batch.dask_adapter import run_on
from viewer.batch.task import labelled
from viewer.batch.tasks import Denoise, Output

if __name__ == "__main__":
    out, *paths = sys.argv[1:]
    task = Denoise(output=Output(folder=Path(out), format="npz"), method="iir")
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(host="127.0.0.1", **options) as cluster, Client(cluster) as client:
        outcomes = {one.item.path: one for one in run_on(client, labelled(paths), task)}
    print(json.dumps([(outcomes[path].status, outcomes[path].error) for path in paths]))
"""
"""A program of its own: the tests themselves may open no socket, not even to this machine."""


@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="Dask is optional and not installed"
)
def test_a_cluster_gives_the_bytes_of_the_service_and_names_the_bad_file(tmp_path):
    for name in NAMES:
        for suffix in ("hea", "dat"):
            shutil.copy(sample(f"{name}.{suffix}"), tmp_path)
    (tmp_path / "broken.hea").write_text("nonsense")
    (tmp_path / "out").mkdir()
    (tmp_path / "cluster.py").write_text(CLUSTER)
    paths = [str(tmp_path / f"{name}.hea") for name in (*NAMES, "broken")]
    done = subprocess.run(
        [sys.executable, str(tmp_path / "cluster.py"), str(tmp_path / "out"), *paths],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout.splitlines()[-1])
    assert [status for status, _ in outcomes] == [DONE, DONE, UNREADABLE]
    assert outcomes[2][1].startswith("broken.hea")
    for path, name in zip(paths, NAMES, strict=False):
        raw = open_recording(path)
        expected = denoise(raw.signal_mv, raw.fs_hz, raw.leads, method="iir").signal_mv
        with np.load(tmp_path / "out" / f"{name}_cleaned.npz") as written:
            assert written["signal_mv"].tobytes() == expected.tobytes()
