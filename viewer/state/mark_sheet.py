"""All marks of a page as figures: for the screen, pictures and print alike. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable

from viewer.state.annotation_figures import annotation_figures
from viewer.state.caliper_figures import caliper_figures, label_rects
from viewer.state.caliper_shape import Grip, Offset, no_offset, shapes
from viewer.state.calipers import Caliper
from viewer.state.figures import Figure, Room
from viewer.state.marks import Marks
from viewer.state.page import Page


def sheet_figures(
    page: Page,
    marks: Marks,
    fs_hz: float,
    *,
    text_mm: float,
    offset_mv: Offset = no_offset,
    draft: Caliper | None = None,
    labels: Iterable[tuple[str, tuple[str, ...]]] = (),
    held: bool = True,
) -> tuple[Figure, ...]:
    """What the painter draws on top of the page.

    offset_mv  what is taken off the place of a lead's trace
    draft      a caliper that is being placed
    labels     the small words behind lead names, so that read-outs keep clear of them
    held       whether the chosen marks look chosen; in print they do not
    """
    if draft is None and not marks.calipers and not len(marks.annotations):
        return ()
    room = Room(label_rects(page, labels))
    figures: list[Figure] = []
    if not marks.labels_hidden:
        figures += annotation_figures(
            page,
            marks.annotations,
            fs_hz,
            text_mm=text_mm,
            room=room,
            chosen=marks.chosen if held else None,
        )
    calipers = marks.visible_calipers if draft is None else (*marks.visible_calipers, draft)
    grip: Grip | None = marks.held if held else None
    figures += caliper_figures(
        page,
        shapes(page, calipers, offset_mv),
        text_mm=text_mm,
        room=room,
        held=grip,
        in_bpm=marks.in_bpm,
    )
    return tuple(figures)
