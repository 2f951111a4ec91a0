"""leadlight denoise: clean recordings and write them with proof of what was done."""

from __future__ import annotations

from argparse import Namespace

from viewer.batch.pipeline import workers_for
from viewer.batch.task import Entry
from viewer.batch.tasks import Denoise, Output
from viewer.cli.batch import expanded, keeper_of, run_task
from viewer.cli.cleaning import method_of
from viewer.cli.failures import USAGE, CommandError


def run(options: Namespace) -> int:
    method = method_of(options)
    settings: tuple[object, ...] = (
        "denoise",
        method.name,
        method.version,
        method.sha256,
        options.format,
    )
    settings += (
        options.format,
        options.deidentify,
        options.start,
        options.end,
        options.grades,
        options.strict,
    )
    keeper = keeper_of(options, "denoise", settings)
    task = Denoise(
        output=output_of(options, resumed=keeper is not None and keeper.resumed),
        method=method.name,
        device=options.device,
        strict=options.strict,
        grades=options.grades,
        thumbs=keeper is not None,
    )
    workers = workers_for(len(expanded(options.paths)), options.jobs)
    return run_task(options, lambda _: task, describe, workers=workers, keeper=keeper)


def output_of(options: Namespace, *, resumed: bool) -> Output:
    """Where and how to write, from the options. Raises CommandError."""
    start, end = options.start, options.end
    if end is not None and end <= start:
        raise CommandError("--end must lie after --start.", USAGE)
    whole = start == 0.0 and end is None
    return Output(
        folder=options.out,
        format=options.format,
        overwrite=options.overwrite,
        resumed=resumed,
        deidentify=options.deidentify,
        span_s=None if whole else (start, float("inf") if end is None else end),
    )


def describe(entry: Entry) -> str:
    """The entry in lines for a person."""
    guard = entry["guard"]
    lines = [
        f"{entry['path']} -> {entry['output']}",
        f"  {entry['method']} {entry['version']} on {entry['device']}, {entry['seconds']:.2f} s",
        f"  guard: {guard['state']}: {guard['reason']}",
        f"  what was done: {entry['sidecar']}",
    ]
    return "\n".join(lines + [f"  note: {note}" for note in entry["notes"]])
