"""SCP-ECG and ISHNE Holter: Huffman, differences, beats, checksums, lengths, names."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from tests.shared_data import archive
from tests.viewer.formats.binary_files import (
    ishne_file,
    scp_bits,
    scp_file,
    scp_leads,
    scp_signal,
    scp_tags,
)
from viewer.formats import RecordingError, open_recording

N = 1200
RANDOM = np.random.default_rng(3)
DIGITS = [np.cumsum(RANDOM.integers(-40, 41, N)) // 2 for _ in range(3)]
DIGITS[0][700:703] = (3000, -3000, 3000)  # needs the 16-bit code
NUMBERS = (1, 61, 3)  # I, III, V1
DEFAULT = struct.pack("<H", 19999)
TAGS = scp_tags(
    (0, b"Doe\0"),
    (1, b"Jane\0"),
    (2, b"PID\0"),
    (4, struct.pack("<HB", 18, 2)),
    (8, b"\2"),
    (25, struct.pack("<HBB", 2021, 3, 4)),
    (26, bytes([5, 6, 7])),
    (27, struct.pack("<H", 5)),
    (28, struct.pack("<H", 150)),
    (29, b"\2"),
)


def sections(**changes):
    """A sound file's sections, by number; None leaves one out."""
    found = {
        1: TAGS,
        2: DEFAULT,
        3: scp_leads(NUMBERS, N),
        6: scp_signal(DIGITS),
    } | {int(name[1:]): body for name, body in changes.items()}
    return {number: body for number, body in found.items() if body is not None}


def opened(tmp_path, content, name="x.scp"):
    (tmp_path / name).write_bytes(content)
    return open_recording(tmp_path / name)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_scp_huffman_and_differences(tmp_path, order):
    recording = opened(tmp_path, scp_file(sections(_6=scp_signal(DIGITS, order=order))))
    assert recording.leads == ("I", "III", "V1")
    assert recording.fs_hz == 500
    assert set(recording.integrity) == {"ok"}
    for row, digits in enumerate(DIGITS):
        np.testing.assert_allclose(recording.signal_mv[row], digits * 2.5e-3, rtol=1e-6, atol=1e-6)


def test_scp_without_huffman(tmp_path):
    content = scp_file(sections(_2=None, _6=scp_signal(DIGITS, huffman=False)))
    np.testing.assert_allclose(
        opened(tmp_path, content).signal_mv[2], DIGITS[2] * 2.5e-3, rtol=1e-6, atol=1e-6
    )


def test_scp_with_a_table_of_its_own(tmp_path):
    """0 is "1", +1 is "01", -1 is "001", the rest 0000 and 16 bits: first bit lowest."""
    codes = ((1, 1, 0, 1), (2, 2, 1, 2), (3, 3, -1, 4), (4, 20, 0, 0))
    table = struct.pack("<HH", 1, 4)
    table += b"".join(struct.pack("<BBBhI", p, t, 1, v, b) for p, t, v, b in codes)
    numbers = [0, 1, -1, 300, -2, 0] * 40
    words = {0: "1", 1: "01", -1: "001"}
    text = "".join(words.get(n) or f"0000{n & 0xFFFF:016b}" for n in numbers)
    text += "0" * (-len(text) % 16)
    data = bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))
    signal = struct.pack("<HHBBH", 1000, 2000, 0, 0, len(data)) + data
    content = scp_file(sections(_2=table, _3=scp_leads((2,), 240), _6=signal))
    np.testing.assert_allclose(
        opened(tmp_path, content).signal_mv[0], np.array(numbers) * 1e-3, atol=1e-6
    )


