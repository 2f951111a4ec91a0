"""Many recordings through one command: each is done, whatever happens to the others."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viewer.batch.task import FAILED, Entry, Item, Outcome, Task, TaskError, always, labelled
from viewer.cli.failures import DONE, CommandError, complain, worse
from viewer.cli.progress import ProgressBar
from viewer.formats import ImportHints, NeedsHints, RecordingError, records_in
from viewer.recording import Recording
from viewer.report.provenance import plain

Work = Callable[[Recording, Callable[[float], None]], Entry]
"""(recording, progress) -> what is said about it, besides what is always said.

Raises CommandError for a failure of this recording only.
"""


ANSWERS = {
    "fs_hz": "--fs HZ",
    "unit": "--unit mV",
    "axis": "--axis leads-first or samples-first",
    "leads": "--leads I,II,...",
    "array": "--array NAME",
}
"""The options that answer the questions of NeedsHints."""


def for_each(
    options: Namespace, work: Work, describe: Callable[[Entry], str], *, spread: bool = True
) -> int:
    """Open every path, do the work, print its result; the worst status of all.

    With spread, a folder of several recordings stands for all of them, else for the first.

    With --json the results are printed at the end as one list with one object per path,
    otherwise each as soon as it is there, in the words of `describe`.
    """
    return run_task(options, lambda bar: _Inline(work, bar), describe, spread=spread)


@dataclass(frozen=True, slots=True)
class _Inline:
    """A task of this process alone."""

    work: Work
    bar: ProgressBar

    def infer(self, recording: Recording, report: Callable[[float], None]) -> None:
        return None

    def finish(self, item: Item, recording: Recording, inferred: None) -> Outcome:
        try:
            entry = always(item.path, recording) | self.work(recording, self.bar.report)
        except CommandError as error:
            raise TaskError(str(error), error.status) from None
        return Outcome(item, entry)


def run_task(
    options: Namespace,
    make: Callable[[ProgressBar], Task],
    describe: Callable[[Entry], str],
    *,
    spread: bool = True,
    workers: int = 0,
    keeper: Keeper | None = None,
) -> int:
    """Every recording through a task; prints as for_each does. The worst status of all."""
    from viewer.batch.pipeline import run

    as_json = getattr(options, "json", False)
    paths = expanded(options.paths) if spread else list(options.paths)
    items, status = labelled(paths), DONE
    entries: dict[int, Entry] = {}
    todo = items if keeper is None else keeper.begin(items, entries)
    with ProgressBar(paths, done=len(items) - len(todo)) as bar:
        outcomes = run(
            todo, make(bar), workers=workers, hints=hints(options), report=bar.report, explain=said
        )
        for outcome in outcomes:
            status = worse(status, outcome.status)
            if keeper is not None:
                keeper.keep(outcome)
            if as_json:
                entries[outcome.item.index] = outcome.entry
            bar.clear()
            if outcome.error is not None:
                complain(outcome.error)
            elif not as_json:
                print(describe(outcome.entry), flush=True)
            bar.next()
    if keeper is not None:
        keeper.end()
    if as_json:
        print(to_json([entries[item.index] for item in items]), flush=True)
    return status


class Keeper:
    """What a batch of several recordings keeps in its folder: journal, table, contact sheet.

    settings  everything that changes results; other settings begin a new journal
    hidden    no name of a source may stand in the folder
    Raises CommandError where the folder cannot be written.
    """

    def __init__(
        self, folder: Path, command: str, settings: object, *, again: bool, hidden: bool
    ) -> None:
        from viewer.batch.journal import Journal

        self._folder, self._command = folder, command
        self._again, self._hidden = again, hidden
        self.resumed = (folder / f"leadlight-{command}.journal").exists()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._journal = Journal(folder, command, repr(settings), hidden=hidden)
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from None
        self._counts = {"done": 0, "failed": 0, "before": 0}

    def begin(self, items: Sequence[Item], entries: dict[int, Entry]) -> list[Item]:
        """The items that are left to do; the entries of the others are filled in."""
        left = []
        for item in items:
            line = None if self._again else self._journal.done(item)
            if line is None:
                left.append(item)
            else:
                entries[item.index] = line.entry | {"path": item.path}
        self._counts["before"] = len(items) - len(left)
        return left

    def keep(self, outcome: Outcome) -> None:
        self._counts["failed" if outcome.error is not None else "done"] += 1
        try:
            self._journal.add(_without_source(outcome) if self._hidden else outcome)
        except OSError as error:
            raise CommandError(f"The journal cannot be written: {error.strerror}.") from None

    def end(self) -> None:
        """Table and contact sheet of everything that was done in this folder."""
        from viewer.batch.contact_sheet import write_sheet
        from viewer.batch.tables import write_table

        self._journal.close()
        table = self._folder / f"leadlight-{self._command}.csv"
        try:
            write_table(table, self._command, self._journal.entries())
            sheet = write_sheet(self._folder)
        except OSError as error:
            raise CommandError(f"{table.name} cannot be written: {error.strerror}.") from None
        told = ", ".join(f"{count} {what}" for what, count in self._counts.items() if count)
        complain(f"{told}. One line per lead: {table}. Contact sheet: {sheet}.")


def _without_source(outcome: Outcome) -> Outcome:
    """For a folder without identifiers: the output's name instead of the source's."""
    output = outcome.entry.get("output")
    name = Path(output).name if isinstance(output, str) else f"recording {outcome.item.index + 1}"
    entry = outcome.entry | {"path": name}
    if outcome.error is not None:
        entry |= {"error": "It could not be read or written; the terminal said why."}
    return Outcome(outcome.item, entry, outcome.status, outcome.error, outcome.thumb)


def expanded(paths: Sequence[str]) -> list[str]:
    """Every path; a folder that holds several recordings, also in folders below, as all of them."""
    return [one for path in paths for one in recordings(path)]


def recordings(path: str) -> list[str]:
    """The path itself, or the recordings in and below it when it is a folder of several."""
    if not Path(path).is_dir():
        return [path]
    inside = [str(one) for folder, _, _ in sorted(os.walk(path)) for one in records_in(folder)]
    return inside if len(inside) > 1 else [path]


def said(error: RecordingError) -> str:
    """Its sentence, which names the file; with the options that answer open questions."""
    if not isinstance(error, NeedsHints):
        return str(error)
    answers = ", ".join(ANSWERS[question] for question in error.questions)
    return f"{str(error).rstrip('.')} ({answers})."


def hints(options: Namespace) -> ImportHints | None:
    """What the user said about files that do not say it themselves; None for nothing."""
    told = (options.fs, options.unit, options.axis, options.leads, options.array)
    if all(value is None for value in told):
        return None
    fs_hz, unit, axis, leads, array = told
    return ImportHints(fs_hz=fs_hz, unit=unit, axis=axis, leads=leads, array=array)


def keeper_of(options: Namespace, command: str, settings: Any) -> Keeper | None:
    """The keeper of a run over several recordings into --out; None without either."""
    folder = getattr(options, "out", None)
    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{folder} cannot be made: {error.strerror}.", FAILED) from None
    if len(options.paths) < 2 and len(expanded(options.paths)) < 2:
        return None
    again, hidden = getattr(options, "overwrite", False), getattr(options, "deidentify", False)
    return Keeper(folder, command, settings, again=again, hidden=hidden)


def to_json(value: object) -> str:
    """Strict JSON in ASCII, which every terminal and pipe passes on; NaN becomes null."""
    return json.dumps(plain(value), allow_nan=False, indent=2)
