"""Small files that announce terabytes: refused from what they declare, before any allocation."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from tests.viewer.formats.records import RAMP, write_record
from viewer.formats import ImportHints, RecordingError, open_recording

LINE = "16 1000/mV 16 0 -500 -500 0 I"
HINTS = ImportHints(fs_hz=500, unit="mV")
MEMORY_LIMIT = 200 * 1024 * 1024


def refused_cheaply(path) -> str:
    """The sentence, after checking that memory did not grow."""
    tracemalloc.start()
    try:
        with pytest.raises(RecordingError) as refused:
            open_recording(path, hints=HINTS)
        assert tracemalloc.get_traced_memory()[1] < MEMORY_LIMIT
    finally:
        tracemalloc.stop()
    return str(refused.value)


@pytest.mark.parametrize(
    ("record", "signals"),
    [
        ("rec 1 500 1000000000000", (f"rec.dat {LINE}",)),
        ("rec 1 500 99999999999999999999", (f"rec.dat {LINE}",)),
        ("rec 99999999 500 1000", (f"rec.dat {LINE}",)),
        ("rec 1 500 1000", ("rec.dat 16:99999999 1000/mV",)),
        ("rec 1 500 1000", ("rec.dat 16x99999999 1000/mV",)),
        ("rec 1 500 1000", ("rec.dat 16+99999999999 1000/mV",)),
        ("rec 1 500 1000", (f"rec.dat {'1' * 5000} 1000/mV",)),
        ("rec/2 1 500 1000000001000", ("a 1000", "~ 1000000000000")),
        ("rec/2 1 500 4000001000", ("a 1000", "~ 4000000000")),
        ("rec/99999999 1 500 1000", ("a 1000",)),
        ("rec 300 500 1000", (f"rec.dat {LINE}",) * 300),
    ],
)
def test_a_header_that_announces_too_much(tmp_path, record, signals):
    write_record(tmp_path, "a 1 500 1000", (f"a.dat {LINE}",), {"a.dat": RAMP.tobytes()}, name="a")
    refused_cheaply(write_record(tmp_path, record, signals))


def test_a_length_far_beyond_the_file_reads_only_the_file(tmp_path):
    recording = open_recording(write_record(tmp_path, "rec 1 500 9999999999"))
    assert recording.n_samples == 1000
    assert any("ends after 2 s" in sentence for sentence in recording.warnings)


def test_a_header_of_endless_lines(tmp_path):
    header = tmp_path / "rec.hea"
    header.write_text("rec 1 500 1000\n" + "rec.dat " * 400_000 + "\n")
    refused_cheaply(header)
    header.write_text("rec 1 500 1000\n" + "rec.dat 16 1000/mV\n" * 150_000)
    refused_cheaply(header)


def npy_header(shape: str, descr: str = "'<f4'", pad: int = 0, fortran: str = "False") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}{' ' * pad}\n"
    if len(text) < 65536:
        return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode("latin-1")
    return b"\x93NUMPY\x02\x00" + len(text).to_bytes(4, "little") + text.encode("latin-1")


def npz(path, members: dict[str, bytes], compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


NPY_BOMBS = {
    "longer than the file": npy_header("(12, 1000000000000)"),
    "more than 64 bits": npy_header(f"(12, {10**30})"),
    "negative": npy_header("(12, -5)"),
    "empty times a trillion": npy_header("(0, 1000000000000)"),
    "no tuple": npy_header("[12, 5]"),
    "a true length": npy_header("(12, True)"),
    "many axes": npy_header(f"({'1,' * 60})"),
    "a header of megabytes": npy_header("(12, 5)", pad=3_000_000),
    "a nested header": npy_header("(" * 3000 + ")" * 3000),
    "an object": npy_header("(12, 5)", "'|O'"),
    "an object within a record": npy_header("(12, 5)", "[('a', '|O')]"),
    "complex": npy_header("(12, 5)", "'<c8'") + bytes(480),
    "dates": npy_header("(12, 5)", "'<M8[s]'") + bytes(480),
    "truth values": npy_header("(12, 5)", "'|b1'") + bytes(60),
    "text": npy_header("(12, 5)", "'<U4'") + bytes(960),
    "cut": npy_header("(12, 500)") + bytes(100),
    "code": npy_header("__import__('os').system('true')"),
}


@pytest.mark.parametrize("bomb", NPY_BOMBS.values(), ids=NPY_BOMBS.keys())
@pytest.mark.parametrize("packed", [False, True], ids=["npy", "npz"])
def test_an_array_that_announces_too_much_or_the_wrong_thing(tmp_path, bomb, packed):
    path = tmp_path / ("x.npz" if packed else "x.npy")
    if packed:
        npz(path, {"ecg.npy": bomb})
    else:
        path.write_bytes(bomb)
    refused_cheaply(path)


def test_zeros_that_unpack_to_gigabytes(tmp_path):
    n = 100_000_000
    path = tmp_path / "x.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("ecg.npy", "w", force_zip64=True) as part,
    ):
        part.write(npy_header(f"(1, {n})"))
        zeros = bytes(4_000_000)
        for _ in range(4 * n // len(zeros)):
            part.write(zeros)
    assert "GB" in refused_cheaply(path)


def test_an_archive_of_thousands_of_parts(tmp_path):
    refused_cheaply(npz(tmp_path / "x.npz", {f"{n}.npy": b"" for n in range(2000)}))


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" * 99])
def test_broken_archives(tmp_path, content):
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    refused_cheaply(path)


def test_an_encrypted_or_strangely_packed_archive(tmp_path):
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((12, 500), np.float32))
    path = npz(tmp_path / "x.npz", {"ecg.npy": buffer.getvalue()})
    whole = bytearray(path.read_bytes())
    central = whole.rindex(b"PK\x01\x02")
    for flag, method in ((1, 8), (0, 99)):
        changed = bytearray(whole)
        changed[6] = flag
        changed[central + 8] = flag
        changed[8:10] = changed[central + 10 : central + 12] = method.to_bytes(2, "little")
        path.write_bytes(changed)
        refused_cheaply(path)
