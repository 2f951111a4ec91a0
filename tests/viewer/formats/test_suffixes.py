"""What the window knows of the formats without loading a reader."""

from __future__ import annotations

import subprocess
import sys

from viewer.formats import registry, suffixes


def test_the_names_are_those_of_the_readers_in_their_order() -> None:
    assert tuple(reader.name for reader in registry.READERS) == suffixes.NAMES


def test_asking_a_reader_process_loads_no_reader() -> None:
    script = (
        "import sys, viewer.formats.process, viewer.formats.suffixes;"
        "print([m for m in sys.modules if m.endswith('_reader')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_readers_are_loaded_when_they_are_asked_for() -> None:
    import viewer.formats

    assert viewer.formats.records_in is registry.records_in
