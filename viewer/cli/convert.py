"""leadlight convert: write recordings as they were recorded, in another format."""

from __future__ import annotations

from argparse import Namespace

from viewer.batch.pipeline import workers_for
from viewer.batch.task import Entry
from viewer.batch.tasks import Convert
from viewer.cli.batch import expanded, keeper_of, run_task
from viewer.cli.denoise import output_of


def run(options: Namespace) -> int:
    settings = ("convert", options.format, options.deidentify, options.start, options.end)
    keeper = keeper_of(options, "convert", settings)
    output = output_of(options, resumed=keeper is not None and keeper.resumed)
    task = Convert(output=output, thumbs=keeper is not None)
    workers = workers_for(len(expanded(options.paths)), options.jobs)
    return run_task(options, lambda _: task, describe, workers=workers, keeper=keeper)


def describe(entry: Entry) -> str:
    return (
        f"{entry['path']} -> {entry['output']}\n"
        f"  largest difference {entry['max_error_uv']:.3g} µV, SHA-256 {entry['sha256']}"
    )
