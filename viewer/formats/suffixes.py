"""Which files are recordings by their names: what dialogs and folders look for.

Apart from the readers, which the window never loads: they run in the reader process.
"""

from __future__ import annotations

RECORDINGS = (
    *(".hea", ".npz", ".npy", ".h5", ".hdf5", ".edf", ".bdf"),
    *(".dcm", ".xml", ".scp", ".ecg", ".mwf"),
)
TABLES = (".csv", ".tsv", ".mat")
SUFFIXES = (*RECORDINGS, *TABLES)
"""What records_in() looks for; signal files are found through their headers. Tables are
often notes about the recordings beside them: they count where nothing else is."""

NAMES = (
    *("NPZ", "NPY", "HDF5", "EDF", "DICOM", "MUSE XML", "HL7 aECG", "Philips XML", "SCP-ECG"),
    *("ISHNE", "MFER", "MATLAB", "CSV", "WFDB"),
)
"""What the readers call themselves, in the order they are asked."""
