"""What is written is what was shown; the source is never touched; a name is absent or complete."""

from __future__ import annotations

import errno
import hashlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shared_data import archive
from tests.viewer.formats.records import synthetic, write_record
from viewer.formats import RecordingError, derive_limb_leads, open_recording, writing
from viewer.formats.export import export_recording
from viewer.recording import Recording
from viewer.samples import ArraySamples
from viewer.writable import FORMATS as WRITABLE

FORMATS = ("wfdb", "npz", "hdf5", "edf", "dicom", "aecg", "csv")
READABLE = ("wfdb", "npz", "hdf5", "edf")
NO_GAPS = ("aecg",)
PROVENANCE = {"software": "Leadlight test", "trace": "raw", "source": {"sha256": "0" * 64}}
AGAIN = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def back(proof, recording: Recording) -> np.ndarray:
    """The samples read back, whatever the format."""
    return signal_of(proof.path)


def signal_of(path: Path) -> np.ndarray:
    """By the program's reader, or, where a format has none, as the writer reads it back."""
    name = {".csv": "csv", ".dcm": "dicom", ".xml": "aecg"}.get(path.suffix)
    if name is None:
        return open_recording(path).signal_mv
    module = importlib.import_module(f"viewer.formats.write_{name}")
    return np.concatenate([block for _, block in module.read_back(path).blocks], axis=1)


def plain(n: int = 1200, seed: int = 0, format_: str = "") -> Recording:
    """The synthetic recording, without its gap for a format that has no place for one."""
    recording = synthetic(n, seed)
    if format_ not in NO_GAPS:
        return recording
    return replace(recording, samples=ArraySamples(np.nan_to_num(recording.signal_mv)))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_real_recording_comes_back_without_any_difference(tmp_path, format_):
    source = archive("ptb-xl-500") / "records500/00000/00017_hr.hea"
    recording = open_recording(source)
    proof = export_recording(recording, tmp_path / "out", format_, PROVENANCE, source=source)
    assert proof.max_error_uv == 0
    np.testing.assert_array_equal(back(proof, recording), recording.signal_mv)


@pytest.mark.parametrize("format_", READABLE)
def test_everything_a_recording_knows_comes_back(tmp_path, format_):
    recording = derive_limb_leads(synthetic())
    proof = export_recording(recording, tmp_path / "out", format_, PROVENANCE)
    read = open_recording(proof.path)
    for field in ("leads", "fs_hz", "start_time", "age_years", "sex", "derived"):
        assert getattr(read, field) == getattr(recording, field), field
    assert set(recording.comments) <= set(read.comments)
    assert set(read.integrity) == {"absent" if format_ == "edf" else "ok"}
    assert read.source_sha256 == proof.sha256
    np.testing.assert_array_equal(np.isnan(read.signal_mv), np.isnan(recording.signal_mv))


@pytest.mark.parametrize("format_", ["dicom", "aecg"])
def test_clinical_formats_open_again_with_the_programs_own_readers(tmp_path, format_):
    """Two decoders, one file: the one that proved it, and the one that opens it."""
    recording = plain(format_=format_)
    proof = export_recording(recording, tmp_path / "out", format_, PROVENANCE)
    read = open_recording(proof.path)
    np.testing.assert_array_equal(read.signal_mv, signal_of(proof.path))
    for field in ("leads", "fs_hz", "start_time", "age_years", "sex"):
        assert getattr(read, field) == getattr(recording, field), field
    assert set(recording.comments) <= set(read.comments)
    assert read.source_sha256 == proof.sha256


@pytest.mark.parametrize("format_", FORMATS)
def test_the_sidecar_holds_the_proof_and_the_provenance(tmp_path, format_):
    proof = export_recording(plain(format_=format_), tmp_path / "out", format_, PROVENANCE)
    document = json.loads(proof.sidecar.read_text("utf-8"))
    assert document["software"] == "Leadlight test"
    assert document["source"]["sha256"] == "0" * 64
    assert document["output"]["max_error_uv"] == proof.max_error_uv
    for name, digest in document["output"]["files"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [proof.sidecar.name, *document["output"]["files"]]
    )


