"""leadlight models: every method and model that is here, from its card."""

from __future__ import annotations

from argparse import Namespace

from viewer.cli.batch import Entry, to_json
from viewer.cli.failures import DONE

KEYS = ("name", "task", "parameters", "sha256", "training_data", "licence", "metrics")
"""Always present, null where a filter has none."""


def run(options: Namespace) -> int:
    entries = cards()
    print(to_json(entries) if options.json else "\n".join(map(describe, entries)), flush=True)
    return DONE


def cards() -> list[Entry]:
    """One entry per method, in the registry's order; the default one is marked."""
    from inference.registry import DENOISERS, default_denoiser

    entries = []
    for method in DENOISERS.values():
        entry = {key: method.card.get(key) for key in KEYS}
        entry |= {"name": method.name, "task": method.task, "sha256": method.sha256}
        entry |= {"title": method.title, "version": method.version}
        entries.append(entry | {"default": method.name == default_denoiser()})
    return entries


def describe(entry: Entry) -> str:
    """The entry in two lines for a person."""
    size = f", {entry['parameters']:,} parameters" if entry["parameters"] else ""
    mark = " (default)" if entry["default"] else ""
    weights = f", weights {entry['sha256'][:8]}" if entry["sha256"] else ""
    return f"{entry['name']}{mark}: {entry['title']}\n  {entry['task']}{size}{weights}"
