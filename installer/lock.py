"""Write installer/lock.txt: every pinned version with the hashes of all its published files.

    python installer/lock.py TORCH_WHEEL ...

One file serves every Python and system, because each version carries the hashes of all its
wheels; they come from the index that pip uses. The builds of torch for the processor lie
elsewhere: those named as arguments are written into installer/lock-torch.txt.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS, LOCK = ROOT / "installer" / "constraints.txt", ROOT / "installer" / "lock.txt"
LIMIT_S = 60
LOCK_TORCH = ROOT / "installer" / "lock-torch.txt"
HEAD = """# Written by `python installer/lock.py` from constraints.txt. These files and no others:
# pip install --require-hashes --no-deps -r installer/lock.txt -r installer/lock-torch.txt
"""


class Links(HTMLParser):
    """The files a page of a package index offers, with their SHA-256."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        url = urlparse(dict(attrs).get("href") or "")
        if tag == "a" and url.fragment.startswith("sha256="):
            self.files[unquote(Path(url.path).name)] = url.fragment.removeprefix("sha256=")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def version_of(file: str, name: str) -> str:
    """ "numpy-2.4.6-cp311-....whl" -> "2.4.6"; empty for files of another kind."""
    stem = file.removesuffix(".tar.gz")
    match = re.match(r"(?P<name>.+?)-(?P<version>[0-9][^-]*)(-.*\.whl)?$", stem)
    if match is None or normal(match["name"]) != normal(name):
        return ""
    return match["version"].split("+")[0]


def index_url() -> str:
    """The index that pip is set to, else pip's own default."""
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        ask = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
        done = subprocess.run(
            [sys.executable, "-c", ask], capture_output=True, text=True, check=True
        )
    return done.stdout.strip().rstrip("/")


def published(name: str, version: str, index: str) -> list[str]:
    """SHA-256 of every file of that version. Raises LookupError when there is none."""
    with urlopen(f"{index}/{normal(name)}/", timeout=LIMIT_S) as page:  # an index, not a file
        links = Links()
        links.feed(page.read().decode("utf-8"))
    found = [digest for file, digest in links.files.items() if version_of(file, name) == version]
    if not found:
        raise LookupError(f"{index} offers no file of {name} {version}")
    return sorted(found)


def entry(pin: str, hashes: list[str]) -> str:
    """The lines of one pinned version."""
    return " \\\n".join([pin, *(f"    --hash=sha256:{digest}" for digest in hashes)])


def torch_entry(wheels: list[Path]) -> str:
    """The lines of torch; all wheels are of one version. Raises LookupError when not."""
    versions = {wheel.name.split("-")[1] for wheel in wheels}
    if len(versions) != 1 or any(not wheel.name.startswith("torch-") for wheel in wheels):
        raise LookupError("name wheels of one version of torch")
    digests = sorted(hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels)
    return entry(f"torch=={versions.pop()}", digests)


def main(arguments: list[str]) -> int:
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if re.match(r"\w", line) and not line.startswith("torch==")]
    index = index_url()
    LOCK_TORCH.write_text(HEAD + torch_entry([Path(a) for a in arguments]) + "\n", "utf-8")

    def locked(pin: str) -> str:
        name, version = pin.split("==")
        return entry(pin, published(name, version, index))

    with ThreadPoolExecutor(8) as pool:
        entries = pool.map(locked, pins)
        LOCK.write_text(HEAD + "\n".join(entries) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
