"""One file of every format, real where there is one, else written from the standard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from scipy.io import savemat

from tests.shared_data import archive
from tests.viewer.formats.binary_files import (
    ishne_file,
    mfer_file,
    scp_file,
    scp_leads,
    scp_signal,
    scp_tags,
)
from tests.viewer.formats.clinical_files import aecg_xml, dicom_bytes, muse_xml, sierra_xml
from tests.viewer.formats.records import edf_bytes
from tests.viewer.formats.test_tables import write_matlab_73

RANDOM = np.random.default_rng(1)
DIGITS = np.cumsum(RANDOM.integers(-30, 31, (3, 1000)), axis=1) // 3
TWELVE = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
NAMES = ("I", "II", "V1")

REAL = {
    "DICOM": "dicom/pydicom_waveform_ecg.dcm",
    "MUSE XML": "ge-muse-xml/synthetic_muse.xml",
    "HL7 aECG": "hl7-aecg/example_aecg.xml",
    "Philips XML": "philips-sierra-xml/129DYPRG.XML",
    "SCP-ECG": "scp-ecg/Example.scp",
    "ISHNE": "ishne/ECG_P28.01.ecg",
    "EDF": "edf/A0001_EDF.edf",
    "BDF": "edf/A0001_BDF.bdf",
}
"""Below the archive "formats"."""


def real(format_: str) -> Path:
    return archive("formats") / REAL[format_]


def _bytes(name: str, content: Callable[[], bytes]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content())
        return folder / name

    return write


def scp_bytes() -> bytes:
    sections = {
        1: scp_tags((0, b"Canary\0"), (25, b"\xe5\x07\3\4"), (26, b"\5\6\7")),
        2: (19999).to_bytes(2, "little"),
        3: scp_leads((1, 2, 3), 1000),
        6: scp_signal(list(DIGITS)),
    }
    return scp_file(sections)


def csv_bytes() -> bytes:
    rows = [f"{i / 500:.6g},{a},{b},{c}" for i, (a, b, c) in enumerate(DIGITS.T)]
    return "\n".join(["time_s,I (uV),II (uV),V1 (uV)", *rows]).encode()


def _mat(folder: Path) -> Path:
    content = {"ecg": DIGITS.T / 1000, "fs": 500, "unit": "mV"}
    savemat(folder / "x.mat", content | {"leads": np.array(NAMES, dtype=object)})
    return folder / "x.mat"


def _mat_73(folder: Path) -> Path:
    write_matlab_73(folder / "x.mat")
    return folder / "x.mat"


def _hdf5(folder: Path) -> Path:
    with h5py.File(folder / "x.h5", "w") as file:
        file["study/trace"] = DIGITS / 1000
        file.attrs["fs"], file.attrs["unit"] = 500.0, "mV"
    return folder / "x.h5"


def _npz(folder: Path) -> Path:
    np.savez(folder / "x.npz", signal_mv=DIGITS / 1000, fs_hz=500, leads=np.array(NAMES))
    return folder / "x.npz"


def limb_leads(digits: np.ndarray) -> dict[str, np.ndarray]:
    """Twelve leads of which the limb leads fit their equations."""
    one, two, chest = digits.astype(int)
    limbs = (one, two, two - one, -(one + two) // 2, one - two // 2, two - one // 2)
    return dict(zip(TWELVE, (*limbs, *(chest // n for n in range(1, 7))), strict=True))


WRITTEN: dict[str, Callable[[Path], Path]] = {
    "DICOM": _bytes("x.dcm", lambda: dicom_bytes(PatientName="Canary", PatientID="Canary")),
    "MUSE XML": _bytes("x.xml", muse_xml),
    "HL7 aECG": _bytes("x.xml", aecg_xml),
    "Philips XML": _bytes("x.xml", lambda: sierra_xml(limb_leads(DIGITS))),
    "SCP-ECG": _bytes("x.scp", scp_bytes),
    "ISHNE": _bytes("x.ecg", lambda: ishne_file(DIGITS.T, (5, 6, 11))),
    "MFER": _bytes("x.mwf", lambda: mfer_file(DIGITS)),
    "EDF": _bytes("x.edf", edf_bytes),
    "BDF": _bytes("x.bdf", lambda: edf_bytes(bdf=True)),
    "CSV": _bytes("x.csv", csv_bytes),
    "MATLAB": _mat,
    "MATLAB 7.3": _mat_73,
    "HDF5": _hdf5,
    "NPZ": _npz,
}
"""Format to a function that writes a small file of it into a folder."""
