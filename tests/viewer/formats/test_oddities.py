"""Valid public records that the usual parser refuses: all of them open."""

from __future__ import annotations

import numpy as np
import pytest

from tests.shared_data import archive
from tests.viewer.formats.records import RAMP, write_record
from viewer.formats import RecordingError, open_recording, records_in

LINE = "16 1000/mV 16 0 -500 -500 0 I"


@pytest.mark.parametrize("name", ["E00003", "E07501", "JS00002", "HR06000", "Q0005", "S0004"])
def test_challenge_2021_records_open_by_header_and_by_mat(name):
    folder = archive("cinc2021-samples")
    by_header = open_recording(folder / f"{name}.hea")
    by_mat = open_recording(folder / f"{name}.mat")
    assert by_header.leads == by_mat.leads
    assert set(by_header.integrity) == {"ok"}
    assert by_header.leads[:6] == ("I", "II", "III", "aVR", "aVL", "aVF")
    np.testing.assert_array_equal(by_header.signal_mv, by_mat.signal_mv)


def test_challenge_dates_before_times_are_understood():
    recording = open_recording(archive("cinc2021-samples") / "E00003.hea")
    assert recording.start_time is not None
    assert recording.start_time.isoformat() == "2020-05-05T14:50:55"
    assert recording.sex == "M"
    assert recording.age_years is None  # the header says NaN


@pytest.mark.parametrize(
    "name", ["my rec", "rec.v2", "Ümlaut", "心電図", "a::b", "rec 12 500", "50%", "x" * 200]
)
def test_names_with_spaces_dots_colons_and_letters_of_any_script(tmp_path, name):
    header = write_record(
        tmp_path, f"{name} 1 500 1000", (f"{name}.dat {LINE}",), {f"{name}.dat": RAMP.tobytes()},
        name=name,
    )  # fmt: skip
    for path in (header, tmp_path / f"{name}.dat"):
        recording = open_recording(path)
        assert recording.name == name
        assert recording.integrity == ("ok",)


def test_a_folder_with_colons_opens(tmp_path):
    folder = tmp_path / "a::b #% c"
    folder.mkdir()
    assert open_recording(write_record(folder)).n_samples == 1000


@pytest.mark.parametrize("record", ["rec.mat 1 500 1000", "records500/00000/rec 1 500 1000"])
def test_record_names_with_an_extension_or_a_path(tmp_path, record):
    assert open_recording(write_record(tmp_path, record)).name == "rec"


def test_a_signal_file_in_a_folder_below(tmp_path):
    (tmp_path / "below").mkdir()
    header = write_record(
        tmp_path, signals=(f"below/rec.dat {LINE}",), files={"below/rec.dat": RAMP.tobytes()}
    )
    assert open_recording(header).integrity == ("ok",)


@pytest.mark.parametrize("when", ["10:44:18 2020", "2020", "00:00:00 00/00/0000", "(unknown)"])
def test_times_that_make_no_sense_leave_the_time_unknown(tmp_path, when):
    assert open_recording(write_record(tmp_path, f"rec 1 500 1000 {when}")).start_time is None


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n\n"])
def test_every_kind_of_line_end(tmp_path, newline):
    header = write_record(tmp_path)
    header.write_bytes(header.read_bytes().replace(b"\n", newline.encode()))
    assert open_recording(header).integrity == ("ok",)


def test_a_byte_order_mark_and_remarks_before_the_record_line(tmp_path):
    header = write_record(tmp_path)
    header.write_bytes(b"\xef\xbb\xbf# hello\n\n" + header.read_bytes() + b"# <age>: 51 <sex>: F\n")
    recording = open_recording(header)
    assert (recording.age_years, recording.sex) == (51, "F")


def test_a_gap_segment_in_a_fixed_layout(tmp_path):
    write_record(tmp_path, "a 1 500 1000", (f"a.dat {LINE}",), {"a.dat": RAMP.tobytes()}, name="a")
    header = write_record(tmp_path, "rec/3 1 500 2500", ("a 1000", "~ 500", "a 1000"), {})
    signal = open_recording(header).signal_mv[0]
    assert np.isnan(signal[1000:1500]).all()
    np.testing.assert_array_equal(signal[:1000], signal[1500:])


def test_a_record_is_found_without_its_suffix_and_by_its_folder(tmp_path):
    header = write_record(tmp_path)
    assert open_recording(header.with_suffix("")).name == "rec"
    assert open_recording(tmp_path).name == "rec"
    assert open_recording(tmp_path).warnings == ()


def test_a_folder_of_many_opens_the_first_and_says_so(tmp_path):
    for name in ("10", "9"):
        write_record(tmp_path, f"{name} 1 500 1000", name=name)
    recording = open_recording(tmp_path)
    assert recording.name == "9"
    assert "2 recordings" in recording.warnings[0]


def test_records_in_a_folder_come_in_natural_order_without_segments():
    assert [p.stem for p in records_in(archive("ludb") / "data")][:3] == ["1", "3", "5"]
    folder = archive("wfdb-python-samples") / "multi-segment/s25047"
    assert [p.name for p in records_in(folder)] == [
        "s25047-2704-05-04-10-44.hea",
        "s25047-2704-05-04-10-44n.hea",
    ]


def test_a_folder_without_recordings_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(RecordingError, match="no recording"):
        open_recording(tmp_path)
    assert records_in(tmp_path) == ()
    assert records_in(tmp_path / "missing") == ()


def test_a_signal_file_of_another_name_finds_its_header(tmp_path):
    header = write_record(
        tmp_path, signals=(f"x.d0 {LINE}",), files={"x.d0": RAMP.tobytes()}, name="other"
    )
    assert open_recording(tmp_path / "x.d0").path == header.resolve()


def test_leads_of_different_rates_share_the_faster_one():
    recording = open_recording(archive("wfdb-python-samples") / "test01_00s_frame.hea")
    assert recording.fs_hz == 1000
    slow = recording.signal_mv[0]
    np.testing.assert_array_equal(slow[::2], slow[1::2])  # held, not interpolated
    assert sum("held" in sentence for sentence in recording.warnings) == 2


def test_pressure_and_breathing_beside_an_ecg_are_left_out_and_named():
    recording = open_recording(archive("wfdb-python-samples") / "mixedsignals.hea")
    assert recording.leads == ("II", "III", "V")
    assert "ABP, Pleth, Resp" in recording.warnings[0]
