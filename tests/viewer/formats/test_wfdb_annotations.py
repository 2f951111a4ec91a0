"""Annotation files: the same marks as PhysioNet's own package reads, in both directions."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import wfdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared_data import archive
from viewer.annotation import BEATS, NOISE, NOTE, RHYTHM, Annotation
from viewer.formats.errors import RecordingError
from viewer.formats.wfdb_annotations import (
    CODES,
    LONGEST_AUX,
    decode,
    encode,
    read_annotations,
)

FS_HZ = 360.0


def as_wfdb(path: Path) -> wfdb.Annotation:
    return wfdb.rdann(str(path.with_suffix("")), path.suffix[1:])


@pytest.mark.parametrize("name", ["100", "106", "207"])
def test_a_mit_bih_file_reads_as_wfdb_reads_it(name):
    path = archive("mitdb") / f"{name}.atr"
    ours, theirs = read_annotations(path, FS_HZ), as_wfdb(path)
    assert [one.sample for one in ours] == theirs.sample.tolist()
    assert [one.symbol for one in ours] == theirs.symbol
    assert [one.note for one in ours] == [note.rstrip("\0") for note in theirs.aux_note]
    assert [one.subtype for one in ours] == theirs.subtype.tolist()
    assert [one.chan for one in ours] == theirs.chan.tolist()


@pytest.mark.parametrize("name", ["100", "207"])
def test_a_mit_bih_file_written_again_keeps_every_mark(name):
    read = read_annotations(archive("mitdb") / f"{name}.atr", FS_HZ)
    assert decode(encode(read), FS_HZ) == read


def test_what_we_write_wfdb_reads(tmp_path):
    marks = [
        Annotation(0, RHYTHM, "(AFIB"),
        Annotation(5, "V", subtype=-3, num=2),
        Annotation(1028, "N"),
        Annotation(1029, "A", chan=7),
        Annotation(5_000_000, NOTE, "Schwindel, Übelkeit"),
        Annotation(2**31 + 5_000_001, "N", chan=7),
    ]
    path = tmp_path / "x.atr"
    path.write_bytes(encode(marks))
    theirs = as_wfdb(path)
    assert theirs.sample.tolist() == [one.sample for one in marks]
    assert theirs.symbol == [one.symbol for one in marks]
    assert theirs.subtype.tolist() == [0, -3, 0, 0, 0, 0]
    assert theirs.num.tolist()[1] == 2
    assert theirs.chan.tolist() == [0, 0, 0, 7, 0, 7]
    assert theirs.aux_note[0] == "(AFIB"
    assert theirs.aux_note[4].encode("latin-1").decode("utf-8") == "Schwindel, Übelkeit"


def test_what_wfdb_writes_we_read(tmp_path):
    sample = np.array([10, 11, 3000, 90_000_000])
    wfdb.wrann(
        "y",
        "atr",
        sample,
        symbol=["N", "+", '"', "V"],
        subtype=np.array([0, 1, 0, -2]),
        chan=np.array([0, 1, 1, 11]),
        num=np.array([0, 0, 3, 3]),
        aux_note=["", "(N", "odd", "even"],
        write_dir=str(tmp_path),
    )
    ours = read_annotations(tmp_path / "y.atr", 250.0)
    assert ours == [
        Annotation(10, "N"),
        Annotation(11, "+", "(N", subtype=1, chan=1),
        Annotation(3000, '"', "odd", chan=1, num=3),
        Annotation(90_000_000, "V", "even", subtype=-2, chan=11, num=3),
    ]


def test_a_file_with_another_time_resolution_is_brought_to_the_recordings(tmp_path):
    wfdb.wrann("z", "atr", np.array([250, 500]), symbol=["N", "V"], fs=250, write_dir=str(tmp_path))
    assert [one.sample for one in read_annotations(tmp_path / "z.atr", 500.0)] == [500, 1000]


def test_symbols_of_a_files_own_making_keep_their_names(tmp_path):
    wfdb.wrann(
        "c",
        "atr",
        np.array([7, 9]),
        symbol=["N", "Z"],
        custom_labels=[(42, "Z", "a mark of this study")],
        write_dir=str(tmp_path),
    )
    assert [one.symbol for one in read_annotations(tmp_path / "c.atr", 360.0)] == ["N", "Z"]


def test_a_noisy_stretch_of_a_lead_survives_the_file_and_is_quality_marks_to_others(tmp_path):
    stretch = Annotation(500, NOISE, lead="V4", stop=900, chan=9)
    other = Annotation(600, NOISE, lead="II", stop=700, chan=1)
    leads = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
    content = encode([stretch, other, Annotation(650, "N")], leads)
    assert decode(content, 500.0) == [stretch, other, Annotation(650, "N")]
    (tmp_path / "n.atr").write_bytes(content)
    theirs = as_wfdb(tmp_path / "n.atr")
    assert theirs.symbol == ["~", "~", "N", "~", "~"]
    assert theirs.subtype.tolist() == [1, 1, 0, 0, 0]
    assert theirs.chan.tolist() == [9, 1, 0, 1, 9]


def test_a_note_too_long_for_the_file_is_cut_at_a_whole_letter():
    read = decode(encode([Annotation(1, NOTE, "ü" * 200)]), 500.0)
    assert read[0].note == "ü" * (LONGEST_AUX // 2)


marks = st.builds(
    Annotation,
    st.integers(0, 2**33),
    st.sampled_from(sorted(CODES)),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=40).map(
        lambda text: " ".join(text.split())
    ),
    subtype=st.integers(-128, 127),
    chan=st.integers(0, 255),
    num=st.integers(-128, 127),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(marks, max_size=12))
def test_whatever_is_written_is_read_again(annotations):
    kept = [one for one in annotations if not one.note.startswith("## ")]
    assert decode(encode(kept), 500.0) == sorted(kept, key=lambda one: one.order)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_give_annotations_or_one_error(content):
    try:
        found = decode(content, 500.0)
    except ValueError:
        return
    assert all(one.sample >= 0 for one in found)


def test_a_damaged_file_is_one_sentence(tmp_path):
    path = tmp_path / "bad.atr"
    path.write_bytes(struct.pack("<HH", 1 << 10 | 20, 58 << 10))
    with pytest.raises(RecordingError, match=r"bad\.atr holds no readable annotations"):
        read_annotations(path, 500.0)
    with pytest.raises(RecordingError, match="does not exist"):
        read_annotations(tmp_path / "gone.atr", 500.0)


def test_every_beat_the_menus_offer_can_be_stored():
    assert set(BEATS) <= set(CODES)
