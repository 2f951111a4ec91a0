"""The list of libraries is complete, current, and free of what we must not ship."""

import json
import re
import tomllib

from packaging.requirements import Requirement

from installer import notices
from tests.shared_data import REPOSITORY


def test_every_dependency_and_what_it_needs_is_listed():
    listed = {notices.normal(one.name) for one in notices.shipped()}
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    direct = [Requirement(text) for text in project["dependencies"]]
    assert {notices.normal(r.name) for r in direct if notices.applies(r)} <= listed
    assert {"shiboken6", "sympy", "cffi"} <= listed
    assert "pytest" not in listed


def test_the_written_table_names_the_pinned_versions():
    pins = dict(
        line.split("==")
        for line in (REPOSITORY / "installer/constraints.txt").read_text().splitlines()
        if not line.startswith("#")
    )
    versions = {notices.normal(name): version for name, version in pins.items()}
    table = notices.TABLE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| (\S+) \|", table, re.MULTILINE)[1:]
    assert len(rows) > 20
    assert [row for row in rows if versions[notices.normal(row[0])] != row[1]] == []


def test_nothing_listed_is_under_the_gpl_alone():
    for one in notices.shipped():
        strong = re.search(r"\bA?GPL", one.licence)
        assert not strong or "LGPL" in one.licence, one


def test_the_bill_of_materials_names_every_library_once():
    bill = json.loads(notices.bill())
    assert bill["bomFormat"] == "CycloneDX"
    names = [component["name"] for component in bill["components"]]
    assert sorted(names) == sorted({one.name for one in notices.shipped()})
    assert all(c["purl"].startswith("pkg:pypi/") for c in bill["components"])