@AGAIN
@given(
    step_uv=st.one_of(
        st.just(float("nan")),
        st.floats(1e-4, 50).map(lambda v: float(np.float32(v))),
        st.sampled_from([1.0, 1e3 / 240, 1e3 / 7247, 4.88, 0.25, 5.0, 10.0]),
    ),
    largest_mv=st.sampled_from([0.001, 0.5, 5.0, 33.0, 400.0]),
    fs_hz=st.sampled_from([50.0, 128.0, 249.89, 257.0, 360.0, 500.0, 1000.0, 4000.0, 1e3 / 3]),
    seed=st.integers(0, 2**16),
)
def test_wfdb_differs_by_half_a_step_at_most(tmp_path_factory, step_uv, largest_mv, fs_hz, seed):
    tmp_path = tmp_path_factory.mktemp("out")
    generator = np.random.default_rng(seed)
    signal = generator.uniform(-largest_mv, largest_mv, (2, 300))
    if np.isfinite(step_uv):
        signal = np.rint(signal * 1e3 / step_uv) * (step_uv / 1e3)
    recording = replace(
        Recording.from_array(signal.astype(np.float32), ("I", "II"), fs_hz, "rec"),
        step_mv=(step_uv / 1e3,) * 2,
    )
    proof = export_recording(recording, tmp_path / "out", "wfdb", {})
    read = open_recording(proof.path)
    assert read.fs_hz == fs_hz
    assert all(abs(step) <= 1e-3 * (1 + 1e-12) for step in read.step_mv)
    rounding_uv = 1e3 * np.abs(signal).max() * 2**-23
    largest_uv = 1e3 * np.abs(read.signal_mv.astype(float) - recording.signal_mv).max()
    assert largest_uv <= 500 * max(read.step_mv) + rounding_uv
    assert proof.max_error_uv == pytest.approx(largest_uv)
    if np.isfinite(step_uv):
        assert largest_uv <= rounding_uv  # on the source's own grid nothing is rounded


@pytest.mark.parametrize("format_", READABLE)
def test_three_generations_add_nothing(tmp_path, format_):
    recording = synthetic()
    first = previous = None
    for generation in range(3):
        proof = export_recording(recording, tmp_path / f"g{generation}", format_, {})
        recording = open_recording(proof.path)
        first = recording.signal_mv if first is None else first
        previous = recording.signal_mv
    np.testing.assert_array_equal(first, previous)


@pytest.mark.parametrize("format_", ["npz", "hdf5", "csv"])
@pytest.mark.parametrize("scale", [1e-30, 1e-6, 1.0, 1e9, 1e37])
def test_float_formats_are_bit_exact_at_any_size(tmp_path, format_, scale):
    recording = synthetic()
    recording = replace(
        Recording.from_array(recording.signal_mv * np.float32(scale), recording.leads, 500.0, "r")
    )
    proof = export_recording(recording, tmp_path / "out", format_, {})
    np.testing.assert_array_equal(back(proof, recording), recording.signal_mv)


@pytest.mark.parametrize(
    ("peak_mv", "bits"), [(1.0, 16), (32.0, 16), (33.0, 24), (9000.0, 32), (2_000_000.0, 32)]
)
def test_one_spike_does_not_coarsen_the_rest(tmp_path, peak_mv, bits):
    """wfdb's own gain followed the largest spike."""
    signal = np.full((1, 1000), 0.123, np.float32)
    signal[0, 500] = peak_mv
    recording = Recording.from_array(signal, ("I",), 500.0, "rec")
    proof = export_recording(recording, tmp_path / "out", "wfdb", {})
    assert f"out.dat {bits} 1000(0)/mV" in proof.path.read_text("utf-8")
    assert abs(open_recording(proof.path).signal_mv[0, 0] - 0.123) < 1e-6


def test_values_beyond_32_bits_are_refused_for_wfdb(tmp_path):
    signal = np.full((1, 1000), 1e9, np.float32)
    recording = Recording.from_array(signal, ("I",), 500.0, "rec")
    with pytest.raises(RecordingError, match="NPZ"):
        export_recording(recording, tmp_path / "out", "wfdb", {})
    assert list(tmp_path.iterdir()) == []


def test_a_lead_without_any_sample_comes_back_empty(tmp_path):
    signal = np.full((2, 500), np.nan, np.float32)
    signal[0] = 1
    recording = Recording.from_array(signal, ("I", "II"), 500.0, "rec")
    for format_ in set(FORMATS) - set(NO_GAPS):
        proof = export_recording(recording, tmp_path / format_, format_, {})
        np.testing.assert_array_equal(back(proof, recording), signal)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", ["a b", "ä::ö #1%", "心電図", "x.y.z", "rec.hea", "a\u202eb"])
