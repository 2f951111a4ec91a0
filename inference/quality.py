"""The noise map: how noisy every lead is, when, why, and what it can still be used for.

`quality` scores a whole recording; `quality_segments` and `quality_segment` score it piece
by piece in any order, `assemble` puts the pieces together: all three give the same numbers.

Two judges look at every lead of every 10 s: the classical indices, which see mains, muscle
above 40 Hz, drift, flat lines and clipping, and the diffusion score (PSNR of the superlet
scalogram, 0.5–40 Hz, against its nearest clean one), which sees everything that does not
look like an ECG. Without the diffusion weights the indices grade alone and the map says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.quality_reasons import exceeded, reason_texts, remedies, strip_hint
from inference.quality_score import GradeModelMissing, Grader, features
from inference.quality_segments import (
    Segment,
    filled,
    fine_cells_s,
    fine_means,
    psnr_db,
    quality_segments,
    scored_columns,
    segment_signal,
)
from inference.quality_weights import DIFFUSION_SHA256, GRADE_SHA256, ScorerMissing, grader
from inference.signal.noise_indices import (
    FLAT_MV,
    algebra_residual_uv,
    noise_indices,
)
from inference.signal.superlet import FS_HZ, GREY_STEP_DB, scalograms

FloatArray = NDArray[np.float32]
Progress = Callable[[float], None]
GRADES = ("A", "B", "C")
BINS = ("good", "fair", "poor", "bad", "no signal")
_NO_SIGNAL_SHARE = 0.5  # more than this missing: nothing is scored
_HUGE_MV, _TINY_MV = 20.0, 0.02  # of the median lead: not millivolts
__all__ = [
    "QualityMap",
    "Segment",
    "SegmentQuality",
    "assemble",
    "quality",
    "quality_segment",
    "quality_segments",
    "side_by_side",
]


@dataclass(frozen=True, eq=False, kw_only=True)
class SegmentQuality:
    """One segment, all leads. Arrays [n_leads] unless said otherwise.

    psnr_db, fine_psnr_db [n_leads, n_fine]: NaN without model or signal
    fine_flat [n_leads, n_fine]: the lead is flat or missing in that second
    score: larger is noisier; probability_noisy: that a person would call the lead noisy
    """

    segment: Segment
    psnr_db: FloatArray
    fine_psnr_db: FloatArray
    fine_flat: NDArray[np.bool_]
    indices: dict[str, FloatArray]
    score: FloatArray
    probability_noisy: FloatArray
    bins: NDArray[np.str_]
    grade: NDArray[np.str_]
    no_signal: NDArray[np.bool_]
    kinds: tuple[str, ...]
    reasons: tuple[str, ...]
    remedies: tuple[str, ...]
    unit_alarm: str
    algebra_residual_uv: float
    notes: tuple[str, ...]
    device: str


@dataclass(frozen=True, eq=False, kw_only=True)
class QualityMap:
    """The noise map of a recording.

    segments       float64 [n_segments, 2] start and end in s, without overlap
    fine_segments  float64 [n_fine, 2], 1 s cells
    arrays         [n_leads, n_segments], fine ones [n_leads, n_fine]; see SegmentQuality
    kinds, reasons [n_leads][n_segments] texts, empty where there is nothing to say
    remedies       [n_segments] sentences; unit_alarm [n_segments], empty where units fit
    notes          which model is missing, short recordings and the like
    """

    leads: tuple[str, ...]
    fs_hz: float
    duration_s: float
    segments: NDArray[np.float64]
    psnr_db: FloatArray
    fine_segments: NDArray[np.float64]
    fine_psnr_db: FloatArray
    fine_flat: NDArray[np.bool_]
    indices: dict[str, FloatArray]
    score: FloatArray
    probability_noisy: FloatArray
    bins: NDArray[np.str_]
    grade: NDArray[np.str_]
    no_signal: NDArray[np.bool_]
    kinds: tuple[tuple[str, ...], ...]
    reasons: tuple[tuple[str, ...], ...]
    remedies: tuple[tuple[str, ...], ...]
    unit_alarm: tuple[str, ...]
    algebra_residual_uv: FloatArray
    short: bool
    diffusion: bool
    notes: tuple[str, ...]
    weights_sha256: str | None
    grade_sha256: str | None
    device: str
    seconds: float
    parameters: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The keys of the command line; NaN becomes null, numbers keep four digits."""
        return {
            "segments": _plain(self.segments),
            "psnr_db": _plain(self.psnr_db),
            "fine_segments": _plain(self.fine_segments),
            "fine_psnr_db": _plain(self.fine_psnr_db),
            "indices": {name: _plain(values) for name, values in self.indices.items()},
            "grade": self.grade.tolist(),
            "probability_noisy": _plain(self.probability_noisy),
            "score": _plain(self.score),
            "kinds": [list(row) for row in self.kinds],
            "reasons": [list(row) for row in self.reasons],
            "remedies": [list(row) for row in self.remedies],
            "unit_alarm": list(self.unit_alarm),
            "short": self.short,
            "notes": list(self.notes),
            "weights_sha256": self.weights_sha256,
            "device": self.device,
        }


