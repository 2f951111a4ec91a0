"""What goes on paper: which trace, which seconds, which sheets. Qt-free."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from viewer.recording import Recording
from viewer.state.layers import Show
from viewer.state.page import Sheet, lay_out
from viewer.state.paper import Paper
from viewer.state.session import Session

Stretch = Literal["page", "whole", "span"]
MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class SheetSize:
    """A sheet of paper, landscape, with margins that office printers can keep."""

    name: str
    title: str
    width_mm: float
    height_mm: float
    margin_x_mm: float
    margin_y_mm: float = 8.0

    @property
    def size_mm(self) -> tuple[float, float]:
        return self.width_mm, self.height_mm

    @property
    def margins_mm(self) -> tuple[float, float]:
        return self.margin_x_mm, self.margin_y_mm


A4 = SheetSize("a4", "A4, landscape", 297.0, 210.0, 8.0)
LETTER = SheetSize("letter", "Letter, landscape", 279.4, 215.9, 4.2)
SIZES = {size.name: size for size in (A4, LETTER)}

TRACES: dict[str, tuple[str, Show]] = {
    "raw": ("Raw, as recorded", Show.RAW),
    "cleaned": ("Cleaned", Show.DENOISED),
    "both": ("Raw and cleaned, one below the other", Show.SIDE_BY_SIDE),
    "overlay": ("Overlay of raw and cleaned", Show.OVERLAY),
}
"""Per name: what the dialog calls it, and what is shown."""


@dataclass(frozen=True, slots=True)
class PrintChoice:
    """What the reader wants on paper.

    start_s, stop_s   of the stretch, when it is "span"
    """

    stretch: Stretch = "page"
    trace: str = "raw"
    size: SheetSize = A4
    start_s: float = 0.0
    stop_s: float = 0.0
    grey: bool = False

    @property
    def show(self) -> Show:
        return TRACES[self.trace][1]


def span_s(choice: PrintChoice, session: Session) -> tuple[float, float]:
    """First and last second of what is printed."""
    timeline = session.timeline
    if choice.stretch == "whole":
        return 0.0, timeline.duration_s
    if choice.stretch == "page":
        return timeline.start_s, timeline.stop_s
    start_s = min(max(choice.start_s, 0.0), timeline.duration_s)
    return start_s, min(max(choice.stop_s, start_s), timeline.duration_s)


def page_starts(choice: PrintChoice, session: Session, n_warnings: int = 0) -> tuple[float, ...]:
    """The first second of every sheet. "This page" is one, however wide the screen is."""
    recording = session.recording
    if recording is None:
        return ()
    start_s, stop_s = span_s(choice, session)
    if choice.stretch == "page":
        return (start_s,)
    page_s = seconds_per_page(recording, session.paper, choice.size, n_warnings)
    n_pages = max(math.ceil((stop_s - start_s) / page_s - 1e-6), 1)
    return tuple(start_s + number * page_s for number in range(n_pages))


def seconds_per_page(
    recording: Recording, paper: Paper, size: SheetSize, n_warnings: int = 0
) -> float:
    """How much one sheet shows."""
    page = lay_out(
        printable(paper),
        recording.leads,
        duration_s=recording.duration_s,
        start_s=0.0,
        sheet=inside(size, n_warnings),
        derived=recording.derived,
    )
    return page.span_s


def inside(size: SheetSize, n_warnings: int = 0) -> Sheet:
    """The sheet within its margins."""
    width_mm, height_mm = (
        size.width_mm - 2 * size.margin_x_mm,
        size.height_mm - 2 * size.margin_y_mm,
    )
    return Sheet(width_mm, height_mm, n_warnings)


def printable(paper: Paper) -> Paper:
    """The page as it is set now; what the screen does later does not reach the printer."""
    return replace(paper, px_per_mm=None)


def obstacle(choice: PrintChoice, session: Session, n_pages: int) -> str | None:
    """Why this cannot be printed now, as a sentence; None when it can."""
    recording, cleaned = session.recording, session.cleaned
    if recording is None:
        return "No recording is open."
    start_s, stop_s = span_s(choice, session)
    if choice.stretch == "span" and stop_s <= start_s:
        return "The stretch is empty: its end must lie after its start, inside the recording."
    if n_pages > MOST_PAGES:
        return f"{n_pages:,} pages are more than {MOST_PAGES}; choose a shorter stretch."
    start, stop = (round(edge * recording.fs_hz) for edge in (start_s, stop_s))
    if recording.samples.ready_until < min(stop, recording.n_samples):
        return "The recording is still being read; try again in a moment."
    if choice.trace == "raw":
        return None
    if cleaned is None:
        return "There is no cleaned trace; press Denoise first."
    if not cleaned.samples.has(start, min(stop, recording.n_samples)):
        return "This stretch is not cleaned yet; wait until cleaning is done."
    return None


def file_names(stem: str, suffix: str, n_pages: int) -> Sequence[str]:
    """One file for a PDF; one per page, numbered, for pictures."""
    if suffix == ".pdf" or n_pages == 1:
        return (f"{stem}{suffix}",)
    digits = len(str(n_pages))
    return tuple(f"{stem}-{number:0{digits}}{suffix}" for number in range(1, n_pages + 1))
