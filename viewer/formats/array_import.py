"""A bare array becomes a recording: which axis, which unit, which rate, which leads.

Shared by NPY, NPZ and HDF5. What the file does not say is asked, never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.formats.about import About
from viewer.formats.errors import ImportHints, NeedsHints, Question, RecordingError
from viewer.formats.files import shown
from viewer.formats.leads import clinical_name, clinical_order, distinct
from viewer.formats.parsed import Decode, Parsed
from viewer.formats.units import millivolts_per_digit
from viewer.formats.wfdb_layout import check_rate
from viewer.recording import CLINICAL_ORDER

LEADS_LIMIT, ARRAYS_LIMIT = 256, 50
STANDARD = CLINICAL_ORDER[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the file itself says; None where it says nothing.

    own  written by Leadlight: [leads, samples] beyond doubt
    """

    name: str
    shape: tuple[int, ...]
    fs_hz: float | None = None
    unit: str | None = None
    leads: tuple[str, ...] | None = None
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to read the array.

    leads_first   whether the array is [leads, samples]
    n_leads, n_samples
    mv            millivolts per stored unit
    leads         names in clinical order; row[i] is where the file's lead i goes
    """

    leads_first: bool
    n_leads: int
    n_samples: int
    mv: float
    fs_hz: float
    leads: tuple[str, ...]
    row: tuple[int, ...]
    warnings: tuple[str, ...]


def plan(stated: Stated, hints: ImportHints, path: Any, sample: NDArray[Any] | None) -> Plan:
    """Put together what the file and the user say. Raises NeedsHints, RecordingError.

    sample: the array as it is, when it is small enough to look at, for the lead order.
    """
    shape = tuple(n for n in stated.shape if n != 1) or (1,)
    if len(shape) == 1:
        shape = (1, *shape)
    if len(shape) != 2:
        raise RecordingError(
            f"{stated.name} is an array of shape {stated.shape}; an ECG has leads and samples, "
            "two axes: save one recording per file."
        )
    names = stated.leads or hints.leads
    questions: list[Question] = []
    leads_first = _leads_first(stated, shape, names, hints)
    if leads_first is None:
        questions.append("axis")
    mv = millivolts_per_digit(stated.unit or hints.unit or "")
    if mv is None:
        questions.append("unit")
    fs_hz = stated.fs_hz or hints.fs_hz
    if fs_hz is None:
        questions.append("fs_hz")
    if leads_first is None or mv is None or fs_hz is None:
        raise NeedsHints(_question(stated, shape, questions), tuple(questions))
    n_leads, n_samples = shape if leads_first else shape[::-1]
    if n_leads > LEADS_LIMIT:
        raise RecordingError(f"{stated.name} would have {n_leads} leads: check its axes.")
    warnings: list[str] = []
    if names is None:
        names = _names(sample, shape, leads_first, n_leads, warnings)
    if len(names) != n_leads:
        raise RecordingError(
            f"{stated.name} names {len(names)} leads but holds {n_leads}: correct the names."
        )
    clinical, repeated = distinct([clinical_name(name) for name in names])
    order = clinical_order(clinical)
    row = [0] * n_leads
    for at, index in enumerate(order):
        row[index] = at
    return Plan(
        leads_first=leads_first,
        n_leads=n_leads,
        n_samples=n_samples,
        mv=mv,
        fs_hz=check_rate(float(fs_hz), path),
        leads=tuple(clinical[i] for i in order),
        row=tuple(row),
        warnings=(*warnings, *repeated),
    )


def array_parsed(path: Path, format_: str, found: Plan, about: About, decode: Decode) -> Parsed:
    """The recording of an array file; decode() writes float32 millivolts."""
    return Parsed(
        leads=found.leads,
        fs_hz=found.fs_hz,
        n_samples=found.n_samples,
        dtype=np.dtype(np.float32),
        step_mv=about.step_mv or (math.nan,) * found.n_leads,
        offset_mv=(0.0,) * found.n_leads,
        decode=decode,
        name=path.stem,
        path=path,
        format=format_,
        sources=(path,),
        source_bytes=path.stat().st_size,
        start_time=about.start_time,
        age_years=about.age_years,
        sex=about.sex,
        comments=about.comments,
        warnings=found.warnings,
        derived=about.derived & set(found.leads),
    )


def which_array(path: Path, likely: Sequence[str], hints: ImportHints) -> str:
    """The array that is the ECG, when its name alone does not say. Raises NeedsHints."""
    if hints.array is not None and hints.array in likely:
        return hints.array
    if len(likely) == 1:
        return likely[0]
    if not likely:
        raise RecordingError(
            f"{shown(path)} holds no array that is clearly an ECG: name it signal_mv or signal."
        )
    names = ", ".join(likely)
    raise NeedsHints(
        f"{shown(path)} holds several arrays ({names[:120]}): say which one is the ECG.",
        ("array",),
        tuple(likely[:ARRAYS_LIMIT]),
    )


def _leads_first(
    stated: Stated, shape: tuple[int, ...], names: Sequence[str] | None, hints: ImportHints
) -> bool | None:
    """Which axis the leads are on; None when it could be either."""
    first, second = shape
    if len(stated.shape) == 1 or stated.own:
        return True
    if names is not None and (first == len(names)) != (second == len(names)):
        return first == len(names)
    if hints.axis is not None:
        return hints.axis == "leads-first"
    few, many = sorted(shape)
    if few <= 32 and many >= 50 and many >= 4 * few:
        return first == few
    return None


def _names(
    sample: NDArray[Any] | None,
    shape: tuple[int, ...],
    leads_first: bool,
    n_leads: int,
    warnings: list[str],
) -> tuple[str, ...]:
    """Names for unnamed leads: the standard twelve if the limb leads prove it, else numbers."""
    if n_leads == 12 and sample is not None:
        signal = sample.reshape(shape)
        if fits_einthoven(signal if leads_first else signal.T):
            warnings.append(
                "The file does not name its leads; I, II, III, aVR, aVL, aVF, V1 to V6 was taken, "
                "because the first six fit that order."
            )
            return STANDARD
    if n_leads > 1:
        warnings.append("The file does not name its leads; they are numbered in file order.")
    return tuple(f"lead {n + 1}" for n in range(n_leads))


def fits_einthoven(signal: NDArray[Any]) -> bool:
    """Whether rows 1 to 6 are I, II, III, aVR, aVL, aVF, by the equations between them."""
    limb = np.nan_to_num(signal[:6].astype(np.float64))
    limb -= limb.mean(axis=1, keepdims=True)
    one, two, three, right, left, foot = limb
    size = np.sqrt(np.mean(limb**2))
    residuals = (
        three - (two - one),
        right + (one + two) / 2,
        left - (one - three) / 2,
        foot - (two + three) / 2,
    )
    return bool(size > 0) and all(np.sqrt(np.mean(r**2)) < 0.05 * size for r in residuals)


def _question(stated: Stated, shape: tuple[int, ...], questions: Sequence[Question]) -> str:
    missing = {
        "axis": f"which of its axes {shape[0]} × {shape[1]} holds the leads",
        "unit": "the unit of its numbers",
        "fs_hz": "its sampling rate",
    }
    asked = " and ".join(missing[q] for q in questions)
    return f"{stated.name} does not say {asked}: state it to open the file."


def number(value: NDArray[Any] | None) -> float | None:
    """A rate from a one-element array; None when it is not one finite positive number."""
    if value is None or value.size != 1 or value.dtype.kind not in "fiu":
        return None
    rate = float(value.reshape(())[()])
    return rate if math.isfinite(rate) and rate > 0 else None


def texts(value: NDArray[Any] | None) -> tuple[str, ...] | None:
    """Names from an array of text; None when it holds something else."""
    if value is None or value.dtype.kind not in "US" or value.size > LEADS_LIMIT:
        return None
    items = value.reshape(-1).tolist()
    return tuple(i.decode("utf-8", "replace") if isinstance(i, bytes) else str(i) for i in items)
