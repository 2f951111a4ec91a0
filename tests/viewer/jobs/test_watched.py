"""Reading is progress: told, never beyond the end, and a place to stop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.shared_data import sample
from viewer.formats import open_recording
from viewer.formats.export import export_recording
from viewer.formats.verify import WHOLE_BYTES
from viewer.jobs.runner import Cancelled
from viewer.jobs.watched import Watched, export_passes
from viewer.report.provenance import provenance
from viewer.samples import ArraySamples


def test_every_read_tells_how_far_the_work_is():
    told: list[float] = []
    samples = Watched(ArraySamples(np.zeros((2, 1000), np.float32)), 2.0, told.append)
    for start in (0, 500, 0, 500, 0):
        samples.read_mv(start, start + 500)
    assert told == [0.25, 0.5, 0.75, 0.99, 0.99]


@pytest.mark.parametrize("kind", ["wfdb", "npz", "csv", "hdf5"])
def test_an_export_comes_near_its_end_and_writes_what_it_would_have_written(kind, tmp_path):
    recording = open_recording(sample("ptbxl_clean.hea"))
    told: list[float] = []
    passes = export_passes(len(recording.leads), recording.n_samples, WHOLE_BYTES)
    watched = replace(recording, samples=Watched(recording.samples, passes, told.append))
    proof = export_recording(watched, tmp_path / f"a.{kind}", kind, provenance(recording))
    assert told == sorted(told)
    assert 0.6 < told[-1] <= 0.99
    assert proof.max_error_uv < 0.6
    back = open_recording(proof.path)
    np.testing.assert_allclose(back.signal_mv, recording.signal_mv, atol=6e-4)


def test_stopping_at_a_read_leaves_no_file(tmp_path):
    def stop(fraction: float) -> None:
        if fraction > 0.5:
            raise Cancelled

    recording = open_recording(sample("ptbxl_clean.hea"))
    watched = replace(recording, samples=Watched(recording.samples, 3.0, stop))
    with pytest.raises(Cancelled):
        export_recording(watched, tmp_path / "a.npz", "npz", provenance(recording))
    assert list(tmp_path.iterdir()) == []
