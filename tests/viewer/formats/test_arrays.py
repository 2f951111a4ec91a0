"""NPZ, NPY and HDF5: what the file says is used, what it does not say is asked."""

from __future__ import annotations

import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.shared_data import archive
from tests.viewer.formats.records import synthetic
from viewer.formats import ImportHints, NeedsHints, RecordingError, open_recording
from viewer.formats.export import export_recording
from viewer.formats.process import ReaderProcess

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


@pytest.fixture(scope="module")
def real():
    """A real 12-lead recording, float32 [12, 5000] in mV."""
    return open_recording(archive("ptb-xl-500") / "records500/00000/00017_hr.hea").signal_mv


@pytest.mark.parametrize("signal", ["signal_mv", "signal", "ecg", "data", "p_signal", "x"])
@pytest.mark.parametrize("rate", ["fs_hz", "fs", "sampling_rate", "sfreq"])
def test_common_names_are_understood(tmp_path, real, signal, rate):
    np.savez(tmp_path / "x.npz", **{signal: real, rate: 500, "lead_names": LEADS, "units": "mV"})
    recording = open_recording(tmp_path / "x.npz")
    assert (recording.leads, recording.fs_hz) == (LEADS, 500)
    np.testing.assert_array_equal(recording.signal_mv, real)
    assert set(recording.integrity) == {"ok"}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("fortran", [False, True])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", ">f8", "<f2", "<i2", ">i2", "<i4", "<u2"])
def test_any_order_of_axes_and_bytes_gives_the_same_millivolts(
    tmp_path, real, turned, fortran, dtype
):
    exact = dtype[1] == "f" and dtype != "<f2"
    scaled = real if dtype[1] == "f" else np.rint(real * 1000) + (4000 if dtype[1] == "u" else 0)
    stored = (scaled.T if turned else scaled).astype(dtype)
    stored = np.asfortranarray(stored) if fortran else np.ascontiguousarray(stored)
    unit = "mV" if dtype[1] == "f" else "uV"
    np.savez_compressed(tmp_path / "x.npz", ecg=stored, fs=500, unit=unit, leads=LEADS)
    signal = open_recording(tmp_path / "x.npz").signal_mv
    signal = signal - np.float32(4) if dtype[1] == "u" else signal
    tolerance = 0 if exact else 2e-3 if dtype == "<f2" else 5.1e-4
    np.testing.assert_allclose(signal, real, rtol=0, atol=tolerance)


@pytest.mark.parametrize(
    ("arrays", "questions"),
    [
        ({"ecg": np.ones((12, 5000)), "fs": 500}, ("unit",)),
        ({"ecg": np.ones((12, 5000)), "unit": "mV"}, ("fs_hz",)),
        ({"ecg": np.ones((12, 5000)), "unit": "furlong", "fs": 500}, ("unit",)),
        ({"ecg": np.ones((12, 5000)), "unit": "mV", "fs": -5}, ("fs_hz",)),
        ({"ecg": np.ones((12, 5000)), "unit": "mV", "fs": np.nan}, ("fs_hz",)),
        ({"ecg": np.ones((12, 5000)), "unit": "mV", "fs": "500"}, ("fs_hz",)),
        ({"ecg": np.ones((12, 15)), "unit": "mV", "fs": 500}, ("axis",)),
        ({"ecg": np.ones((100, 100)), "unit": "mV", "fs": 500}, ("axis",)),
        ({"signal_mv": np.ones((60, 90)), "fs_hz": 500}, ("axis",)),
        ({"ecg": np.ones((12, 12))}, ("axis", "unit", "fs_hz")),
    ],
)
def test_what_is_ambiguous_is_asked(tmp_path, arrays, questions):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(NeedsHints) as asked:
        open_recording(tmp_path / "x.npz")
    assert asked.value.questions == questions
    assert str(asked.value).startswith("x.npz does not say")


