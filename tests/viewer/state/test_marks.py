"""Marks without a window: what a hand does to them, undo, and the document they are kept in."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from viewer.annotation import NOISE, NOTE, Annotation
from viewer.state import marks_file
from viewer.state.annotation_export import exported
from viewer.state.annotations import Annotations, fitting_note
from viewer.state.caliper_shape import Grip, grip_at, shape, shapes
from viewer.state.caliper_text import angle_deg, readout
from viewer.state.calipers import Caliper, Kind, Part, Spot
from viewer.state.layouts import LAYOUTS, STANDARD
from viewer.state.marks import Marks
from viewer.state.page import Sheet, lay_out
from viewer.state.paper import Paper

KEY = "ab" * 32
NOW = datetime(2026, 11, 21, 14, 2)


def page_of(layout="3x4+1", start_s=0.0):
    paper = Paper(layout=LAYOUTS[layout])
    return lay_out(paper, STANDARD, duration_s=10.0, start_s=start_s, sheet=Sheet(277.0, 190.0))


def time_caliper(number=1, start_s=1.0, stop_s=1.8, lead="II", **more):
    return Caliper(
        number=number,
        kind=Kind.TIME,
        lead=lead,
        start=Spot(start_s, 0.5),
        stop=Spot(stop_s, 0.5),
        **more,
    )


def test_a_time_caliper_stands_in_every_strip_that_shows_its_seconds_and_in_no_other():
    found = shape(page_of(), time_caliper())
    uprights = [bar for bar in found.bars if bar.part is not Part.WHOLE]
    assert len(uprights) == 4  # the first column and the rhythm row
    page = page_of("12x1")
    found = shape(page, time_caliper())
    uprights = [bar for bar in found.bars if bar.part is not Part.WHOLE]
    assert len(uprights) == 2
    assert uprights[0].y2 - uprights[0].y1 == pytest.approx(
        sum(cell.height_mm for cell in page.cells)
    )


def test_what_is_drawn_is_what_can_be_held():
    page = page_of()
    found = shapes(page, [time_caliper()])
    cell = next(c for c in page.cells if c.lead == "II")
    y = cell.y_mm(0.5)
    assert grip_at(found, cell.x_mm(1.0), y - 8, 1.5) == Grip(1, Part.START)
    assert grip_at(found, cell.x_mm(1.8), y - 8, 1.5) == Grip(1, Part.STOP)
    assert grip_at(found, cell.x_mm(1.4), y + 0.5, 1.5) == Grip(1, Part.WHOLE)
    assert grip_at(found, cell.x_mm(1.4), y + 6, 1.5) is None


def test_a_caliper_over_two_columns_is_held_together_by_its_crossbar():
    found = shape(page_of(), time_caliper(start_s=2.0, stop_s=3.0))
    crossbars = [bar for bar in found.bars if bar.part is Part.WHOLE]
    assert sum(bar.x2 - bar.x1 for bar in crossbars[:2]) == pytest.approx(25.0)


def test_an_amplitude_caliper_stays_in_its_lead_and_follows_its_sign_in_cabrera():
    one = Caliper(
        number=1, kind=Kind.AMPLITUDE, lead="aVR", start=Spot(1.0, 0.0), stop=Spot(1.0, 1.0)
    )
    upright, turned = (
        shape(page_of(layout, start_s=0.0), one) for layout in ("12x1", "cabrera-12x1")
    )
    assert upright.bars[1].y1 < upright.bars[0].y1
    assert turned.bars[1].y1 > turned.bars[0].y1
    assert upright.mm == turned.mm == pytest.approx(10.0)
    assert shape(page_of(), one) is None  # aVR shows other seconds there


def test_the_angle_is_that_of_standard_paper():
    one = Caliper(
        number=1,
        kind=Kind.ANGLE,
        lead="V1",
        apex=Spot(1.0, 0.0),
        start=Spot(1.4, 0.0),
        stop=Spot(1.4, -1.0),
    )
    assert angle_deg(one) == pytest.approx(45.0)


def test_a_spread_without_bounds_is_said():
    assert "±?" in readout(time_caliper(spread_s=float("inf")), mm=20.0)[0]
    assert "±0" not in readout(time_caliper(spread_s=0.0001), mm=20.0)[0]


def test_nudges_of_one_hold_are_one_step_and_another_hold_begins_another():
    marks = Marks()
    marks.add_caliper(time_caliper())
    for stop_s in (1.81, 1.82):
        marks.change_caliper(time_caliper(stop_s=stop_s), "Move", nudge=True)
    marks.hold(Grip(1, Part.START))
    marks.change_caliper(time_caliper(start_s=0.9, stop_s=1.82), "Move", nudge=True)
    marks.undo.undo()
    assert marks.calipers == (time_caliper(stop_s=1.82),)
    marks.undo.undo()
    assert marks.calipers == (time_caliper(),)


def test_numbers_and_so_colours_are_used_again():
    marks = Marks()
    for _ in range(3):
        marks.add_caliper(time_caliper(number=marks.free_number()))
    marks.delete_caliper(2)
    assert marks.free_number() == 2


def test_what_is_on_the_page_is_found_among_many_and_intervals_reach_into_it():
    many = [Annotation(100 * i, "N") for i in range(100_000)]
    noise = Annotation(50, NOISE, lead="II", stop=2_000_000)
    found = Annotations([*many, noise]).between(1_000_000, 1_000_350)
    assert found == [noise, *many[10_000:10_004]]


def test_annotations_know_what_was_changed_against_their_file():
    base = [Annotation(1, "N"), Annotation(5, "V")]
    annotations = Annotations(base)
    annotations.remove(base[1])
    annotations.add(Annotation(5, "A"))
    assert (annotations.added, annotations.removed) == ({Annotation(5, "A")}, {base[1]})
    annotations.remove(Annotation(5, "A"))
    annotations.add(base[1])
    assert not annotations.changed


def marks_with_everything():
    marks = Marks([Annotation(1, "N"), Annotation(9, "V")])
    marks.add_caliper(time_caliper(snapped=("R peak", ""), qt=True, rr_s=0.8, rr_from="here"))
    marks.add_caliper(
        Caliper(
            number=2,
            kind=Kind.ANGLE,
            lead="V1",
            apex=Spot(1.0, 0.0),
            start=Spot(1.4, 0.0),
            stop=Spot(1.4, -1.0),
            spread_s=float("inf"),
        )
    )
    marks.add_annotation(Annotation(3, NOTE, "Ödem"))
    marks.delete_annotation(Annotation(9, "V"))
    return marks


def test_kept_marks_come_back_as_they_were(tmp_path):
    marks = marks_with_everything()
    marks_file.write(tmp_path, KEY, marks_file.document(marks, NOW))
    saved = marks_file.read(tmp_path, KEY)
    assert saved.calipers == marks.calipers
    assert (saved.added, saved.removed) == (
        (Annotation(3, NOTE, "Ödem"),),
        (Annotation(9, "V"),),
    )
    assert saved.saved_at == NOW
    assert [path.name for path in tmp_path.iterdir()] == [f"{KEY}.json"]
    marks_file.write(tmp_path, KEY, None)
    assert marks_file.read(tmp_path, KEY) is None


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version": 7}', json.dumps({"version": 1, "saved_at": "x"})]
)
def test_a_damaged_document_is_put_aside_and_is_no_error(tmp_path, content):
    (tmp_path / f"{KEY}.json").write_text(content)
    assert marks_file.read(tmp_path, KEY) is None
    assert (tmp_path / f"{KEY}.unreadable").exists()


def test_marks_are_kept_under_a_hash_and_under_nothing_else(tmp_path):
    with pytest.raises(ValueError, match="hash"):
        marks_file.write(tmp_path, "../../etc/passwd", "{}")


def test_a_stretch_takes_its_annotations_along_and_de_identified_no_free_text():
    all_of_them = [
        Annotation(10, "N"),
        Annotation(90, NOISE, lead="II", stop=150),
        Annotation(120, NOTE, "Mrs Miller coughs"),
        Annotation(130, "V", "seen by Dr Jones"),
        Annotation(140, "+", "(AFIB"),
        Annotation(300, "N"),
    ]
    assert exported(all_of_them, 100, 300) == (
        Annotation(0, NOISE, lead="II", stop=50),
        Annotation(20, NOTE, "Mrs Miller coughs"),
        Annotation(30, "V", "seen by Dr Jones"),
        Annotation(40, "+", "(AFIB"),
    )
    assert exported(all_of_them, 100, 300, deidentify=True) == (
        Annotation(0, NOISE, lead="II", stop=50),
        Annotation(30, "V"),
        Annotation(40, "+", "(AFIB"),
    )


def test_a_note_fits_the_file():
    assert fitting_note("  one\n two ") == "one two"
    assert len(fitting_note("ü" * 300).encode()) == 254
