"""The denoising service: any method, any length and rate, and nothing invented.

Missing stretches stay missing, flat leads are returned as they are, and a result that
cannot be an ECG is refused. What a method removes is computed and subtracted from the raw
signal, so wherever it removes nothing the samples are the raw ones, bit for bit.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.pieces import Piece, pieces
from inference.registry import Method, find
from inference.signal import filters
from inference.signal.fibrillation import swinging

Signal = NDArray[np.float32]
Progress = Callable[[float], None]

GATE_FS_HZ = 25.0
_FLAT_S = 1.0  # equal samples for this long: no electrode contact, not an ECG
_FADE_S = 0.05
_SWING_FADE_S = 0.25
_FILTERS: dict[str, Callable[[NDArray[np.floating], float], NDArray[np.float64]]] = {
    "fir": filters.fir,
    "iir": filters.iir,
    "swt": filters.swt,
    "spline": filters.spline,
}

__all__ = ["DenoiseRefused", "Denoised", "Piece", "denoise", "denoise_piece", "pieces"]


class DenoiseRefused(Exception):
    """The result must not be shown; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Denoised:
    """A cleaned recording and how it was made.

    signal_mv   float32 [n_leads, n], NaN where the raw one is NaN
    gate        float32 [n_leads, n_gate], 0 (untouched) … 1, at gate_fs_hz
    weights_sha256  None for filters; device "cpu" or "cuda"; seconds of computing
    notes       sentences the user should see
    """

    signal_mv: Signal
    gate: Signal
    method: str
    version: str
    weights_sha256: str | None
    device: str
    seconds: float
    gate_fs_hz: float = GATE_FS_HZ
    parameters: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.signal_mv.flags.writeable = False
        self.gate.flags.writeable = False


@dataclass(frozen=True, slots=True)
class Removal:
    """What a method takes away: mV [n_leads, n], and its gate [n_leads, n_gate]."""

    removed_mv: NDArray[np.floating]
    gate: Signal
    device: str = "cpu"
    notes: tuple[str, ...] = ()


def denoise(
    signal_mv: Signal,
    fs_hz: float,
    leads: Sequence[str],
    *,
    method: str | None = None,
    device: str = "auto",
    strength: float | Sequence[float] = 1.0,
    progress: Progress | None = None,
) -> Denoised:
    """Clean a whole recording.

    signal_mv  float32 [n_leads, n_samples] in mV, NaN where nothing was recorded
    leads      one clinical name per row
    strength   0 (raw) … 1 (all that the method removes), one number or one per lead
    progress   called with 0…1 at least every half second of work; may raise to cancel
    Raises DenoiseRefused, or ValueError for an unknown method or a wrong shape.
    """
    report = progress or (lambda _: None)
    grid = pieces(signal_mv.shape[1], fs_hz)
    done = []
    for index, piece in enumerate(grid):
        context = signal_mv[:, piece.context_start : piece.context_stop]
        done.append(
            denoise_piece(
                context,
                piece,
                fs_hz,
                leads,
                method=method,
                device=device,
                strength=strength,
                progress=share(report, index, len(grid)),
            )
        )
    report(1.0)
    return done[0] if len(done) == 1 else _joined(done)


