"""The bundled recordings: sound, small, and each with its source named."""

import numpy as np
import pytest

from installer.make_samples import FORMATS
from tests.shared_data import SAMPLES, sample

RECORDS = ("incart_i06", "mitbih_100", "ptbxl_clean", "ptbxl_noisy")


def test_every_bundled_recording_is_named_here_and_attributed():
    assert sorted(path.stem for path in SAMPLES.glob("*.hea")) == list(RECORDS)
    readme = sample("README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in RECORDS)


def test_together_they_weigh_less_than_three_megabytes():
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 3_000_000


@pytest.mark.parametrize("name", RECORDS)
def test_the_checksums_in_the_header_are_those_of_the_signal(name):
    head, *lines = sample(f"{name}.hea").read_text().splitlines()
    n_leads, n_samples = int(head.split()[1]), int(head.split()[3])
    leads = [line.split() for line in lines[:n_leads]]
    _, decode = FORMATS[leads[0][1]]
    digital = decode(sample(f"{name}.dat").read_bytes(), n_leads)

    assert digital.shape == (n_samples, n_leads)
    assert [int(lead[5]) for lead in leads] == digital[0].tolist()
    assert [int(lead[6]) & 0xFFFF for lead in leads] == np.mod(digital.sum(0), 0x10000).tolist()
