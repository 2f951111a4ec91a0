"""`python -m inference.evaluation st`: everything about beats, ST, guard and classifier.

Each part prints its tables and replaces its own section of results/st.md, so that one part
can be measured again alone.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "st.md"
ATTEMPTS = Path(__file__).parent / "st_attempts.md"
TITLE = "# ST: beats, boundaries, levels, guard, classifier\n"
Lines = list[str]


def _beats(data: Path) -> Lines:
    from inference.evaluation.st_beats import r_peaks

    return r_peaks(data / "mitdb")


def _boundaries(data: Path) -> Lines:
    from inference.evaluation.st_boundaries import boundaries

    return boundaries(data / "ludb")


def _guard(data: Path) -> Lines:
    from inference.evaluation.sources import held_out_noise, ludb, ptbxl_fold_10
    from inference.evaluation.st_guard import report

    unseen = [r for r in ludb(data / "ludb") if int(r.name.removeprefix("ludb-")) % 4 != 1]
    records = [*unseen, *ptbxl_fold_10(data / "ptb-xl-500")]
    return report(records[::3], held_out_noise(data / "nstdb"), data / "mitdb")


def _sweep(_data: Path) -> Lines:
    from inference.evaluation.st_sweep import sweep

    return sweep()


def _dipoles(_data: Path) -> Lines:
    from inference.evaluation.st_sweep import dipoles

    return dipoles()


def _stability(data: Path) -> Lines:
    from inference.evaluation.sources import held_out_noise
    from inference.evaluation.st_stability import stability

    return stability(held_out_noise(data / "nstdb"))


def _limits(data: Path) -> Lines:
    from inference.evaluation.st_limits import limits

    return limits(data / "ludb")


def _strata(data: Path) -> Lines:
    from inference.evaluation.sources import held_out_noise
    from inference.evaluation.st_strata import strata

    return strata(data / "ludb", held_out_noise(data / "nstdb"))


def _classifier(data: Path) -> Lines:
    from inference.evaluation.st_classes import classes

    return classes(data)


def _cleaned(data: Path) -> Lines:
    from inference.evaluation.st_classes import cleaned

    return cleaned(data)


def _staff(data: Path) -> Lines:
    from inference.evaluation.st_classes import occlusion

    return occlusion(data / "staff3")


PARTS: dict[str, tuple[str, Callable[[Path], Lines]]] = {
    "beats": ("R peaks", _beats),
    "boundaries": ("Wave boundaries and ST levels", _boundaries),
    "guard": ("Fidelity guard", _guard),
    "sweep": ("Synthetic ST sweep", _sweep),
    "dipoles": ("Synthetic ST sweep with the geometry of a heart", _dipoles),
    "limits": ("Impulse, second pass, events, offset, gain and shift", _limits),
    "stability": ("Stability under noise", _stability),
    "strata": ("What noise and cleaning do to the measurements, by diagnosis", _strata),
    "classifier": ("ST classifier", _classifier),
    "cleaned": ("ST classifier on noisy and on cleaned recordings", _cleaned),
    "staff": ("Balloon occlusion (STAFF III)", _staff),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the named parts (all without names); returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m inference.evaluation st", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--data", type=Path, required=True, help="folder of unpacked archives")
    options = parser.parse_args(argv)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    for name in options.parts or PARTS:
        title, measure = PARTS[name]
        lines = [f"## {title}", "", *measure(options.data), *_measured_with(name)]
        print("\n".join(lines), flush=True)
        write_section(RESULTS, name, lines)
    return 0


def _measured_with(part: str) -> Lines:
    """Which default network a part that cleans was measured with; it may change later."""
    if part in ("beats", "boundaries", "guard", "classifier"):
        return []
    from inference.registry import DENOISERS, default_denoiser

    method = DENOISERS[default_denoiser()]
    return [f"Measured with `{method.name}`, weights {(method.sha256 or 'none')[:8]}.", ""]


def write_section(path: Path, name: str, lines: Iterable[str]) -> None:
    """Replace one section of the results, keeping the others; what was tried stands last."""
    text = path.read_text(encoding="utf-8") if path.exists() else TITLE
    sections = dict(re.findall(r"<!-- (\w+) -->\n(.*?)<!-- end -->\n", text, flags=re.DOTALL))
    sections[name] = "\n".join(lines) + "\n"
    body = "".join(
        f"\n<!-- {key} -->\n{sections[key]}<!-- end -->\n" for key in PARTS if key in sections
    )
    by_hand = ATTEMPTS.read_text(encoding="utf-8")
    path.write_text(TITLE + body + by_hand, encoding="utf-8")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Lines:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows] + [""]
