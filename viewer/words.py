"""The window's words in the reader's language. English is the source and needs no file.

A language is one JSON file, resources/languages/de.json: English text to translated text.
"{}" in both stands for a part that varies; that part is looked up by itself. What has no
translation stays English. The page, exports and the command line speak English always:
they are records, and the same record must read the same everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from viewer.folders import resource

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""By their codes, each in its own words."""

WORDY = 5
"""Letters from which on a text with parts that vary can be told from any other."""

_exact: dict[str, str] = {}
_patterns: list[tuple[re.Pattern[str], str]] = []


def load(language: str) -> Mapping[str, str]:
    """The table of one language; empty for English. Raises OSError or ValueError."""
    if language == "en":
        return {}
    path = resource(f"languages/{language}.json")
    table: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return table


def use(language: str) -> None:
    """Speak this language from now on; an unknown one is English."""
    table = load(language) if language in LANGUAGES else {}
    _exact.clear()
    _patterns.clear()
    tr.cache_clear()
    varying = [source for source in table if "{}" in source]
    for source in sorted(varying, key=len, reverse=True):  # the most specific one first
        _patterns.append((_pattern(source), table[source]))
    _exact.update({source: table[source] for source in table if source not in varying})


def _pattern(source: str) -> re.Pattern[str]:
    """What matches it. Few words, as in "{} of {}", stand only between numbers and times."""
    part = "(.+?)" if sum(map(str.isalpha, source)) >= WORDY else r"([\d.:,–/ ]+?)"
    return re.compile(part.join(re.escape(fixed) for fixed in source.split("{}")), re.DOTALL)


@lru_cache(maxsize=2000)
def tr(text: str) -> str:
    """The text in the reader's language; the text itself where there is no translation."""
    found = _found(text)
    return text if found is None else found


def known(text: str) -> bool:
    """Whether the language has words for this text."""
    return _found(text) is not None


def _found(text: str) -> str | None:
    if text in _exact:
        return _exact[text]
    for pattern, target in _patterns:
        match = pattern.fullmatch(text)
        if match is not None:
            return target.format(*(tr(part) for part in match.groups()))
    return None
