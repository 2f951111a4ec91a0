"""Unit, scale and time: correct, refused or asked, never silently wrong (60 cases and more).

After the table of traps measured on wfdb: each of them is read wrongly or refused there.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from tests.shared_data import archive
from tests.viewer.formats.records import RAMP, write_record
from viewer.formats import ImportHints, NeedsHints, RecordingError, open_recording

IN_MV = RAMP / 1000.0
"""RAMP at 1000 digital units per millivolt."""


def opened(tmp_path, record="rec 1 500 1000", signal="1000/mV 16 0 -500 -500 0 I", **options):
    hints = options.pop("hints", None)
    header = write_record(tmp_path, record, (f"rec.dat 16 {signal}",), **options)
    return open_recording(header, hints=hints)


@pytest.mark.parametrize(
    ("unit", "millivolts"),
    [
        *(("mV", 1.0), ("mv", 1.0), ("MV", 1.0), ("uV", 1e-3), ("uv", 1e-3), ("UV", 1e-3)),
        *(("\u00b5V", 1e-3), ("\u03bcV", 1e-3), ("V", 1e3), ("nV", 1e-6)),
    ],
)
def test_a_unit_is_taken_for_what_it_is(tmp_path, unit, millivolts):
    gain = 1000.0 * millivolts  # so that the same digits are the same millivolts
    recording = opened(tmp_path, signal=f"{gain!r}/{unit} 16 0 -500 -500 0 I")
    np.testing.assert_allclose(recording.signal_mv[0], IN_MV, rtol=1e-6)
    assert recording.integrity == ("ok",)


def test_a_micro_sign_in_latin_1_is_a_micro_sign(tmp_path):
    recording = opened(tmp_path, signal="1/\u00b5V 16 0 -500 -500 0 I", encoding="latin-1")
    np.testing.assert_allclose(recording.signal_mv[0], IN_MV, rtol=1e-6)


def test_a_missing_unit_is_the_millivolt_of_the_standard(tmp_path):
    np.testing.assert_allclose(
        opened(tmp_path, signal="1000 16 0 -500 -500 0 I").signal_mv[0], IN_MV, rtol=1e-6
    )


@pytest.mark.parametrize("unit", ["mmHg", "NU", "v", "bpm", "\ufffdV", "mVolt/s", "%", "A"])
def test_what_is_no_voltage_is_not_shown_as_an_ecg(tmp_path, unit):
    with pytest.raises(RecordingError, match="no ECG"):
        opened(tmp_path, signal=f"1000/{unit} 16 0 -500 -500 0 I")


@pytest.mark.parametrize("gain", ["0", "0/mV", "0.0/mV", "-0/mV"])
def test_an_uncalibrated_lead_is_asked_for(tmp_path, gain):
    with pytest.raises(NeedsHints) as asked:
        opened(tmp_path, signal=f"{gain} 16 0 -500 -500 0 I")
    assert asked.value.questions == ("unit",)

    told = opened(tmp_path, signal=f"{gain} 16 0 -500 -500 0 I", hints=ImportHints(unit="1000/mV"))
    np.testing.assert_allclose(told.signal_mv[0], IN_MV, rtol=1e-6)


def test_a_lead_without_any_gain_is_asked_for(tmp_path):
    with pytest.raises(NeedsHints):
        open_recording(write_record(tmp_path, signals=("rec.dat 16",)))


@pytest.mark.parametrize(
    "gain", ["inf/mV", "-inf/mV", "nan/mV", "1e400/mV", "1e-300/mV", "1e-400/mV", "1e30/mV"]
)
def test_an_absurd_gain_is_refused(tmp_path, gain):
    with pytest.raises(RecordingError, match=r"gain|step"):
        opened(tmp_path, signal=f"{gain} 16 0 -500 -500 0 I")


@pytest.mark.parametrize("gain", ["1000mV", "1,000/mV", "1000/", "(5)/mV", "0x10/mV", "1_000/mV"])
def test_a_gain_that_is_no_number_is_refused(tmp_path, gain):
    with pytest.raises(RecordingError):
        opened(tmp_path, signal=f"{gain} 16 0 -500 -500 0 I")


def test_a_negative_gain_turns_the_lead_as_the_header_says(tmp_path):
    recording = opened(tmp_path, signal="-1000/mV 16 0 -500 -500 0 I")
    np.testing.assert_allclose(recording.signal_mv[0], -IN_MV, rtol=1e-6)
    assert any("negative" in sentence for sentence in recording.warnings)


def test_the_baseline_is_the_zero_line(tmp_path):
    recording = opened(tmp_path, signal="1000(100)/mV 16 0 -500 -500 0 I")
    np.testing.assert_allclose(recording.signal_mv[0], (RAMP - 100) / 1000, rtol=1e-6)


def test_without_a_baseline_the_adc_zero_is_the_zero_line(tmp_path):
    recording = opened(tmp_path, signal="1000/mV 16 100 -500 -500 0 I")
    np.testing.assert_allclose(recording.signal_mv[0], (RAMP - 100) / 1000, rtol=1e-6)


@pytest.mark.parametrize(("rate", "fs_hz"), [("500", 500), ("1e3", 1000), ("257.5", 257.5)])
def test_a_sampling_rate_is_read_whole(tmp_path, rate, fs_hz):
    assert opened(tmp_path, f"rec 1 {rate} 1000").fs_hz == fs_hz


def test_a_counter_frequency_is_no_sampling_rate(tmp_path):
    assert opened(tmp_path, "rec 1 500/24000(7) 1000").fs_hz == 500


@pytest.mark.parametrize(
    "rate", ["0", "-500", "nan", "inf", "1e400", "500Hz", "5OO", "1e-9", "1e9", "0x1F4", "500,5"]
)
def test_an_impossible_sampling_rate_is_refused(tmp_path, rate):
    with pytest.raises(RecordingError):
        opened(tmp_path, f"rec 1 {rate} 1000")


def test_a_missing_sampling_rate_is_asked_for(tmp_path):
    with pytest.raises(NeedsHints) as asked:
        opened(tmp_path, "rec 1")
    assert asked.value.questions == ("fs_hz",)
    assert opened(tmp_path, "rec 1", hints=ImportHints(fs_hz=250)).fs_hz == 250


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("10:44:18 04/05/2020", datetime(2020, 5, 4, 10, 44, 18)),
        ("04/05/2020 10:44:18", datetime(2020, 5, 4, 10, 44, 18)),
        ("05-May-2020 14:50:55", datetime(2020, 5, 5, 14, 50, 55)),
        ("14:50:55 05-May-2020", datetime(2020, 5, 5, 14, 50, 55)),
        ("10:44:18.529 04/05/2020", datetime(2020, 5, 4, 10, 44, 18, 529000)),
        ("31:25.5 10/10/2020", datetime(2020, 10, 10, 0, 31, 25, 500000)),
        ("10:44:18", None),
        ("10:44:18 2020", None),
        ("10:44:18 31/02/2020", None),
        ("25:44:18 01/02/2020", None),
        ("10:44:18 05/13/2020", None),
        ("yesterday noon", None),
    ],
)
def test_date_and_time_in_either_order_or_not_at_all(tmp_path, when, expected):
    assert opened(tmp_path, f"rec 1 500 1000 {when}").start_time == expected


def test_a_wrong_checksum_is_said_to_have_failed(tmp_path):
    assert opened(tmp_path, signal="1000/mV 16 0 -500 -499 0 I").integrity == ("failed",)


def test_a_missing_checksum_is_said_to_be_absent(tmp_path):
    assert opened(tmp_path, signal="1000/mV").integrity == ("absent",)


def test_a_checksum_without_sign_is_the_same_checksum(tmp_path):
    assert opened(tmp_path, signal="1000/mV 16 0 -500 65036 0 I").integrity == ("ok",)


def test_zero_for_every_checksum_is_no_checksum(tmp_path):
    """STAFF III: its converter wrote 0 as initial value and checksum of every lead."""
    assert opened(tmp_path, signal="1000/mV 12 0 0 0 0 I").integrity == ("absent",)
    staff = open_recording(archive("staff3") / "001a.hea")
    assert set(staff.integrity) == {"absent"}


def test_every_single_bit_flip_that_changes_the_sum_is_found(tmp_path):
    """A5 in short: every 61st of 16,000 bits, so that every place in a byte comes up."""
    for bit in range(0, 16_000, 61):
        content = bytearray(RAMP.tobytes())
        content[bit // 8] ^= 1 << bit % 8
        recording = opened(tmp_path, files={"rec.dat": bytes(content)})
        assert recording.integrity == ("failed",), bit


def test_two_leads_of_one_name_are_numbered_and_said(tmp_path):
    recording = open_recording(
        write_record(
            tmp_path,
            "rec 3 500 300",
            ("rec.dat 16 1000/mV 16 0 0 0 0 I",) * 2 + ("rec.dat 16 1000/mV 16 0 0 0 0 Lead I",),
        )
    )
    assert recording.leads == ("I", "I (2)", "I (3)")
    assert any("more than once" in sentence for sentence in recording.warnings)


@pytest.mark.parametrize(
    ("record", "signals"),
    [
        ("rec 2 500 1000", ("rec.dat 16 1000/mV", "rec.dat 212 1000/mV")),
        ("rec 2 500 1000", ("rec.dat 16 1000/mV", "rec.dat 16+24 1000/mV")),
        ("rec 2 500 1000", ("rec.dat 16 1000/mV",)),
        ("rec 1 500 1000", ("rec.dat 16 1000/mV", "rec.dat 16 1000/mV")),
        ("rec 1 500 1000", ("rec.dat 17 1000/mV",)),
        ("rec 1 500 1000", ("rec.dat",)),
        ("rec 0 500 1000", ()),
        ("rec/3 1 500 2000", ("a 1000", "b 1000")),
        ("rec/2 1 500 9999", ("a 1000", "b 1000")),
        ("rec/2 1 500 2000", ("rec 1000", "rec 1000")),
    ],
)
def test_a_header_that_contradicts_itself_is_refused(tmp_path, record, signals):
    with pytest.raises(RecordingError):
        open_recording(write_record(tmp_path, record, signals))


def test_samples_beyond_the_header_are_said(tmp_path):
    recording = opened(tmp_path, "rec 1 500 999")
    assert recording.n_samples == 999
    assert any("more than the header" in sentence for sentence in recording.warnings)
    assert recording.integrity == ("failed",)


def test_a_cut_signal_file_shows_what_is_left_and_says_so(tmp_path):
    recording = opened(tmp_path, files={"rec.dat": RAMP.tobytes()[:801]})
    assert recording.n_samples == 400
    assert any("ends after 0.8 s" in sentence for sentence in recording.warnings)
    assert recording.integrity == ("failed",)


def two_segments(tmp_path, *, rate="500", second="1000/mV 16 0 -500 -500 0 I"):
    for name, line in (("a", "1000/mV 16 0 -500 -500 0 I"), ("b", second)):
        fs = "500" if name == "a" else rate
        write_record(
            tmp_path, f"{name} 1 {fs} 1000", (f"{name}.dat 16 {line}",),
            {f"{name}.dat": RAMP.tobytes()}, name=name,
        )  # fmt: skip
    return write_record(tmp_path, "rec/2 1 500 2000", ("a 1000", "b 1000"), {})


def test_segments_that_agree_are_joined(tmp_path):
    recording = open_recording(two_segments(tmp_path))
    np.testing.assert_allclose(recording.signal_mv[0], np.tile(IN_MV, 2), rtol=1e-6)
    assert recording.integrity == ("ok",)


def test_segments_of_different_rates_are_refused(tmp_path):
    with pytest.raises(RecordingError, match="250 Hz"):
        open_recording(two_segments(tmp_path, rate="250"))


def test_segments_of_different_leads_are_refused(tmp_path):
    with pytest.raises(RecordingError, match="different leads"):
        open_recording(two_segments(tmp_path, second="1000/mV 16 0 -500 -500 0 V5"))


@pytest.mark.parametrize("scale", ["500/mV", "1/uV", "1000(50)/mV"])
def test_segments_of_different_scales_keep_their_own(tmp_path, scale):
    """wfdb joined them with the first segment's values: a step of up to a thousand."""
    recording = open_recording(two_segments(tmp_path, second=f"{scale} 16 0 -500 -500 0 I"))
    second = {"500/mV": IN_MV * 2, "1/uV": IN_MV, "1000(50)/mV": IN_MV - 0.05}[scale]
    expected = np.concatenate([IN_MV, second])
    np.testing.assert_allclose(recording.signal_mv[0], expected, rtol=1e-6, atol=1e-12)