def test_names_and_folders_of_any_script(tmp_path, format_, name):
    folder = tmp_path / "ordner #%:: ü"
    folder.mkdir()
    proof = export_recording(plain(300, format_=format_), folder / name, format_, {})
    assert proof.path.parent == folder
    assert back(proof, synthetic(300)).shape == (3, 300)


def test_a_lead_name_with_commas_and_quotes_survives(tmp_path):
    leads = ('say "aah", please', "lead 2", "ch#3")
    recording = replace(synthetic(), leads=leads)
    for format_ in READABLE:
        proof = export_recording(recording, tmp_path / format_, format_, {})
        assert open_recording(proof.path).leads == leads


def test_the_source_is_never_written_over(tmp_path):
    header = write_record(tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    recording = open_recording(header)
    for target in ("rec", "rec.hea", "rec.dat", "./rec"):
        with pytest.raises(RecordingError, match="never overwritten"):
            export_recording(recording, tmp_path / target, "wfdb", {}, overwrite=True)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_signal_file_of_the_source_is_not_written_over_either(tmp_path):
    """other.hea would be new, but other.dat belongs to rec.hea."""
    content = np.arange(1000, dtype="<i2").tobytes()
    header = write_record(
        tmp_path, signals=("other.dat 16 1000/mV 16 0 0 0 0 I",), files={"other.dat": content}
    )
    recording = open_recording(header)
    with pytest.raises(RecordingError, match="never overwritten"):
        export_recording(recording, tmp_path / "other", "wfdb", {}, overwrite=True)
    assert (tmp_path / "other.dat").read_bytes() == content


@pytest.mark.skipif(os.name != "posix", reason="needs links of POSIX")
def test_the_source_is_recognised_through_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    header = write_record(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(RecordingError, match="never overwritten"):
        export_recording(open_recording(header), tmp_path / "link/rec", "wfdb", {}, overwrite=True)


@pytest.mark.parametrize("format_", FORMATS)
def test_existing_files_stay_unless_replacing_is_allowed(tmp_path, format_):
    first, second = (plain(seed=seed, format_=format_) for seed in (1, 2))
    proof = export_recording(first, tmp_path / "out", format_, {})
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(RecordingError, match="exists already"):
        export_recording(second, tmp_path / "out", format_, {})
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before

    replaced = export_recording(second, tmp_path / "out", format_, {}, overwrite=True)
    assert replaced.path == proof.path
    largest = np.nanmax(np.abs(back(replaced, second) - second.signal_mv))
    assert largest <= 5.1e-4


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="cannot be written"):
        export_recording(synthetic(), tmp_path / "out", "docx", {})


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "not allowed"),
    ],
)
def test_a_disk_that_refuses_is_one_sentence_and_leaves_nothing(
    tmp_path, format_, number, words, monkeypatch
):
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(writing, "sync_file", refuse)
    with pytest.raises(RecordingError, match=words) as refused:
        export_recording(plain(format_=format_), tmp_path / "out", format_, {})
    assert str(tmp_path) not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_name_too_long_and_a_missing_folder_are_one_sentence(tmp_path):
    for target in (tmp_path / ("x" * 300), tmp_path / "missing/out", tmp_path / "file/out"):
        (tmp_path / "file").write_text("no folder")
        with pytest.raises(RecordingError):
            export_recording(synthetic(), target, "npz", {})
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_recording_still_being_read_is_not_exported(tmp_path):
    class HalfRead:
        n_leads, n_samples, ready_until = 1, 100, 50

        def read_mv(self, start, stop):
            return np.zeros((1, stop - start), np.float32)

    recording = Recording(samples=HalfRead(), leads=("I",), fs_hz=500.0, name="rec")
    with pytest.raises(RecordingError, match="still being read"):
        export_recording(recording, tmp_path / "out", "npz", {})


