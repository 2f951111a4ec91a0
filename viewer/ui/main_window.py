"""The window: puts the rooms together and forwards between them. Decisions live elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QTimer, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QWidget

from viewer.folders import log_folder
from viewer.jobs.denoise import Cleaning
from viewer.jobs.guard import Guarding
from viewer.jobs.load import Reader
from viewer.jobs.runner import LatestJob, one_thread
from viewer.jobs.warm_up import warm_up
from viewer.settings import Settings
from viewer.state.layouts import find, single
from viewer.state.places import parse_clock
from viewer.state.session import Session, suited_layout
from viewer.ui import theme as themes
from viewer.ui.about import About
from viewer.ui.appearance import Appearance
from viewer.ui.command import Command
from viewer.ui.command_set import CommandSet
from viewer.ui.compare_bar import CompareBar
from viewer.ui.error_desk import ErrorDesk
from viewer.ui.exporting import Exporting
from viewer.ui.files import Files, dropped_paths
from viewer.ui.guard_sheet import GuardSheet
from viewer.ui.help_sheet import HelpSheet, Palette
from viewer.ui.marking import Marking
from viewer.ui.method_card import MethodCard
from viewer.ui.notices import Notices
from viewer.ui.own_layouts import OwnLayouts
from viewer.ui.panels import Panels
from viewer.ui.printing import Printing
from viewer.ui.priors import Priors
from viewer.ui.room import Room
from viewer.ui.searching import Searching
from viewer.ui.start_page import StartPage
from viewer.ui.status import Status
from viewer.ui.thumbnails import remember
from viewer.ui.timeline_bar import TimelineBar
from viewer.ui.tool_bar import ToolBar
from viewer.ui.trace_view import TraceView
from viewer.ui.work_reports import WorkReports
from viewer.ui.worklist_panel import WorklistPanel
from viewer.words import tr

WARM_UP_AFTER_MS = 300
THUMBNAIL_AFTER_MS = 700


class MainWindow(QMainWindow):
    """One recording at a time."""

    settings: Settings
    session: Session
    files: Files
    cleaning: Cleaning
    exporting: Exporting
    printing: Printing
    searching: Searching
    marking: Marking
    panels: Panels
    priors: Priors
    own_layouts: OwnLayouts
    tool_bar: ToolBar
    trace_view: TraceView
    status: Status
    appearance: Appearance
    worklist: WorklistPanel

    def __init__(self, reader: Reader, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.session = Session()
        self.theme = themes.theme_called(settings["view.theme"])
        self.errors = ErrorDesk(self)
        self.model_queue = one_thread(self)  # a GPU is one queue
        self.files = Files(reader, self.session, settings, self)
        self.cleaning = Cleaning(self.session, settings, self.model_queue, self)
        self.guarding = Guarding(self.session, self.cleaning, self)
        self.exporting = Exporting(self.session, settings, self)
        self.printing = Printing(self.session, settings, self)
        self.searching = Searching(self)
        self._build()
        self.marking = Marking(self)
        self.panels = Panels(self)
        self.priors = Priors(self, reader)
        self.appearance = Appearance(self)
        self.reports = WorkReports(self)
        self.worklist = WorklistPanel(self)
        self._connect()
        self._restore()
        self._recording_changed()
        self.warming = LatestJob(self, self.model_queue)
        self._soon = QTimer(self, interval=WARM_UP_AFTER_MS, singleShot=True)
        self._soon.timeout.connect(self._warm_up)
        self.files.opened.connect(self._soon.start)

    @property
    def moves_the_page(self) -> tuple[QWidget, ...]:
        """Widgets whose arrow keys mean the page's arrow keys."""
        return (self.timeline_bar, self.trace_view)

    @property
    def busy(self) -> bool:
        """Whether something runs that Esc can stop."""
        works = (self.files.opening.job, self.cleaning.job, self.searching)
        return any(work.running for work in works)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """What the command line named."""
        self.files.open_all(paths)

    def _warm_up(self) -> None:
        """The page is there; now fetch what cleaning will need, once."""
        self.files.opened.disconnect(self._soon.start)
        method = self.cleaning.method
        cache_bytes = int(self.settings["cache.limit_mb"]) * 10**6
        self.warming.start(lambda progress: warm_up(method, cache_bytes, progress))

    # ---- building ----

    def _build(self) -> None:
        self.setAcceptDrops(True)
        self.notices = Notices(self.theme)
        self.start_page = StartPage()
        self.trace_view = TraceView(self.session)
        self.timeline_bar = TimelineBar(self.session.timeline)
        self.room = Room(self.notices, self.start_page, self.trace_view, self.timeline_bar)
        self.setCentralWidget(self.room)
        self.status = Status()
        self.setStatusBar(self.status)
        self.commands = CommandSet(self)
        self.compare_bar = CompareBar(self.session, self.cleaning, self.commands.actions)
        self.room.add_bar(self.compare_bar)
        self.menus = self.commands.fill(self.menuBar())
        self.own_layouts = OwnLayouts(self)
        self.menus["File/Recent"] = QMenu(tr("Open recent"), self)
        after = self.commands.actions["file.sample"]
        self.menus["File"].insertMenu(after, self.menus["File/Recent"])
        self.tool_bar = ToolBar(self, self.commands, self.menus)
        self.addToolBar(self.tool_bar)

    def _connect(self) -> None:
        session = self.session
        session.recording_changed.connect(self._recording_changed)
        session.recording_settled.connect(lambda: self.status.show_recording(session.recording))
        session.paper.changed.connect(self._paper_changed)
        session.zoom.changed.connect(self.refresh)
        for signal in (session.cleaned_changed, session.guard_changed, session.layers.changed):
            signal.connect(self.refresh)
        self.start_page.open_asked.connect(self.files.ask_and_open)
        self.start_page.sample_asked.connect(self.files.open_sample)
        self.start_page.path_chosen.connect(lambda path: self.files.open_all([path]))
        self.trace_view.lead_activated.connect(self.toggle_lead)
        self.trace_view.painted.connect(self._remember_picture)
        self.menus["File/Recent"].aboutToShow.connect(self._fill_recent)
        self.status.cancel_asked.connect(self.cancel)
        self.status.notes_asked.connect(self.reports.show_notes)

    def _restore(self) -> None:
        self.resize(1280, 800)
        geometry = QByteArray.fromBase64(self.settings["window.geometry"].encode())
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        paper = self.session.paper
        paper.set_speed(self.settings["view.speed_mm_s"])
        paper.set_gain(self.settings["view.gain_mm_mv"])

    # ---- following the state ----

    def _recording_changed(self) -> None:
        recording = self.session.recording
        self.setWindowTitle("Leadlight" if recording is None else f"{recording.name} – Leadlight")
        self.status.show_recording(recording)
        self.room.show_page(recording is not None)
        if recording is None:
            self.start_page.show_recent(self.files.recent())
        else:
            self.trace_view.setFocus()
        self.refresh()

    def _paper_changed(self) -> None:
        paper = self.session.paper
        if paper.is_preset_speed:
            self.settings["view.speed_mm_s"] = paper.speed_mm_s
        self.refresh()

    def refresh(self) -> None:
        """What can be done now, and what the drop-downs say."""
        self.commands.refresh()
        self.tool_bar.refresh()

    # ---- commands of actions.py that belong to no room ----

    def set_layout(self, name: str) -> None:
        recording = self.session.recording
        if recording is not None:
            self.session.paper.set_layout(find(name, recording.leads))
            self.settings["view.layout"] = name

    def toggle_lead(self, lead: str) -> None:
        """One lead alone, or back to the layout before."""
        recording, paper = self.session.recording, self.session.paper
        if recording is None:
            return
        alone = single(lead)
        if paper.layout.name == alone.name:
            paper.set_layout(suited_layout(self.settings["view.layout"], recording))
        else:
            paper.set_layout(alone)

    def _fill_recent(self) -> None:
        """The recordings opened last, newest first."""
        menu = self.menus["File/Recent"]
        menu.clear()
        for path in self.files.recent():
            action = menu.addAction(f"{path.name}   {path.parent}")
            action.triggered.connect(lambda _=False, path=path: self.files.open_all([path]))
        if menu.isEmpty():
            menu.addAction(tr("Nothing was opened yet")).setEnabled(False)

    def _remember_picture(self) -> None:
        """Of this recording, for the start page; a moment after the page is on screen."""
        recording = self.session.recording
        if recording is not None:
            QTimer.singleShot(THUMBNAIL_AFTER_MS, self, lambda: remember(recording))

    def standard_scale(self) -> None:
        self.session.paper.set_speed(25.0)
        self.session.paper.set_gain(10.0)

    def toggle_timing(self) -> None:
        paper = self.session.paper
        paper.set_timing("continuous" if paper.timing == "simultaneous" else "simultaneous")

    def toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def ask_time(self) -> None:
        from viewer.ui.time_dialog import TimeDialog

        timeline, recording = self.session.timeline, self.session.recording
        if recording is not None:
            dialog = TimeDialog(recording, timeline.start_s, self)
            dialog.chosen.connect(timeline.scroll_to)
            dialog.open()

    def go_to_time(self, text: str) -> None:
        try:
            self.session.timeline.scroll_to(parse_clock(text))
        except ValueError as error:
            self.notices.say("error", str(error))

    def choose_method(self, name: str) -> None:
        self.cleaning.choose(name)
        self.refresh()

    def show_card(self) -> None:
        MethodCard(self.cleaning.method, self).open()

    def show_guard(self) -> None:
        if self.session.guard is not None:
            sheet = GuardSheet(self.session, self.theme, self)
            sheet.acknowledge_asked.connect(self.session.acknowledge_guard)
            sheet.open()

    def cancel(self) -> None:
        self.files.opening.job.cancel()
        self.cleaning.cancel()
        self.searching.cancel()

    def show_guide(self) -> None:
        from viewer.ui.guide import Guide

        Guide(self).open()

    def show_help(self) -> None:
        HelpSheet(self).open()

    def show_palette(self) -> None:
        own = self.own_layouts.commands()
        palette = Palette(self, lambda command: command.enabled(self), own)
        palette.chosen.connect(self.run_command)
        palette.open()

    def run_command(self, command: Command) -> None:
        """As if its key had been pressed."""
        action = self.commands.actions.get(command.id)
        if action is not None:
            action.trigger()
        else:  # one of the reader's own
            command.run(self)

    def show_settings(self) -> None:
        from viewer.ui.settings_dialog import SettingsDialog

        SettingsDialog(self).open()

    def show_tour(self) -> None:
        from viewer.ui.tour import Tour

        Tour(self)

    def show_log_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))

    def show_about(self) -> None:
        About(self).open()

    # ---- Qt ----

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.appearance.watch_monitors()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.files.open_dropped(event.mimeData())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop all work first: no thread outlives the window."""
        geometry = self.saveGeometry().toBase64().data()
        self.settings["window.geometry"] = bytes(geometry).decode()
        self.panels.save()
        self.marking.close()
        self._soon.stop()
        for job in self.findChildren(LatestJob):
            job.close()
        event.accept()
        QApplication.closeAllWindows()