def quality(
    signal_mv: NDArray[np.floating],
    fs_hz: float,
    leads: Sequence[str],
    *,
    device: str = "auto",
    progress: Progress | None = None,
) -> QualityMap:
    """The noise map of [n_leads, n] millivolts. `progress` may raise to cancel."""
    began = time.perf_counter()
    if signal_mv.ndim != 2 or len(signal_mv) != len(leads):
        raise ValueError(f"{len(leads)} leads, but the signal is {signal_mv.shape}")
    segments = quality_segments(signal_mv.shape[1], fs_hz)
    found = []
    for segment in segments:
        if progress is not None:
            progress(segment.index / len(segments))
        found.append(quality_segment(signal_mv, segment, fs_hz, leads, device=device))
    if progress is not None:
        progress(1.0)
    return assemble(found, fs_hz, leads, signal_mv.shape[1], seconds=time.perf_counter() - began)


def quality_segment(
    signal_mv: NDArray[np.floating],
    segment: Segment,
    fs_hz: float,
    leads: Sequence[str],
    *,
    offset: int = 0,
    device: str = "auto",
) -> SegmentQuality:
    """One segment. signal_mv holds the recording from its sample `offset` on.

    To be independent of what else was read it must reach half a second beyond the segment
    on both sides (or to the recording's ends).
    """
    with_gaps = segment_signal(signal_mv, segment, fs_hz, offset=offset)
    missing = ~np.isfinite(with_gaps)
    no_signal = missing.mean(axis=1) > _NO_SIGNAL_SHARE
    x = filled(with_gaps)
    indices = noise_indices(x).as_dict()
    indices["gap_share"] = missing.mean(axis=1).astype(np.float32)
    errors, where = None, "cpu"
    hints: list[str | None] = [None] * len(x)
    notes: tuple[str, ...] = ()
    try:
        images, cleaned, where = _cleaned(x, leads, segment.index, device)
        errors = np.mean((images[None] - cleaned) ** 2, axis=(0, 2))
        hints = [strip_hint(r) for r in (images - cleaned.mean(axis=0)) * GREY_STEP_DB]
    except ScorerMissing as error:
        notes = (f"{error} The grades come from the classical indices alone.",)
    psnr, fine = _psnr(errors, segment, fs_hz, no_signal)
    score, probability, bins, grade_note = _scores(indices, psnr, no_signal)
    grade = np.array([_grade(str(b), _of_lead(indices, i)) for i, b in enumerate(bins)])
    texts = [
        ("no signal", "no signal: nothing was recorded")
        if no_signal[i]
        else reason_texts(_of_lead(indices, i), str(grade[i]), float(psnr[i]), hints[i])
        for i in range(len(x))
    ]
    kinds = tuple(kind for kind, _ in texts)
    residual = algebra_residual_uv(x, tuple(leads)) if not no_signal.any() else None
    return SegmentQuality(
        segment=segment,
        psnr_db=psnr,
        fine_psnr_db=fine,
        fine_flat=_fine_flat(x, missing, segment, fs_hz),
        indices=indices,
        score=score,
        probability_noisy=probability,
        bins=bins,
        grade=grade,
        no_signal=no_signal,
        kinds=kinds,
        reasons=tuple(reason for _, reason in texts),
        remedies=remedies(kinds, leads, indices),
        unit_alarm=_unit_alarm(x[~no_signal]),
        algebra_residual_uv=float("nan") if residual is None else residual,
        notes=notes + grade_note,
        device=where,
    )


