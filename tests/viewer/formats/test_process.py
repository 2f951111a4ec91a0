"""The reader process: it may die, the program does not, and the next file opens."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.viewer.formats.misbehaving import never_awake, serve
from tests.viewer.formats.records import RAMP, write_record
from viewer.formats import ImportHints, NeedsHints, RecordingError, long_copy, open_recording
from viewer.formats.loading import loading_of, settled
from viewer.formats.process import ReaderProcess
from viewer.recording import Recording

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
LONG_SAMPLES = 2_000_000
"""Of 12 leads: 96 MB as float32, more than is kept in memory."""


@pytest.fixture(scope="module")
def reader():
    with ReaderProcess(target=serve) as process:
        yield process


@pytest.fixture(scope="module")
def long_record(tmp_path_factory):
    """48 MB of 12 leads, cheap to write: one second over and over, with right checksums."""
    folder = tmp_path_factory.mktemp("long")
    second = np.random.default_rng(1).integers(-3000, 3000, (500, 12), dtype=np.int16)
    repeats = LONG_SAMPLES // 500
    sums = (second.sum(axis=0, dtype=np.int64) * repeats) % 65536
    with (folder / "long.dat").open("wb") as file:
        for _ in range(repeats):
            file.write(second.tobytes())
    lines = tuple(
        f"long.dat 16 1000/mV 16 0 {second[0, i]} {sums[i]} 0 {lead}"
        for i, lead in enumerate(LEADS)
    )
    return write_record(folder, f"long 12 500 {LONG_SAMPLES}", lines, {}, name="long"), second


def test_a_recording_comes_out_as_in_this_process(reader, tmp_path):
    header = write_record(tmp_path)
    there, here = reader.open(header), open_recording(header)
    np.testing.assert_array_equal(there.signal_mv, here.signal_mv)
    for field in Recording.__dataclass_fields__:
        if field != "samples":
            assert getattr(there, field) == getattr(here, field), field


def test_starting_waits_for_nobody():
    """This process never wakes up: a constructor that waited for it would not return."""
    process = ReaderProcess(target=never_awake)
    assert not process.busy()
    process.close()


def test_questions_come_back_as_questions(reader, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((12, 500), np.float32))
    with pytest.raises(NeedsHints) as asked:
        reader.open(tmp_path / "x.npy")
    assert asked.value.questions == ("unit", "fs_hz")
    recording = reader.open(tmp_path / "x.npy", ImportHints(fs_hz=500, unit="mV", leads=LEADS))
    assert recording.leads == LEADS


@pytest.mark.parametrize("fate", ["crash", "abort"])
def test_a_crash_costs_one_sentence_and_the_next_file_opens(reader, tmp_path, fate):
    (tmp_path / f"{fate}.bin").write_bytes(b"x")
    with pytest.raises(RecordingError, match=rf"{fate}\.bin stopped the reader"):
        reader.open(tmp_path / f"{fate}.bin")
    assert reader.open(write_record(tmp_path)).n_samples == 1000


def test_a_hang_is_ended_and_the_next_file_opens(tmp_path, monkeypatch):
    monkeypatch.setattr("viewer.formats.worker.SILENCE_S", 0.5)
    (tmp_path / "hang.bin").write_bytes(b"x")
    with ReaderProcess(target=serve) as reader:
        with pytest.raises(RecordingError, match="could not be read within"):
            reader.open(tmp_path / "hang.bin")
        assert reader.open(write_record(tmp_path)).n_samples == 1000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_a_memory_eater_is_stopped(reader, tmp_path):
    (tmp_path / "eat.bin").write_bytes(b"x")
    with pytest.raises(RecordingError, match="memory"):
        reader.open(tmp_path / "eat.bin")
    assert reader.open(write_record(tmp_path)).n_samples == 1000


def test_an_unforeseen_error_is_one_sentence_too(reader, tmp_path):
    (tmp_path / "raise.bin").write_bytes(b"x")
    with pytest.raises(RecordingError, match="damaged"):
        reader.open(tmp_path / "raise.bin")


def test_several_threads_may_ask_at_once(reader, tmp_path):
    headers = []
    for number in range(8):
        (tmp_path / str(number)).mkdir()
        headers.append(write_record(tmp_path / str(number), f"r{number} 1 500 1000", name="r"))
    lengths: dict[int, int] = {}

    def ask(number: int) -> None:
        lengths[number] = reader.open(headers[number]).n_samples

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lengths == dict.fromkeys(range(8), 1000)


def test_whoever_waits_at_closing_time_is_told(tmp_path):
    (tmp_path / "hang.bin").write_bytes(b"x")
    reader = ReaderProcess(target=serve)
    told: list[str] = []

    def ask() -> None:
        try:
            reader.open(tmp_path / "hang.bin")
        except RecordingError as error:
            told.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    while not reader.busy():
        time.sleep(0.01)
    reader.close()
    thread.join()
    assert told
    with pytest.raises(RecordingError, match="closing"):
        reader.open(tmp_path / "hang.bin")


def test_a_long_recording_shows_its_first_page_and_loads_on(reader, long_record):
    header, second = long_record
    recording = reader.open(header)

    assert recording.n_samples == LONG_SAMPLES
    assert recording.samples.ready_until >= 60 * 500
    np.testing.assert_allclose(
        recording.samples.read_mv(0, 500), second.T / 1000, rtol=1e-6, atol=1e-9
    )
    loading = loading_of(recording)
    assert loading is not None
    assert loading.wait(60)
    whole = settled(recording)
    assert whole.samples.ready_until == LONG_SAMPLES
    assert set(whole.integrity) == {"ok"}
    assert len(whole.source_sha256) == 64
    np.testing.assert_allclose(
        whole.samples.read_mv(LONG_SAMPLES - 500, LONG_SAMPLES), second.T / 1000, rtol=1e-6,
        atol=1e-9,
    )  # fmt: skip


def test_a_long_recording_is_the_same_in_memory_and_mapped(reader, long_record):
    """Both ways of keeping samples give the same bytes."""
    header, second = long_record
    recording = reader.open(header, whole=True)
    short = np.ascontiguousarray(second[:, :].T)
    expected = (short * (1 / 1000.0) + -0.0).astype(np.float32)
    np.testing.assert_array_equal(recording.samples.read_mv(5000, 5500), expected)


def test_an_unchanged_source_finds_its_copy_again_and_a_changed_one_does_not(reader, long_record):
    header, _ = long_record
    first = reader.open(header, whole=True)
    again = reader.open(header)
    assert again.samples.path == first.samples.path
    assert again.integrity == first.integrity
    assert again.source_sha256 == first.source_sha256

    signal = header.with_suffix(".dat")
    stat = signal.stat()
    os.utime(signal, ns=(stat.st_atime_ns, stat.st_mtime_ns + 10**9))
    changed = reader.open(header, whole=True)
    assert changed.samples.path != first.samples.path


def test_a_recording_nobody_holds_is_not_read_to_its_end(long_record, tmp_path, monkeypatch):
    monkeypatch.setenv("LEADLIGHT_CACHE_DIR", str(tmp_path / "cache"))
    header, _ = long_record
    with ReaderProcess() as reader:
        recording = reader.open(header)
        copy = Path(recording.samples.path)
        del recording
        gc.collect()
        deadline = time.monotonic() + 30
        while copy.exists() and not list(copy.parent.glob("*.json")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert reader.open(write_record(tmp_path)).n_samples == 1000


def test_a_crash_on_another_file_does_not_lose_a_long_recording(long_record, tmp_path, monkeypatch):
    monkeypatch.setenv("LEADLIGHT_CACHE_DIR", str(tmp_path / "cache"))
    header, second = long_record
    (tmp_path / "crash.bin").write_bytes(b"x")
    with ReaderProcess(target=serve) as reader:
        recording = reader.open(header)
        with pytest.raises(RecordingError):
            reader.open(tmp_path / "crash.bin")
        loading = loading_of(recording)
        assert loading is None or loading.wait(60)
        whole = settled(recording)
        assert set(whole.integrity) == {"ok"}
        np.testing.assert_allclose(
            whole.samples.read_mv(LONG_SAMPLES - 500, LONG_SAMPLES), second.T / 1000, rtol=1e-6,
            atol=1e-9,
        )  # fmt: skip


def test_a_source_that_vanishes_after_opening_leaves_what_is_shown(reader, tmp_path):
    """The user's file is never mapped: cutting it down is no bus error."""
    header = write_record(tmp_path)
    recording = reader.open(header)
    (tmp_path / "rec.dat").write_bytes(b"")
    header.unlink()
    np.testing.assert_allclose(recording.signal_mv[0], RAMP / 1000, rtol=1e-6)
    with pytest.raises(RecordingError):
        reader.open(header)


