"""Every language: complete for the commands and settings, true to numbers, units and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from viewer import words
from viewer.settings import SETTINGS
from viewer.state.best_stretch import Best, Stretch
from viewer.ui.actions import COMMANDS, MENUS
from viewer.ui.help_sheet import MOUSE
from viewer.ui.settings_dialog import CHOICES, FOLDERS
from viewer.ui.tour import LAST, STOPS
from viewer.words import LANGUAGES, load, tr, use

OTHERS = [code for code in LANGUAGES if code != "en"]
UNITS = r"mm/mV|mm/s|\b(?:mV|ms|mm|Hz|GB|MB|PDF|PNG|QTc?|QRS|aV[RLF]|V[1-6])\b"


@pytest.fixture(params=OTHERS)
def language(request) -> Iterator[str]:
    use(request.param)
    yield request.param
    use("en")


def texts() -> list[str]:
    """What the central places of the window say."""
    said = [text for c in COMMANDS for text in (c.title, c.tip, *([c.short] if c.short else []))]
    said += [*MENUS, *{c.menu.rpartition("/")[2] for c in COMMANDS}]
    titled = [s for s in SETTINGS if s.title]
    said += [text for s in titled for text in (s.title, s.meaning, s.group)]
    said += [title for title, _ in FOLDERS]
    said += [name for pair in MOUSE for name in pair]
    said += [LAST, *(stop.text for stop in STOPS)]
    free = ("denoise.method", "view.language", "cache.limit_mb")
    return said + [name for key in CHOICES if key not in free for _, name in CHOICES[key]()]


def test_every_command_setting_and_callout_is_translated(language):
    missing = sorted({text for text in texts() if not words.known(text)})
    assert missing == [], f"resources/languages/{language}.json lacks these"


def test_no_translation_loses_a_part_a_unit_or_a_lead(language):
    for source, target in load(language).items():
        assert source.count("{}") == target.count("{}"), source
        assert sorted(re.findall(UNITS, source)) == sorted(re.findall(UNITS, target)), source
        assert re.findall(r"\d+", source) == re.findall(r"\d+", target), source
        assert target.strip() == target
        assert target


def test_german_speaks_as_cardiologists_do():
    use("de")
    try:
        assert tr("Median beat") == "Median-Schlag"
        assert tr("ST segment") == "ST-Strecke"
        assert tr("Noise map") == "Rauschkarte"
        assert tr("3 × 4 + rhythm lead") == "3 × 4 + Rhythmusableitung"
        assert tr("Gain 10 mm/mV, the same for every lead").startswith("Verstärkung 10 mm/mV")
    finally:
        use("en")


def test_sentences_with_parts_that_vary_are_translated_part_by_part():
    use("de")
    try:
        best = Best(Stretch(750, 760, "AAAB", 30.0, 72.4), 70.2, 240, 8640)
        assert tr(best.why) == (
            "Beste 10 s: 12:30 – 12:40. 3 von 4 Ableitungen Güte A, 1 Güte B, "
            "Herzfrequenz 72/min (hier typisch: 70/min); verglichen 240 von 8640."
        )
        assert tr("IIR band-pass is cleaning, about 20 s left") == (
            "IIR band-pass entrauscht, noch etwa 20 s"
        )
    finally:
        use("en")


def test_what_has_no_translation_stays_english_whole():
    use("de")
    try:
        sentence = "The checksum of II, one of many, does not fit the signal."
        assert tr(sentence) == sentence
    finally:
        use("en")


def test_english_loads_nothing_and_says_everything_as_it_is_written():
    use("en")
    assert load("en") == {}
    assert all(tr(text) == text for text in texts())


def test_an_unknown_language_is_english():
    use("tlh")
    assert tr("Open…") == "Open…"