def assemble(
    found: Sequence[SegmentQuality],
    fs_hz: float,
    leads: Sequence[str],
    n_samples: int,
    *,
    seconds: float = 0.0,
) -> QualityMap:
    """The map of the segments found so far, in the order of time."""
    if not found:
        raise ValueError("the recording holds no samples, so there is no noise map")
    found = sorted(found, key=lambda s: s.segment.index)
    diffusion = any(np.isfinite(s.psnr_db).any() for s in found) or not any(s.notes for s in found)

    def columns(name: str) -> NDArray[Any]:
        return np.stack([getattr(s, name) for s in found], axis=1)

    return QualityMap(
        leads=tuple(leads),
        fs_hz=fs_hz,
        duration_s=n_samples / fs_hz,
        segments=np.array([[s.segment.new / fs_hz, s.segment.stop / fs_hz] for s in found]),
        psnr_db=columns("psnr_db"),
        fine_segments=np.concatenate([fine_cells_s(s.segment, fs_hz) for s in found]),
        fine_psnr_db=np.concatenate([s.fine_psnr_db for s in found], axis=1),
        fine_flat=np.concatenate([s.fine_flat for s in found], axis=1),
        indices={k: np.stack([s.indices[k] for s in found], axis=1) for k in found[0].indices},
        score=columns("score"),
        probability_noisy=columns("probability_noisy"),
        bins=columns("bins"),
        grade=columns("grade"),
        no_signal=columns("no_signal"),
        kinds=tuple(zip(*(s.kinds for s in found), strict=True)),
        reasons=tuple(zip(*(s.reasons for s in found), strict=True)),
        remedies=tuple(s.remedies for s in found),
        unit_alarm=tuple(s.unit_alarm for s in found),
        algebra_residual_uv=np.array([s.algebra_residual_uv for s in found], dtype=np.float32),
        short=found[0].segment.short,
        diffusion=diffusion,
        notes=_notes(found),
        weights_sha256=DIFFUSION_SHA256 if diffusion else None,
        grade_sha256=GRADE_SHA256,
        device=found[0].device,
        seconds=seconds,
        parameters={"segment_s": 10.0, "band_hz": [0.5, 40.0]},
    )


def side_by_side(
    signal_mv: NDArray[np.floating],
    segment: Segment,
    fs_hz: float,
    lead: int,
    leads: Sequence[str],
    *,
    offset: int = 0,
    device: str = "auto",
) -> tuple[NDArray[np.uint8], FloatArray]:
    """(original, reconstruction) scalograms [32, 256] of one cell, in grey levels.

    signal_mv holds the recording from its sample `offset` on, as in `quality_segment`.
    ScorerMissing when the diffusion weights are not there.
    """
    x = filled(segment_signal(signal_mv, segment, fs_hz, offset=offset))[lead : lead + 1]
    images, cleaned, _ = _cleaned(x, (leads[lead],), segment.index, device)
    return images[0], np.asarray(cleaned.mean(axis=0)[0], dtype=np.float32)


def _cleaned(
    x: FloatArray, leads: Sequence[str], segment: int, device: str
) -> tuple[NDArray[np.uint8], FloatArray, str]:
    """Scalograms [n, 32, 256], their reconstructions [draws, n, 32, 256], the device used."""
    from inference.quality_weights import load_scorer

    load_scorer("cpu")  # says at once when the weights are missing
    from inference.device import on_device, pick_device

    images = scalograms(x)
    used = []

    def run(where: Any) -> FloatArray:
        used.append(where.type)
        return load_scorer(where.type).reconstructions(images, leads, segment)

    cleaned = on_device(pick_device(device), run)
    return images, cleaned, used[-1]


