"""leadlight st: the ST segment of the raw and the cleaned trace, side by side."""

from __future__ import annotations

from argparse import Namespace

from viewer.batch.pipeline import workers_for
from viewer.batch.task import Entry
from viewer.batch.tasks import St
from viewer.cli.batch import expanded, keeper_of, run_task
from viewer.cli.cleaning import method_of


def run(options: Namespace) -> int:
    method = method_of(options)
    settings = ("st", method.name, method.version, method.sha256, options.age, options.sex)
    keeper = keeper_of(options, "st", settings)
    task = St(
        method=method.name,
        device=options.device,
        age_years=options.age,
        sex=options.sex,
        thumbs=keeper is not None,
    )
    workers = 0 if keeper is None else workers_for(len(expanded(options.paths)), options.jobs)
    return run_task(options, lambda _: task, describe, workers=workers, keeper=keeper)


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
