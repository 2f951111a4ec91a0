"""One method, one noisy recording: everything the tables need, as numbers per record."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference.evaluation import metrics
from inference.evaluation.bootstrap import Interval, by_patient
from inference.evaluation.fidelity import Levels, criteria, levels
from inference.evaluation.noise import Corrupted
from inference.evaluation.sources import Reference
from inference.signal.lead_algebra import einthoven_residual_mv

Signal = NDArray[np.float32]
CHANGE_LIMIT_UV = 25.0


@dataclass
class Scores:
    """All records of one (data set, condition, method); values are means over leads."""

    patients: list[str] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)
    st_noisy_uv: list[NDArray[np.float64]] = field(default_factory=list)  # [leads, 3] each
    st_clean_uv: list[NDArray[np.float64]] = field(default_factory=list)
    strata: list[list[str]] = field(default_factory=list)  # of the same records
    flips: list[tuple[int, int, int, int]] = field(default_factory=list)
    leads: dict[str, list[float]] = field(default_factory=dict)  # one value per lead

    def interval(self, name: str) -> Interval:
        """Mean over records with its bootstrap interval over patients."""
        return by_patient(np.array(self.values.get(name, [])), np.array(self.patients))

    def mean(self, name: str) -> float:
        """Mean over the records that have the figure."""
        known = np.array(self.values.get(name, [np.nan]))
        known = known[np.isfinite(known)]
        return float(known.mean()) if known.size else float("nan")

    def pooled(self, name: str) -> NDArray[np.float64]:
        """One value per lead of all records."""
        return np.array(self.leads.get(name, []))


def score(scores: Scores, record: Reference, case: Corrupted, out: Signal) -> None:
    """Add one record. `out` is the cleaned [12, n] in mV."""
    y, x = record.signal_mv, case.signal_mv
    noisy, clean = case.noisy & record.trusted, case.untouched & record.trusted
    every = case.noisy & record.unmarked
    row = {
        "gain": _mean(metrics.snr_gain_db(y[noisy], x[noisy], out[noisy])),
        "gain_unmarked": _mean(metrics.snr_gain_db(y[every], x[every], out[every])),
        "snr": _mean(metrics.snr_db(y[noisy], out[noisy])),
        "rmse": _mean(metrics.rmse_uv(y[noisy], out[noisy])),
        "ssd": _mean(metrics.ssd_mv2(y[noisy], out[noisy])),
        "prd": _mean(metrics.prd_percent(y[noisy], out[noisy])),
        "cos": _mean(metrics.cosine_percent(y[noisy], out[noisy])),
        "mad": _mean(metrics.max_error_uv(y[noisy], out[noisy])),
        "rmse_all": _mean(metrics.rmse_uv(y[record.trusted], out[record.trusted])),
        "clean_rmse": _mean(metrics.rmse_uv(y[clean], out[clean])),
        "clean_kept": _mean(metrics.max_error_uv(y[clean], out[clean]) < CHANGE_LIMIT_UV),
        "clean_identical": _mean((y[clean] == out[clean]).all(axis=-1)),
        "einthoven_in": 1000 * einthoven_residual_mv(x[:6]),
        "einthoven_out": 1000 * einthoven_residual_mv(out[:6]),
    }
    scores.patients.append(record.patient)
    for name, value in row.items():
        scores.values.setdefault(name, []).append(value)
    per_lead = metrics.snr_gain_db(y[noisy], x[noisy], out[noisy])
    scores.leads.setdefault("gain", []).extend(per_lead.tolist())
    scores.leads.setdefault("clean_rmse", []).extend(metrics.rmse_uv(y[clean], out[clean]).tolist())
    if record.edges:
        _score_st(scores, record, out, noisy, clean)


def _score_st(
    scores: Scores,
    record: Reference,
    out: Signal,
    noisy: NDArray[np.bool_],
    clean: NDArray[np.bool_],
) -> None:
    before, after = levels(record, record.signal_mv), levels(record, out)
    change = 1000 * (after.st_mv - before.st_mv)
    known = np.isfinite(change).all(axis=1)
    scores.st_noisy_uv.append(change[noisy & known])
    scores.st_clean_uv.append(change[clean & known])
    scores.strata.append(list(record.strata))
    scores.flips.append(_flips(before, after))
    with np.errstate(invalid="ignore", divide="ignore"):
        qrs = 100 * (after.qrs_mv / before.qrs_mv - 1)
        t = 1000 * np.abs(after.t_mv - before.t_mv)
    scores.leads.setdefault("qrs_percent", []).extend(qrs[noisy & known].tolist())
    scores.leads.setdefault("qrs_percent_clean", []).extend(qrs[clean & known].tolist())
    scores.leads.setdefault("t_uv", []).extend(t[noisy & known].tolist())


def _flips(before: Levels, after: Levels) -> tuple[int, int, int, int]:
    """STE newly met, STE lost, STD newly met, STD lost (0 or 1 each)."""
    was, now = criteria(before.st_mv), criteria(after.st_mv)
    return (
        int(now[0] and not was[0]),
        int(was[0] and not now[0]),
        int(now[1] and not was[1]),
        int(was[1] and not now[1]),
    )


def _mean(values: NDArray[np.float64] | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if values.size else float("nan")
