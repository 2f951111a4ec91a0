"""A batch on a Dask cluster: partitioned by file, the model loaded once per worker.

Dask is optional (`pip install "leadlight[dask]"`) and is imported only here. Every file is one
partition: workers read it from storage that all of them see, do the task, and send back what
is said about it; signals never travel. See resources/guide/batch.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from viewer.batch.pipeline import failure, finish, refused
from viewer.batch.task import UNREADABLE, Item, Outcome, Task, TaskError
from viewer.formats import ImportHints, RecordingError, open_recording

if TYPE_CHECKING:
    from distributed import Client

AT_ONCE = 4
"""Files that wait at each worker, so that none is idle and the scheduler is not flooded."""


def one_file(task: Task, item: Item, hints: ImportHints | None = None) -> Outcome:
    """Read, infer and finish one file, in a worker of the cluster.

    Parsed in the worker itself: Dask's workers may not start processes, and their nanny does
    what a reader process is for: it replaces a worker that a file ends, and Dask gives the
    file up after three. The network is loaded by the first file and kept by inference.engine.
    """
    try:
        recording = open_recording(item.path, hints=hints)
    except RecordingError as error:
        return failure(item, None, str(error), UNREADABLE)
    try:
        inferred = task.infer(recording, _ignore)
    except TaskError as error:
        return refused(item, recording, error)
    return finish(task, item, recording, inferred)


def run_on(
    client: Client, items: Sequence[Item], task: Task, hints: ImportHints | None = None
) -> Iterator[Outcome]:
    """The outcomes of all items, as they are done. A lost worker's files go to another one."""
    from distributed import as_completed

    known = {str(item.index): item for item in items}
    rest = iter(items)
    workers = max(len(client.scheduler_info()["workers"]), 1)

    def send(item: Item) -> Any:
        return client.submit(one_file, task, item, hints, key=f"ecg-{id(items)}-{item.index}")

    first = [send(item) for item in islice(rest, AT_ONCE * workers)]
    running: Any = as_completed(first)  # type: ignore[no-untyped-call]
    for future in running:
        if future.status == "finished":
            yield future.result()
        else:
            item = known[future.key.rsplit("-", 1)[1]]
            yield failure(item, None, f"{item.path}: its worker failed on the cluster.", UNREADABLE)
        following = next(rest, None)
        if following is not None:
            running.add(send(following))


def _ignore(fraction: float) -> None:
    """Progress is counted in files here."""