def test_scp_puts_the_subtracted_beat_back(tmp_path):
    beat = (np.hanning(100) * 400).astype(int)
    spans = [(201, 250, 300), (601, 650, 700)]  # from, fiducial, to; the beat's fiducial is 50
    rest = [digits.copy() for digits in DIGITS]
    for digits in rest:
        for begin, _, end in spans:
            digits[begin - 1 : end] -= beat
    four = struct.pack("<HHH", 200, 50, 2)
    four += b"".join(struct.pack("<HIII", 0, *span) for span in spans)
    four += b"".join(struct.pack("<II", begin, end) for begin, _, end in spans)
    content = scp_file(
        sections(
            _3=scp_leads(NUMBERS, N, subtracted=True),
            _4=four,
            _5=scp_signal([beat] * 3),
            _6=scp_signal(rest),
        )
    )
    recording = opened(tmp_path, content)
    for row, digits in enumerate(DIGITS):
        np.testing.assert_allclose(recording.signal_mv[row], digits * 2.5e-3, rtol=1e-6, atol=1e-6)
    assert recording.acquisition.median_beats.signal_mv.shape == (3, 100)


@pytest.mark.parametrize("spoil", [{"spoil_file": True}, {"spoil_section": 6}])
def test_scp_checksums_that_fail_are_shown(tmp_path, spoil):
    recording = opened(tmp_path, scp_file(sections(), **spoil))
    assert set(recording.integrity) == {"failed"}


@pytest.mark.parametrize("bit", [0, 3, 7])
def test_scp_every_flipped_bit_of_the_signal_is_found(tmp_path, bit):
    content = scp_file(sections())
    for at in range(len(content) - 4000, len(content), 97):
        changed = bytearray(content)
        changed[at] ^= 1 << bit
        try:
            recording = opened(tmp_path, bytes(changed))
        except RecordingError:
            continue
        assert set(recording.integrity) == {"failed"}


def test_scp_who_and_when_and_through_which_filter(tmp_path):
    recording = opened(tmp_path, scp_file(sections()))
    assert recording.start_time.isoformat() == "2021-03-04T05:06:07"
    assert recording.age_years == pytest.approx(1.5)
    assert recording.sex == "F"
    assert recording.acquisition.filters == (
        *("high pass 0.05 Hz", "low pass 150 Hz", "notch 50 Hz"),
    )
    assert ("Name", "Jane Doe") in recording.acquisition.patient
    assert recording.comments == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"_6": None},
        {"_3": None},
        {"_3": scp_leads((), N)},
        {"_3": scp_leads(NUMBERS, N + 5000)},
        {"_3": scp_leads(NUMBERS, 2**31)},
        {"_3": scp_leads(NUMBERS, 0)},
        {"_2": struct.pack("<H", 7)},
        {"_2": struct.pack("<HH", 1, 9999)},
        {"_2": struct.pack("<HHBBBhI", 1, 1, 40, 1, 1, 0, 0)},
        {"_6": scp_signal(DIGITS, avm_nv=0)},
        {"_6": scp_signal(DIGITS, interval_us=0)},
        {"_6": scp_signal(DIGITS, bimodal=1)},
        {"_6": scp_signal(DIGITS[:2])},
        {"_6": struct.pack("<HHBB", 2500, 2000, 9, 0) + scp_signal(DIGITS)[6:]},
        {"_6": struct.pack("<HHBB3H", 2500, 2000, 0, 0, 2, 2, 2) + scp_bits([1] * 12)},
        {"_3": scp_leads(NUMBERS, N, subtracted=True)},
        {"_1": b"\0\xff\xff"},
    ],
)
def test_scp_refuses_what_does_not_fit(tmp_path, changes):
    with pytest.raises(RecordingError):
        opened(tmp_path, scp_file(sections(**changes)))


@pytest.mark.parametrize("cut", [50, 200, 1000, 3000])
def test_scp_cut_off_is_refused(tmp_path, cut):
    with pytest.raises(RecordingError):
        opened(tmp_path, scp_file(sections())[:cut])


