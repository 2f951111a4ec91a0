"""What every format must do, by naming its sample; and one ECG in all of them."""

from __future__ import annotations

import hashlib
import shutil

import numpy as np
import pytest
from scipy.io import savemat

from tests.shared_data import archive
from tests.viewer.formats.binary_files import (
    ishne_file,
    mfer_file,
    scp_file,
    scp_leads,
    scp_signal,
)
from tests.viewer.formats.clinical_files import (
    aecg_set,
    aecg_xml,
    dicom_bytes,
    dicom_group,
    muse_xml,
    sierra_xml,
)
from tests.viewer.formats.records import digits_of, edf_bytes
from tests.viewer.formats.seeds import REAL, TWELVE, WRITTEN, real
from viewer.formats import RecordingError, open_recording
from viewer.formats.process import ReaderProcess
from viewer.recording import CLINICAL_ORDER

CASES = [*(("real", name) for name in REAL), *(("written", name) for name in WRITTEN)]


@pytest.fixture(params=CASES, ids=lambda case: " ".join(case))
def sample(request, tmp_path):
    """(path, name of its format)"""
    kind, name = request.param
    return (real(name) if kind == "real" else WRITTEN[name](tmp_path)), name


@pytest.fixture(scope="module")
def reader():
    with ReaderProcess() as process:
        yield process


def test_it_opens_with_leads_in_order_and_its_hash(sample):
    path, name = sample
    recording = open_recording(path)
    assert recording.format == name
    known = [lead for lead in recording.leads if lead in CLINICAL_ORDER]
    assert known == sorted(known, key=CLINICAL_ORDER.index)
    assert recording.source_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert np.isfinite(recording.signal_mv).all()
    spans = np.ptp(recording.signal_mv, axis=1)
    assert 0.05 < spans.max() < 50
    assert len(recording.integrity) == len(recording.leads)


def test_content_decides_not_the_suffix(sample, tmp_path):
    path, name = sample
    folder = tmp_path / "Ordner mit # % :: ü"
    folder.mkdir()
    shutil.copy(path, folder / "x.png")
    other = open_recording(folder / "x.png")
    assert other.format == name
    np.testing.assert_array_equal(other.signal_mv, open_recording(path).signal_mv)


def test_the_reader_process_says_the_same(sample, reader):
    path, _ = sample
    there, here = reader.open(path), open_recording(path)
    np.testing.assert_array_equal(there.signal_mv, here.signal_mv)
    assert (there.leads, there.fs_hz, there.start_time) == (here.leads, here.fs_hz, here.start_time)
    assert there.acquisition == here.acquisition
    ours, theirs = here.acquisition.median_beats, there.acquisition.median_beats
    assert (ours is None) == (theirs is None)
    if ours is not None:
        np.testing.assert_array_equal(ours.signal_mv, theirs.signal_mv)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9])
def test_a_cut_file_is_refused_or_said_to_be_short(sample, tmp_path, share):
    path, name = sample
    content, whole = path.read_bytes(), open_recording(path)
    (tmp_path / "cut").write_bytes(content[: int(len(content) * share)])
    cut, sentence = None, ""
    try:
        cut = open_recording(tmp_path / "cut")
    except RecordingError as error:
        sentence = str(error)
    if cut is None:
        assert sentence.endswith(".")
        assert len(sentence) < 300
    else:
        assert cut.n_samples < whole.n_samples
        assert cut.warnings or name == "CSV"  # a table has no end to miss


def test_no_identifier_leaves_its_place(sample):
    """Remarks and warnings go into exports and onto the page; names must not."""
    path, _ = sample
    recording = open_recording(path)
    public = " ".join((*recording.comments, *recording.warnings))
    for what, value in recording.acquisition.patient:
        if what in ("Name", "Patient ID") and len(value) > 3:
            assert value not in public


# ---- one ECG, many formats ----


