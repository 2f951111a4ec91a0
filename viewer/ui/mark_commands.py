"""Commands of calipers and annotations: rows of the one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.state.placing import Tool
from viewer.ui.command import Command, has_recording

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow


def has_marks(window: MainWindow) -> bool:
    return window.marking.marks is not None


def has_calipers(window: MainWindow) -> bool:
    marks = window.marking.marks
    return marks is not None and bool(marks.calipers)


def holds_caliper(window: MainWindow) -> bool:
    return window.marking.held is not None


def holds_time(window: MainWindow) -> bool:
    return window.marking.is_time()


def has_annotations(window: MainWindow) -> bool:
    marks = window.marking.marks
    return marks is not None and len(marks.annotations) > 0


def _draw(tool: Tool, title: str, keys: tuple[str, ...], tip: str) -> Command:
    return Command(
        f"caliper.{tool.value.lower()}",
        title,
        keys,
        tip,
        lambda w: w.marking.arm(tool),
        "Measure",
        has_recording,
        checked=lambda w: w.marking.arms(tool),
    )


EDIT = (
    Command(
        "edit.undo",
        "Undo",
        ("Ctrl+Z",),
        "Take back the last change of a caliper or an annotation",
        lambda w: w.marking.marks.undo.undo(),  # type: ignore[union-attr]
        "Edit",
        lambda w: has_marks(w) and w.marking.marks.undo.undo_name is not None,  # type: ignore[union-attr]
    ),
    Command(
        "edit.redo",
        "Redo",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Do again what was taken back",
        lambda w: w.marking.marks.undo.redo(),  # type: ignore[union-attr]
        "Edit",
        lambda w: has_marks(w) and w.marking.marks.undo.redo_name is not None,  # type: ignore[union-attr]
    ),
)

MEASURE = (
    _draw(Tool.TIME, "Time caliper", ("T", "Ctrl+T"), "Two bars through all leads: ms and bpm"),
    _draw(
        Tool.AMPLITUDE, "Amplitude caliper", ("A", "Ctrl+A"), "Two levels of one lead: mV and mm"
    ),
    _draw(Tool.ANGLE, "Angle caliper", ("G",), "An apex and two arms: degrees"),
    _draw(Tool.QT, "QT and QTc", ("Q",), "Two clicks, QRS onset and T end: QTc by four formulas"),
    Command(
        "caliper.march",
        "March",
        ("M",),
        "Repeat the chosen time caliper's interval over the page, both ways",
        lambda w: w.marking.with_held(lambda marks, held: marks.toggle_marching(held.number)),
        "Measure",
        holds_time,
        checked=lambda w: w.marking.held is not None and w.marking.held.marching,
    ),
    Command(
        "caliper.mean",
        "Mean RR of the beats between",
        ("Shift+M",),
        "Divide the chosen caliper by the number of beats found between its bars",
        lambda w: w.marking.mean_rr(),
        "Measure",
        holds_time,
        checked=lambda w: w.marking.held is not None and w.marking.held.intervals > 1,
    ),
    Command(
        "caliper.more_beats",
        "One beat more between",
        ("]",),
        "Count one beat more between the bars of the chosen caliper",
        lambda w: w.marking.change_beats(+1),
        "Measure",
        holds_time,
    ),
    Command(
        "caliper.fewer_beats",
        "One beat fewer between",
        ("[",),
        "Count one beat fewer between the bars of the chosen caliper",
        lambda w: w.marking.change_beats(-1),
        "Measure",
        holds_time,
    ),
    Command(
        "caliper.rate",
        "Rate first",
        ("Ctrl+I",),
        "Read-outs name beats per minute first instead of milliseconds",
        lambda w: w.marking.marks.set_in_bpm(not w.marking.marks.in_bpm),  # type: ignore[union-attr]
        "Measure",
        has_marks,
        checked=lambda w: has_marks(w) and w.marking.marks.in_bpm,  # type: ignore[union-attr]
    ),
    Command(
        "caliper.next",
        "Next caliper",
        ("Shift+T",),
        "Choose the next caliper; arrows move it, Tab takes its other bar",
        lambda w: w.marking.marks.hold_next(),  # type: ignore[union-attr]
        "Measure",
        has_calipers,
    ),
    Command(
        "caliper.hide",
        "Hide calipers",
        ("H",),
        "Calipers are kept, but not drawn and not printed",
        lambda w: w.marking.marks.set_hidden(not w.marking.marks.hidden),  # type: ignore[union-attr]
        "Measure",
        has_calipers,
        checked=lambda w: has_marks(w) and w.marking.marks.hidden,  # type: ignore[union-attr]
    ),
    Command(
        "caliper.table",
        "Table of calipers…",
        ("Ctrl+Shift+T",),
        "All calipers of this recording in a table that can be copied",
        lambda w: w.marking.show_table(),
        "Measure",
        has_marks,
    ),
    Command(
        "caliper.copy",
        "Copy calipers",
        ("Ctrl+Shift+C",),
        "The table of calipers as text on the clipboard",
        lambda w: w.marking.copy_table(),
        "Measure",
        has_calipers,
    ),
    Command(
        "caliper.delete",
        "Delete caliper",
        ("Del",),
        "Remove the chosen caliper",
        lambda w: w.marking.with_held(lambda marks, held: marks.delete_caliper(held.number)),
        "Measure",
        holds_caliper,
    ),
    Command(
        "caliper.delete_all",
        "Delete all calipers",
        ("Shift+Del",),
        "Remove every caliper of this recording",
        lambda w: w.marking.marks.delete_calipers(),  # type: ignore[union-attr]
        "Measure",
        has_calipers,
    ),
)

ANNOTATE = (
    Command(
        "annotation.next",
        "Next annotation",
        ("Alt+Right",),
        "Go to the next beat label, note or noisy stretch",
        lambda w: w.marking.notes.go(+1),
        "Annotate",
        has_annotations,
    ),
    Command(
        "annotation.previous",
        "Previous annotation",
        ("Alt+Left",),
        "Go to the previous beat label, note or noisy stretch",
        lambda w: w.marking.notes.go(-1),
        "Annotate",
        has_annotations,
    ),
    Command(
        "annotation.note",
        "Add note…",
        ("Ctrl+Shift+N",),
        "Write a note at the pointer, the chosen caliper or the middle of the page",
        lambda w: w.marking.notes.ask_note(),
        "Annotate",
        has_marks,
    ),
    Command(
        "annotation.beat",
        "Add beat…",
        ("Ctrl+Shift+B",),
        "Label a beat at the pointer, the chosen caliper or the middle of the page",
        lambda w: w.marking.ask_beat(),
        "Annotate",
        has_marks,
    ),
    Command(
        "annotation.noise",
        "Mark noise on a lead",
        ("Ctrl+Shift+X",),
        "The chosen time caliper's stretch of its lead, or the stretch dragged next",
        lambda w: w.marking.notes.mark_noise(),
        "Annotate",
        has_marks,
    ),
    Command(
        "annotation.delete",
        "Delete annotation",
        ("Ctrl+Del",),
        "Remove the chosen beat label, note or noisy stretch",
        lambda w: w.marking.marks.delete_annotation(w.marking.marks.chosen),  # type: ignore[union-attr,arg-type]
        "Annotate",
        lambda w: has_marks(w) and w.marking.marks.chosen is not None,  # type: ignore[union-attr]
    ),
    Command(
        "annotation.hide",
        "Hide annotations",
        ("Shift+H",),
        "Beat labels and notes are kept, but not drawn and not printed",
        lambda w: w.marking.marks.set_labels_hidden(not w.marking.marks.labels_hidden),  # type: ignore[union-attr]
        "Annotate",
        has_annotations,
        checked=lambda w: has_marks(w) and w.marking.marks.labels_hidden,  # type: ignore[union-attr]
    ),
    Command(
        "annotation.open",
        "Open annotations…",
        (),
        "Show the annotations of a WFDB file on this recording",
        lambda w: w.marking.files.ask_open(),
        "Annotate",
        has_marks,
    ),
    Command(
        "annotation.save",
        "Save annotations…",
        ("Ctrl+S",),
        "Write beats, notes and noisy stretches to a WFDB annotation file",
        lambda w: w.marking.files.ask_save(),
        "Annotate",
        has_annotations,
    ),
)
