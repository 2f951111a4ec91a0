"""The page on screen: ECG paper in one view box of millimetres, drawn by our own items."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QWidget

from viewer.recording import Recording
from viewer.report.page import (
    FREE_ZOOM,
    NOT_CALIBRATED,
    TRUE_SIZE,
    Cleaning,
    PageText,
    applied_cleaning,
    page_text,
    warnings,
)
from viewer.state.centring import Centring
from viewer.state.curves import Source, is_decimated
from viewer.state.figures import Figure
from viewer.state.layers import Trace
from viewer.state.page import Page, Sheet, fit_px_per_mm, lay_out, speed_for_span
from viewer.state.session import Session
from viewer.state.zoom import Box
from viewer.ui.gui_thread import gui_thread
from viewer.ui.inks import PAPER, Inks
from viewer.ui.paper_graphics import PaperGraphics
from viewer.ui.paper_painter import Content
from viewer.ui.settling_labels import SettlingLabels
from viewer.ui.sheet_item import SheetItem
from viewer.ui.trace_sources import TraceSources

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
        self._cleaning: Cleaning | None = None
        self._busy = self._told = self._seen = False
        self._centring = Centring()
        self._centred: tuple[object, ...] | None = None
        self._build()
        self._labels = SettlingLabels(self)
        self._labels.moved.connect(self.relay)
        self._sources = TraceSources(self)
        self._sources.grew.connect(self._sheet.samples_came)
        self._follow()
        self._recording_changed()

    def _build(self) -> None:
        self._sheet = SheetItem(self._picture_painted, self._reading_failed)
        self.paper = PaperGraphics(self._sheet, self)
        for part in (self, self.paper):
            part.setAccessibleName("ECG page")
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
        self.paper.resized.connect(self.relay)
        self.paper.turned.connect(self._wheel)
        self.paper.dragged.connect(self._drag)
        self.paper.moved.connect(lambda place: self.pointed.emit(self.point_at(place)))
        self.paper.left.connect(lambda: self.pointed.emit(None))
        self.paper.double_clicked.connect(self._open_lead)
        self.paper.boxed.connect(self._zoom_into)

    # ---- what is shown ----

    @gui_thread
    def set_inks(self, inks: Inks) -> None:
        """The colours of another theme."""
        self._inks = inks
        self.relay()

    def stop(self) -> None:
        """End background work: no thread outlives the view. Call before it goes."""
        self._sources.stop()

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
        self._told = self._seen = False
        self._centring, self._centred = Centring(), None
        self._labels.forget()
        self._recording = recording
        self._sources.open(recording)
        if recording is None:
            self.page = self.text = None
            self._sheet.clear()
            return
        self.scroll_bar.setValue(0)
        self._cleaned_changed()

    def _is_announced(self) -> bool:
        """Whether the sources are those of the session's recording."""
        shown, current = self._recording, self.session.recording
        return shown is not None and current is not None and shown.samples is current.samples

    def _recording_settled(self) -> None:
        """The same samples, now with checksums: lead labels may have more to say."""
        self._recording = self.session.recording
        self._sheet.samples_came()
        self.relay()

    @gui_thread
    def _cleaned_changed(self) -> None:
        """A cleaned signal came, grew or went."""
        cleaned = self.session.cleaned
        if not self._is_announced():
            return
        self._cleaning = applied_cleaning(self.session)
        self._sources.set_cleaned(None if cleaned is None else cleaned.samples)
        self._centred = None
        self._labels.forget()
        self._sheet.samples_came()
        self.relay()

    @property
    def sources(self) -> TraceSources:
        """The curves and what was summarised of them, for whoever draws the whole recording."""
        return self._sources

    @gui_thread
    def show_figures(self, figures: tuple[Figure, ...]) -> None:
        """Calipers and annotations on top of the page."""
        self._sheet.show_figures(figures)

    def source(self, trace: Trace) -> Source | None:
        """The curve of one trace, None while there is none."""
        return self._sources.known.get(trace)

    def offset_mv(self, trace: Trace, lead: str) -> float:
        """What is taken off the place of a lead's trace so that it stays in its row."""
        recording = self._recording
        if recording is None or lead not in recording.leads:
            return 0.0
        offsets = self._centring.offsets_mv(trace, len(recording.leads))
        return float(offsets[recording.leads.index(lead)])

    @property
    def device_px_per_mm(self) -> float:
        """Physical pixels of the screen per millimetre of the page."""
        return self._device_px_per_mm

    @property
    def summarised(self) -> bool:
        """Whether every overview can be drawn in full."""
        return self._sources.summarised

    def _picture_painted(self) -> None:
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self.painted.emit)

    def _reading_failed(self, error: Exception) -> None:
        if not self._told:  # once per recording, not once per frame
            self._told = True
            self._sources.rest()
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
            split=self._split,
        )

    @property
    def _split(self) -> tuple[Trace, ...]:
        """Traces that get rows of their own, as far as they are known here."""
        split = self.session.layers.split
        return split if all(trace in self._sources.known for trace in split) else ()

    def _sheet_room(self) -> Sheet:
        recording, paper = self._recording, self.session.paper
        assert recording is not None
        width, height = self.paper.width(), self.paper.height()
        true = paper.px_per_mm
        n_blocks = max(len(self._split), 1)
        fitting = fit_px_per_mm(paper, recording.leads, width, height, n_blocks)
        self.px_per_mm = fitting if true is None else true
        visible = self._cleaning if self.session.layers.denoised_visible else None
        n_warnings = len(warnings(recording, visible))
        return Sheet(width / self.px_per_mm, height / self.px_per_mm, n_warnings)

    def _show(self, recording: Recording, page: Page) -> None:
        self.page = page
        traces = tuple(t for t in self.session.layers.traces if t in self._sources.known)
        self._centre(page, traces)
        self.text = self._text(recording, page, traces)
        content = Content(
            dict(self._sources.known),
            traces,
            self.text,
            {trace: self._centring.offsets_mv(trace, len(recording.leads)) for trace in traces},
        )
        content = self._with_labels(page, content)
        self._sheet.show_page(page, content, self._device_px_per_mm, self._inks)
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
                self._centring.follow(page, trace, self._sources.known[trace])
        except Exception as error:  # noqa: BLE001 - whatever reading raised, the paper stays
            self._reading_failed(error)

    def _with_labels(self, page: Page, content: Content) -> Content:
        """Lead names step aside for the curves."""
        try:
            places = self._labels.places(page, content, self._device_px_per_mm)
        except Exception as error:  # noqa: BLE001 - whatever reading raised, the paper stays
            self._reading_failed(error)
            return content
        return replace(content, label_places=places)

    def _text(self, recording: Recording, page: Page, traces: tuple[Trace, ...]) -> PageText:
        return page_text(
            recording,
            page,
            traces,
            cleaning=self._cleaning,
            scale=self._scale,
            shifts_mv=self._centring.shifts_mv(traces),
            decimated=is_decimated(recording.fs_hz, page.speed_mm_s * self._device_px_per_mm),
        )

    @property
    def _scale(self) -> str:
        """What the page says of its millimetres."""
        paper = self.session.paper
        if paper.is_free_zoom:
            return FREE_ZOOM
        return NOT_CALIBRATED if paper.px_per_mm is None else TRUE_SIZE

    @property
    def _device_px_per_mm(self) -> float:
        return self.px_per_mm * self.devicePixelRatioF()

    def _place(self) -> None:
        """Which part of the page the view box shows, in millimetres."""
        self.paper.show_mm(self.scroll_bar.value() / self.px_per_mm, self.px_per_mm)

    # ---- the hand ----

    def to_mm(self, place: QPointF) -> tuple[float, float]:
        """A place of this widget, in logical pixels, as millimetres of the page."""
        y_px = place.y() + self.scroll_bar.value()
        return place.x() / self.px_per_mm, y_px / self.px_per_mm

    def point_at(self, place: QPointF) -> Point | None:
        """What lies at a place of this widget, in logical pixels."""
        if self.page is None:
            return None
        x_mm, y_mm = self.to_mm(place)
        cell = self.page.cell_at(x_mm, y_mm)
        return None if cell is None else Point(cell.lead, cell.time_s(x_mm), cell.value_mv(y_mm))

    def _wheel(self, event: QWheelEvent) -> None:
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

    def _drag(self, moved_px: float) -> None:
        """The paper follows the hand."""
        if self.page is not None:
            moved_s = moved_px / self.px_per_mm / self.page.speed_mm_s
            self.session.timeline.scroll_to(self.session.timeline.start_s - moved_s)

    def _zoom_into(self, rect: QRectF) -> None:
        """What a box drawn on the page holds fills it."""
        if self.page is not None:
            px, down = self.px_per_mm, self.scroll_bar.value()
            sides = (rect.x(), rect.y() + down, rect.width(), rect.height())
            self.session.zoom.into(self.page, Box(*(side / px for side in sides)))

    def _open_lead(self, place: QPointF) -> None:
        point = self.point_at(place)
        if point is not None:
            self.lead_activated.emit(point.lead)

    def snapshot(self) -> QImage:
        """What is on screen now, at its own resolution."""
        picture: QImage = self.paper.grab().toImage()
        return picture

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange):
            self.relay()


def _one(notches: float) -> int:
    return (notches > 0) - (notches < 0)
