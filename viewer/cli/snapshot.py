"""leadlight snapshot: one page of a recording as PNG or PDF, without a window."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

from viewer.batch.task import Entry
from viewer.cli.batch import for_each
from viewer.cli.cleaning import clean, method_of
from viewer.cli.failures import USAGE, CommandError
from viewer.recording import Recording


def run(options: Namespace) -> int:
    method = method_of(options)

    def work(recording: Recording, report: Callable[[float], None]) -> Entry:
        from viewer.report.page import Cleaning
        from viewer.state.layers import Show
        from viewer.state.layouts import find
        from viewer.state.paper import Paper
        from viewer.ui.snapshot import Shot, SnapshotError, save

        if not 0 <= options.start < recording.duration_s:
            last = f"{recording.duration_s:g} s"
            raise CommandError(f"{recording.name} lasts {last}; --start lies outside.", USAGE)
        cleaned = (
            None if options.show == "raw" else clean(recording, method, options.device, report)
        )
        try:
            layout = find(options.layout, recording.leads)
            shot = Shot(
                recording=recording,
                paper=Paper(layout=layout),
                show=Show(options.show),
                start_s=options.start,
                denoised=None if cleaned is None else cleaned.samples,
                cleaning=None if cleaned is None else Cleaning.of(cleaned, method.title),
            )
            return {"output": str(save(options.out, shot))}
        except SnapshotError as error:
            raise CommandError(str(error)) from None
        except ValueError as error:
            raise CommandError(str(error), USAGE) from None

    return for_each(options, work, lambda entry: str(entry["output"]), spread=False)