def test_scp_and_aecg_of_one_real_ecg_are_the_same():
    folder = archive("formats")
    scp = open_recording(folder / "scp-ecg" / "Example.scp")
    aecg = open_recording(folder / "hl7-aecg" / "example_aecg.xml")
    assert scp.leads == aecg.leads
    np.testing.assert_array_equal(scp.signal_mv, aecg.signal_mv)
    beats, others = scp.acquisition.median_beats, aecg.acquisition.median_beats
    np.testing.assert_array_equal(beats.signal_mv, others.signal_mv)
    assert set(scp.integrity) == {"ok"}


# ---- ISHNE ----

HOLTER = RANDOM.integers(-300, 300, (2000, 3)) * (1, 2, 3)


def test_ishne_samples_names_and_times(tmp_path):
    recording = opened(tmp_path, ishne_file(HOLTER, (11, 5, 2)), "x.ecg")
    assert recording.leads == ("I", "V1", "X")
    assert recording.fs_hz == 200
    np.testing.assert_allclose(recording.signal_mv[0], HOLTER[:, 1] * 5e-3, rtol=1e-6)
    np.testing.assert_allclose(recording.signal_mv[1], HOLTER[:, 0] * 5e-3, rtol=1e-6)
    assert recording.start_time.isoformat() == "2002-03-04T23:59:58"
    assert (recording.age_years, recording.sex) == (50, "F")
    assert ("Name", "Jane Doe") in recording.acquisition.patient
    assert ("Recorder", "Recorder X") in recording.acquisition.device


def test_ishne_of_unspecified_leads_are_numbered(tmp_path):
    recording = opened(tmp_path, ishne_file(HOLTER, (0, 0, 0)), "x.ecg")
    assert len(set(recording.leads)) == 3


def test_ishne_that_counts_all_leads_together(tmp_path):
    recording = opened(tmp_path, ishne_file(HOLTER, (5, 6, 11), n_samples=6000), "x.ecg")
    assert (recording.n_samples, recording.warnings) == (2000, ())


@pytest.mark.parametrize(("stated", "shown"), [(1500, 1500), (9000, 2000), (-1, 2000)])
def test_ishne_length_that_is_not_true_is_said(tmp_path, stated, shown):
    recording = opened(tmp_path, ishne_file(HOLTER, (5, 6, 11), n_samples=stated), "x.ecg")
    assert recording.n_samples == shown
    assert recording.warnings


def test_ishne_header_checksum(tmp_path):
    sound = opened(tmp_path, ishne_file(HOLTER, (5, 6, 11)), "x.ecg")
    spoiled = opened(tmp_path, ishne_file(HOLTER, (5, 6, 11), spoil=True), "x.ecg")
    assert sound.warnings == ()
    assert "checksum" in spoiled.warnings[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"fs_hz": 0},
        {"fs_hz": -200},
        {"step_nv": 0},
        {"n_leads": 0},
        {"n_leads": 99},
        {"magic": b"ANN  1.0"},
    ],
)
def test_ishne_refuses_what_no_ecg_has(tmp_path, changes):
    with pytest.raises(RecordingError):
        opened(tmp_path, ishne_file(HOLTER, (5, 6, 11), **changes), "x.ecg")


def test_a_real_holter_file():
    recording = open_recording(archive("formats") / "ishne" / "ECG_P28.01.ecg")
    one, two, three = recording.signal_mv[:3]
    assert recording.leads[6] == "V1"
    assert (recording.fs_hz, recording.n_samples) == (1000, 95573)
    assert np.median(np.abs(one + three - two)) <= 0.0051  # one digit of 5 uV


def test_ishne_of_the_widest_range_says_nothing_false(tmp_path):
    """Full scale both ways: the span is 65535 steps, more than 16 bits hold."""
    digits = np.zeros((500, 2), int)
    digits[10], digits[20] = (-32768, 5), (32767, -5)
    recording = opened(tmp_path, ishne_file(digits, (5, 6), step_nv=1000), "x.ecg")
    assert recording.warnings == ()
    assert np.ptp(recording.signal_mv[0]) == pytest.approx(65.535)
