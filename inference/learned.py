"""What a network removes from a recording of any rate, length and choice of leads.

Fixed windows of 10.24 s at 500 Hz overlap and fade into each other, so that neighbouring
pieces of a long recording meet without a seam. The noise estimate, not the signal, is
brought back to the recording's rate: a lead whose gate is shut keeps its exact samples.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.denoise import GATE_FS_HZ, Removal, gate_length, share
from inference.engine import run_windows
from inference.registry import Method
from inference.signal.lead_algebra import (
    LIMB_LEADS,
    STANDARD_LEADS,
    einthoven_residual_mv,
    project_limb_leads,
)
from inference.signal.resample import resample

Signal = NDArray[np.float32]

FS_HZ = 500.0
WINDOW = 5120
HOP = 3000
MARGIN = (WINDOW - HOP) // 2
_FADE = 1000  # samples over which one window hands over to the next
_SNAP_S = 1.0
_SNAP_LOW, _SNAP_HIGH = 0.55, 0.85  # chosen on validation: no gain lost, clean leads kept
_TRUST = 1e-8  # a limb lead with a shut gate is all but exact
_EINTHOVEN_LIMIT_MV = 0.020
_NEAREST = {"MLII": "II", "MLI": "I", "MLIII": "III", "MV1": "V1", "MV2": "V2", "MV5": "V5"}
_NEAREST |= dict.fromkeys(("V7", "V8", "V9"), "V6")
_NEAREST |= dict.fromkeys(("V3R", "V4R", "V5R", "V6R"), "V1")


def remove_with_model(
    method: Method,
    filled_mv: Signal,
    fs_hz: float,
    leads: tuple[str, ...],
    device: str,
    progress: Callable[[float], None],
) -> Removal:
    """The noise a network finds in [n_leads, n] mV (no NaN; dead leads all zero)."""
    at_model = resample(filled_mv, fs_hz, FS_HZ)
    removed = np.zeros_like(at_model)
    gate = np.zeros_like(at_model)
    groups = lead_groups(leads)
    used = "cpu"
    for index, group in enumerate(groups):
        twelve = np.zeros((12, at_model.shape[1]), dtype=np.float32)
        for slot, row in group.items():
            twelve[slot] = at_model[row]
        restored, gates, used = _stitched(
            method, twelve, device, share(progress, index, len(groups))
        )
        for slot, row in group.items():
            removed[row] = twelve[slot] - restored[slot]
            gate[row] = gates[slot]
    snap = gate_snap(gate)
    removed, gate = removed * snap, gate * snap
    removed, notes = _limb_consistent(at_model, removed, gate, leads)
    back = resample(removed, FS_HZ, fs_hz)[:, : filled_mv.shape[1]]
    shut = np.abs(removed).max(axis=1) == 0
    back[shut] = 0.0
    return Removal(back, _sampled_gate(gate, filled_mv.shape[1], fs_hz), used, notes)


def lead_groups(leads: Sequence[str]) -> list[dict[int, int]]:
    """Rows of a recording put on the network's twelve places: {place: row}.

    Leads the network does not know take the place of the nearest one it does, in a run
    of their own when that place is taken.
    """
    groups: list[dict[int, int]] = [{}]
    for row, lead in enumerate(leads):
        slot = STANDARD_LEADS.index(_NEAREST.get(lead, lead if lead in STANDARD_LEADS else "II"))
        home = groups[0] if lead in STANDARD_LEADS else None
        if home is None or slot in home:
            standard_later = STANDARD_LEADS[slot] in leads
            free = [g for g in groups[standard_later:] if slot not in g]
            home = free[0] if free else {}
            if not free:
                groups.append(home)
        home[slot] = row
    return [group for group in groups if group]


def gate_snap(gate: Signal) -> Signal:
    """0 where the mean gate of ±1 s is low, 1 where it is high, smooth between."""
    from scipy.ndimage import uniform_filter1d

    width = round(2 * _SNAP_S * FS_HZ) + 1
    mean = uniform_filter1d(gate, width, axis=1, mode="nearest")
    t = np.clip((mean - _SNAP_LOW) / (_SNAP_HIGH - _SNAP_LOW), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def _stitched(
    method: Method, twelve_mv: Signal, device: str, progress: Callable[[float], None]
) -> tuple[Signal, Signal, str]:
    """Restored signal and gate [12, n], windows on a fixed grid faded into each other."""
    n = twelve_mv.shape[1]
    if n <= WINDOW:
        multiple = 160
        padded = _reflect(twelve_mv, 0, max(-(-n // multiple) * multiple, 3 * multiple) - n)
        signal, gate, used = run_windows(method, padded[None], device, progress)
        return signal[0][:, :n], gate[0][:, :n], used
    count = -(-n // HOP)
    padded = _reflect(twelve_mv, MARGIN, (count - 1) * HOP + WINDOW - MARGIN - n)
    windows = np.stack([padded[:, k * HOP : k * HOP + WINDOW] for k in range(count)])
    signals, gates, used = run_windows(method, windows, device, progress)
    return _overlapped(signals, n), _overlapped(gates, n), used


def _overlapped(windows: Signal, n: int) -> Signal:
    """Windows [k, 12, WINDOW] to [12, n]; linear fades at the borders of their cores."""
    count = len(windows)
    total = np.zeros((windows.shape[1], (count - 1) * HOP + WINDOW), dtype=np.float32)
    position = np.arange(WINDOW)
    rise = np.clip((position - (MARGIN - _FADE // 2)) / _FADE, 0, 1)
    fall = np.clip((MARGIN + HOP + _FADE // 2 - position) / _FADE, 0, 1)
    for k, window in enumerate(windows):
        fade = (rise if k else 1.0) * (fall if k < count - 1 else np.ones(WINDOW))
        total[:, k * HOP : k * HOP + WINDOW] += window * fade.astype(np.float32)
    return total[:, MARGIN : MARGIN + n]


def _reflect(signal: Signal, before: int, after: int) -> Signal:
    """Mirror at both ends, as often as a very short signal needs it."""
    return np.pad(signal, ((0, 0), (before, max(after, 0))), mode="symmetric")


def _limb_consistent(
    raw_mv: Signal, removed_mv: Signal, gate: Signal, leads: tuple[str, ...]
) -> tuple[Signal, tuple[str, ...]]:
    """What is removed from the limb leads obeys the lead equations too."""
    if not all(lead in leads for lead in LIMB_LEADS):
        return removed_mv, ()
    rows = [leads.index(lead) for lead in LIMB_LEADS]
    if any(not raw_mv[row].any() for row in rows):
        return removed_mv, ()
    if einthoven_residual_mv(raw_mv[rows]) > _EINTHOVEN_LIMIT_MV:
        return removed_mv, (
            "The limb leads as recorded do not obey I + III = II, so each was cleaned by itself.",
        )
    if not removed_mv[rows].any():
        return removed_mv, ()
    out = removed_mv.copy()
    trust = 1 / (np.square(gate[rows], dtype=np.float64) + _TRUST)
    projected = project_limb_leads(removed_mv[rows], trust)
    out[rows] = np.where(gate[rows] == 0, 0.0, projected)
    return out, ()


def _sampled_gate(gate: Signal, n_samples: int, fs_hz: float) -> Signal:
    n_gate = gate_length(n_samples, fs_hz)
    at = np.minimum((np.arange(n_gate) + 0.5) / GATE_FS_HZ * FS_HZ, gate.shape[1] - 1)
    return np.ascontiguousarray(gate[:, at.astype(int)])