def denoise_piece(
    signal_with_context_mv: Signal,
    piece: Piece,
    fs_hz: float,
    leads: Sequence[str],
    *,
    method: str | None = None,
    device: str = "auto",
    strength: float | Sequence[float] = 1.0,
    progress: Progress | None = None,
) -> Denoised:
    """Clean one piece; the signal covers [context_start, context_stop). See `denoise`."""
    started = time.perf_counter()
    chosen = find(method)
    raw = _checked(signal_with_context_mv, piece, leads)
    gap, alive = ~np.isfinite(raw), _alive(raw, fs_hz)
    filled = np.where(alive[:, None], _filled(raw), 0.0).astype(np.float32)
    removal = _remove(chosen, filled, fs_hz, tuple(leads), device, progress or (lambda _: None))
    scale = _strength_per_lead(strength, len(leads)) * alive
    beating, swings = _beating(chosen, filled, piece, fs_hz)
    removed = removal.removed_mv * scale[:, None] * _contact(raw, fs_hz) * beating
    cleaned = np.where(gap, np.nan, raw - removed.astype(np.float32)).astype(np.float32)
    inner = slice(piece.start - piece.context_start, piece.stop - piece.context_start)
    cleaned = np.ascontiguousarray(cleaned[:, inner])
    _refuse_absurd(raw[:, inner], cleaned, leads, chosen)
    return Denoised(
        signal_mv=cleaned,
        gate=_gate_of_piece(removal.gate * alive[:, None], inner, fs_hz, beating),
        method=chosen.name,
        version=chosen.version,
        weights_sha256=chosen.sha256,
        device=removal.device,
        seconds=time.perf_counter() - started,
        parameters=chosen.parameters | {"strength": _plain(strength)},
        notes=removal.notes + swings + _flat_notes(leads, alive),
    )


def share(report: Progress, index: int, count: int) -> Progress:
    """Progress of one of `count` equal parts."""
    return lambda fraction: report((index + fraction) / count)


def _remove(
    method: Method,
    filled_mv: Signal,
    fs_hz: float,
    leads: tuple[str, ...],
    device: str,
    progress: Progress,
) -> Removal:
    if method.learned:
        from inference.learned import remove_with_model  # torch is imported only now

        return remove_with_model(method, filled_mv, fs_hz, leads, device, progress)
    removed = np.empty(filled_mv.shape, dtype=np.float64)
    for row, lead_mv in enumerate(filled_mv):
        progress(row / len(filled_mv))
        removed[row] = lead_mv - _FILTERS[method.name](lead_mv, fs_hz)
    n_gate = gate_length(filled_mv.shape[1], fs_hz)
    return Removal(removed, np.ones((len(filled_mv), n_gate), dtype=np.float32))


def gate_length(n_samples: int, fs_hz: float) -> int:
    """How many gate values describe n_samples."""
    return max(1, int(np.ceil(n_samples / fs_hz * GATE_FS_HZ - 1e-6)))


def _checked(signal_mv: Signal, piece: Piece, leads: Sequence[str]) -> Signal:
    shape = (len(leads), piece.context_stop - piece.context_start)
    if signal_mv.shape != shape:
        raise ValueError(f"the signal is {signal_mv.shape}, but leads and piece say {shape}")
    return np.asarray(signal_mv, dtype=np.float32)


def _alive(raw: Signal, fs_hz: float) -> NDArray[np.bool_]:
    """[n_leads]: leads that hold a signal at all (not absent, not one straight line)."""
    alive = np.zeros(len(raw), dtype=bool)
    for row, lead in enumerate(raw):
        known = lead[np.isfinite(lead)]
        alive[row] = known.size > 0.2 * fs_hz and bool(np.ptp(known) > 1e-6)
    return alive


def _filled(raw: Signal) -> Signal:
    """Gaps bridged by straight lines, so that a method can run across them."""
    out = raw.copy()
    positions = np.arange(raw.shape[1])
    for lead in out:
        known = np.isfinite(lead)
        if known.any() and not known.all():
            lead[~known] = np.interp(positions[~known], positions[known], lead[known])
    return np.nan_to_num(out, nan=0.0)


def _contact(raw: Signal, fs_hz: float) -> Signal:
    """[n_leads, n] 1, and 0 where a lead stands exactly still for a second or more."""
    n_still = max(2, round(_FLAT_S * fs_hz))
    fade = max(1, round(_FADE_S * fs_hz))
    mask = np.ones(raw.shape, dtype=np.float32)
    if raw.shape[1] <= n_still:
        return mask
    for row, moves in enumerate(raw[:, 1:] != raw[:, :-1]):
        edges = np.concatenate([[-1], np.flatnonzero(moves), [raw.shape[1] - 1]])
        for index in np.flatnonzero(np.diff(edges) >= n_still):
            _fade_out(mask[row], edges[index] + 1, edges[index + 1] + 1, fade)
    return mask


