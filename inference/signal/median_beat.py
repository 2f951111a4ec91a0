"""The median beat: what all ordinary beats of a recording have in common, lead by lead.

Beats are aligned on all leads together, those of another shape (ectopic, disturbed) are
left aside, each is freed of its own baseline (a straight line from one PR segment to the
next) and the median is taken sample by sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BEFORE_S, AFTER_S = 0.35, 0.50
ALIKE = 0.90  # correlation with the template
MOST_BEATS = 400  # spread evenly over a long recording
SEEDS = 40  # beats tried as the first template
SHIFT_S = 0.020
PR_FROM_S, PR_TO_S = 0.020, 0.004  # before the reference: the zero of all levels
NEVER = 1e12  # samples
RHYTHM_GAP_S = 2.5  # no straight baseline over a longer pause


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AlignedBeats:
    """The beats that make a median beat.

    samples    int64 [n_beats], aligned R positions in samples of the signal
    n_found    how many beats there were, of any shape
    before     samples of the window before the R position; after likewise
    fs_hz      samples per second
    """

    samples: Ints
    n_found: int
    before: int
    after: int
    fs_hz: float

    def __len__(self) -> int:
        return len(self.samples)

    def cut(self, signal_mv: NDArray[np.floating]) -> Floats:
        """float64 [n_beats, n_leads, before + after]: the windows as they are."""
        return cut_windows(signal_mv, self.samples, self.before, self.after)


def cut_windows(signal_mv: NDArray[np.floating], samples: Ints, before: int, after: int) -> Floats:
    """float64 [n_beats, n_leads, before + after]; all windows must lie inside the signal."""
    columns = samples[:, None] + np.arange(-before, after)[None]
    return np.moveaxis(signal_mv[:, columns].astype(np.float64), 0, 1)


def recorded_part(
    signal_mv: NDArray[np.floating], fs_hz: float, r_samples: Ints
) -> tuple[NDArray[np.floating], Ints, NDArray[np.bool_]]:
    """(signal without NaN, beats that were recorded whole, leads that were recorded).

    A lead counts as recorded when more than half of its samples are; the others become
    zero. Beats are kept where every recorded lead is finite throughout the window.
    """
    known = np.isfinite(signal_mv)
    if known.all():
        return signal_mv, r_samples, np.ones(len(signal_mv), dtype=bool)
    recorded = known.mean(axis=1) > 0.5
    filled = np.where(known & recorded[:, None], signal_mv, 0.0)
    holes = np.concatenate([[0], np.cumsum((~known[recorded]).any(axis=0))])
    reach = [round((BEFORE_S + SHIFT_S) * fs_hz) + 1, round((AFTER_S + SHIFT_S) * fs_hz) + 1]
    first = np.clip(r_samples - reach[0], 0, len(holes) - 1)
    last = np.clip(r_samples + reach[1], 0, len(holes) - 1)
    return filled, r_samples[holes[first] == holes[last]], recorded


def align_beats(
    signal_mv: NDArray[np.floating], fs_hz: float, r_samples: Ints, weight: Floats | None = None
) -> AlignedBeats:
    """Beats of the most common shape, each moved until it fits the template best.

    signal_mv float [n_leads, n_samples] in mV; weight [n_leads] says how far a lead is to
    be relied on when shapes are compared. Fewer than one beat gives an empty result.
    """
    before, after = round(BEFORE_S * fs_hz), round(AFTER_S * fs_hz)
    shift = round(SHIFT_S * fs_hz)
    inside = (r_samples >= before + shift) & (r_samples + after + shift < signal_mv.shape[1])
    samples = _evenly(r_samples[inside], MOST_BEATS)
    if len(samples):
        shapes = _shapes(signal_mv, fs_hz, samples, shift, weight)
        samples = _dominant(samples, shapes, shift)
    return AlignedBeats(
        samples=samples, n_found=len(r_samples), before=before, after=after, fs_hz=fs_hz
    )


def _evenly(samples: Ints, most: int) -> Ints:
    if len(samples) <= most:
        return samples
    even: Ints = samples[np.linspace(0, len(samples) - 1, most).round().astype(np.int64)]
    return even


def _shapes(
    signal_mv: NDArray[np.floating],
    fs_hz: float,
    samples: Ints,
    shift: int,
    weight: Floats | None,
) -> Floats:
    """[n_beats, n_leads, n]: the QRS neighbourhood as slopes, blind to drift and hum."""
    before, after = round(0.10 * fs_hz) + shift, round(0.14 * fs_hz) + shift
    windows = np.nan_to_num(cut_windows(signal_mv, samples, before + 1, after))
    reach = max(1, round(0.010 * fs_hz))
    sums = np.cumsum(windows, axis=2)
    smooth = (sums[..., reach:] - sums[..., :-reach]) / reach
    slopes = np.zeros((*windows.shape[:2], before + after))
    slopes[..., : smooth.shape[2] - 1] = np.diff(smooth, axis=2)
    if weight is not None:
        slopes *= np.sqrt(np.maximum(weight, 0.0))[None, :, None]
    return slopes


def _dominant(samples: Ints, shapes: Floats, shift: int) -> Ints:
    """The samples of the most common shape, aligned."""
    core = shapes[..., shift : shapes.shape[2] - shift]
    flat = _unit(core.reshape(len(core), -1))
    seeds = np.unique(np.linspace(0, len(flat) - 1, min(SEEDS, len(flat))).round().astype(int))
    alike = flat[seeds] @ flat.T > ALIKE - 0.1  # before alignment: less strict
    template = np.median(core[alike[np.argmax(alike.sum(axis=1))]], axis=0)
    for _ in range(2):
        best, at = _best_fit(shapes, template, shift)
        kept = best > ALIKE
        if not kept.any():
            return samples[:0]
        moved = np.stack(
            [s[:, a : a + core.shape[2]] for s, a in zip(shapes[kept], at[kept], strict=True)]
        )
        template = np.median(moved, axis=0)
    return samples[kept] + at[kept] - shift


def _unit(rows: Floats) -> Floats:
    scaled: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return scaled


def _best_fit(shapes: Floats, template: Floats, shift: int) -> tuple[Floats, Ints]:
    """Per beat: its highest correlation with the template, and where (0..2*shift)."""
    length = template.shape[1]
    aim = template.ravel() / max(float(np.linalg.norm(template)), 1e-12)
    fits = np.stack(
        [
            _unit(shapes[..., a : a + length].reshape(len(shapes), -1)) @ aim
            for a in range(2 * shift + 1)
        ]
    )
    return fits.max(axis=0), fits.argmax(axis=0).astype(np.int64)


def rough_median(signal_mv: NDArray[np.floating], beats: AlignedBeats) -> Floats:
    """float64 [n_leads, before + after] before anything is known about its waves."""
    windows = beats.cut(signal_mv)
    centred = windows - np.median(windows, axis=2, keepdims=True)
    median: Floats = np.median(centred, axis=0)
    return median


def level_beats(signal_mv: NDArray[np.floating], beats: AlignedBeats, reference: int) -> Floats:
    """float64 [n_beats, n_leads, before + after], each freed of its own baseline.

    reference is an index into the window: the 16 ms that end 4 ms before it are zero. The
    baseline is the natural cubic spline through those of all beats (after Meyer and Keiser,
    1977); beyond the first and the last beat it is straight.
    """
    windows = beats.cut(signal_mv)
    knots = pr_levels(windows, beats.fs_hz, reference)
    first, last = _pr_segment(beats.fs_hz, reference)
    time: Floats = np.arange(windows.shape[2], dtype=np.float64) - 0.5 * (first + last - 1)
    return windows - _baseline(knots, np.diff(beats.samples), time, RHYTHM_GAP_S * beats.fs_hz)


def pr_levels(windows: Floats, fs_hz: float, reference: int) -> Floats:
    """[n_beats, n_leads]: the level of each window [n_beats, n_leads, n] before reference."""
    first, last = _pr_segment(fs_hz, reference)
    levels: Floats = np.median(windows[:, :, first:last], axis=2)
    return levels


def _pr_segment(fs_hz: float, reference: int) -> tuple[int, int]:
    first = max(0, reference - round(PR_FROM_S * fs_hz))
    return first, max(first + 1, reference - round(PR_TO_S * fs_hz) + 1)


def _baseline(knots: Floats, gaps: Ints, time: Floats, longest: float) -> Floats:
    """[n_beats, n_leads, n]: the cubic through the knots around each beat; time 0 at a knot."""
    level = knots[:, :, None]
    if len(knots) < 2:
        return level
    paused = (gaps > longest)[:, None]
    h: Floats = np.where(paused, NEVER, gaps[:, None]).astype(np.float64)  # none across a pause
    chord = np.where(paused, 0.0, np.diff(knots, axis=0) / h)
    steep = _steepness(h[:, 0], chord)
    ahead, behind = np.maximum(time, 0.0), np.minimum(time, 0.0)
    line = level + steep[:, :, None] * time
    bend, twist = (3 * chord - 2 * steep[:-1] - steep[1:]) / h, (steep[:-1] + steep[1:] - 2 * chord)
    line[:-1] += bend[..., None] * ahead**2 + (twist / h**2)[..., None] * ahead**3
    bend = (2 * steep[1:] + steep[:-1] - 3 * chord) / h
    line[1:] += bend[..., None] * behind**2 + (twist / h**2)[..., None] * behind**3
    return line


def _steepness(h: Floats, chord: Floats) -> Floats:
    """[n_beats, n_leads]: slopes at the knots that make the curvature continuous.

    The natural cubic spline: of all smooth curves through the knots the one that bends
    least, and the one nearest to a slow sine. Solved densely: there are at most 400 knots.
    """
    n = len(h) + 1
    system, right = np.zeros((n, n)), np.zeros((n, chord.shape[1]))
    at, near = np.arange(n - 1), 1.0 / h
    system[at, at + 1] = system[at + 1, at] = near
    system[at, at] += 2 * near
    system[at + 1, at + 1] += 2 * near
    right[:-1] += 3 * chord * near[:, None]
    right[1:] += 3 * chord * near[:, None]
    return np.asarray(np.linalg.solve(system, right), dtype=np.float64)
