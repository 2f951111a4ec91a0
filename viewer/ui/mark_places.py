"""What lies at a place of the page: a lead's seconds and millivolts, a caliper, an annotation."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from viewer.annotation import Annotation
from viewer.jobs.landmarks import LandmarkFinder
from viewer.state.annotation_figures import annotation_at
from viewer.state.caliper_shape import Grip, grip_at, home, shapes
from viewer.state.calipers import Caliper, Spot, TraceName
from viewer.state.layers import Trace
from viewer.state.mark_desk import MarkDesk
from viewer.state.page import Cell
from viewer.state.ruler import Ruler
from viewer.ui.trace_view import TraceView

REACH_PX = 5.0
NAMES: dict[Trace, TraceName] = {Trace.RAW: "raw", Trace.DENOISED: "denoised"}


class MarkPlaces:
    """Between pixels of the view and the recording; and the ruler for the visible trace."""

    def __init__(self, view: TraceView, desk: MarkDesk, finder: LandmarkFinder) -> None:
        self._view, self._desk, self._finder = view, desk, finder

    def trace(self, cell: Cell | None = None) -> Trace:
        """The trace that is measured: the row's own, else the raw one wherever it is visible."""
        if cell is not None and cell.trace is not None:
            return cell.trace
        traces = self._view.session.layers.traces
        return Trace.RAW if Trace.RAW in traces else traces[0]

    def trace_name(self, cell: Cell | None = None) -> TraceName:
        """What read-outs call it."""
        return NAMES.get(self.trace(cell), "residual")

    def ruler(self, cell: Cell | None = None) -> Ruler | None:
        """Measures the visible trace of the open recording, in a cell of the page."""
        recording, source = self._desk.recording, self._view.source(self.trace(cell))
        page = self._view.page
        if recording is None or source is None or page is None:
            return None
        pixel_s = 1.0 / (self._view.px_per_mm * page.speed_mm_s)
        return Ruler(
            source.samples,
            recording.fs_hz,
            recording.leads,
            self.trace_name(cell),
            self._finder.landmarks,
            pixel_s,
        )

    def seek_landmarks(self) -> None:
        """Have the fiducials of this page found in the background."""
        recording, source = self._desk.recording, self._view.source(self.trace())
        page = self._view.page
        if recording is not None and source is not None and page is not None:
            span_s = (page.start_s, min(page.start_s + page.span_s, recording.duration_s))
            self._finder.ask(
                source.samples, recording.fs_hz, recording.leads, span_s, self.trace_name()
            )

    def offset_mv(self, lead: str) -> float:
        """What is taken off the place of a lead's measured trace."""
        return self._view.offset_mv(self.trace(), lead)

    def cell_at(self, place: QPointF) -> Cell | None:
        """The recorded lead under a place of the view."""
        page = self._view.page
        return None if page is None else page.cell_at(*self._view.to_mm(place))

    def spot_at(self, place: QPointF, cell: Cell | None = None) -> Spot | None:
        """Seconds, and millivolts of the trace, as the given or the pointed lead has them."""
        pointed = self.cell_at(place)
        cell = cell or pointed
        if cell is None:
            return None
        x_mm, y_mm = self._view.to_mm(place)
        timing = cell
        if pointed is not None and pointed.top_mm == cell.top_mm:
            timing = pointed  # the next column of the same row goes on in time
        time_s = min(max(timing.time_s(x_mm), timing.start_s), timing.stop_s)
        return Spot(time_s, cell.value_mv(y_mm) + self.offset_mv(cell.lead))

    def home(self, caliper: Caliper) -> Cell | None:
        """The cell in which a caliper's crossbar stands."""
        page = self._view.page
        return None if page is None else home(page, caliper)

    def grip_at(self, place: QPointF) -> Grip | None:
        """The caliper, and its part, under a place of the view."""
        page, marks = self._view.page, self._desk.marks
        if page is None or marks is None:
            return None
        found = shapes(page, marks.visible_calipers, self.offset_mv)
        return grip_at(found, *self._view.to_mm(place), REACH_PX / self._view.px_per_mm)

    def annotation_at(self, place: QPointF) -> Annotation | None:
        """The annotation under a place of the view."""
        page, marks, recording = self._view.page, self._desk.marks, self._desk.recording
        if page is None or marks is None or recording is None or marks.labels_hidden:
            return None
        reach = REACH_PX / self._view.px_per_mm
        x, y = self._view.to_mm(place)
        return annotation_at(page, marks.annotations, recording.fs_hz, x, y, reach)
