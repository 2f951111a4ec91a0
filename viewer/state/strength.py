"""How much of a cleaning is applied: raw − s × removed, lead by lead. Qt-free.

One number (or one per lead) rules everything: what is drawn, measured, guarded, printed
and exported is the same signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.samples import Samples, check_span
from viewer.state.cleaned import Cleaned, GrowingSamples

FULL = 1.0
STEP = 0.1
"""What one press of a key changes."""

Strength = float | tuple[float, ...]


def checked(strength: float | Sequence[float], n_leads: int) -> Strength:
    """One number 0…1 when all leads share it, else one per lead. Raises ValueError."""
    values = np.broadcast_to(np.asarray(strength, np.float64), (n_leads,))
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("The strength must lie between 0 and 1.")
    whole = tuple(round(float(value), 3) for value in values)
    return whole[0] if len(set(whole)) == 1 else whole


def per_lead(strength: Strength, n_leads: int) -> tuple[float, ...]:
    """One number per lead."""
    return strength if isinstance(strength, tuple) else (float(strength),) * n_leads


def label(strength: Strength, leads: Sequence[str] = ()) -> str:
    """ "60%", or "60% (30% V1 V2; 0% V3)" where leads differ; "" at full strength."""
    if strength == FULL:
        return ""
    if not isinstance(strength, tuple):
        return percent(strength)
    unnamed = [f"lead {number + 1}" for number in range(len(strength))]
    names = leads if len(leads) == len(strength) else unnamed
    usual = max(strength, key=strength.count)
    others: dict[float, list[str]] = {}
    for name, share in zip(names, strength, strict=True):
        if share != usual:
            others.setdefault(share, []).append(name)
    said = "; ".join(f"{percent(share)} {' '.join(names)}" for share, names in others.items())
    return f"{percent(usual)} ({said})"


def percent(share: float) -> str:
    """ "60%"."""
    return f"{100 * share:.0f}%"


class AppliedSamples:
    """The raw signal minus a share of what a method removes; grows with the cleaned one.

    At 1 the cleaned samples, at 0 the raw ones, both bit for bit.
    """

    def __init__(self, raw: Samples, cleaned: GrowingSamples, strength: Strength) -> None:
        if (raw.n_leads, raw.n_samples) != (cleaned.n_leads, cleaned.n_samples):
            raise ValueError("raw and cleaned signals differ in shape")
        self._raw, self.full = raw, cleaned
        self.strength = checked(strength, raw.n_leads)
        self._share = np.array(per_lead(self.strength, raw.n_leads), np.float32)[:, None]

    @property
    def n_leads(self) -> int:
        return self.full.n_leads

    @property
    def n_samples(self) -> int:
        return self.full.n_samples

    @property
    def ready_until(self) -> int:
        return self.full.ready_until

    @property
    def complete(self) -> bool:
        return self.full.complete

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        return self.full.spans

    def has(self, start: int, stop: int) -> bool:
        """Whether every sample from start to stop is cleaned."""
        return self.full.has(start, stop)

    def put(self, start: int, signal_mv: NDArray[np.float32]) -> None:
        """Store another piece at full strength."""
        self.full.put(start, signal_mv)

    def read_mv(self, start: int, stop: int) -> NDArray[np.float32]:
        check_span(start, stop, self.n_samples)
        cleaned_mv, raw_mv = self.full.read_mv(start, stop), self._raw.read_mv(start, stop)
        applied = raw_mv - self._share * (raw_mv - cleaned_mv)
        applied = np.where(self._share == 1.0, cleaned_mv, applied)
        off = (self._share == 0.0) & np.isfinite(cleaned_mv)  # a piece to come stays empty
        result: NDArray[np.float32] = np.where(off, raw_mv, applied)
        return result


def applied(cleaned: Cleaned, raw: Samples, strength: float | Sequence[float]) -> Cleaned:
    """The same cleaning at another strength: a new one, so that nobody mistakes them."""
    full = cleaned.samples.full if isinstance(cleaned.samples, AppliedSamples) else cleaned.samples
    assert isinstance(full, GrowingSamples)
    share = checked(strength, full.n_leads)
    return Cleaned(
        samples=full if share == FULL else AppliedSamples(raw, full, share),
        method=cleaned.method,
        title=cleaned.title,
        version=cleaned.version,
        weights_sha256=cleaned.weights_sha256,
        strength=share,
        device=cleaned.device,
        seconds=cleaned.seconds,
        parameters=cleaned.parameters
        | {"strength": list(share) if isinstance(share, tuple) else share},
        notes=cleaned.notes,
        gate=cleaned.gate,
    )


@dataclass(frozen=True, slots=True)
class LeadWork:
    """What a reader sees per lead: its strength, and how far the method's gate was open.

    gate  0 (left alone) … 1 over the visible seconds; None where it is not known yet
    """

    lead: str
    strength: float
    gate: float | None

    @property
    def words(self) -> str:
        """ "gate 82%": how much of the lead the method took for noisy."""
        return "not cleaned yet" if self.gate is None else f"gate {percent(self.gate)}"


def lead_work(
    cleaned: Cleaned, leads: Sequence[str], start_s: float, stop_s: float
) -> tuple[LeadWork, ...]:
    """One row per lead for the seconds on the page."""
    gates = cleaned.gate.mean(start_s, stop_s) if cleaned.gate is not None else None
    shares = per_lead(cleaned.strength, len(leads))
    return tuple(
        LeadWork(lead, shares[i], None if gates is None or np.isnan(gates[i]) else float(gates[i]))
        for i, lead in enumerate(leads)
    )