def test_answers_open_the_file(tmp_path, real):
    np.save(tmp_path / "x.npy", real.T * 1000)
    hints = ImportHints(fs_hz=500, unit="uV", axis="samples-first", leads=LEADS)
    recording = open_recording(tmp_path / "x.npy", hints=hints)
    np.testing.assert_allclose(recording.signal_mv, real, rtol=1e-6)
    assert set(recording.integrity) == {"absent"}


def test_leads_come_in_clinical_order_whatever_the_file_has(tmp_path, real):
    order = np.random.default_rng(0).permutation(12)
    np.savez(
        tmp_path / "x.npz",
        ecg=real[order],
        fs=500,
        unit="mV",
        leads=np.array([f"Lead {LEADS[i]}".upper() for i in order]),
    )
    recording = open_recording(tmp_path / "x.npz")
    assert recording.leads == LEADS
    np.testing.assert_array_equal(recording.signal_mv, real)


def test_unnamed_leads_are_named_only_when_the_limb_leads_prove_it(tmp_path, real):
    np.savez(tmp_path / "a.npz", ecg=real, fs=500, unit="mV")
    proved = open_recording(tmp_path / "a.npz")
    assert proved.leads == LEADS
    assert "fit that order" in proved.warnings[0]

    np.savez(tmp_path / "b.npz", ecg=real[::-1], fs=500, unit="mV")
    unproved = open_recording(tmp_path / "b.npz")
    assert unproved.leads == tuple(f"lead {n}" for n in range(1, 13))
    assert "numbered" in unproved.warnings[0]


def test_names_that_do_not_fit_the_array_are_refused(tmp_path, real):
    np.savez(tmp_path / "x.npz", ecg=real, fs=500, unit="mV", leads=LEADS[:11])
    with pytest.raises(RecordingError, match="11 leads but holds 12"):
        open_recording(tmp_path / "x.npz")


class Payload:
    """Unpickled, it would leave a file behind."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return (Path.touch, (self.canary,))


@pytest.mark.parametrize("key", ["ecg", "leads", "fs", "provenance", "other"])
def test_nothing_is_ever_unpickled(tmp_path, real, key):
    canary = tmp_path / "canary"
    arrays = {"ecg": real, "fs": 500, "unit": "mV"}
    arrays[key] = np.array([Payload(canary)], dtype=object)
    np.savez(tmp_path / "x.npz", **arrays, allow_pickle=True)
    with pytest.raises(RecordingError) if key in ("ecg", "fs") else _opens():
        open_recording(tmp_path / "x.npz", hints=None)
    (tmp_path / "x.npy").write_bytes(pickle.dumps(Payload(canary)))
    with pytest.raises(RecordingError):
        open_recording(tmp_path / "x.npy")
    assert not canary.exists()


class _opens:
    """Beside a sound signal, an object array is simply not read."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def test_one_flipped_bit_in_an_archive_is_found(tmp_path, real):
    path = tmp_path / "x.npz"
    for save in (np.savez, np.savez_compressed):
        save(path, ecg=real[:, :500], fs=500, unit="mV", leads=LEADS)
        content = path.read_bytes()
        generator = np.random.default_rng(3)
        for position in generator.integers(200, 10_000, 15):
            broken = bytearray(content)
            broken[position] ^= 1 << int(generator.integers(8))
            path.write_bytes(broken)
            with pytest.raises(RecordingError):
                open_recording(path)


def test_gaps_and_infinities(tmp_path, real):
    signal = real.copy()
    signal[3, 10:20], signal[4, 10:20] = np.nan, np.inf
    np.savez(tmp_path / "x.npz", ecg=signal, fs=500, unit="mV", leads=LEADS)
    recording = open_recording(tmp_path / "x.npz")
    assert np.isnan(recording.signal_mv[3:5, 10:20]).all()
    assert np.isfinite(recording.signal_mv).sum() == real.size - 20
    assert any("infinite" in sentence for sentence in recording.warnings)


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (5000,), (1, 1, 5000)])
def test_a_single_lead_in_any_shape(tmp_path, real, shape):
    np.savez(tmp_path / "x.npz", ecg=real[1].reshape(shape), fs=500, unit="mV", leads=["II"])
    recording = open_recording(tmp_path / "x.npz")
    assert recording.leads == ("II",)
    np.testing.assert_array_equal(recording.signal_mv[0], real[1])