def test_skew_moves_a_lead_against_the_others_and_leaves_a_gap(tmp_path):
    frames = np.stack([RAMP[:500], RAMP[:500]], axis=1)
    header = write_record(
        tmp_path,
        "rec 2 500 500",
        ("rec.dat 16 1000/mV 16 0 -500 0 0 I", "rec.dat 16:3 1000/mV 16 0 -500 0 0 II"),
        {"rec.dat": frames.tobytes()},
    )
    signal = open_recording(header).signal_mv
    np.testing.assert_array_equal(signal[1, :-3], signal[0, 3:])
    assert np.isnan(signal[1, -3:]).all()
    assert np.isfinite(signal[0]).all()


def test_the_missing_value_is_a_gap_not_a_voltage(tmp_path):
    samples = RAMP.copy()
    samples[100:120] = -32768
    signal = opened(tmp_path, files={"rec.dat": samples.tobytes()}).signal_mv[0]
    assert np.isnan(signal[100:120]).all()
    assert np.isfinite(np.delete(signal, range(100, 120))).all()


def test_gains_that_stretch_every_lead_to_one_height_are_said():
    """LUDB: amplitudes are lost, which no header tells."""
    recording = open_recording(archive("ludb") / "data/1.hea")
    assert any("same 1 mV" in sentence for sentence in recording.warnings)


def test_real_amplitudes_raise_no_such_warning():
    for number in range(1, 40):
        folder = archive("ptb-xl-500") / "records500/00000"
        assert open_recording(folder / f"{number:05d}_hr.hea").warnings == ()


@pytest.mark.parametrize("gain", ["0.1/mV", "1000/V", "1e9/mV"])
def test_implausible_amplitudes_are_said(tmp_path, gain):
    recording = opened(tmp_path, signal=f"{gain} 16 0 -500 -500 0 I")
    assert any("looks wrong" in sentence for sentence in recording.warnings)
