"""CSV, MATLAB, HDF5 of unknown layout: what they say is used, the rest is asked."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from tests.shared_data import archive
from viewer.formats import ImportHints, NeedsHints, RecordingError, open_recording, records_in
from viewer.formats.process import ReaderProcess

N = 1000
RANDOM = np.random.default_rng(11)
MV = np.round(RANDOM.normal(0, 0.4, (N, 3)), 3)
TIMES = np.arange(N) / 500
HINTS = ImportHints(fs_hz=500, unit="mV")


def table(rows, heading="", separator=",", end="\n", comma=False):
    lines = [separator.join(f"{v:.10g}" for v in row) for row in rows]
    text = end.join([*heading.splitlines(), *lines]) + end
    return text.replace(".", ",") if comma else text


def opened(tmp_path, text, hints=None, name="x.csv", encoding="utf-8"):
    (tmp_path / name).write_bytes(text.encode(encoding))
    return open_recording(tmp_path / name, hints=hints)


TIMED = np.column_stack([TIMES, MV])


@pytest.mark.parametrize(
    ("heading", "rows"),
    [
        ("time_s,I (mV),II (mV),V1 (mV)", TIMED),
        ("Time [s],I [uV],II [uV],V1 [uV]", np.column_stack([TIMES, MV * 1000])),
        ("time (ms),I_mV,II_mV,V1_mV", np.column_stack([TIMES * 1000, MV])),
        ("# fs: 500\n# unit: mV\nI,II,V1", MV),
        (
            "Sampling rate (Hz): 500\nUnits: uV\nsample,I,II,V1",
            np.column_stack([np.arange(N), MV * 1000]),
        ),
        ('"t","I (µV)","II (µV)","V1 (µV)"', np.column_stack([TIMES, MV * 1000])),
        ("time,I (V),II (V),V1 (V)", np.column_stack([TIMES, MV / 1000])),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_a_table_says_is_used(tmp_path, heading, rows, separator):
    last = heading.splitlines()[-1]
    heading = heading.replace(last, last.replace(",", separator))
    recording = opened(tmp_path, table(rows, heading, separator))
    assert recording.leads == ("I", "II", "V1")
    assert recording.fs_hz == 500
    assert recording.format == "CSV"
    np.testing.assert_allclose(recording.signal_mv, MV.T, atol=2e-6)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_line_ends_and_encodings(tmp_path, end, encoding):
    heading = "t;I (µV);II (µV);V1 (µV)"
    text = table(np.column_stack([TIMES, MV * 1000]), heading, ";", end)
    np.testing.assert_allclose(opened(tmp_path, text, encoding=encoding).signal_mv, MV.T, atol=2e-6)


def test_decimal_commas(tmp_path):
    text = table(TIMED, "t;I (mV);II (mV);V1 (mV)", ";", comma=True)
    recording = opened(tmp_path, text)
    assert recording.fs_hz == 500
    np.testing.assert_allclose(recording.signal_mv, MV.T, atol=2e-6)


@pytest.mark.parametrize("missing", ["", "nan", "NaN", "NA", "-"])
def test_a_missing_field_is_a_gap(tmp_path, missing):
    lines = table(TIMED, "t,I (mV),II (mV),V1 (mV)").splitlines()
    fields = lines[8].split(",")
    lines[8] = ",".join([fields[0], missing, fields[2], missing])
    signal = opened(tmp_path, "\n".join(lines)).signal_mv
    assert np.isnan(signal[[0, 2], 7]).all()
    assert np.isfinite(signal[1]).all()
    assert np.isfinite(signal[:, 8:]).all()


@pytest.mark.parametrize(
    ("heading", "rows", "questions"),
    [
        ("I,II,V1", MV, ("unit", "fs_hz")),
        ("", MV, ("unit", "fs_hz")),
        ("time_s,I,II,V1", TIMED, ("unit",)),
        ("I (mV),II (mV),V1 (mV)", MV, ("fs_hz",)),
        ("", np.column_stack([np.arange(N), MV]), ("unit", "fs_hz")),
        ("sample,I (mV),II (mV),V1 (mV)", np.column_stack([np.arange(N), MV]), ("fs_hz",)),
    ],
)
def test_what_a_table_does_not_say_is_asked(tmp_path, heading, rows, questions):
    with pytest.raises(NeedsHints) as asked:
        opened(tmp_path, table(rows, heading))
    assert asked.value.questions == questions
    recording = open_recording(tmp_path / "x.csv", hints=HINTS)
    np.testing.assert_allclose(recording.signal_mv, MV.T, atol=2e-6)


def test_lead_order_can_be_told(tmp_path):
    hints = ImportHints(fs_hz=500, unit="mV", leads=("V1", "I", "II"))
    recording = opened(tmp_path, table(MV), hints)
    assert recording.leads == ("I", "II", "V1")
    np.testing.assert_allclose(recording.signal_mv, MV.T[[1, 2, 0]], atol=2e-6)


def test_one_lead_per_row(tmp_path):
    hints = ImportHints(fs_hz=500, unit="mV", leads=("I", "II", "V1"))
    recording = opened(tmp_path, table(MV.T), hints)
    np.testing.assert_allclose(recording.signal_mv, MV.T, atol=2e-6)


def test_a_single_column(tmp_path):
    recording = opened(tmp_path, table(MV[:, :1]), HINTS)
    np.testing.assert_allclose(recording.signal_mv, MV.T[:1], atol=2e-6)


def test_whole_numbers_keep_their_step(tmp_path):
    rows = np.rint(MV * 1000)
    recording = opened(tmp_path, table(rows, "I (uV),II (uV),V1 (uV)"), ImportHints(fs_hz=500))
    assert recording.step_mv == (1e-3,) * 3
    np.testing.assert_allclose(recording.signal_mv, MV.T, atol=1e-6)


def test_a_pressure_beside_the_leads_is_not_shown(tmp_path):
    recording = opened(tmp_path, table(TIMED, "t,I (mV),II (mV),ABP"), HINTS)
    assert recording.leads == ("I", "II")


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[np.r_[0:500, 600:1000]],  # a hole in time
        lambda rows: rows[::-1],  # backwards
        lambda rows: rows[np.r_[0:500, 100:600]],  # back in time
    ],
)
def test_times_that_do_not_run_evenly_are_refused(tmp_path, change):
    with pytest.raises(RecordingError, match="time"):
        opened(tmp_path, table(change(TIMED), "time_s,I (mV),II (mV),V1 (mV)"))


@pytest.mark.parametrize(
    "text",
    [
        table(TIMED, "t,I (mV),II (uV),V1 (mV)"),
        table(TIMED, "t,I (mV),II (mV),V1 (mV)") + "1,2,word,4\n",
        table(TIMED, "t,I (mV),II (mV),V1 (mV)") + "1,2\n",
        "Dear colleague,\nthe ECG, as discussed,\nis attached.\n",
        table(MV, "name,group,other"),
    ],
)
def test_no_table_no_recording(tmp_path, text):
    with pytest.raises(RecordingError):
        opened(tmp_path, text)


def test_a_list_of_records_is_no_recording_of_its_folder():
    folder = archive("cinc2011-set-a")
    found = records_in(next(p.parent for p in folder.rglob("*.hea")))
    assert found
    assert {path.suffix for path in found} == {".hea"}


def test_a_header_of_numbered_segments_is_no_table(tmp_path):
    (tmp_path / "m.hea").write_text("m/3 3 250 3000\n100 1000\n101 1000\n102 1000\n")
    with pytest.raises(RecordingError, match="3 segments"):
        open_recording(tmp_path / "m.hea")


# ---- MATLAB ----


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("compressed", [False, True])
def test_matlab_5(tmp_path, turned, compressed):
    content = {"ecg": MV if turned else MV.T, "fs": 500.0, "units": "mV"}
    names = np.array(["I", "II", "V1"], dtype=object)
    savemat(tmp_path / "x.mat", {**content, "leads": names}, do_compression=compressed)
    recording = open_recording(tmp_path / "x.mat")
    assert (recording.leads, recording.fs_hz) == (("I", "II", "V1"), 500)
    assert recording.format == "MATLAB"
    np.testing.assert_allclose(recording.signal_mv, MV.T, atol=1e-6)


def test_matlab_structure(tmp_path):
    inner = {"signal": MV, "fs": 500, "unit": "mV"}
    savemat(tmp_path / "x.mat", {"ECG": inner, "note": "x"})
    np.testing.assert_allclose(open_recording(tmp_path / "x.mat").signal_mv, MV.T, atol=1e-6)


def test_matlab_4_without_a_header_asks(tmp_path):
    savemat(tmp_path / "x.mat", {"val": np.rint(MV.T * 1000)}, format="4")
    with pytest.raises(NeedsHints) as asked:
        open_recording(tmp_path / "x.mat")
    assert asked.value.questions == ("unit", "fs_hz")
    recording = open_recording(tmp_path / "x.mat", hints=ImportHints(fs_hz=500, unit="uV"))
    np.testing.assert_allclose(recording.signal_mv, MV.T, atol=1e-6)


def test_a_wfdb_mat_with_its_header_stays_wfdb():
    path = archive("formats") / "edf" / "A0001.mat"
    assert open_recording(path).format == "WFDB"


def test_several_matlab_arrays_are_asked_for(tmp_path):
    savemat(tmp_path / "x.mat", {"before": MV, "after": MV * 2})
    with pytest.raises(NeedsHints) as asked:
        open_recording(tmp_path / "x.mat")
    assert asked.value.questions == ("array",)
    assert set(asked.value.arrays) == {"before", "after"}
    hints = ImportHints(fs_hz=500, unit="mV", array="after")
    np.testing.assert_allclose(
        open_recording(tmp_path / "x.mat", hints=hints).signal_mv, MV.T * 2, atol=1e-6
    )


def test_a_matlab_bomb_is_not_unpacked(tmp_path):
    savemat(tmp_path / "x.mat", {"ecg": np.zeros((12, 4_000_000))}, do_compression=True)
    assert (tmp_path / "x.mat").stat().st_size < 2_000_000
    with pytest.raises(RecordingError, match="unpack"):
        open_recording(tmp_path / "x.mat")


@pytest.mark.parametrize("cut", [150, 400, 3000])
def test_a_cut_matlab_file_is_refused(tmp_path, cut):
    savemat(tmp_path / "x.mat", {"ecg": MV, "fs": 500, "unit": "mV"})
    content = (tmp_path / "x.mat").read_bytes()
    (tmp_path / "x.mat").write_bytes(content[:cut])
    with pytest.raises(RecordingError):
        open_recording(tmp_path / "x.mat")


def write_matlab_73(path):
    with h5py.File(path, "w", userblock_size=512) as file:
        file["ecg"] = MV.T  # MATLAB writes columns first: its 1000 x 3 is this
        file["ecg"].attrs["MATLAB_class"] = np.bytes_(b"double")
        file["fs"] = np.array([[500.0]])
        file["unit"] = np.array([[ord(c)] for c in "mV"], np.uint16)
        file["unit"].attrs["MATLAB_class"] = np.bytes_(b"char")
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\2IM")


def test_matlab_73_is_read_in_a_process_of_its_own(tmp_path):
    write_matlab_73(tmp_path / "x.mat")
    with ReaderProcess() as reader:
        recording = reader.open(tmp_path / "x.mat")
    assert recording.format == "MATLAB 7.3"
    np.testing.assert_allclose(recording.signal_mv, MV.T, atol=1e-6)


# ---- HDF5 of unknown layout ----


def test_an_array_deep_in_a_file_is_found(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["patient/recording/trace"] = MV
    recording = open_recording(tmp_path / "x.h5", hints=HINTS)
    np.testing.assert_allclose(recording.signal_mv, MV.T, atol=1e-6)


def test_several_arrays_are_asked_for_through_the_process(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["rest/trace"] = MV
        file["stress/trace"] = MV * 2
        file.attrs["fs"], file.attrs["unit"] = 500.0, "mV"
    with ReaderProcess() as reader:
        with pytest.raises(NeedsHints) as asked:
            reader.open(tmp_path / "x.h5")
        assert asked.value.arrays == ("rest/trace", "stress/trace")
        recording = reader.open(tmp_path / "x.h5", ImportHints(array="stress/trace"))
    np.testing.assert_allclose(recording.signal_mv, MV.T * 2, atol=1e-6)


def test_an_array_outside_the_file_cannot_be_chosen(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["trace"] = MV
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["a"], file["b"] = MV, MV
        file["far"] = h5py.ExternalLink("other.h5", "/trace")
    for name in ("far", "../x", "nothing"):
        hints = ImportHints(fs_hz=500, unit="mV", array=name)
        with pytest.raises(RecordingError):
            open_recording(tmp_path / "x.h5", hints=hints)