@pytest.mark.parametrize("format_", FORMATS)
def test_a_write_that_went_wrong_is_found_by_reading_back(tmp_path, format_):
    """One byte changes between writing and reading: not saved."""
    module = importlib.import_module(f"viewer.formats.write_{format_}")
    really = getattr(module, f"write_{format_}")

    def damage(recording, folder, stem, provenance):
        names = really(recording, folder, stem, provenance)
        path = folder / names[0]
        content = bytearray(path.read_bytes())
        content[-1500 if format_ == "npz" else len(content) // 2] ^= 0x04
        path.write_bytes(content)
        return names

    with pytest.raises(RecordingError):
        export_recording(plain(5000, format_=format_), tmp_path / "out", format_, {}, writer=damage)
    assert list(tmp_path.iterdir()) == []


LIMITED = """
import resource, signal, sys
from pathlib import Path
from tests.viewer.formats.test_export import plain
from viewer.formats import RecordingError
from viewer.formats.export import export_recording
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
recording, folder = plain(40_000, format_=sys.argv[1]), Path(sys.argv[2])
for limit in (0, 1, 65536, 131072, 196608):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        export_recording(recording, folder / "out", sys.argv[1], {})
        print("saved at", limit)
    except RecordingError as error:
        print(error, len(list(folder.iterdir())), "files left")
"""


@pytest.mark.skipif(os.name != "posix", reason="needs file size limits of POSIX")
@pytest.mark.parametrize("format_", FORMATS)
def test_no_room_in_the_middle_of_a_file_leaves_nothing(tmp_path, format_):
    """The system refuses every write beyond a limit, as a full disk does (EFBIG for ENOSPC)."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, format_, str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert len(lines) == 5, done.stderr
    assert all("was not saved: the disk takes no file" in line for line in lines)
    assert all(line.endswith(". 0 files left") for line in lines)
    assert done.stderr == ""


KILLED = """
import sys
from tests.viewer.formats.test_export import plain
from viewer.formats.export import export_recording
first, second = (plain(20_000, seed=seed, format_=sys.argv[1]) for seed in (1, 2))
print("go", flush=True)
while True:
    for recording in (first, second):
        export_recording(recording, sys.argv[2] + "/out", sys.argv[1], {}, overwrite=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
@pytest.mark.parametrize("format_", FORMATS)
def test_a_kill_at_any_moment_leaves_a_whole_file_or_none(tmp_path, format_):
    """Short form of the long run (python -m tests.kill_exports)."""
    expected = [plain(20_000, seed=seed, format_=format_).signal_mv for seed in (1, 2)]
    for attempt in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, format_, str(tmp_path)],
            stdout=subprocess.PIPE, cwd=Path(__file__).parents[3],
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        killer = threading.Timer(0.05 + 0.17 * attempt, process.send_signal, (signal.SIGKILL,))
        killer.start()
        process.wait()
        killer.join()
        process.stdout.close()
        check_after_kill(tmp_path, format_, expected)


def check_after_kill(folder: Path, format_: str, expected: list[np.ndarray]) -> None:
    """The main file is absent or complete; besides it only temporary folders and the sidecar."""
    main = folder / f"out{WRITABLE[format_].suffix}"
    if main.exists():
        if format_ in READABLE:
            assert "failed" not in open_recording(main).integrity
        signal_mv = signal_of(main)
        error = min(float(np.nanmax(np.abs(signal_mv - other))) for other in expected)
        assert error <= (5.1e-4 if WRITABLE[format_].digital else 0.0)
    for path in folder.iterdir():
        known = {main.name, "out.dat", WRITABLE[format_].sidecar("out")}
        assert path.name in known or path.name.startswith(writing.PREFIX), path.name


def test_what_a_killed_export_left_is_removed_an_hour_later(tmp_path):
    left = tmp_path / f"{writing.PREFIX}0123{writing.SUFFIX}"
    fresh = tmp_path / f"{writing.PREFIX}4567{writing.SUFFIX}"
    for folder in (left, fresh):
        folder.mkdir()
        (folder / "half.dat").write_bytes(b"x")
    os.utime(left, (1e9, 1e9))
    export_recording(synthetic(), tmp_path / "out", "npz", {})
    assert not left.exists()
    assert fresh.exists()


def test_a_long_recording_is_written_piece_by_piece(tmp_path):
    """40 minutes of 12 leads: memory stays far below the recording."""

    class Ramp:
        n_leads, n_samples = 12, 1_450_000
        ready_until = n_samples

        def read_mv(self, start, stop):
            row = (np.arange(start, stop) % 5000).astype(np.float32) / 1000
            return np.tile(row, (12, 1))

    leads = tuple(f"lead {n}" for n in range(12))
    recording = Recording(samples=Ramp(), leads=leads, fs_hz=500.0, name="rec")
    recording = replace(recording, step_mv=(1e-3,) * 12)
    tracemalloc.start()
    proof = export_recording(recording, tmp_path / "out", "wfdb", {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert proof.max_error_uv == 0
    assert peak < 60 * 1024 * 1024
