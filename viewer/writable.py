"""The formats a recording can be written in. A table without imports, for menus and options."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Writable:
    """name: as typed; title: in the dialog; suffix: of the file to open again; endings: taken
    as that suffix when they are typed; step: whether samples are rounded to digital steps."""

    name: str
    title: str
    suffix: str
    endings: tuple[str, ...]
    digital: bool = False

    def sidecar(self, stem: str) -> str:
        """The name of the JSON beside the file: another one for every format."""
        return f"{stem}.{self.name}.json"


FORMATS: dict[str, Writable] = {
    one.name: one
    for one in (
        Writable("wfdb", "WFDB: .hea and .dat", ".hea", (".hea", ".dat"), digital=True),
        Writable("npz", "NPZ: NumPy arrays", ".npz", (".npz",)),
        Writable("hdf5", "HDF5, with a checksum on every block", ".h5", (".h5", ".hdf5")),
        Writable("edf", "EDF+: 16 bit, with annotations", ".edf", (".edf",), digital=True),
        Writable("dicom", "DICOM ECG: 200 to 1000 Hz, 16 bit", ".dcm", (".dcm",), digital=True),
        Writable("aecg", "HL7 aECG: XML", ".xml", (".xml",), digital=True),
        Writable("csv", "CSV: text, one column per lead", ".csv", (".csv",)),
    )
}
OLD_SIDECAR = ".leadlight.json"
"""What the sidecar of every format was called before; still read."""
