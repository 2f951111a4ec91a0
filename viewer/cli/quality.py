"""leadlight quality: which leads are noisy, when, and why."""

from __future__ import annotations

from argparse import Namespace

from viewer.batch.pipeline import workers_for
from viewer.batch.task import Entry
from viewer.batch.tasks import Quality
from viewer.cli.batch import expanded, keeper_of, run_task


def run(options: Namespace) -> int:
    keeper = keeper_of(options, "quality", ("quality", options.device))
    task = Quality(device=options.device, thumbs=keeper is not None)
    workers = 0 if keeper is None else workers_for(len(expanded(options.paths)), options.jobs)
    return run_task(options, lambda _: task, describe, workers=workers, keeper=keeper)


def describe(entry: Entry) -> str:
    """One line per lead: how many segments have which grade, and what is wrong most often."""
    lines = [f"{entry['path']}: {len(entry['segments'])} segments, grades A B C"]
    for lead, grades, reasons in zip(entry["leads"], entry["grade"], entry["reasons"], strict=True):
        counts = " ".join(f"{grades.count(grade):4}" for grade in "ABC")
        lines.append(f"  {lead:5} {counts}  {most_frequent(reasons)}".rstrip())
    return "\n".join(lines + [f"  note: {note}" for note in entry["notes"]])


def most_frequent(texts: list[str]) -> str:
    said = [text for text in texts if text]
    return max(said, key=said.count) if said else ""