def _fade_out(mask: Signal, start: int, stop: int, fade: int) -> None:
    """Zero in [start, stop), ramps of `fade` samples outside it."""
    positions = np.arange(len(mask))
    outside = np.maximum(start - positions, positions - stop + 1)
    np.minimum(mask, np.clip(outside / fade, 0, 1).astype(np.float32), out=mask)


def _beating(
    method: Method, filled: Signal, piece: Piece, fs_hz: float
) -> tuple[Signal, tuple[str, ...]]:
    """[n] 1, and 0 where a network must not touch what swings without beats, with a note.

    Networks take flutter and fibrillation for noise; filters let them through.
    """
    mask = np.ones(filled.shape[1], dtype=np.float32)
    if not method.learned:
        return mask, ()
    edges = np.flatnonzero(np.diff(np.r_[False, swinging(filled, fs_hz), False]))
    notes = []
    for start, stop in edges.reshape(-1, 2):
        _fade_out(mask, start, stop, max(1, round(_SWING_FADE_S * fs_hz)))
        first, last = max(start + piece.context_start, piece.start), stop + piece.context_start
        if first < min(last, piece.stop):
            notes.append(
                f"{first / fs_hz:.0f}–{min(last, piece.stop) / fs_hz:.0f} s: swings like flutter, "
                "fibrillation or a tremor; left as recorded."
            )
    return mask, tuple(notes)


def _strength_per_lead(strength: float | Sequence[float], n_leads: int) -> Signal:
    values = np.broadcast_to(np.asarray(strength, dtype=np.float32), (n_leads,))
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("The strength must lie between 0 and 1.")
    return values


def _refuse_absurd(raw: Signal, cleaned: Signal, leads: Sequence[str], method: Method) -> None:
    """Raise when a lead came back non-finite or far larger than it went in."""
    for lead, before, after in zip(leads, raw, cleaned, strict=True):
        known = np.isfinite(before)
        if not known.any():
            continue
        if not np.isfinite(after[known]).all():
            raise DenoiseRefused(
                f"{method.title} gave no valid numbers in lead {lead}; the raw trace is kept."
            )
        if np.ptp(after[known]) > 2 * np.ptp(before[known]) + 0.5:
            raise DenoiseRefused(
                f"{method.title} would make lead {lead} larger than it was recorded; "
                "the raw trace is kept."
            )


def _gate_of_piece(gate: Signal, inner: slice, fs_hz: float, beating: Signal) -> Signal:
    start = round(inner.start / fs_hz * GATE_FS_HZ)
    at = ((np.arange(gate.shape[1]) + 0.5) / GATE_FS_HZ * fs_hz).astype(int)
    gate = gate * beating[np.minimum(at, len(beating) - 1)]
    return np.ascontiguousarray(
        gate[:, start : start + gate_length(inner.stop - inner.start, fs_hz)], dtype=np.float32
    )


def _flat_notes(leads: Sequence[str], alive: NDArray[np.bool_]) -> tuple[str, ...]:
    flat = [lead for lead, is_alive in zip(leads, alive, strict=True) if not is_alive]
    return (f"Flat or missing, left as recorded: {', '.join(flat)}.",) if flat else ()


def _plain(strength: float | Sequence[float]) -> float | list[float]:
    return strength if isinstance(strength, float | int) else [float(s) for s in strength]


def _joined(done: list[Denoised]) -> Denoised:
    first = done[0]
    return Denoised(
        signal_mv=np.concatenate([part.signal_mv for part in done], axis=1),
        gate=np.concatenate([part.gate for part in done], axis=1),
        method=first.method,
        version=first.version,
        weights_sha256=first.weights_sha256,
        device="cpu" if any(part.device == "cpu" for part in done) else first.device,
        seconds=sum(part.seconds for part in done),
        parameters=first.parameters,
        notes=tuple(dict.fromkeys(note for part in done for note in part.notes)),
    )
