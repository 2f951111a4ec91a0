"""Every storage format, against PhysioNet's own package and against bits spelled out here."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.shared_data import archive
from tests.viewer.formats.records import digits_of, write_record
from viewer.formats import RecordingError, open_recording
from viewer.formats.leads import clinical_name
from viewer.formats.wfdb_storage import PACKINGS, missing_of
from viewer.samples import MISSING

SINGLE = (
    *("03700181", "100", "100_3chan", "100skew", "3000003_0003", "310derive", "310derive_2"),
    *("310derive_3", "311derive", "311derive_2", "311derive_3", "311derive_4", "a103l"),
    *("binformats", "flacformats", "mixedsignals", "p10143", "s0010_re", "test01_00s"),
    *("test01_00s_frame", "test01_00s_skew", "test01_00s_skewframe", "v102s", "100-no-len"),
    *("a103l-no-len", "test_generator_2"),
)


def wfdb_record(path: Path, **options):
    """What PhysioNet's package reads. Its own warnings are not what is tested."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import wfdb

        return wfdb.rdrecord(str(path.with_suffix("")), **options)


@pytest.mark.parametrize("name", SINGLE)
def test_digital_values_equal_those_of_the_wfdb_package(name):
    path = archive("wfdb-python-samples") / f"{name}.hea"
    digits, leads = digits_of(path)

    other = wfdb_record(path, smooth_frames=False)

    compared = 0
    fastest = max(
        other.samps_per_frame[i] for i, n in enumerate(other.sig_name) if clinical_name(n) in leads
    )
    for index, written in enumerate(other.sig_name):
        lead = clinical_name(written)
        if lead not in leads:
            continue
        physical = np.repeat(other.e_p_signal[index], fastest // other.samps_per_frame[index])
        gap = np.isnan(physical)
        expected = np.rint(physical * other.adc_gain[index] + other.baseline[index])
        ours = digits[leads.index(lead)].astype(np.int64)
        np.testing.assert_array_equal(ours[~gap], expected[~gap])
        assert (ours[gap] == MISSING[digits.dtype]).all()
        compared += 1
    assert compared == len(leads)


@pytest.mark.parametrize("name", ["binformats", "s0010_re", "100", "v102s", "flacformats"])
def test_millivolts_equal_those_of_the_wfdb_package(name):
    path = archive("wfdb-python-samples") / f"{name}.hea"
    recording = open_recording(path)

    other = wfdb_record(path)

    for index, written in enumerate(other.sig_name):
        if clinical_name(written) not in recording.leads:
            continue
        ours = recording.signal_mv[recording.leads.index(clinical_name(written))]
        np.testing.assert_allclose(
            ours, other.p_signal[:, index].astype(np.float32), rtol=1.2e-7, atol=0, equal_nan=True
        )


def test_segments_are_joined_as_the_wfdb_package_joins_them():
    folder = archive("wfdb-python-samples") / "multi-segment"
    for path in (folder / "fixed1/v102s.hea", folder / "s25047/s25047-2704-05-04-10-44.hea"):
        recording = open_recording(path)
        other = wfdb_record(path)
        for index, written in enumerate(other.sig_name):
            if clinical_name(written) not in recording.leads:
                continue
            ours = recording.signal_mv[recording.leads.index(clinical_name(written))]
            np.testing.assert_allclose(
                ours, other.p_signal[:, index].astype(np.float32), rtol=1.2e-7, equal_nan=True
            )


def test_a_missing_segment_is_a_gap_and_is_named():
    path = archive("wfdb-python-samples") / "multi-segment/s00001/s00001-2896-10-10-00-31.hea"

    recording = open_recording(path)

    assert recording.leads == ("II", "MCL1", "V")
    assert any("3975656_0009" in sentence for sentence in recording.warnings)
    begin = 3261  # the record starts with a gap of so many samples
    assert np.isnan(recording.samples.read_mv(0, begin)).all()
    assert np.isfinite(recording.samples.read_mv(begin, begin + 125)[0]).all()


def test_no_sound_record_is_called_damaged():
    """0 false alarms of the checksums, over every record of four databases."""
    sound = 0
    for name in ("wfdb-python-samples", "mitdb", "cinc2021-samples", "staff3"):
        for header in sorted(archive(name).glob("*.hea")):
            try:
                recording = open_recording(header)
            except RecordingError:
                continue  # its signal file is not in the archive
            assert "failed" not in recording.integrity, header.name
            sound += "ok" in recording.integrity
    assert sound >= 130


@pytest.mark.parametrize("storage", sorted(PACKINGS))
def test_random_bytes_decode_as_the_standard_spells_them_out(storage, tmp_path):
    """Bit by bit in plain Python, after signal(5); lengths that end within a packed group."""
    raw = np.random.default_rng(storage).integers(0, 256, 4 * 6 * 40, dtype=np.uint8).tobytes()
    for n in (7, 8, 9, 100):
        header = write_record(
            tmp_path,
            f"rec 1 500 {n}",
            (f"rec.dat {storage} 200/mV 16 0 5 0 0 I",),
            {"rec.dat": raw[: PACKINGS[storage].bytes_for(n)]},
        )
        expected = SPELLED_OUT[storage](raw, n)
        digits, _ = digits_of(header)
        gap = np.array(expected) == missing_of(storage)
        np.testing.assert_array_equal(digits[0][~gap], np.array(expected)[~gap])
        assert (digits[0][gap] == MISSING[digits.dtype]).all()


def signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >= 1 << (bits - 1) else value


def integers(size: int, order: str, is_signed: bool, shift: int = 0):
    def decode(raw: bytes, n: int) -> list[int]:
        return [
            int.from_bytes(raw[i * size : (i + 1) * size], order, signed=is_signed) - shift  # type: ignore[arg-type]
            for i in range(n)
        ]

    return decode


def differences(raw: bytes, n: int) -> list[int]:
    value, values = 5, []
    for byte in raw[:n]:
        value += signed(byte, 8)
        values.append(value)
    return values


def format_212(raw: bytes, n: int) -> list[int]:
    values = []
    for i in range(n):
        a, b, c = raw[i // 2 * 3 : i // 2 * 3 + 3]
        values.append(signed(a | (b & 15) << 8 if i % 2 == 0 else c | (b >> 4) << 8, 12))
    return values


def format_310(raw: bytes, n: int) -> list[int]:
    values = []
    for i in range(n):
        group = raw[i // 3 * 4 : i // 3 * 4 + 4]
        low, high = int.from_bytes(group[:2], "little"), int.from_bytes(group[2:], "little")
        parts = (low >> 1 & 1023, high >> 1 & 1023, low >> 11 | (high >> 11) << 5)
        values.append(signed(parts[i % 3], 10))
    return values


def format_311(raw: bytes, n: int) -> list[int]:
    values = []
    for i in range(n):
        word = int.from_bytes(raw[i // 3 * 4 : i // 3 * 4 + 4], "little")
        values.append(signed(word >> 10 * (i % 3) & 1023, 10))
    return values


SPELLED_OUT = {
    8: differences,
    16: integers(2, "little", True),
    24: integers(3, "little", True),
    32: integers(4, "little", True),
    61: integers(2, "big", True),
    80: integers(1, "little", False, 128),
    160: integers(2, "little", False, 32768),
    212: format_212,
    310: format_310,
    311: format_311,
}
