"""leadlight st: the ST segment of the raw and the cleaned trace, side by side."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal, TypedDict

from viewer.cli.batch import Entry, for_each
from viewer.cli.cleaning import clean, guard_entry, guard_of, method_of
from viewer.recording import Recording
from viewer.state.cleaned import Cleaned

if TYPE_CHECKING:
    from inference.st_report import StReport

LEVELS = ("j_mv", "j20_mv", "j60_mv", "j80_mv")


def run(options: Namespace) -> int:
    method = method_of(options)

    def work(recording: Recording, report: Callable[[float], None]) -> Entry:
        cleaned = clean(recording, method, options.device, report)
        raw, denoised = measure_both(recording, cleaned, options)
        chances = {"raw": probability(raw, recording, options)}
        chances["denoised"] = probability(denoised, recording, options)
        unsure = list(dict.fromkeys(why for _, reasons in chances.values() for why in reasons))
        return {
            "raw": levels(raw),
            "denoised": levels(denoised),
            "criteria": [criterion.text for criterion in raw.criteria],
            "criteria_denoised": [criterion.text for criterion in denoised.criteria],
            "probability": {trace: chance for trace, (chance, _) in chances.items()},
            "abstained": list(dict.fromkeys(abstained(raw, denoised) + unsure)),
            "notes": list(dict.fromkeys(raw.notes + cleaned.notes)),
            "guard": guard_entry(guard_of(recording, cleaned)),
            "method": cleaned.method,
            "version": cleaned.version,
            "weights_sha256": cleaned.weights_sha256,
            "device": cleaned.device,
        }

    return for_each(options, work, describe)


def measure_both(
    recording: Recording, cleaned: Cleaned, options: Namespace
) -> tuple[StReport, StReport]:
    """Both signals at the beats and fiducials of the raw one, so that only levels differ."""
    from inference.st import measure

    look = partial(
        measure,
        fs_hz=recording.fs_hz,
        leads=recording.leads,
        derived=recording.derived,
        **person(recording, options),
    )
    raw = look(recording.signal_mv)
    clean_mv = cleaned.samples.read_mv(0, recording.n_samples)
    if raw.beats is None:
        return raw, look(clean_mv)
    return raw, look(clean_mv, r_samples=raw.beats.samples, fiducials=raw.fiducials)


class Person(TypedDict):
    """Age in years and sex, None where neither the file nor the user says."""

    age_years: float | None
    sex: Literal["F", "M"] | None


def person(recording: Recording, options: Namespace) -> Person:
    """What the user says goes before what the file says."""
    return {
        "age_years": recording.age_years if options.age is None else options.age,
        "sex": recording.sex if options.sex is None else options.sex,
    }


def probability(
    report: StReport, recording: Recording, options: Namespace
) -> tuple[dict[str, float | None], tuple[str, ...]]:
    """Of ST elevation and depression by the classifier, or None and the reasons."""
    from inference.st_prediction import KINDS, predict
    from inference.weights import WeightsRefused

    nothing: dict[str, float | None] = dict.fromkeys(KINDS)
    try:
        prediction = predict(report, **person(recording, options))
    except WeightsRefused as error:
        return nothing, (f"No probability: {error}",)
    reasons = tuple(f"No probability: {reason}" for reason in prediction.abstained)
    return nothing | prediction.probability, reasons


def levels(report: StReport) -> dict[str, Entry]:
    """Per lead the levels in mV and the number of beats; suppressed leads say why instead."""
    rows: dict[str, Entry] = {}
    for row in report.st:
        shown = row.suppressed is None
        rows[row.lead] = {key: getattr(row, key) if shown else None for key in LEVELS}
        rows[row.lead] |= {"n_beats": row.n_beats if shown else 0}
    return rows


def abstained(raw: StReport, denoised: StReport) -> list[str]:
    """Why numbers are missing, for the whole recording and per lead."""
    reasons = [*raw.reasons, *(f"After cleaning: {reason}" for reason in denoised.reasons)]
    suppressed = [f"{row.lead}: {row.suppressed}" for row in raw.st if row.suppressed]
    return list(dict.fromkeys([*reasons, *suppressed]))


def describe(entry: Entry) -> str:
    """A table with one line per lead: raw and cleaned level at J+60, in mV."""
    lines = [f"{entry['path']}", "  lead   J+60 raw   J+60 cleaned   mV"]
    for lead, row in entry["raw"].items():
        clean = entry["denoised"].get(lead, {})
        lines.append(f"  {lead:5} {number(row['j60_mv']):>10} {number(clean.get('j60_mv')):>14}")
    guard = entry["guard"]
    lines += [f"  {text}" for text in entry["criteria"]]
    lines += [f"  not measured: {text}" for text in entry["abstained"]]
    lines += [f"  note: {text}" for text in entry["notes"]]
    return "\n".join([*lines, f"  guard: {guard['state']}: {guard['reason']}"])


def number(value_mv: float | None) -> str:
    return "–" if value_mv is None else f"{value_mv:+.3f}"
