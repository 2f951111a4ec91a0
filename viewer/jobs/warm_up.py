"""Slow imports, done while the reader of the ECG looks at the first page."""

from __future__ import annotations

import importlib

from inference.registry import Method
from viewer.jobs.runner import Progress

FILTERS = ("inference.denoise", "scipy.signal", "inference.guard")
LEARNED = ("torch", "inference.learned")


def warm_up(method: Method, progress: Progress) -> None:
    """Import what the first press of "Denoise" will need; 1 s of scipy, 1.5 s of torch."""
    names = (*FILTERS, *(LEARNED if method.learned else ()))
    for number, name in enumerate(names):
        progress(number / len(names))
        importlib.import_module(name)