def test_several_recordings_in_one_array_are_refused(tmp_path):
    np.savez(tmp_path / "x.npz", ecg=np.ones((7, 12, 500)), fs=500, unit="mV")
    with pytest.raises(RecordingError, match="one recording per file"):
        open_recording(tmp_path / "x.npz")


@pytest.fixture
def own_hdf5(tmp_path):
    return export_recording(synthetic(), tmp_path / "own", "hdf5", {}).path


def test_our_hdf5_opens_in_a_throw_away_process(own_hdf5):
    with ReaderProcess() as reader:
        recording = reader.open(own_hdf5)
    np.testing.assert_array_equal(recording.signal_mv, synthetic().signal_mv)
    assert recording.start_time == synthetic().start_time


def test_one_flipped_bit_in_our_hdf5_is_found(own_hdf5):
    content = own_hdf5.read_bytes()
    sample = synthetic().signal_mv[0, 600:616].tobytes()
    position = content.index(sample)
    for bit in range(0, 512, 31):
        broken = bytearray(content)
        broken[position + bit // 8] ^= 1 << bit % 8
        own_hdf5.write_bytes(broken)
        with pytest.raises(RecordingError):
            open_recording(own_hdf5)


def test_foreign_hdf5_is_read_by_what_it_says(tmp_path, real):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        data = file.create_dataset("ecg", data=real.T.astype("f8"))
        data.attrs["units"] = "mV"
        file.attrs["fs"] = 500.0
        file["lead_names"] = [name.encode() for name in LEADS]
    recording = open_recording(tmp_path / "x.h5")
    assert recording.leads == LEADS
    assert set(recording.integrity) == {"absent"}
    np.testing.assert_array_equal(recording.signal_mv, real)


@pytest.mark.parametrize("kind", ["external link", "external storage", "virtual", "soft link"])
def test_hdf5_that_reads_other_files_is_refused(tmp_path, kind):
    folder = tmp_path / "records"
    folder.mkdir()
    canary = np.full((12, 500), 7.0, np.float32)
    (tmp_path / "secret.bin").write_bytes(canary.tobytes())
    with h5py.File(tmp_path / "secret.h5", "w") as other:
        other["ecg"] = canary
    with h5py.File(folder / "x.h5", "w") as file:
        file.attrs["fs"] = 500.0
        file.attrs["unit"] = "mV"
        if kind == "external link":
            file["ecg"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "ecg")
        elif kind == "soft link":
            file["ecg"] = h5py.SoftLink("/other")
        elif kind == "external storage":
            file.create_dataset(
                "ecg", (12, 500), "f4", external=[(str(tmp_path / "secret.bin"), 0, 24_000)]
            )
        else:
            layout = h5py.VirtualLayout((12, 500), "f4")
            layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "ecg", (12, 500))
            file.create_virtual_dataset("ecg", layout)
    with pytest.raises(RecordingError, match=r"never followed|not followed"):
        open_recording(folder / "x.h5")


def test_hdf5_that_would_unpack_to_gigabytes_is_refused(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("ecg", (12, 500_000_000), "f4", chunks=(12, 10_000), compression="gzip")
        file.attrs["fs"] = 500.0
        file.attrs["unit"] = "mV"
    with pytest.raises(RecordingError, match="GB"):
        open_recording(tmp_path / "x.h5")


@pytest.mark.parametrize("content", [b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(4000)])
def test_broken_hdf5_is_one_sentence(tmp_path, content):
    (tmp_path / "x.h5").write_bytes(content)
    with pytest.raises(RecordingError, match="damaged"):
        open_recording(tmp_path / "x.h5")
