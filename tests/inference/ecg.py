"""Real recordings for the tests of the ST service, read without the viewer."""

from __future__ import annotations

import numpy as np
import wfdb

from tests.shared_data import archive

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


def ludb(number: int):
    """(signal_mv float32 [12, 5000], fs_hz): raw integers are microvolts there."""
    record = wfdb.rdrecord(str(archive("ludb") / "data" / str(number)), physical=False)
    names = [name.lower() for name in record.sig_name]
    rows = [names.index(lead.lower()) for lead in LEADS]
    return record.d_signal.T[rows].astype(np.float32) / 1000, float(record.fs)


def ludb_edges(number: int) -> list[tuple[int, int]]:
    """Expert QRS (onset, offset) in lead II, in samples."""
    notes = wfdb.rdann(str(archive("ludb") / "data" / str(number)), "ii")
    rows = list(zip(notes.symbol, notes.sample.tolist(), strict=True))
    return [
        (rows[k - 1][1], rows[k + 1][1])
        for k in range(1, len(rows) - 1)
        if (rows[k - 1][0], rows[k][0], rows[k + 1][0]) == ("(", "N", ")")
    ]