@pytest.fixture(scope="module")
def reference():
    """Record 1 of PTB-XL: WFDB, 1 uV per digit, 500 Hz, and its digits by lead."""
    path = archive("ptb-xl-500") / "records500" / "00000" / "00001_hr.hea"
    digits, leads = digits_of(path)
    return open_recording(path), dict(zip(leads, digits, strict=True))


def agrees(recording, reference, half_step_mv):
    expected, _ = reference
    assert recording.leads == expected.leads
    assert recording.fs_hz == expected.fs_hz
    largest = np.abs(recording.signal_mv - expected.signal_mv).max()
    assert largest <= half_step_mv + 1e-6


def test_muse_and_wfdb_of_one_ecg_agree(reference):
    path = archive("formats") / "ge-muse-xml" / "00001_hr_500.xml"
    agrees(open_recording(path), reference, 0.5e-3)


WRITERS = {
    "aecg": lambda leads: aecg_xml(aecg_set(leads, scale="1")),
    "muse": lambda leads: muse_xml(leads, LeadAmplitudeUnitsPerBit="1"),
    "dicom": lambda leads: dicom_bytes(
        dicom_group(
            leads,
            codes=[("99X", "1", f"Lead {name}") for name in leads],
            channel={"ChannelSensitivity": "1"},
        )
    ),
    "scp": lambda leads: scp_file(
        {
            2: (19999).to_bytes(2, "little"),
            3: scp_leads((1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8), 5000),
            6: scp_signal([leads[name] for name in TWELVE], avm_nv=1000),
        }
    ),
    "ishne": lambda leads: ishne_file(
        np.stack([leads[name] for name in TWELVE], axis=1), range(5, 17), fs_hz=500, step_nv=1000
    ),
    "mfer": lambda leads: mfer_file(
        np.stack([leads[name] for name in TWELVE]),
        (1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8),
        sensitivity=b"\0\xfa\0\1",
    ),
    "sierra": lambda leads: sierra_xml(leads, resolution=1),
    "csv": lambda leads: "\n".join(
        [
            ",".join(("time_s", *(f"{name} (uV)" for name in leads))),
            *(
                ",".join((f"{i * 0.002:.3f}", *map(str, row)))
                for i, row in enumerate(np.stack(list(leads.values()), axis=1).tolist())
            ),
        ]
    ).encode(),
}


@pytest.mark.parametrize("name", WRITERS)
def test_one_ecg_agrees_with_wfdb_to_half_a_step(reference, tmp_path, name):
    leads = {lead: reference[1][lead].astype(int) for lead in TWELVE}
    (tmp_path / "x").write_bytes(WRITERS[name](leads))
    agrees(open_recording(tmp_path / "x"), reference, 0.5e-3)


def test_matlab_and_wfdb_of_one_ecg_agree(reference, tmp_path):
    signal = np.stack([reference[1][lead] for lead in TWELVE]).astype(np.int16)
    names = np.array(TWELVE, dtype=object)
    savemat(tmp_path / "x.mat", {"val": signal, "fs": 500, "units": "uV", "leads": names})
    agrees(open_recording(tmp_path / "x.mat"), reference, 0.5e-3)


def test_edf_and_wfdb_of_one_ecg_agree(reference, tmp_path):
    """Twelve signals of one second per record, 1 uV per digit."""
    names, n = list(TWELVE), len(TWELVE)
    head = edf_bytes(
        header_bytes=str(256 * (n + 1)),
        records="10",
        duration="1",
        signals=str(n),
        labels=[f"ECG {name}" for name in names],
        units=["uV"] * n,
        p_low=["-32768"] * n,
        p_high=["32767"] * n,
        d_low=["-32768"] * n,
        d_high=["32767"] * n,
        samples=["500"] * n,
        n_records=0,
    )
    signal = np.stack([reference[1][name] for name in names]).astype("<i2")
    body = signal.reshape(n, 10, 500).transpose(1, 0, 2).tobytes()
    (tmp_path / "x.edf").write_bytes(head + body)
    agrees(open_recording(tmp_path / "x.edf"), reference, 0.5e-3)
