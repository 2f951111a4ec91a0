"""The page on screen: ECG paper in one view box of millimetres, drawn by our own items."""

from __future__ import annotations

from dataclasses import dataclass

from pyqtgraph import GraphicsView, ViewBox
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QWidget

from viewer.jobs.runner import LatestJob, Progress
from viewer.recording import Recording
from viewer.report.page import (
    NOT_CALIBRATED,
    TRUE_SIZE,
    Cleaning,
    PageText,
    page_text,
    warnings,
)
from viewer.samples import Samples
from viewer.state.centring import Centring
from viewer.state.curves import Difference, Source, is_decimated
from viewer.state.layers import Trace
from viewer.state.page import Page, Sheet, fit_px_per_mm, lay_out, speed_for_span
from viewer.state.session import Session
from viewer.ui.gui_thread import gui_thread
from viewer.ui.inks import PAPER, Inks
from viewer.ui.paper_painter import Content
from viewer.ui.sheet_item import SheetItem

SUMMARISE_FROM = 2**17
"""Samples from which on overviews need the pyramid."""
LOADING_MS = 200
"""How often a recording that is still loading is looked at again."""
WHEEL_NOTCH = 120
LOOK_AGAIN = 0.25
"""Parts of a page after which it is asked again whether leads are in their rows."""


@dataclass(frozen=True, slots=True)
class Point:
    """What lies under the mouse: a lead, a time and millivolts (of the paper, not the trace)."""

    lead: str
    time_s: float
    value_mv: float


