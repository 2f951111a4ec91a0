"""Slow imports and tidying, done while the reader of the ECG looks at the first page."""

from __future__ import annotations

import importlib

from inference.registry import Method
from viewer.folders import cache_folder
from viewer.jobs.runner import Progress
from viewer.state.cache_room import trim

FILTERS = ("inference.denoise", "scipy.signal", "inference.guard")
LEARNED = ("torch", "inference.learned")


def warm_up(method: Method, cache_bytes: int, progress: Progress) -> None:
    """Import what the first press of "Denoise" will need; 1 s of scipy, 1.5 s of torch.

    Then the cache is brought below cache_bytes.
    """
    names = (*FILTERS, *(LEARNED if method.learned else ()))
    for number, name in enumerate(names):
        progress(number / len(names))
        importlib.import_module(name)
    trim(cache_folder(), cache_bytes)
