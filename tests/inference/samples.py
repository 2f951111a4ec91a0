"""The bundled recordings as arrays, read without the viewer."""

from __future__ import annotations

import numpy as np
import wfdb

from tests.shared_data import sample


def bundled(name: str):
    """(signal_mv float32 [n_leads, n], fs_hz, leads) of resources/samples/<name>."""
    record = wfdb.rdrecord(str(sample(f"{name}.hea").with_suffix("")))
    leads = tuple(n if n[0] == "V" else n.replace("AV", "aV") for n in record.sig_name)
    return np.ascontiguousarray(record.p_signal.T, dtype=np.float32), float(record.fs), leads
