"""leadlight models: every method and model that is here, from its card."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING

from viewer.batch.task import Entry
from viewer.cli.batch import to_json
from viewer.cli.failures import DONE

if TYPE_CHECKING:
    from inference.registry import Method

KEYS = ("name", "task", "parameters", "sha256", "training_data", "licence", "metrics")
"""Always present, null where a filter has none."""


def run(options: Namespace) -> int:
    entries = cards()
    print(to_json(entries) if options.json else "\n".join(map(describe, entries)), flush=True)
    return DONE


def cards() -> list[Entry]:
    """One entry per method, in the registry's order, then the models of the other tasks."""
    from inference.registry import DENOISERS, MODELS_FOLDER

    entries = [_method(method) for method in DENOISERS.values()]
    for path in sorted(MODELS_FOLDER.glob("*.json")):
        if path.stem not in DENOISERS:
            card = json.loads(path.read_text(encoding="utf-8"))
            entry = {key: card.get(key) for key in KEYS} | {"name": path.stem, "default": False}
            entries.append(entry | {"title": card.get("title", path.stem)})
    return entries


def _method(method: Method) -> Entry:
    from inference.registry import default_denoiser

    entry: Entry = {key: method.card.get(key) for key in KEYS}
    entry |= {"name": method.name, "task": method.task, "sha256": method.sha256}
    entry |= {"title": method.title, "version": method.version}
    return entry | {"default": method.name == default_denoiser()}


def describe(entry: Entry) -> str:
    """The entry in two lines for a person."""
    size = f", {entry['parameters']:,} parameters" if entry["parameters"] else ""
    mark = " (default)" if entry["default"] else ""
    weights = f", weights {entry['sha256'][:8]}" if entry["sha256"] else ""
    return f"{entry['name']}{mark}: {entry['title']}\n  {entry['task']}{size}{weights}"
