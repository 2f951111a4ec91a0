"""results.md: the table of `python -m tests.speed`, and sections that other commands add."""

from __future__ import annotations

from pathlib import Path

RESULTS = Path(__file__).with_name("results.md")


def replace_section(title: str, text: str, path: Path = RESULTS) -> None:
    """Put text, which begins with the line `title`, in the place of that section, or at the end."""
    first, sections = _parts(path)
    sections[title] = text.strip()
    _write(path, first, sections)


def replace_first(text: str, path: Path = RESULTS) -> None:
    """The main table anew; the other sections stay."""
    _write(path, text.strip(), _parts(path)[1])


def _parts(path: Path) -> tuple[str, dict[str, str]]:
    """What stands before the first "## ", and the sections by their title line."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    first, *others = text.split("\n## ")
    sections = {f"## {part.splitlines()[0]}": f"## {part.strip()}" for part in others}
    return first.strip(), sections


def _write(path: Path, first: str, sections: dict[str, str]) -> None:
    path.write_text("\n\n".join((first, *sections.values())) + "\n", encoding="utf-8")
