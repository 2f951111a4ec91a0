"""Many recordings through one command: each is done, whatever happens to the others."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from viewer.cli.failures import DONE, UNREADABLE, CommandError, complain, worse
from viewer.cli.progress import ProgressBar
from viewer.formats import ImportHints, NeedsHints, RecordingError, records_in
from viewer.formats.process import ReaderProcess
from viewer.recording import Recording
from viewer.report.provenance import plain

Entry = dict[str, Any]
"""One object of the JSON list."""

Work = Callable[[Recording, Callable[[float], None]], Entry]
"""(recording, progress) -> what is said about it, besides what is always said.

Raises CommandError for a failure of this recording only.
"""


ANSWERS = {
    "fs_hz": "--fs HZ",
    "unit": "--unit mV",
    "axis": "--axis leads-first or samples-first",
    "leads": "--leads I,II,...",
}
"""The options that answer the questions of NeedsHints."""


class Unfinished(CommandError):
    """A failure of one recording about which there still is something to report."""

    def __init__(self, sentence: str, status: int, entry: Entry) -> None:
        super().__init__(sentence, status)
        self.entry = entry


def for_each(
    options: Namespace, work: Work, describe: Callable[[Entry], str], *, spread: bool = True
) -> int:
    """Open every path, do the work, print its result; the worst status of all.

    With spread, a folder of several recordings stands for all of them, else for the first.

    With --json the results are printed at the end as one list with one object per path,
    otherwise each as soon as it is there, in the words of `describe`.
    """
    as_json = getattr(options, "json", False)
    reader, status, entries = ReaderProcess(), DONE, []
    paths = [one for path in options.paths for one in (recordings(path) if spread else [path])]
    with ProgressBar(paths) as bar:
        try:
            for path in paths:
                entry, outcome = _one(reader, path, hints(options), work, bar.report)
                status = worse(status, outcome)
                entries.append(entry)
                if not as_json and "error" not in entry:
                    bar.clear()
                    print(describe(entry), flush=True)
                bar.next()
        finally:
            reader.close()
    if as_json:
        print(to_json(entries), flush=True)
    return status


def recordings(path: str) -> list[str]:
    """The path itself, or the recordings in it when it is a folder that holds several."""
    inside = records_in(path) if Path(path).is_dir() else ()
    return [str(one) for one in inside] if len(inside) > 1 else [path]


def _one(
    reader: ReaderProcess,
    path: str,
    told: ImportHints | None,
    work: Work,
    report: Callable[[float], None],
) -> tuple[Entry, int]:
    """The entry of one path and its status; errors become a sentence in both places."""
    entry: Entry = {"path": path, "leads": [], "fs_hz": None, "duration_s": None}
    try:
        recording = reader.open(Path(path), told, whole=True)
        entry |= always(recording)
        entry |= work(recording, report)
    except RecordingError as error:
        sentence = said(error)
        complain(sentence)
        return entry | {"error": sentence}, UNREADABLE
    except CommandError as error:
        complain(f"{path}: {error}")
        more = error.entry if isinstance(error, Unfinished) else {}
        return entry | more | {"error": str(error)}, error.status
    return entry, DONE


def said(error: RecordingError) -> str:
    """Its sentence, which names the file; with the options that answer open questions."""
    if not isinstance(error, NeedsHints):
        return str(error)
    answers = ", ".join(ANSWERS[question] for question in error.questions)
    return f"{str(error).rstrip('.')} ({answers})."


def always(recording: Recording) -> Entry:
    """What every entry says."""
    return {
        "leads": list(recording.leads),
        "fs_hz": recording.fs_hz,
        "duration_s": recording.duration_s,
    }


def hints(options: Namespace) -> ImportHints | None:
    """What the user said about files that do not say it themselves; None for nothing."""
    told = (options.fs, options.unit, options.axis, options.leads)
    if all(value is None for value in told):
        return None
    fs_hz, unit, axis, leads = told
    return ImportHints(fs_hz=fs_hz, unit=unit, axis=axis, leads=leads)


def to_json(value: object) -> str:
    """Strict JSON in ASCII, which every terminal and pipe passes on; NaN becomes null."""
    return json.dumps(plain(value), allow_nan=False, indent=2)