def test_a_cache_without_room_is_said(long_record, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LEADLIGHT_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(RecordingError, match=r"working copy|writable"):
        open_recording(long_record[0])


def test_the_least_recently_used_copies_make_room(tmp_path, monkeypatch):
    monkeypatch.setenv("LEADLIGHT_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(long_copy, "CACHE_LIMIT_BYTES", 2500)
    long_copy.folder().mkdir()
    for age, name in enumerate(("newest", "middle", "oldest")):
        (long_copy.folder() / f"{name}.bin").write_bytes(bytes(1000))
        index = long_copy.folder() / f"{name}.json"
        index.write_text(f'{{"copy": "{name}.bin"}}')
        os.utime(index, (1e9 - age, 1e9 - age))
    (long_copy.folder() / "unfinished.bin").write_bytes(bytes(10))
    abandoned = long_copy.folder() / "abandoned.bin"
    abandoned.write_bytes(bytes(10))
    os.utime(abandoned, (1e9, 1e9))

    long_copy.make_room(1000)

    left = {path.name for path in long_copy.folder().iterdir()}
    assert left == {"newest.bin", "newest.json", "unfinished.bin"}


def test_a_long_recording_opens_in_this_process_too(long_record):
    recording = open_recording(long_record[0])
    assert recording.samples.ready_until == LONG_SAMPLES
    assert set(recording.integrity) == {"ok"}