class TraceView(QWidget):
    """Shows what the session holds; the wheel scrolls, with Ctrl or Shift it changes scale."""

    pointed = Signal(object)  # Point, or None beside the traces
    lead_activated = Signal(str)  # a double click
    page_changed = Signal()
    failed = Signal(Exception)  # the samples could not be read
    painted = Signal()  # the first picture of a recording is on screen

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.page: Page | None = None
        self.text: PageText | None = None
        self._recording: Recording | None = None  # whose samples the sources are
        self.px_per_mm = 1.0  # logical pixels
        self._inks = PAPER
        self._sources: dict[Trace, Source] = {}
        self._cleaning: Cleaning | None = None
        self._busy = self._told = self._seen = False
        self._centring = Centring()
        self._centred: tuple[object, ...] | None = None
        self._build()
        self._summaries = LatestJob(self)
        self._summaries.progressed.connect(self._more_samples)
        self._summaries.succeeded.connect(self._more_samples)
        self._ready = 0
        self._loading = QTimer(self, interval=LOADING_MS)
        self._loading.timeout.connect(self._look_for_more)
        self._follow()
        self.paper.resized.connect(self.relay)
        self._recording_changed()

    def _build(self) -> None:
        self.paper = _Paper(self)
        self._box = ViewBox(
            border=None, invertY=True, enableMouse=False, enableMenu=False, defaultPadding=0.0
        )
        self._box.setMouseEnabled(False, False)
        self.paper.setCentralItem(self._box)
        self._sheet = SheetItem(self._picture_painted, self._reading_failed)
        self._box.addItem(self._sheet, ignoreBounds=True)
        self.scroll_bar = QScrollBar(Qt.Orientation.Vertical)
        self.scroll_bar.valueChanged.connect(self._place)
        self.scroll_bar.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.paper, 1)
        row.addWidget(self.scroll_bar)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.paper)

    def _follow(self) -> None:
        session = self.session
        session.recording_changed.connect(self._recording_changed)
        session.recording_settled.connect(self._recording_settled)
        session.cleaned_changed.connect(self._cleaned_changed)
        for signal in (session.paper.changed, session.layers.changed, session.timeline.changed):
            signal.connect(self.relay)

    # ---- what is shown ----

    @gui_thread
    def set_inks(self, inks: Inks) -> None:
        """The colours of another theme."""
        self._inks = inks
        self.relay()

    def stop(self) -> None:
        """End background work: no thread outlives the view. Call before it goes."""
        self._loading.stop()
        self._summaries.close()

    @gui_thread
    def redraw(self) -> None:
        """Draw every curve again."""
        self._sheet.redraw()

    @gui_thread
    def show_span(self, span_s: float) -> None:
        """Show about span_s seconds, whatever paper speed that is."""
        self.session.paper.set_speed(speed_for_span(span_s, self._sheet_room()))

    def _recording_changed(self) -> None:
        recording = self.session.recording
        self._summaries.cancel()
        self._sources.clear()
        self._told = self._seen = False
        self._centring, self._centred = Centring(), None
        self._recording = recording
        if recording is None:
            self.page = None
            self._loading.stop()
            self._sheet.clear()
            return
        self._sources[Trace.RAW] = Source(recording.samples, recording.fs_hz)
        self.scroll_bar.setValue(0)
        self._summarise()
        self._cleaned_changed()

    def _is_announced(self) -> bool:
        """Whether the sources are those of the session's recording."""
        shown, current = self._recording, self.session.recording
        return shown is not None and current is not None and shown.samples is current.samples

    def _recording_settled(self) -> None:
        """The same samples, now with checksums: lead labels may have more to say."""
        self._recording = self.session.recording
        self._more_samples()
        self.relay()

    @gui_thread
    def _cleaned_changed(self) -> None:
        """A cleaned signal came, grew or went."""
        recording, cleaned = self._recording, self.session.cleaned
        if recording is None or not self._is_announced():
            return
        if cleaned is None:
            self._cleaning = None
            self._sources.pop(Trace.DENOISED, None)
            self._sources.pop(Trace.RESIDUAL, None)
        else:
            self._cleaning = Cleaning.of(cleaned, cleaned.title)
            self._add_cleaned(recording, cleaned.samples)
        self._centred = None
        self._sheet.samples_came()
        self.relay()

    def _add_cleaned(self, recording: Recording, samples: Samples) -> None:
        known = self._sources.get(Trace.DENOISED)
        if known is None or known.samples is not samples:
            residual = Difference(recording.samples, samples)
            self._sources[Trace.DENOISED] = Source(samples, recording.fs_hz)
            self._sources[Trace.RESIDUAL] = Source(residual, recording.fs_hz)
        if samples.ready_until == samples.n_samples:
            self._summarise()

    def _summarise(self) -> None:
        """Build the pyramids of long recordings in a worker, as far as samples have come."""
        waiting = [source for source in self._sources.values() if _needs_summary(source)]
        raw = self._sources[Trace.RAW].samples
        if waiting and not self._summaries.running:
            self._summaries.start(lambda progress: _build_all(waiting, progress))
        if raw.ready_until < raw.n_samples:
            self._loading.start()
        else:
            self._loading.stop()

    def summarised(self) -> bool:
        """Whether every overview can be drawn in full."""
        return not any(_needs_summary(source) for source in self._sources.values())

    def _look_for_more(self) -> None:
        """A recording that still loads is drawn again whenever more of it can be read."""
        ready = self._sources[Trace.RAW].samples.ready_until
        if ready != self._ready:
            self._ready = ready
            self._more_samples()

    def _more_samples(self) -> None:
        self._summarise()
        self._sheet.samples_came()

    def _picture_painted(self) -> None:
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self.painted.emit)

    def _reading_failed(self, error: Exception) -> None:
        if not self._told:  # once per recording, not once per frame
            self._told = True
            self._loading.stop()
            QTimer.singleShot(0, lambda: self.failed.emit(error))

    # ---- laying out ----

    @gui_thread
    def relay(self) -> None:
        """Lay the page out anew for the state as it is now."""
        recording = self._recording
        if recording is None or not self._is_announced():
            return  # nothing open, or another one that has not been announced yet
        if self._busy or self.paper.width() < 2:
            return
        self._busy = True  # the page tells the timeline its span, which says "changed"
        try:
            page = self._laid_out(recording)
            self.session.timeline.set_span(max(page.span_s, 1e-3))
            if page.start_s != self.session.timeline.start_s:
                page = self._laid_out(recording)
            self._show(recording, page)
        finally:
            self._busy = False
        self.page_changed.emit()

    def _laid_out(self, recording: Recording) -> Page:
        return lay_out(
            self.session.paper,
            recording.leads,
            duration_s=recording.duration_s,
            start_s=self.session.timeline.start_s,
            sheet=self._sheet_room(),
            derived=recording.derived,
        )

    def _sheet_room(self) -> Sheet:
        recording, paper = self._recording, self.session.paper
        assert recording is not None
        width, height = self.paper.width(), self.paper.height()
        true = paper.px_per_mm
        fitting = fit_px_per_mm(paper, recording.leads, width, height)
        self.px_per_mm = fitting if true is None else true
        visible = self._cleaning if self.session.layers.denoised_visible else None
        n_warnings = len(warnings(recording, visible))
        return Sheet(width / self.px_per_mm, height / self.px_per_mm, n_warnings)

    def _show(self, recording: Recording, page: Page) -> None:
        self.page = page
        traces = tuple(t for t in self.session.layers.traces if t in self._sources)
        self._centre(page, traces)
        self.text = self._text(recording, page, traces)
        content = Content(
            dict(self._sources),
            traces,
            self.text,
            {trace: self._centring.offsets_mv(trace, len(recording.leads)) for trace in traces},
        )
        self._sheet.show(page, content, self._device_px_per_mm, self._inks)
        view_mm = self.paper.height() / self.px_per_mm
        hidden_mm = max(page.height_mm - view_mm, 0.0)
        self.scroll_bar.setVisible(hidden_mm > 0.5)
        self.scroll_bar.setRange(0, round(hidden_mm * self.px_per_mm))
        self.scroll_bar.setPageStep(self.paper.height())
        self._place()

    def _centre(self, page: Page, traces: tuple[Trace, ...]) -> None:
        """Bring back leads that have drifted out of their rows, looking once per part of a page."""
        place = (round(page.start_s / page.span_s / LOOK_AGAIN), page.n_columns, traces)
        if place == self._centred:
            return
        self._centred = place
        try:
            for trace in traces:
                self._centring.follow(page, trace, self._sources[trace])
        except Exception as error:  # noqa: BLE001 - whatever reading raised, the paper stays
            self._reading_failed(error)

    def _text(self, recording: Recording, page: Page, traces: tuple[Trace, ...]) -> PageText:
        return page_text(
            recording,
            page,
            traces,
            cleaning=self._cleaning,
            scale=NOT_CALIBRATED if self.session.paper.px_per_mm is None else TRUE_SIZE,
            shifts_mv=self._centring.shifts_mv(traces),
            decimated=is_decimated(recording.fs_hz, page.speed_mm_s * self._device_px_per_mm),
        )

    @property
    def _device_px_per_mm(self) -> float:
        return self.px_per_mm * self.devicePixelRatioF()

    def _place(self) -> None:
        """Which part of the page the view box shows, in millimetres."""
        top_mm = self.scroll_bar.value() / self.px_per_mm
        size = self.paper.size()
        area = QRectF(0, top_mm, size.width() / self.px_per_mm, size.height() / self.px_per_mm)
        self._box.setRange(area, padding=0, update=True, disableAutoRange=True)

    # ---- the hand ----

    def point_at(self, place: QPointF) -> Point | None:
        """What lies at a place of this widget, in logical pixels."""
        if self.page is None:
            return None
        x_mm = place.x() / self.px_per_mm
        y_mm = (place.y() + self.scroll_bar.value()) / self.px_per_mm
        cell = self.page.cell_at(x_mm, y_mm)
        return None if cell is None else Point(cell.lead, cell.time_s(x_mm), cell.value_mv(y_mm))

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll in time; with Ctrl change the speed, with Shift the gain, by presets."""
        delta = event.angleDelta()
        notches = (delta.y() or delta.x()) / WHEEL_NOTCH  # Alt and Shift may swap the axes
        modifiers = event.modifiers()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.session.paper.step_speed(_one(notches))
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.session.paper.step_gain(_one(notches))
        elif self.session.timeline.last_start_s > 0 or not self.scroll_bar.isVisible():
            self.session.timeline.step(-notches)
        else:
            self.scroll_bar.setValue(self.scroll_bar.value() - round(notches * WHEEL_NOTCH / 2))
        event.accept()

    def snapshot(self) -> QImage:
        """What is on screen now, at its own resolution."""
        picture: QImage = self.paper.grab().toImage()
        return picture

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange):
            self.relay()


class _Paper(GraphicsView):  # type: ignore[misc]
    """The graphics view; hands gestures to the TraceView."""

    resized = Signal()

    def __init__(self, view: TraceView) -> None:
        super().__init__(view, useOpenGL=False, background=None)
        self._view = view
        self._grabbed: QPointF | None = None

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._view.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grabbed = event.position()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        page = self._view.page
        if self._grabbed is not None and page is not None:
            moved_mm = (event.position().x() - self._grabbed.x()) / self._view.px_per_mm
            timeline = self._view.session.timeline
            timeline.scroll_to(timeline.start_s - moved_mm / page.speed_mm_s)
            self._grabbed = event.position()
        self._view.pointed.emit(self._view.point_at(event.position()))
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grabbed = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        point = self._view.point_at(event.position())
        if point is not None and event.button() == Qt.MouseButton.LeftButton:
            self._view.lead_activated.emit(point.lead)
        super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._view.pointed.emit(None)
        super().leaveEvent(event)


def _one(notches: float) -> int:
    return (notches > 0) - (notches < 0)


def _needs_summary(source: Source) -> bool:
    samples, pyramid = source.samples, source.pyramid
    return samples.n_samples >= SUMMARISE_FROM and pyramid.covered < samples.ready_until


def _build_all(sources: list[Source], progress: Progress) -> None:
    for number, source in enumerate(sources):
        source.pyramid.build(lambda done, n=number: progress((n + done) / len(sources)))  # type: ignore[misc]
