"""Mutated recordings through open_recording.

    python -m tests.fuzz FORMAT|all [COUNT] [SEED]

FORMAT: wfdb npz npy hdf5 edf dicom muse aecg sierra scp ishne mfer csv mat

Every mutant must open or be refused with one RecordingError of one or two sentences, within
5 s and without eating memory. The test suite runs a few hundred; this command, any number.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from tests.viewer.formats.records import RAMP, edf_bytes, write_record
from tests.viewer.formats.seeds import WRITTEN
from viewer.formats import RecordingError, open_recording

SLOW_S = 5.0
TEXTS = (
    *(b"0", b"-1", b"1e3", b"1e400", b"nan", b"inf", b"99999999999", b"/", b"~", b"../x", b"\xb5V"),
    *(
        b"\xc2\xb5V",
        b"x",
        b":",
        b"+",
        b"(",
        b" ",
        b"\n",
        b"\0",
        b"#",
        b"16",
        b"212",
        b"310",
        b"508",
    ),
    *(b"61", b"8", b"http://a/b", b"%s", b"rec", b"rec.hea", b"rec.dat", b"mmHg", b"V", b"II"),
)


@dataclass
class Report:
    """What became of the mutants."""

    opened: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    faults: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)


def mutate(content: bytes, random: np.random.Generator) -> bytes:
    """One to four changes: flipped bits, cuts, repeats, inserted and replaced texts."""
    data = bytearray(content)
    for _ in range(int(random.integers(1, 5))):
        at = int(random.integers(0, max(len(data), 1)))
        kind = random.integers(7)
        text = TEXTS[int(random.integers(len(TEXTS)))]
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << int(random.integers(8))
        elif kind == 1 and data:
            data[at % len(data)] = int(random.integers(256))
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            data[at:at] = data[at : at + int(random.integers(1, 60))]
        elif kind == 4:
            data[at:at] = text
        elif kind == 5:
            data[at : at + len(text)] = text
        else:  # a word of a text file becomes another one
            words = bytes(data).split(b" ")
            words[int(random.integers(len(words)))] = text
            data = bytearray(b" ".join(words))
    return bytes(data)


def mutate_within(content: bytes, random: np.random.Generator) -> bytes:
    """One array of an archive changed and packed again, so that its checksum is right."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        chosen = old.namelist()[int(random.integers(len(old.namelist())))]
        for name in old.namelist():
            data = old.read(name)
            head = mutate(data[:128], random) if name == chosen else data[:128]
            new.writestr(name, head + data[128:])
    return packed.getvalue()


def wfdb_seed(folder: Path) -> list[Path]:
    """A record of two files, two formats, skew, remarks; and one of two segments."""
    lines = (
        "rec.dat 16x2 1000(5)/mV 16 0 -500 -500 0 I",
        "rec.dat 16:2 200/uV 16 0 -498 0 0 Lead aVR",
        "rec.d1 212 200/mV 12 0 0 0 0 V1",
    )
    files = {"rec.dat": RAMP.tobytes(), "rec.d1": bytes(range(250)) * 2}
    header = write_record(folder, "rec 3 500 300 10:11:12 01/02/2003", lines, files)
    header.write_bytes(header.read_bytes() + b"# <age>: 51 <sex>: F\n")
    line = "16 1000/mV 16 0 -500 -500 0 I"
    write_record(folder, "a 1 500 1000", (f"a.dat {line}",), {"a.dat": RAMP.tobytes()}, name="a")
    multi = write_record(folder, "m/3 1 500 2100", ("a 1000", "~ 100", "a 1000"), {}, name="m")
    return [header, folder / "rec.dat", multi, folder / "a.hea"]


def npz_seed(folder: Path) -> list[Path]:
    signal = np.arange(3600, dtype=np.float32).reshape(3, 1200) / 1000
    names = np.array(["I", "II", "V1"])
    np.savez(folder / "stored.npz", signal_mv=signal, fs_hz=500, leads=names)
    turned = signal.T.astype("f8")
    np.savez_compressed(folder / "packed.npz", ecg=turned, fs_hz=500, leads=names, unit="mV")
    return [folder / "stored.npz", folder / "packed.npz"]


def npy_seed(folder: Path) -> list[Path]:
    np.save(folder / "a.npy", np.arange(3600, dtype=np.float32).reshape(3, 1200))
    return [folder / "a.npy"]


