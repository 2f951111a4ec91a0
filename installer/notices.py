"""Who wrote what Leadlight runs on: the libraries, their versions and their licences.

    python installer/notices.py          rewrite resources/licenses/libraries.md
    python installer/notices.py --sbom   print a CycloneDX bill of materials (JSON)

Run in the environment that is to be shipped; test tools are left out.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "resources" / "licenses" / "libraries.md"
HEAD = """# Libraries

Leadlight is MIT-licensed. It runs on these libraries, each under its own licence; their full
texts come with the packages themselves. Written by `python installer/notices.py`.

PySide6, shiboken6 and the Qt libraries inside them are used under the LGPL 3.0: they are
unmodified, loaded dynamically, and can be replaced by another build of the same version. The
same holds for libsndfile (LGPL 2.1) inside soundfile.

The sample recordings have licences of their own: resources/samples/README.md. The cards in
resources/models say what each model was trained on.

| library | version | licence |
|---|---|---|
"""


@dataclass(frozen=True)
class Library:
    """One installed distribution and what its metadata says of its licence."""

    name: str
    version: str
    licence: str
    homepage: str


def shipped() -> list[Library]:
    """Every distribution that the program needs to run, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    seen: dict[str, Library] = {}
    waiting = [Requirement(text) for text in project["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        key = normal(requirement.name)
        if key in seen or not applies(requirement):
            continue
        try:
            found = distribution(requirement.name)
        except PackageNotFoundError:
            continue
        seen[key] = library(found)
        waiting += [Requirement(text) for text in found.requires or ()]
    return sorted(seen.values(), key=lambda one: one.name.lower())


def applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def library(found: Distribution) -> Library:
    about = found.metadata
    version = found.version.split("+")[0]  # "2.13.0+cpu" is one build of 2.13.0
    return Library(about["Name"], version, licence(found), homepage(found))


def licence(found: Distribution) -> str:
    """The SPDX expression where there is one, else classifiers, else the first line."""
    about = found.metadata
    if about["License-Expression"]:
        return about["License-Expression"]
    classes = [
        text.split(" :: ")[-1] for text in about.get_all("Classifier") or () if "Lic" in text
    ]
    named = [text for text in classes if text != "OSI Approved"]
    first = (about["License"] or "").strip().splitlines()
    return "; ".join(named) or (first[0][:60] if first else "see the package")


def homepage(found: Distribution) -> str:
    if found.metadata["Home-page"]:
        return found.metadata["Home-page"]
    urls = [text.partition(",")[2].strip() for text in found.metadata.get_all("Project-URL") or ()]
    return urls[0] if urls else ""


def table() -> str:
    return HEAD + "".join(f"| {row} |\n" for row in _rows())


def _rows() -> Iterator[str]:
    for one in shipped():
        yield f"{one.name} | {one.version} | {one.licence}"


def bill() -> str:
    """A CycloneDX 1.5 document of the same libraries."""
    components = [
        {
            "type": "library",
            "name": one.name,
            "version": one.version,
            "purl": f"pkg:pypi/{normal(one.name)}@{one.version}",
            "licenses": [{"license": {"name": one.licence}}],
            "externalReferences": [{"type": "website", "url": one.homepage}]
            if one.homepage
            else [],
        }
        for one in shipped()
    ]
    document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1}
    return json.dumps(document | {"components": components}, indent=2)


def main(arguments: list[str]) -> int:
    if arguments == ["--sbom"]:
        print(bill())
    elif not arguments:
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        TABLE.write_text(table(), encoding="utf-8")
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