def _psnr(
    errors: NDArray[np.floating] | None,
    segment: Segment,
    fs_hz: float,
    no_signal: NDArray[np.bool_],
) -> tuple[FloatArray, FloatArray]:
    """Coarse [n_leads] and fine [n_leads, n_fine] PSNR, NaN where nothing can be said."""
    n_fine = len(fine_cells_s(segment, fs_hz))
    if errors is None:
        n = len(no_signal)
        return np.full(n, np.nan, np.float32), np.full((n, n_fine), np.nan, np.float32)
    coarse = psnr_db(errors[:, scored_columns(segment)].mean(axis=1))
    fine = psnr_db(fine_means(errors, segment, fs_hz))
    coarse[no_signal], fine[no_signal] = np.nan, np.nan
    return coarse, fine


def _scores(
    indices: dict[str, FloatArray], psnr: FloatArray, no_signal: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, NDArray[np.str_], tuple[str, ...]]:
    """score, P(noisy), bin and a note when the grade's model is missing."""
    with_psnr = bool(np.isfinite(psnr[~no_signal]).all() and not no_signal.all())
    try:
        model: Grader = grader(with_psnr=with_psnr)
    except GradeModelMissing as error:
        unknown = np.full(len(psnr), np.nan, np.float32)
        bins = np.where(no_signal, "no signal", "good")
        return unknown, unknown, bins, (f"{error} Grades show the plain limits alone.",)
    inputs = features(indices, np.nan_to_num(psnr) if with_psnr else None)
    score = model.score(inputs)
    score[no_signal] = np.nan
    probability = model.probability(score)
    bins = np.asarray(BINS)[np.searchsorted(model.bins, np.nan_to_num(score), side="right")]
    return score, probability, np.where(no_signal, "no signal", bins), ()


def _grade(score_bin: str, indices: Mapping[str, float]) -> str:
    """A, B or C of one lead: from the score's bin, lowered by the companions, never raised."""
    worst = {"good": 0, "fair": 1, "poor": 1}.get(score_bin, 2)
    for companion in exceeded(indices):
        worst = max(worst, 2 if indices[companion.index] >= companion.bad else 1)
    if indices["gap_share"] > 0:
        worst = max(worst, 2 if indices["gap_share"] > 0.2 else 1)
    return GRADES[worst]


def _of_lead(indices: Mapping[str, FloatArray], lead: int) -> dict[str, float]:
    return {name: float(values[lead]) for name, values in indices.items()}


def _fine_flat(
    x: FloatArray, missing: NDArray[np.bool_], segment: Segment, fs_hz: float
) -> NDArray[np.bool_]:
    """Which 1 s cells [n_leads, n_fine] move less than 5 µV or are mostly missing."""
    cells = np.rint((fine_cells_s(segment, fs_hz) - segment.start / fs_hz) * FS_HZ).astype(int)
    flat = []
    for start, stop in np.clip(cells, 0, x.shape[1]):
        part, gone = x[:, start : max(stop, start + 1)], missing[:, start : max(stop, start + 1)]
        flat.append((np.ptp(part, axis=1) < FLAT_MV) | (gone.mean(axis=1) > _NO_SIGNAL_SHARE))
    return np.stack(flat, axis=1)


def _unit_alarm(x: FloatArray) -> str:
    """A sentence when the amplitudes cannot be millivolts."""
    if not len(x):
        return ""
    height = float(np.median(np.ptp(x, axis=1)))
    if height > _HUGE_MV:
        return (
            f"The median lead spans {height:.0f} mV: the file's unit or gain is probably wrong; "
            "open it with the right unit before trusting any number."
        )
    if 0 < height < _TINY_MV:
        return (
            f"The median lead spans only {1000 * height:.0f} µV: the file's unit or gain is "
            "probably wrong, or no electrode is in contact."
        )
    return ""


def _notes(found: Sequence[SegmentQuality]) -> tuple[str, ...]:
    notes = dict.fromkeys(note for s in found for note in s.notes)
    if found[0].segment.short:
        notes["The recording is shorter than 10 s and was reflected: its cells are hatched."] = None
    return tuple(notes)


def _plain(values: NDArray[np.floating]) -> Any:
    """Nested lists; NaN as None."""
    if values.ndim > 1:
        return [_plain(row) for row in values]
    return [round(float(v), 4) if np.isfinite(v) else None for v in values]