def hdf5_seed(folder: Path) -> list[Path]:
    with h5py.File(folder / "a.h5", "w") as file:
        signal = np.arange(3600, dtype=np.float32).reshape(3, 1200)
        file.create_dataset("signal_mv", data=signal, chunks=(1, 600), fletcher32=True)
        file.attrs["fs_hz"] = 500.0
        file["leads"] = [b"I", b"II", b"V1"]
    return [folder / "a.h5"]


def edf_seed(folder: Path) -> list[Path]:
    (folder / "a.edf").write_bytes(edf_bytes())
    (folder / "a.bdf").write_bytes(edf_bytes(bdf=True))
    return [folder / "a.edf", folder / "a.bdf"]


CLINICAL = {
    "dicom": "DICOM",
    "muse": "MUSE XML",
    "aecg": "HL7 aECG",
    "sierra": "Philips XML",
    "scp": "SCP-ECG",
    "ishne": "ISHNE",
    "mfer": "MFER",
    "csv": "CSV",
    "mat": "MATLAB",
}
"""Formats of which tests/viewer/formats/seeds.py writes the file to be mutated."""


def _written(format_: str) -> Callable[[Path], list[Path]]:
    return lambda folder: [WRITTEN[format_](folder)]


SEEDS: dict[str, Callable[[Path], list[Path]]] = {
    "wfdb": wfdb_seed,
    "npz": npz_seed,
    "npy": npy_seed,
    "hdf5": hdf5_seed,
    "edf": edf_seed,
} | {name: _written(format_) for name, format_ in CLINICAL.items()}


def run(format_: str, count: int, seed: int) -> Report:
    """Open count mutants; faults name the mutant's number, to be found again by its seed."""
    from viewer.formats import ImportHints

    report = Report()
    hints = ImportHints(fs_hz=500, unit="mV", axis="leads-first")
    with tempfile.TemporaryDirectory(prefix="leadlight-fuzz-") as temporary:
        folder = Path(temporary)
        targets = SEEDS[format_](folder)
        originals = {path: path.read_bytes() for path in targets}
        for number in range(count):
            random = np.random.default_rng([seed, number])
            path = targets[number % len(targets)]
            change = mutate_within if path.name == "stored.npz" else mutate
            path.write_bytes(change(originals[path], random))
            opened = folder / "m.hea" if path.name == "a.hea" else path
            started = time.monotonic()
            try:
                open_recording(opened, hints=hints if number % 2 else None)
                report.opened += 1
            except RecordingError as error:
                report.refused += 1
                report.reasons[" ".join(str(error).split()[1:5])] += 1
                report.faults += [
                    f"{number}: {fault}" for fault in bad_sentence(str(error), folder)
                ]
            except Exception as error:  # noqa: BLE001 - that is what is being looked for
                report.faults.append(f"{number}: {type(error).__name__}: {error}")
            spent = time.monotonic() - started
            report.slowest_s = max(report.slowest_s, spent)
            if spent > SLOW_S:
                report.faults.append(f"{number}: took {spent:.1f} s")
            path.write_bytes(originals[path])
    return report


def bad_sentence(sentence: str, folder: Path) -> list[str]:
    """What a clinician should not have to read."""
    faults = []
    if not sentence.endswith(".") or sentence.count(". ") > 1 or "\n" in sentence:
        faults.append(f"not one or two sentences: {sentence!r}")
    if str(folder) in sentence or "Error" in sentence or "Traceback" in sentence:
        faults.append(f"names a path or an error type: {sentence!r}")
    if len(sentence) > 400 or not sentence.isprintable():
        faults.append(f"long or unprintable: {sentence!r}")
    return faults


def main(arguments: list[str]) -> int:
    count = int(arguments[1]) if len(arguments) > 1 else 10_000
    seed = int(arguments[2]) if len(arguments) > 2 else int(time.time())
    out = sys.stdout.write
    worst = 0
    for format_ in SEEDS if arguments[0] == "all" else arguments[:1]:
        report = run(format_, count, seed)
        out(f"{format_}: {count} mutants, seed {seed}: {report.opened} opened, ")
        out(f"{report.refused} refused, slowest {report.slowest_s:.2f} s, ")
        out(f"{len(report.faults)} faults\n")
        for fault in report.faults[:50]:
            out(f"  {fault}\n")
        worst = max(worst, bool(report.faults))
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
