"""XML from outside: no entities, no external files, bounded depth, elements and text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viewer.formats.errors import RecordingError
from viewer.formats.files import open_regular, shown

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FILE_LIMIT, TEXT_LIMIT = 128 * 1024 * 1024, 40 * 1024 * 1024
DEPTH_LIMIT, ELEMENTS_LIMIT = 100, 60_000
BLOCK_BYTES = 1 << 18
PROLOG_BYTES = 1 << 16

_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_PROLOG = re.compile(r"^\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^<>\[\]]*>\s*)*", re.DOTALL)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s/>]")
_DOCTYPE = re.compile(r"<!DOCTYPE[^<>\[\]]*>")
"""Without an internal subset: it names a file that nobody will ever open."""


def root_name(head: bytes) -> str:
    """The name of the first element, without its prefix; "" when this is no XML."""
    text = _text(head)
    prolog = _PROLOG.match(text)
    root = _ROOT.match(text, prolog.end() if prolog else 0)
    return root[1] if root else ""


def read_xml(path: Path) -> Element:
    """The tree, names without namespaces. Raises RecordingError."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser, ParseError

    if path.stat().st_size > FILE_LIMIT:
        raise RecordingError(
            f"{shown(path)} is larger than {FILE_LIMIT >> 20} MB, too large for an ECG in XML."
        )
    builder = _Bounded(path)
    parser = DefusedXMLParser(
        target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        with open_regular(path) as file:
            parser.feed(_without_doctype(file.read(PROLOG_BYTES)))
            while block := file.read(BLOCK_BYTES):
                parser.feed(block)
        root: Element = parser.close()
    except DefusedXmlException:
        raise RecordingError(
            f"{shown(path)} defines or fetches things of its own (entities), which no ECG needs: "
            "it was not opened."
        ) from None
    except (ParseError, ValueError, LookupError):
        raise RecordingError(
            f"{shown(path)} is damaged (its XML is broken): get it again from its source."
        ) from None
    return root


class _Bounded:
    """Builds the tree, and stops where no ECG would go on."""

    def __init__(self, path: Path) -> None:
        from xml.etree.ElementTree import TreeBuilder

        self._path, self._builder = path, TreeBuilder()
        self._depth = self._elements = self._text = 0

    def start(self, tag: str, attributes: dict[str, str]) -> Any:
        self._depth += 1
        self._elements += 1
        self._text = 0
        if self._depth > DEPTH_LIMIT or self._elements > ELEMENTS_LIMIT:
            raise RecordingError(
                f"{shown(self._path)} nests or repeats its XML as no ECG does: it was not opened."
            )
        return self._builder.start(_bare(tag), {_bare(k): v for k, v in attributes.items()})

    def end(self, tag: str) -> Any:
        self._depth -= 1
        return self._builder.end(_bare(tag))

    def data(self, text: str) -> None:
        self._text += len(text)
        if self._text > TEXT_LIMIT:
            raise RecordingError(
                f"{shown(self._path)} holds a text of more than {TEXT_LIMIT >> 20} MB, which no "
                "ECG needs: it was not opened."
            )
        self._builder.data(text)

    def close(self) -> Any:
        return self._builder.close()


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


def _text(head: bytes) -> str:
    for mark, encoding in _BOMS.items():
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    if head[:4] == b"<\0?\0":
        return head.decode("utf-16-le", "replace")
    return head.decode("latin-1")


def _without_doctype(head: bytes) -> bytes:
    """MUSE names its own DTD; the line is blanked, so that every other DTD can be refused."""
    for mark, encoding in _BOMS.items():
        if head.startswith(mark) and encoding != "utf-8":
            text = head[len(mark) :].decode(encoding, "surrogatepass")
            return mark + _blanked(text).encode(encoding, "surrogatepass")
    return _blanked(head.decode("latin-1")).encode("latin-1")


def _blanked(text: str) -> str:
    return _DOCTYPE.sub(lambda found: " " * len(found[0]), text, count=1)


def text_of(element: Element | None, path: str = "") -> str:
    """Stripped text of a descendant, "" when it is missing or empty."""
    found = element if element is None or not path else element.find(path)
    text = (found.text or "") if found is not None else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def number_of(text: str) -> float | None:
    """A plain decimal number, None for anything else."""
    return float(text) if re.fullmatch(r"[+-]?[0-9]{1,15}(?:\.[0-9]{0,18})?", text) else None
